"""The largest order that the cockpit sizes is the largest that the exchange takes: one lot more is refused.

The simulator computes margin, fee and markups with code of its own, from Bitget's pages.
"""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from omega_tui.clock import SystemClock
from omega_tui.domain.events import BalanceReported, BookChanged, SettingsReported, TickerChanged
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide, OrderRequest, OrderType, PositionMode, Side, TimeInForce
from omega_tui.engine.apply import apply_event
from omega_tui.engine.intents import TicketDraft
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.risk.preview import build_preview
from omega_tui.engine.state import State
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.port import Accepted, Rejected
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.market.generated import GeneratedSource
from tests.exchange.test_against_simulator import Desk

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

SYMBOL = "BTCUSDT"
D = Decimal


@pytest.fixture(params=list(facts.PositionMode), ids=lambda mode: mode.value)
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    clock = ExchangeClock(SystemClock())
    desk = Desk(GeneratedSource(7, clock.start_ms, [SYMBOL]), clock, request.param)
    yield desk
    await desk.close()


async def known(desk: Desk, gateway: BitgetGateway) -> State:
    """What the engine would know by now, without a profile: only the exchange's own limits bind."""
    state = State(SystemClock(), EngineOptions(venue="SIM", account="test"))
    state.instruments = {each.symbol: each for each in await gateway.instruments()}
    state.tiers[SYMBOL] = await gateway.reads.tiers(SYMBOL)
    apply_event(state, SettingsReported(await gateway.reads.settings(SYMBOL)))
    apply_event(state, BalanceReported(await gateway.reads.balance()))
    apply_event(state, desk.of(TickerChanged)[-1])
    apply_event(state, desk.of(BookChanged)[-1])
    return state


def request(state: State, name: str, side: Side, size: Decimal, price: Decimal) -> OrderRequest:
    settings = state.settings[SYMBOL]
    hold = HoldSide.LONG if side is Side.BUY else HoldSide.SHORT
    hedge = settings.position_mode is PositionMode.HEDGE
    kind, force = OrderType.LIMIT, TimeInForce.GTC
    terms = (SYMBOL, side, kind, size, price, force, False, settings.margin_mode, hold if hedge else None)
    return OrderRequest(name, *terms)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("leverage", [3, 20])
async def test_the_largest_size_is_taken_and_a_lot_more_is_not(desk: Desk, side: Side, leverage: int) -> None:
    """Bug: a size that the form shows and the exchange refuses with 40762, or room that is left unused."""
    gateway = await desk.open()
    gateway.watch(SYMBOL, Timeframe.M1)
    await desk.live()
    assert isinstance(await gateway.actions.set_leverage(SYMBOL, leverage, None), Accepted)
    state = await known(desk, gateway)
    mark = state.mark(SYMBOL)
    assert mark is not None
    away = D("0.99") if side is Side.BUY else D("1.01")
    draft = TicketDraft(
        "t",
        SYMBOL,
        side,
        OrderType.LIMIT,
        TimeInForce.GTC,
        None,
        mark * away,
        risk=D("0.99"),
        stop_loss=mark * away * (D("0.999") if side is Side.BUY else D("1.001")),
    )
    preview = build_preview(state, draft)
    assert "free margin binds" in preview.changes[0]
    assert preview.size is not None
    assert preview.price is not None
    more = preview.size + state.instruments[SYMBOL].lot
    refused = await gateway.actions.place(request(state, "more1", side, more, preview.price))
    assert isinstance(refused, Rejected)
    assert refused.code == "40762"
    taken = await gateway.actions.place(request(state, "most1", side, preview.size, preview.price))
    assert isinstance(taken, Accepted)


async def test_a_crossing_order_pays_for_what_it_loses_at_once(desk: Desk) -> None:
    """Bug: the opening loss left out, and the largest order beyond the mark price is refused."""
    gateway = await desk.open()
    gateway.watch(SYMBOL, Timeframe.M1)
    await desk.live()
    state = await known(desk, gateway)
    mark = state.mark(SYMBOL)
    assert mark is not None
    price = mark * D("1.02")
    draft = TicketDraft(
        "t",
        SYMBOL,
        Side.BUY,
        OrderType.LIMIT,
        TimeInForce.GTC,
        None,
        price,
        risk=D("0.99"),
        stop_loss=mark * D("0.97"),
    )
    preview = build_preview(state, draft)
    assert preview.size is not None
    assert preview.price is not None
    # The mark price moves on meanwhile: a hundredth less is room enough for that, and still tells.
    size = (preview.size * D("0.99")).quantize(state.instruments[SYMBOL].lot)
    assert isinstance(
        await gateway.actions.place(request(state, "most2", Side.BUY, size, preview.price)), Accepted
    )
