"""Flatten gets a trader out: orders first, then every position, dust and refusals included, never twice."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from omega_tui.domain.account import Position
from omega_tui.domain.events import OrderReported
from omega_tui.domain.orders import (
    HoldSide,
    Order,
    OrderRequest,
    OrderState,
    OrderType,
    PositionMode,
    Side,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.intents import ClosePosition, Flatten, Halt
from omega_tui.engine.orders.closing import close_sizes
from omega_tui.exchange.port import Accepted, Outcome, Rejected, Unknown
from omega_tui.journal import Journal
from tests.engine.fake_gateway import BTC, D, FakeGateway, FakeReads, order, position
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


async def test_a_flatten_that_hangs_does_not_hold_the_next_market(tmp_path: Path) -> None:
    """In a storm of 429 one market's flatten may take long; another one must not wait for it."""
    two = (position(), position("2", SHORT, "3000", symbol="ETHUSDT"))
    gateway = FakeGateway(positions=two, hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        assert rig.engine.submit(Flatten("ETHUSDT")).taken
        await rig.until(lambda: gateway.placed)
        assert rig.engine.submit(Flatten("BTCUSDT")).taken
        assert not rig.engine.submit(Flatten("ETHUSDT")).taken
        await rig.until(lambda: {each.symbol for each in gateway.placed} == {"ETHUSDT", "BTCUSDT"})


class _Silent(FakeGateway):
    """Neither a cancel of everything nor a read of positions is answered while it is `mute`."""

    mute: set[str]

    async def cancel_all(self, symbol: str | None) -> Outcome:
        if "cancel_all" in self.mute:
            await asyncio.Event().wait()
        return await super().cancel_all(symbol)


class _SilentReads(FakeReads):
    async def positions(self) -> tuple[Position, ...]:
        assert isinstance(self.gateway, _Silent)
        if "positions" in self.gateway.mute:
            await asyncio.Event().wait()
        return await super().positions()


@pytest.mark.parametrize("mute", [{"cancel_all"}, {"positions"}, {"cancel_all", "positions"}])
async def test_a_silent_exchange_does_not_keep_a_flatten_waiting(tmp_path: Path, mute: set[str]) -> None:
    """Bug: ten seconds for an unanswered cancel and ten more for a read, before anything is closed."""
    gateway = _Silent(positions=(position(),), reads_type=_SilentReads)
    gateway.mute = set()
    async with running(tmp_path, gateway) as rig:
        gateway.mute = mute
        assert rig.engine.submit(Flatten("BTCUSDT")).taken
        await rig.until_advancing(lambda: gateway.placed, 0.5)
        assert rig.clock.monotonic() <= 1005
        assert [each.size for each in gateway.placed] == [D("0.5")]


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


def _close(share: str = "1", hold_side: HoldSide = LONG) -> ClosePosition:
    return ClosePosition("BTCUSDT", hold_side, D(share))


@pytest.mark.parametrize(
    ("size", "share", "closed"),
    [
        ("0.5", "0.5", "0.25"),
        ("0.5", "0.333", "0.166"),
        ("0.003", "0.5", "0.001"),
        ("0.5", "1", "0.5"),
        ("0.0105", "0.97", "0.0105"),
        ("0.010", "0.999", "0.009"),
    ],
)
async def test_a_share_is_rounded_down_and_never_leaves_dust(
    tmp_path: Path, size: str, share: str, closed: str
) -> None:
    """Half of three lots is one lot; a rest below the least order could not be closed any more."""
    async with running(tmp_path, FakeGateway(positions=(position(size),))) as rig:
        receipt = rig.engine.submit(_close(share))
        assert receipt.taken, receipt.text
        await rig.until(lambda: rig.gateway.placed or "close_position BTCUSDT None" in rig.gateway.asked)
        if D(closed) % BTC.lot:
            assert rig.gateway.placed == [], "what is no whole number of lots the exchange closes itself"
            return
        [close] = rig.gateway.placed
        assert (close.size, close.side, close.reduce_only) == (D(closed), Side.SELL, True)
        assert receipt.keys == (close.client_order_id,)


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (_close("0.001"), "least order"),
        (_close("0"), "above zero"),
        (_close("1.5"), "at most all"),
        (_close("NaN"), "above zero"),
        (_close("1", SHORT), "no short position"),
        (ClosePosition("ETHUSDT", LONG), "no long position"),
    ],
)
async def test_a_close_that_cannot_be_is_refused_in_words(
    tmp_path: Path, intent: ClosePosition, words: str
) -> None:
    async with running(tmp_path, FakeGateway(positions=(position("0.05"),))) as rig:
        receipt = rig.engine.submit(intent)
        assert (receipt.taken, words in receipt.text) == (False, True), receipt.text
        assert rig.gateway.placed == []


