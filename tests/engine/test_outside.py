"""What somebody else does on the account: told in words, and halted where our orders would be misread."""

from dataclasses import replace
from pathlib import Path

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.events import FillReported, OrderReported, PositionsReported
from omega_tui.domain.orders import Forced, HoldSide, MarginMode, OrderState, OrderType, PositionMode, Side
from omega_tui.engine.intents import PlaceOrder, Resume
from omega_tui.engine.views import Posture
from omega_tui.exchange.port import Rejected
from tests.engine.fake_gateway import D, FakeGateway, FakeReads, fill, order, position, settings
from tests.engine.rig import running


async def test_o25_a_liquidation_raises_the_alarm_and_has_the_account_read_again(tmp_path: Path) -> None:
    """A liquidation reads like any close; the trader must see what it was and what is left."""
    gateway = FakeGateway(positions=(position(),), open_orders=(order("web1"),))
    async with running(tmp_path, gateway) as rig:
        gateway.positions = gateway.open_orders = ()
        gateway.on_fetch_order = lambda client_order_id: order(client_order_id, OrderState.CANCELED)
        forced = fill("1", "0.5", side=Side.SELL, order_id="77", at=rig.clock.wall_ms())
        gateway.emit(FillReported(replace(forced, forced=Forced.LIQUIDATION)))
        await rig.settle()
        assert "LIQUIDATED: the exchange closed LONG 0.5 BTCUSDT" in rig.views.status().alarm
        assert (rig.views.positions().rows, rig.views.orders().rows) == ((), ())


