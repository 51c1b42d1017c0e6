"""Flatten gets a trader out: orders first, then every position, dust and refusals included, never twice."""

import asyncio
from pathlib import Path

import pytest

from omega_tui.domain.orders import HoldSide, OrderRequest, OrderState, OrderType, PositionMode, Side
from omega_tui.engine.closing import close_sizes
from omega_tui.engine.intents import Flatten, Halt
from omega_tui.exchange.port import Accepted, Outcome, Rejected, Unknown
from omega_tui.journal import Journal
from tests.engine.fake_gateway import BTC, D, FakeGateway, order, position
from tests.engine.rig import running

LONG, SHORT = HoldSide.LONG, HoldSide.SHORT


async def test_orders_are_cancelled_before_positions_are_closed(tmp_path: Path) -> None:
    """An entry that fills after its position was closed opens the position again."""
    gateway = FakeGateway(positions=(position(),), open_orders=(order("entry"),))
    async with running(tmp_path, gateway) as rig:
        assert rig.engine.submit(Flatten("BTCUSDT")).taken
        await rig.until(lambda: gateway.placed)
        assert gateway.asked.index("cancel_all BTCUSDT") < gateway.asked.index("place")
        [close] = gateway.placed
        assert (close.side, close.size, close.reduce_only) == (Side.SELL, D("0.5"), True)
        assert (close.order_type, close.hold_side) == (OrderType.MARKET, None)
        assert close.client_order_id.startswith("omg")


async def test_both_sides_of_a_hedge_are_closed_by_name(tmp_path: Path) -> None:
    hedge = PositionMode.HEDGE
    both = (position("0.5", LONG, mode=hedge), position("0.4", SHORT, mode=hedge))
    async with running(tmp_path, FakeGateway(positions=both, mode=hedge)) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: len(rig.gateway.placed) == 2)
        assert {(each.side, each.hold_side, each.size) for each in rig.gateway.placed} == {
            (Side.SELL, LONG, D("0.5")),
            (Side.BUY, SHORT, D("0.4")),
        }


async def test_other_markets_are_left_alone_unless_the_account_is_meant(tmp_path: Path) -> None:
    two = (position(), position("2", SHORT, "3000", symbol="ETHUSDT"))
    async with running(tmp_path, FakeGateway(positions=two)) as rig:
        rig.engine.submit(Flatten("ETHUSDT"))
        await rig.until(lambda: rig.gateway.placed)
        await rig.settle()
        assert [each.symbol for each in rig.gateway.placed] == ["ETHUSDT"]
        rig.engine.submit(Flatten(None))
        await rig.until(lambda: len(rig.gateway.placed) == 3)
        assert "cancel_all None" in rig.gateway.asked


async def test_a_second_press_while_flattening_sends_nothing_more(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(),), hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        assert rig.engine.submit(Flatten("BTCUSDT")).taken
        assert not rig.engine.submit(Flatten("BTCUSDT")).taken, "even before the first one has begun"
        await rig.until(lambda: gateway.placed)
        assert not rig.engine.submit(Flatten("BTCUSDT")).taken
        assert gateway.hold_place is not None
        gateway.hold_place.set()
        await rig.settle()
        assert len(gateway.placed) == 1


async def test_dust_below_the_minimum_is_closed_by_the_exchange(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position("0.0004"),))) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: "close_position BTCUSDT None" in rig.gateway.asked)
        assert rig.gateway.placed == []


async def test_a_refused_close_is_left_to_the_exchange(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(),), on_place=lambda request: Rejected("45110", "too small"))
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: "close_position BTCUSDT None" in gateway.asked)


async def test_a_close_of_unknown_fate_is_not_sent_again(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(),), on_place=lambda request: Unknown("timed out"))
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: rig.views.orders().rows)
        await rig.advance(10)
        assert [row.state for row in rig.views.orders().rows] == [OrderState.UNKNOWN]
        assert len(gateway.placed) == 1
        assert not [each for each in gateway.asked if each.startswith("close_position")]


async def test_without_a_journal_a_close_still_leaves_and_the_log_says_so(tmp_path: Path) -> None:
    """A full disk must not keep the trader in a position."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        assert isinstance(rig.journal, Journal)
        rig.journal.close()
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: rig.gateway.placed)
        assert rig.gateway.placed[0].reduce_only
        assert "without a record in the journal" in rig.log_text()


async def test_a_market_whose_positions_were_never_read_is_closed_by_the_exchange(tmp_path: Path) -> None:
    """Reads failed since the start: "no position was open" would be a lie told to somebody who wants out."""
    gateway = FakeGateway(positions=(position(),), reads_fail=True)
    async with running(tmp_path, gateway, live=False) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: "close_position BTCUSDT None" in gateway.asked)
        rig.engine.submit(Flatten(None))
        await rig.until(lambda: "no position is known" in rig.log_text())
        assert "no position was open" not in rig.log_text()


async def test_an_empty_account_that_was_read_once_is_known_to_be_empty(tmp_path: Path) -> None:
    """Comparing nothing with nothing is an answer too."""
    async with running(tmp_path) as rig:
        rig.gateway.reads_fail = True
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: "no position was open" in rig.log_text())


async def test_positions_last_known_are_closed_when_they_cannot_be_read(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        rig.gateway.reads_fail = True
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: rig.gateway.placed)


async def test_flatten_works_while_halted(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        rig.engine.submit(Halt())
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: rig.gateway.placed)


async def test_what_is_left_open_is_named(tmp_path: Path) -> None:
    def refuse(request: OrderRequest) -> Outcome:
        return Rejected("40774", "wrong mode")

    gateway = FakeGateway(
        positions=(position(),), on_place=refuse, on_close=lambda symbol: Rejected("41114", "maintenance")
    )
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: "left open: long 0.5 BTCUSDT: maintenance (41114)" in rig.log_text())


async def test_flattening_nothing_says_so(tmp_path: Path) -> None:
    gateway = FakeGateway(on_cancel_all=lambda symbol: Accepted(None, None))
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: "no position was open" in rig.log_text())
        assert rig.engine.submit(Flatten("BTCUSDT")).taken, "the door opens again"


@pytest.mark.parametrize(
    ("size", "sizes"),
    [("0.5", ["0.5"]), ("95", ["40", "40", "15"]), ("80", ["40", "40"]), ("0.0004", []), ("0.5001", [])],
)
def test_closes_are_split_at_the_largest_order_and_add_up(size: str, sizes: list[str]) -> None:
    assert list(close_sizes(position(size), BTC, D("60000"))) == [D(each) for each in sizes]


def test_a_position_worth_less_than_the_least_order_is_dust() -> None:
    assert list(close_sizes(position("0.001"), BTC, D("4000"))) == []
