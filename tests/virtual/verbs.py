"""Whatever a trader, or fate, can do to a world: each verb is one act, and none waits for its end.

What it needs and does not find (a price, a position, an order) makes it do nothing. Verbs draw nothing by
chance: whoever calls them chooses.
"""

from contextlib import suppress
from decimal import Decimal
from enum import StrEnum

from omega_tui.domain.orders import HoldSide, OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelScope,
    ClosePosition,
    Flatten,
    Halt,
    Intent,
    OrderFamily,
    PlaceBatch,
    PlaceOrder,
    PlanDraft,
    Protect,
    Receipt,
    Resume,
    Reverse,
    SelectProfile,
    SetLeverage,
    TicketDraft,
)
from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim import facts
from omega_tui.sim.condition import Outage, Status
from omega_tui.sim.facts import MarketFacts, PlanType
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import LedgerPlan, OrderSpec
from omega_tui.sim.venue.plan_requests import GuardChange
from tests.virtual.account_book import STOPS
from tests.virtual.network import Fate, Weather
from tests.virtual.referee import Referee
from tests.virtual.world import World

SYMBOL = "BTCUSDT"
_LOT = Decimal("0.001")
_TICK = Decimal("0.1")
_BASIS_POINTS = Decimal(10_000)


class Trouble(StrEnum):
    """What can be wrong with the exchange itself."""

    TOO_MANY_REQUESTS = "429"
    MAINTENANCE = "maintenance"