async def test_o26_a_deleveraging_is_told_apart_from_a_liquidation(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        rig.gateway.positions = (position("0.3"),)
        forced = fill("1", "0.2", side=Side.SELL, order_id="78", at=rig.clock.wall_ms())
        rig.gateway.emit(FillReported(replace(forced, forced=Forced.DELEVERAGING)))
        await rig.settle()
        assert "DELEVERAGED (ADL)" in rig.views.status().alarm
        assert [row.size for row in rig.views.positions().rows] == [D("0.3")]


async def test_o27_a_position_that_another_client_turned_is_said_and_tickets_on_it_go_stale(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        close = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)
        shown = rig.views.preview(close)
        assert shown.problems == ()
        turned = position("0.2", HoldSide.SHORT)
        rig.gateway.positions = (turned,)
        rig.gateway.fills = (fill("1", "0.7", side=Side.SELL, order_id="55", at=rig.clock.wall_ms()),)
        rig.gateway.emit(PositionsReported((turned,), rig.clock.wall_ms()))
        assert not rig.engine.submit(PlaceOrder(close, shown)).taken, "the ticket showed another position"
        await rig.settle()
        words = "BTCUSDT turned from long 0.5 to short 0.2 by an order that was not sent from here"
        assert words in rig.views.status().alarm


async def test_a_position_that_our_own_order_turned_is_no_news(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        turning = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.7"))
        assert rig.place(turning).taken
        await rig.until(lambda: rig.gateway.placed)
        sent = rig.gateway.placed[0].client_order_id
        now = rig.clock.wall_ms()
        turned = replace(position("0.2", HoldSide.SHORT), updated_ms=now)
        rig.gateway.positions = (turned,)
        # The position's push comes first, the execution is only read.
        rig.gateway.emit(PositionsReported((turned,), now))
        rig.gateway.fills = (fill("1", "0.7", side=Side.SELL, client_order_id=sent, at=now),)
        await rig.settle()
        assert "turned from" not in rig.log_text()


async def test_o28_a_position_mode_switched_elsewhere_halts_the_symbol_until_it_is_switched_back(
    tmp_path: Path,
) -> None:
    """Bitget reads the same order otherwise in the other mode; nothing is switched back from here."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        rig.gateway.mode = PositionMode.HEDGE
        rig.gateway.positions = (position(mode=PositionMode.HEDGE),)
        rig.gateway.emit(PositionsReported(rig.gateway.positions, 2))
        status = rig.views.status()
        assert status.posture is Posture.HALT
        assert "it is hedge now and was one-way; switch it back" in status.posture_reason
        assert not rig.place().taken
        close = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)
        assert rig.views.preview(close).hold_side is HoldSide.LONG, "a close is built for the mode as it is"
        assert rig.place(close).taken
        rig.gateway.mode = PositionMode.ONE_WAY
        rig.gateway.positions = (position(),)
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 31)
        assert not [each for each in rig.gateway.asked if each.startswith("set_position_mode")]


async def test_o28_the_trader_may_go_on_in_the_other_mode(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.mode = PositionMode.HEDGE
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.HALT, 31)
        assert rig.engine.submit(Resume()).taken
        await rig.advance(31)
        assert rig.views.status().posture is Posture.NORMAL
        assert rig.views.status().position_mode is PositionMode.HEDGE


async def test_o28_a_refusal_has_the_mode_read_at_once(tmp_path: Path) -> None:
    """40774 is how a switched mode shows first while no position is open."""
    refusal = Rejected("40774", "the order type for unilateral position must also be unilateral")
    async with running(tmp_path, FakeGateway(on_place=lambda request: refusal)) as rig:
        rig.gateway.mode = PositionMode.HEDGE
        assert rig.place().taken
        await rig.until(lambda: rig.views.status().posture is Posture.HALT)


async def test_o29_leverage_and_margin_mode_changed_elsewhere_are_told_and_sized_anew(tmp_path: Path) -> None:
    class Changed(FakeReads):
        now: SymbolSettings | None = None

        async def settings(self, symbol: str) -> SymbolSettings:
            await super().settings(symbol)
            return self.now or settings(symbol)

    async with running(tmp_path, FakeGateway(reads_type=Changed)) as rig:
        before = rig.views.preview(rig.draft()).margin
        Changed.now = replace(
            settings(), margin_mode=MarginMode.ISOLATED, isolated_long_leverage=20, isolated_short_leverage=5
        )
        try:
            await rig.until_advancing(lambda: "margin mode is now isolated" in rig.log_text(), 31)
            assert "long 10x to 20x, short 10x to 5x" in rig.log_text()
            after = rig.views.preview(rig.draft()).margin
            assert before is not None
            assert after == before / 2
        finally:
            Changed.now = None


async def test_o29_a_position_that_tells_another_leverage_has_the_settings_read_at_once(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        asked = rig.gateway.asked.count("settings BTCUSDT")
        rig.gateway.positions = (replace(position(), leverage=20),)
        rig.gateway.emit(PositionsReported(rig.gateway.positions, 3))
        await rig.settle()
        assert rig.gateway.asked.count("settings BTCUSDT") == asked + 1


async def test_s16_orders_of_another_cockpit_stop_this_one_until_the_trader_says_otherwise(
    tmp_path: Path,
) -> None:
    """Two cockpits on two hosts would take each other's stops and limits for their own."""
    async with running(tmp_path) as rig:
        rig.gateway.open_orders = (order("omgelsewhere"),)
        rig.gateway.emit(OrderReported(order("omgelsewhere")))
        await rig.until(lambda: rig.views.status().posture is Posture.REDUCE_ONLY)
        reason = rig.views.status().posture_reason
        assert "another cockpit trades this account" in reason
        assert "then resume" in reason
        assert not rig.place().taken
        assert rig.engine.submit(Resume()).taken
        await rig.advance(31)
        assert rig.views.status().posture is Posture.NORMAL, "the same order is not told twice"
        rig.gateway.open_orders = (order("omgelsewhere"), order("omgagain", order_id="2"))
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.REDUCE_ONLY, 31)


async def test_an_order_that_an_earlier_run_sent_and_closed_is_our_own_when_it_turns_up(
    tmp_path: Path,
) -> None:
    refusal = Rejected("1", "no")
    async with running(tmp_path, FakeGateway(on_place=lambda request: refusal)) as rig:
        rig.place()
        await rig.until(lambda: rig.gateway.placed)
        await rig.settle()
        sent = rig.gateway.placed[0].client_order_id
    async with running(tmp_path, FakeGateway(open_orders=(order(sent),))) as rig:
        await rig.settle()
        assert rig.views.status().posture is Posture.NORMAL
        assert [row.foreign for row in rig.views.orders().rows] == [False]


async def test_orders_of_other_clients_are_no_rivals(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(open_orders=(order("web1"), order("", order_id="9")))) as rig:
        assert rig.views.status().posture is Posture.NORMAL
