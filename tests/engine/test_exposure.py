"""What is worked out once for a judgement is what each question, asked by itself, would have come to."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from omega_tui.domain.account import Position
from omega_tui.domain.events import FillReported, OrderReported, PositionsReported
from omega_tui.domain.margin import notional_value
from omega_tui.domain.orders import HoldSide, MarginMode, Order, OrderState, PositionMode, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.domain.risk import unit_risk
from omega_tui.engine.apply import apply_event
from omega_tui.engine.risk.exposure import Claim, Exposure, _position_risk, claims, equity, taker_fee
from omega_tui.engine.state import State
from tests.engine.fake_gateway import ETH, EXCHANGE_MS, D, fill, order, position, settings
from tests.engine.requests import request
from tests.engine.test_limits import guarded
from tests.engine.test_preview import a_state

S = OrderState
SYMBOLS = ("BTCUSDT", "ETHUSDT")
SIZES = st.sampled_from([D("0.01"), D("0.02"), D("0.05")])


def to_net_out(state: State, symbol: str, hold_side: HoldSide) -> Decimal:
    """What of the other side an order would close first, by the definition of one-way mode."""
    if state.settings[symbol].position_mode is PositionMode.HEDGE:
        return D(0)
    return sum((each.size for each in state.positions_of(symbol) if each.hold_side is not hold_side), D(0))


def towards(state: State, without: str | None, symbol: str, side: HoldSide) -> list[tuple[Claim, Decimal]]:
    """The claims of one side in their order, each with what of it opens."""
    left, found = to_net_out(state, symbol, side), []
    for claim in claims(state, without):
        if (claim.symbol, claim.hold_side) == (symbol, side):
            found.append((claim, max(D(0), claim.size - left)))
            left = max(D(0), left - claim.size)
    return found


def side_notional(state: State, without: str | None, symbol: str, side: HoldSide) -> Decimal:
    held = state.position(symbol, side)
    total = held.size * (state.mark(symbol) or held.entry_price) if held is not None else D(0)
    return total + sum((opens * claim.price for claim, opens in towards(state, without, symbol, side)), D(0))


def total_notional(state: State, without: str | None) -> Decimal:
    total = D(0)
    for symbol in SYMBOLS:
        sides = [side_notional(state, without, symbol, side) for side in HoldSide]
        hedged = state.settings[symbol].position_mode is PositionMode.HEDGE
        total += sum(sides) if hedged else max(sides)
    return total


def entry_risk(state: State, without: str | None) -> Decimal:
    """What the entries alone lose at their stops."""
    worth, total = equity(state), D(0)
    assert worth is not None
    for symbol in SYMBOLS:
        fee, chosen = taker_fee(state, symbol), state.settings[symbol]
        for side in HoldSide:
            for claim, opens in towards(state, without, symbol, side):
                value = notional_value(claim.size, claim.price)
                if not opens:
                    continue
                if claim.stop:
                    total += unit_risk(claim.price, claim.stop, fee, fee) * claim.size
                elif chosen.margin_mode is MarginMode.ISOLATED:
                    total += value / chosen.leverage(side)
                else:
                    total += min(worth, value)
    return total


@st.composite
def states(draw: st.DrawFn) -> State:
    """An account in either mode with positions and orders of all kinds in two markets."""
    hedged = draw(st.booleans())
    mode = PositionMode.HEDGE if hedged else PositionMode.ONE_WAY
    margin = draw(st.sampled_from(list(MarginMode)))
    state = a_state(mode)
    state.instruments["ETHUSDT"] = ETH
    for symbol in SYMBOLS:
        state.settings[symbol] = replace(settings(symbol, mode), margin_mode=margin)
    apply_event(state, PositionsReported(tuple(draw(positions(mode))), EXCHANGE_MS))
    for number in range(draw(st.integers(0, 9))):
        _order(draw, state, number, hedged)
    if draw(st.booleans()):
        apply_event(state, guarded(draw(st.sampled_from(list(HoldSide)))))
    return state


@st.composite
def positions(draw: st.DrawFn, mode: PositionMode) -> list[Position]:
    sides = list(HoldSide) if mode is PositionMode.HEDGE else [draw(st.sampled_from(list(HoldSide)))]
    chosen = [(symbol, side) for symbol in SYMBOLS for side in sides if draw(st.booleans())]
    return [position(str(draw(SIZES)), side, symbol=symbol, mode=mode) for symbol, side in chosen]


def _order(draw: st.DrawFn, state: State, number: int, hedged: bool) -> None:
    key, side, symbol = f"o{number}", draw(st.sampled_from(list(Side))), draw(st.sampled_from(SYMBOLS))
    how, size = draw(st.sampled_from(["adopted", "sent", "plan", "market", "filled"])), draw(SIZES)
    hold = (HoldSide.LONG if side is Side.BUY else HoldSide.SHORT) if hedged else None
    if how in ("sent", "market"):
        asked = replace(request(key), symbol=symbol, side=side, size=size, hold_side=hold)
        tracked = state.ledger.open(replace(asked, price=None) if how == "market" else asked, 0.0)
        state.ledger.conclude(tracked, draw(st.sampled_from([S.SENT, S.UNKNOWN, S.ACK, S.REJECTED])))
        return
    resting: Order = order(key, side=side, symbol=symbol, size=str(size), order_id=f"x{number}")
    stop = draw(st.sampled_from([None, D("57000"), D("61000")]))
    resting = replace(resting, hold_side=hold, stop_loss=stop, reduce_only=draw(st.integers(0, 4)) == 0)
    if how == "plan":
        resting = replace(resting, price=None, plan=Plan(PlanKind.TRIGGER, D("60500"), TriggerBy.MARK))
    apply_event(state, OrderReported(resting))
    if how == "filled":
        done = fill(f"t{number}", "0.005", order_id=f"x{number}", side=side, at=EXCHANGE_MS + 5)
        apply_event(state, FillReported(replace(done, symbol=symbol)))


@profile(max_examples=150, deadline=None)
@given(state=states(), without=st.sampled_from([None, "o0", "o3"]), size=SIZES)
def test_each_figure_is_what_its_definition_comes_to(
    state: State, without: str | None, size: Decimal
) -> None:
    exposure = Exposure(state, without)
    for symbol in SYMBOLS:
        for side in HoldSide:
            assert exposure.side_notional(symbol, side) == side_notional(state, without, symbol, side)
            spoken = sum((claim.size for claim, _ in towards(state, without, symbol, side)), D(0))
            free = max(D(0), to_net_out(state, symbol, side) - spoken)
            assert exposure.opening_part(symbol, side, size) == max(D(0), size - free)
    assert exposure.total_notional == total_notional(state, without)
    worth = equity(state)
    assert exposure.open_risk is not None
    assert worth is not None
    held = sum((_position_risk(state, each, worth) for each in state.positions), D(0))
    assert exposure.open_risk - held == entry_risk(state, without)


@profile(max_examples=100, deadline=None)
@given(state=states())
def test_unfinished_orders_are_those_that_are_not_at_their_end(state: State) -> None:
    """Bug: an order that ended stays counted for ever, or one that turns out to live is forgotten."""
    for tracked in list(state.ledger.unfinished()):
        state.ledger.conclude(tracked, S.NOT_SENT)
        found = state.ledger.unfinished()
        assert (tracked in found) is not tracked.order.state.terminal
        apply_event(state, OrderReported(replace(tracked.order, state=S.WORKING, order_id=f"y{tracked.key}")))
        assert tracked in state.ledger.unfinished()
