"""Plan orders of every kind that fit the scripted market, whose last price is 60000 and mark 60001.5."""

from decimal import Decimal

from omega_tui.clock import ManualClock
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    OrderRequest,
    OrderType,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.venue.ledger import OrderSpec
from omega_tui.sim.venue.venue import VenueSettings
from tests.sim.protocol.scripted import BTC, ScriptedSource

MARKET = Decimal(60_000)
TICK = Decimal("0.1")


def plan_order(
    kind: PlanKind,
    held: HoldSide,
    *,
    hedge: bool,
    closes: bool = True,
    limit: bool = False,
    by: TriggerBy = TriggerBy.MARK,
    size: Decimal = Decimal("0.01"),
    ticks: int = 20_000,
    name: str = "plan-1",
    legs: bool = False,
) -> OrderRequest:
    """A plan about the position `held`, `ticks` from the market on the side where `kind` may wait.

    A trigger or trailing order that does not close opens or adds to that position.
    """
    closes = closes or kind.of_position
    side = held.opening_side.opposite if closes else held.opening_side
    trigger = MARKET + TICK * (ticks if _above(kind, side, held) else -ticks)
    away = TICK * 500 * (1 if held is HoldSide.LONG else -1)
    return OrderRequest(
        client_order_id=name,
        symbol=BTC,
        side=side,
        order_type=OrderType.LIMIT if limit and not kind.trails else OrderType.MARKET,
        size=Decimal(0) if kind.whole_position else size,
        price=trigger if limit and not kind.trails else None,
        time_in_force=TimeInForce.GTC,
        reduce_only=closes,
        margin_mode=MarginMode.CROSSED,
        hold_side=held if hedge else None,
        plan=Plan(kind, trigger, by, Decimal("0.015") if kind.trails else None),
        take_profit=trigger + away if legs else None,
        stop_loss=trigger - away if legs else None,
    )


def _above(kind: PlanKind, side: Side, held: HoldSide) -> bool:
    """Whether the trigger lies above the market: a trailing sale is armed by a rise, a trigger by either."""
    if kind.trails:
        return side is Side.SELL
    if kind.limits_loss:
        return held is HoldSide.SHORT
    return held is HoldSide.LONG


def exchange_with_positions(hedge: bool, held: HoldSide) -> SimulatedExchange:
    """A scripted exchange without sockets, 0.05 open on `held`, in hedge mode on both sides."""
    mode = facts.PositionMode.HEDGE if hedge else facts.PositionMode.ONE_WAY
    clock = ExchangeClock(ManualClock(1_790_000_000_000))
    source = ScriptedSource(clock.start_ms)
    exchange = SimulatedExchange(source, VenueSettings(mode, Decimal(1_000_000)), clock)
    for event in source.events():
        exchange.apply(event)
    for side in facts.HoldSide if hedge else (facts.HoldSide(held.value),):
        exchange.venue.place(
            OrderSpec(
                symbol=BTC,
                direction=facts.Direction.BUY if side is facts.HoldSide.LONG else facts.Direction.SELL,
                order_type=facts.OrderType.MARKET,
                size=Decimal("0.05"),
                price=None,
                force=facts.Force.GTC,
                margin_mode=facts.MarginMode.CROSSED,
                hold_side=side if hedge else None,
                closes=False,
                reduce_only=False,
                client_oid=None,
            )
        )
    return exchange
