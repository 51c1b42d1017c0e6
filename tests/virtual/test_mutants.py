"""The sessions have teeth: each bug that they are there to catch is planted, and they must see it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from omega_tui.domain.orders import OrderRequest, OrderState
from omega_tui.engine import inquiry
from omega_tui.engine.ledger import OrderLedger, Tracked
from omega_tui.engine.recorder import Recorder
from omega_tui.exchange.bitget.actions import RestActions
from omega_tui.exchange.port import Outcome, Rejected, Unknown
from tests.support.virtual_time import run_virtually
from tests.virtual.account_book import differences
from tests.virtual.network import Weather
from tests.virtual.test_virtual_sessions import session
from tests.virtual.world import World

_MOST_SEEDS = 25

Plant = Callable[[pytest.MonkeyPatch], None]


def _resend(patch: pytest.MonkeyPatch) -> None:
    """An order without an answer is sent again under another id."""
    once = RestActions.place

    async def twice(self: RestActions, request: OrderRequest) -> Outcome:
        outcome = await once(self, request)
        if isinstance(outcome, Unknown):
            await once(self, replace(request, client_order_id=request.client_order_id + "x"))
        return outcome

    patch.setattr(RestActions, "place", twice)


def _send_before_commit(patch: pytest.MonkeyPatch) -> None:
    """An order leaves while its intent is still on the way to the disk."""

    async def hand_in(self: Recorder, kind: str, body: object) -> None:
        self.note(kind, body)

    patch.setattr(Recorder, "write", hand_in)


def _reject_on_timeout(patch: pytest.MonkeyPatch) -> None:
    """No answer is taken for a refusal."""
    once = RestActions.place

    async def rejected(self: RestActions, request: OrderRequest) -> Outcome:
        outcome = await once(self, request)
        return Rejected("", outcome.reason) if isinstance(outcome, Unknown) else outcome

    patch.setattr(RestActions, "place", rejected)


def _absent_at_first_sight(patch: pytest.MonkeyPatch) -> None:
    """One "not found" settles an order, even while its request may still arrive."""

    def gone(tracked: Tracked) -> Any:
        return replace(tracked.order, state=OrderState.NEVER_ACCEPTED, reason="not found")

    patch.setattr(inquiry, "is_past_window", lambda *_: True)
    patch.setattr(inquiry, "absent_order", gone)


def _forget_fills(patch: pytest.MonkeyPatch) -> None:
    """An execution that looks like another one is taken for it."""
    take = OrderLedger.fill

    def by_looks(self: OrderLedger, fill: Any, **more: Any) -> bool:
        looks = f"{fill.price}"
        return take(self, replace(fill, trade_id=looks, order_id=looks), **more)

    patch.setattr(OrderLedger, "fill", by_looks)


@pytest.mark.parametrize(
    "plant", [_resend, _send_before_commit, _reject_on_timeout, _absent_at_first_sight, _forget_fills]
)
def test_a_planted_bug_is_seen(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that cannot fail proves nothing."""
    plant(monkeypatch)
    assert any(_trouble(seed) for seed in range(_MOST_SEEDS)), f"nobody saw: {plant.__doc__}"


def _trouble(seed: int) -> list[str]:
    async def work() -> list[str]:
        async with World(seed, Weather.stormy()) as world:
            await session(world, seed)
            await asyncio.sleep(0)
            return list(differences(world))

    try:
        return run_virtually(work(), seed)
    except AssertionError as error:
        return [str(error)]