class Verbs:
    """Acts on one world; `referee` is told when somebody else changes the account."""

    def __init__(self, world: World, referee: Referee) -> None:
        self._world = world
        self._referee = referee

    def submit(self, intent: Intent) -> Receipt:
        """Hand an intent to the cockpit."""
        return self._world.submit(intent)

    @property
    def last(self) -> Decimal | None:
        """What was paid last, as far as the cockpit knows."""
        return self._world.engine.views.status().last_price

    def away(self, side: Side, points: int) -> Decimal | None:
        """A price so many basis points behind the market for `side`; ahead of it when negative."""
        if self.last is None:
            return None
        share = Decimal(points) / _BASIS_POINTS
        moved = self.last * (1 - share if side is Side.BUY else 1 + share)
        return moved.quantize(_TICK)

    def ticket(self, side: Side, lots: int, points: int | None, **more: object) -> TicketDraft | None:
        """A ticket, at market when `points` is None, else a limit so far behind the market."""
        if points is None:
            return self._world.draft(side=side, size=lots * _LOT, order_type=OrderType.MARKET, **more)
        price = self.away(side, points)
        return None if price is None else self._world.draft(side=side, size=lots * _LOT, price=price, **more)

    def place(self, draft: TicketDraft | None, presses: int = 1) -> list[Receipt]:
        """Press the send key of one ticket, once or more often."""
        if draft is None:
            return []
        preview = self._world.engine.views.preview(draft)
        return [self.submit(PlaceOrder(draft, preview)) for _ in range(presses)]

    def enter(
        self,
        side: Side,
        lots: int,
        points: int | None = None,
        force: TimeInForce = TimeInForce.GTC,
        presses: int = 1,
    ) -> list[Receipt]:
        """An entry without legs of its own."""
        return self.place(self.ticket(side, lots, points, time_in_force=force), presses)

    def enter_protected(self, side: Side, lots: int, stop_points: int, target_points: int | None) -> None:
        """A market entry that brings its stop, and perhaps its target, along."""
        target = None if target_points is None else self.away(side.opposite, target_points)
        self.place(self.ticket(side, lots, None, stop_loss=self.away(side, stop_points), take_profit=target))

    def trigger(self, side: Side, lots: int, points: int, by: TriggerBy) -> None:
        """An entry at market that waits for a price."""
        price = self.away(side, points)
        if price is not None:
            plan = PlanDraft(PlanKind.TRIGGER, price, by)
            self.place(self.ticket(side, lots, None, plan=plan))

    def reduce(self, side: Side, lots: int) -> None:
        """A market order that may only reduce."""
        self.place(self.ticket(side, lots, None, closes=True))

    def batch(self, tickets: list[tuple[Side, int, int | None, bool]]) -> None:
        """Several tickets in one go: side, lots, points behind the market, whether it only closes."""
        drafts = [self.ticket(side, lots, points, closes=closes) for side, lots, points, closes in tickets]
        previews = [(draft, self._world.engine.views.preview(draft)) for draft in drafts if draft is not None]
        if previews:
            self.submit(PlaceBatch(tuple(PlaceOrder(draft, preview) for draft, preview in previews)))

    def _order(self, number: int) -> str | None:
        rows = self._world.engine.views.orders().rows
        return rows[number % len(rows)].key if rows else None

    def cancel(self, number: int) -> None:
        """Cancel one of the orders shown."""
        key = self._order(number)
        if key is not None:
            self.submit(CancelOrder(key))

    def amend(self, number: int, lots: int, points: int) -> None:
        """Give one of the orders shown another size and price."""
        key = self._order(number)
        order = self._world.engine.order(key) if key is not None else None
        if key is not None and order is not None:
            self.submit(AmendOrder(key, size=lots * _LOT, price=self.away(order.side, points)))

    def cancel_all(self, scope: CancelScope, family: OrderFamily) -> None:
        """Cancel a family of orders."""
        self.submit(CancelAll(scope, family))

    def _position(self, number: int) -> HoldSide | None:
        rows = self._world.engine.views.positions().rows
        return rows[number % len(rows)].hold_side if rows else None

    def close(self, number: int, share: Decimal) -> None:
        """Close a share of a position."""
        side = self._position(number)
        if side is not None:
            self.submit(ClosePosition(SYMBOL, side, share))

    def reverse(self, number: int) -> None:
        """Turn a position."""
        side = self._position(number)
        if side is not None:
            self.submit(Reverse(SYMBOL, side))

    def protect(
        self,
        number: int,
        stop_points: int | None,
        target_points: int | None,
        share: Decimal = Decimal(1),
        by: TriggerBy = TriggerBy.MARK,
    ) -> None:
        """Give a position a stop, a target, or both; again is to move them."""
        side = self._position(number)
        if side is None:
            return
        stop = None if stop_points is None else self.away(side.opening_side, stop_points)
        target = None if target_points is None else self.away(side.opening_side.opposite, target_points)
        if stop is not None or target is not None:
            self.submit(Protect(SYMBOL, side, stop, target, by, share))

    def flatten(self, symbol: str | None = SYMBOL) -> None:
        """Close everything."""
        self.submit(Flatten(symbol))

    def halt(self) -> None:
        """No new risk from now on."""
        self.submit(Halt())

    def resume(self) -> None:
        """Trade on."""
        self.submit(Resume())

    def set_leverage(self, leverage: int) -> None:
        """Change the leverage."""
        self.submit(SetLeverage(SYMBOL, leverage))

    def select_profile(self, name: str) -> None:
        """Trade under other limits."""
        self.submit(SelectProfile(name))

    def befall(self, *fates: Fate) -> None:
        """What becomes of the next requests that change something."""
        self._world.weather.fates.extend(fates)

    def storm(self, rages: bool) -> None:
        """The network turns bad, or good again."""
        kept = self._world.weather.fates
        vars(self._world.weather).update({**vars(Weather.stormy() if rages else Weather()), "fates": kept})

    def cut_streams(self) -> None:
        """Every stream ends without a word."""
        self._world.cut_streams()

    def fill_disk(self, full: bool) -> None:
        """The disk is full, or has room again."""
        self._world.journal.failing = full

    def trouble(self, trouble: Trouble | None) -> None:
        """The exchange refuses whatever comes, or works again."""
        condition = self._world.exchange.sim.condition
        match trouble:
            case Trouble.TOO_MANY_REQUESTS:
                condition.enter(Status.ABNORMAL, Outage((Code.TOO_MANY_REQUESTS,), streams=False))
            case Trouble.MAINTENANCE:
                condition.enter(Status.MAINTENANCE)
            case None:
                condition.enter(Status.NORMAL)

    def step_clock(self, milliseconds: int) -> None:
        """Somebody corrects the machine's clock."""
        self._world.clock.step_wall(milliseconds)

    def jump(self, points: int) -> None:
        """Mark and last price are elsewhere for a moment."""
        exchange = self._world.exchange.sim
        mark = exchange.venue.ticker(SYMBOL).mark
        if mark is None:
            return
        price = decimal_text((mark * (1 + Decimal(points) / _BASIS_POINTS)).quantize(_TICK))
        self._referee.note_news()
        exchange.apply(MarketFacts(SYMBOL, exchange.clock.now_ms(), mark_price=price, last_price=price))

    def other_trades(
        self, side: Side, lots: int, *, closes: bool = False, price: Decimal | None = None
    ) -> None:
        """Another client of the account trades at market, or rests at `price`."""
        venue = self._world.exchange.sim.venue
        hedge = venue.position_mode is facts.PositionMode.HEDGE
        direction = facts.Direction(side.value)
        held = HoldSide.LONG if (side is Side.BUY) is not closes else HoldSide.SHORT
        spec = OrderSpec(
            symbol=SYMBOL,
            direction=direction,
            order_type=facts.OrderType.MARKET if price is None else facts.OrderType.LIMIT,
            size=lots * _LOT,
            price=price,
            force=facts.Force.GTC,
            margin_mode=venue.leverage(SYMBOL).margin_mode,
            hold_side=facts.HoldSide(held.value) if hedge else None,
            closes=closes,
            reduce_only=closes and not hedge,
            client_oid=f"other-{self._world.ids.token(12)}",
        )
        self._referee.note_news()
        with suppress(Refused):
            venue.place(spec)

    def _stop(self) -> LedgerPlan | None:
        plans = self._world.exchange.sim.venue.plans.pending()
        return next((plan for plan in plans if plan.plan_type in STOPS), None)

    def other_cancels_stop(self) -> None:
        """Another client cancels the newest stop."""
        plan = self._stop()
        if plan is not None:
            self._referee.note_news()
            self._world.exchange.sim.venue.plans.cancel(plan.plan_id, None, SYMBOL, tuple(PlanType))

    def other_moves_stop(self, points: int) -> None:
        """Another client moves the newest stop by so many basis points."""
        plan = self._stop()
        if plan is not None:
            price = (plan.trigger_price * (1 + Decimal(points) / _BASIS_POINTS)).quantize(_TICK)
            with suppress(Refused):
                guards = self._world.exchange.sim.venue.plans.guards
                guards.modify(plan.plan_id, None, SYMBOL, GuardChange(price))

    def other_cancels_orders(self) -> None:
        """Another client cancels every plain order."""
        with suppress(Refused):
            self._world.exchange.sim.venue.cancel_many(SYMBOL)
