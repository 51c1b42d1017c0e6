"""UNKNOWN is left on evidence only, and every exit can be read in the journal afterwards."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from omega_tui.domain.events import FillReported, OrderReported
from omega_tui.domain.evidence import Evidence, EvidenceSource
from omega_tui.domain.orders import OrderState
from omega_tui.engine.orders.ledger import OrderLedger, Tracked
from omega_tui.exchange.port import Unknown
from tests.engine.fake_gateway import FakeGateway, fill, order
from tests.engine.requests import request
from tests.engine.rig import Rig, running

S = OrderState


def _written(tmp_path: Path) -> list[Evidence]:
    other = sqlite3.connect(tmp_path / "j" / "sim.journal")
    rows = other.execute("SELECT body FROM event WHERE kind = 'order.evidence' ORDER BY sequence").fetchall()
    other.close()
    return [msgspec.json.decode(body, type=Evidence) for (body,) in rows]


def _unknown_order() -> tuple[OrderLedger, Tracked, list[Evidence]]:
    ledger, seen = OrderLedger(), list[Evidence]()
    ledger.listen_for_evidence(seen.append)
    tracked = ledger.open(request("omg1"), 0.0)
    ledger.conclude(tracked, S.UNKNOWN, "timed out")
    return ledger, tracked, seen


@pytest.mark.parametrize("state", [S.NOT_SENT, S.REJECTED, S.NEVER_ACCEPTED, S.ACK, S.CANCELED])
def test_no_step_of_our_own_ends_an_unknown_order(state: OrderState) -> None:
    """A timer that turns UNKNOWN into REJECTED hides a live order."""
    ledger, tracked, seen = _unknown_order()
    ledger.conclude(tracked, state, "it took too long")
    assert (tracked.order.state, seen) == (S.UNKNOWN, [])


@pytest.mark.parametrize(
    ("testify", "source", "after"),
    [
        (lambda ledger, t: ledger.report(order("omg1")), EvidenceSource.STREAM, S.WORKING),
        (
            lambda ledger, t: ledger.report(order("omg1", S.CANCELED), EvidenceSource.HISTORY),
            EvidenceSource.HISTORY,
            S.CANCELED,
        ),
        (
            lambda ledger, t: ledger.fill(fill("1", client_order_id="omg1")),
            EvidenceSource.FILL,
            S.PARTIALLY_FILLED,
        ),
        (
            lambda ledger, t: ledger.evidence(t, EvidenceSource.ANSWER, S.ACK, "", "9001"),
            EvidenceSource.ANSWER,
            S.ACK,
        ),
        (
            lambda ledger, t: ledger.evidence(t, EvidenceSource.NOT_FOUND, S.NEVER_ACCEPTED, "absent"),
            EvidenceSource.NOT_FOUND,
            S.NEVER_ACCEPTED,
        ),
    ],
)
def test_each_kind_of_evidence_settles_and_is_told_once(
    testify: Callable[[OrderLedger, Tracked], object], source: EvidenceSource, after: OrderState
) -> None:
    ledger, tracked, seen = _unknown_order()
    testify(ledger, tracked)
    testify(ledger, tracked)
    assert tracked.order.state is after
    assert [(each.source, each.before, each.after) for each in seen] == [(source, S.UNKNOWN, after)]
    assert "timed out" not in seen[0].words, "why it was unknown says nothing about what it is"


async def _lose(rig: Rig) -> str:
    [key] = rig.place().keys
    await rig.until(lambda: [row.state for row in rig.views.orders().rows] == [S.UNKNOWN])
    return key


@pytest.mark.parametrize("source", [EvidenceSource.STREAM, EvidenceSource.FILL, EvidenceSource.ORDER_DETAIL])
async def test_the_journal_says_what_settled_an_unknown_order(tmp_path: Path, source: EvidenceSource) -> None:
    gateway = FakeGateway(on_place=lambda request: Unknown("timed out"))
    async with running(tmp_path, gateway) as rig:
        key = await _lose(rig)
        if source is EvidenceSource.STREAM:
            gateway.emit(OrderReported(order(key)))
        elif source is EvidenceSource.FILL:
            gateway.emit(FillReported(fill("1", client_order_id=key)))
        else:
            gateway.on_fetch_order = lambda client_order_id: order(client_order_id)
            await rig.until_advancing(lambda: rig.views.orders().rows[0].state is S.WORKING, 3)
        await rig.settle()
        [evidence] = _written(tmp_path)
        assert (evidence.key, evidence.source, evidence.before) == (key, source, S.UNKNOWN)


async def test_the_journal_says_that_absence_was_proven(tmp_path: Path) -> None:
    gateway = FakeGateway(on_place=lambda request: Unknown("timed out"))
    async with running(tmp_path, gateway, signature_window_seconds=30.0) as rig:
        key = await _lose(rig)
        await rig.until_advancing(lambda: not rig.views.orders().rows, 5)
        await rig.settle()
        [evidence] = _written(tmp_path)
        assert (evidence.key, evidence.source) == (key, EvidenceSource.NOT_FOUND)
        assert evidence.after is S.NEVER_ACCEPTED