async def test_a_second_press_of_half_does_not_close_three_quarters(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        assert rig.engine.submit(_close("0.5")).taken
        assert "under way" in rig.engine.submit(_close("0.5")).text
        await rig.until(lambda: rig.gateway.placed)
        rig.gateway.positions = (position("0.25"),)
        rig.gateway.emit(OrderReported(_filled(rig.gateway.placed[0])))
        await rig.until(lambda: "0.25 is left" in rig.log_text())
        assert rig.engine.submit(_close("0.5")).taken, "the door opens again"


def _filled(request: OrderRequest) -> Order:
    report = order(request.client_order_id, OrderState.FILLED, side=request.side, filled=str(request.size))
    return replace(report, size=request.size, order_type=OrderType.MARKET, price=None)


async def test_closing_leaves_the_stop_of_the_position_alone(tmp_path: Path) -> None:
    """It protects until the position is gone, and goes with it."""
    plan = Plan(PlanKind.POSITION_STOP_LOSS, D("58000"), TriggerBy.MARK)
    stop = replace(order("stop", side=Side.SELL, size="0", reduce_only=True), plan=plan)
    gateway = FakeGateway(positions=(position(),), open_orders=(stop,))
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(_close())
        await rig.until(lambda: gateway.placed)
        await rig.advance(5)
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: "cancel_all BTCUSDT" in gateway.asked)
        await rig.settle()
        assert gateway.canceled == []
        assert not [each for each in gateway.asked if each.startswith("cancel_plans")]


async def test_triggers_that_would_open_again_go_before_a_flatten(tmp_path: Path) -> None:
    plan = Plan(PlanKind.TRIGGER, D("61000"), TriggerBy.MARK)
    trigger = replace(order("again", price="61000"), plan=plan)
    gateway = FakeGateway(positions=(position(),), open_orders=(trigger,))
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: gateway.placed)
        assert [each.client_order_id for each in gateway.canceled] == ["again"]


async def test_a_refused_part_is_not_made_the_whole(tmp_path: Path) -> None:
    """Asked for half, refused: closing everything instead is not what was asked for."""
    gateway = FakeGateway(positions=(position(),), on_place=lambda request: Rejected("45110", "too small"))
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(_close("0.5"))
        await rig.until(lambda: "is still open" in rig.log_text())
        assert not [each for each in gateway.asked if each.startswith("close_position")]
        assert "closing all of BTCUSDT would be left to the exchange" in rig.log_text()


@pytest.mark.parametrize(
    ("left", "words"), [((), "all closed"), ((position("0.2"),), "still open: long 0.2")]
)
async def test_a_flatten_says_what_it_left(tmp_path: Path, left: tuple[Position, ...], words: str) -> None:
    gateway = FakeGateway(positions=(position(),))
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: gateway.placed)
        gateway.positions = left
        gateway.emit(OrderReported(_filled(gateway.placed[0])))
        await rig.until(lambda: words in rig.log_text())


async def test_a_read_only_venue_closes_nothing(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(),))
    async with running(tmp_path, gateway, read_only=True) as rig:
        assert "read-only" in rig.engine.submit(_close()).text
        await rig.settle()
        assert gateway.placed == []


async def test_a_cancel_that_breaks_keeps_nobody_in_a_position(tmp_path: Path) -> None:
    """The panic path stopped at its first step, and the position stayed."""

    def broken(symbol: str | None) -> Outcome:
        raise RuntimeError("bug")

    async with running(tmp_path, FakeGateway(positions=(position(),), on_cancel_all=broken)) as rig:
        rig.engine.submit(Flatten("BTCUSDT"))
        await rig.until(lambda: rig.gateway.placed)


async def test_one_close_without_an_answer_holds_up_no_other(tmp_path: Path) -> None:
    two = (position(), position("2", SHORT, "3000", symbol="ETHUSDT"))
    gateway = FakeGateway(positions=two, hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(Flatten(None))
        await rig.until(lambda: len(gateway.placed) == 2)
        assert gateway.hold_place is not None
        gateway.hold_place.set()


async def test_one_close_that_breaks_stops_no_other(tmp_path: Path) -> None:
    def place(request: OrderRequest) -> Outcome:
        if request.symbol == "BTCUSDT":
            raise RuntimeError("bug")
        return Accepted("1", request.client_order_id)

    two = (position(), position("2", SHORT, "3000", symbol="ETHUSDT"))
    async with running(tmp_path, FakeGateway(positions=two, on_place=place)) as rig:
        rig.engine.submit(Flatten(None))
        await rig.until(lambda: len(rig.gateway.placed) == 2)
        await rig.until(lambda: "2 position(s) asked to close" in rig.log_text())
