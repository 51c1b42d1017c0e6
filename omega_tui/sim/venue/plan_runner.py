"""Watches prices and positions for the conditional orders: triggers them, ends them, guards what was opened.

Whatever the exchange did, `react` looks at the prices once more. All plans that a look finds reached are
triggered by it, whatever the first of them does to the price, and are executed one after the other, a
contract's oldest first; what closes a position takes that position's other plans along before their turn.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.domain.values import floor_to_step
from omega_tui.sim.facts import HoldSide, OrderType, PlanStatus, PlanType, TriggerType
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.accounts import Account, traded_side
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.guards import Guards
from omega_tui.sim.venue.intake import Market
from omega_tui.sim.venue.ledger import (
    NO_PRESETS,
    LedgerClosedPosition,
    LedgerEvent,
    LedgerFill,
    LedgerOrder,
    LedgerPlan,
    OrderChanged,
    OrderSpec,
    PositionClosed,
    Presets,
)
from omega_tui.sim.venue.order_store import LIVE, OrderStore
from omega_tui.sim.venue.plans import (
    WHOLE_POSITION,
    PlanStore,
    closed_side,
    looked_at,
    order_source,
)

_ZERO = Decimal(0)
_PERCENT = Decimal("0.01")
_TRACKING = order_source(PlanType.TRACK, OrderType.MARKET)


@dataclass(frozen=True, slots=True)
class _Opening:
    """`size` of a position that an order opened and that has still to be guarded."""

    side: HoldSide
    position_id: str
    size: Decimal


class PlanRunner:
    """Lets the plans of one account happen; `on_ledger` must hear every event of the ledger."""

    def __init__(
        self,
        markets: Mapping[str, Market],
        account: Account,
        orders: OrderStore,
        desk: Desk,
        store: PlanStore,
        guards: Guards,
        now_ms: Callable[[], int],
    ) -> None:
        self._markets = markets
        self._account = account
        self._orders = orders
        self._desk = desk
        self._store = store
        self._guards = guards
        self._now_ms = now_ms
        self._closed: list[LedgerClosedPosition] = []
        self._opened: dict[str, _Opening] = {}
        self._ratios: dict[str, Presets] = {}
        self._seen: dict[str, tuple[Decimal | None, Decimal | None]] = {}

    def on_ledger(self, event: LedgerEvent) -> None:
        """Note what `react` has to follow: positions that end, fills of orders that bring presets along."""
        if isinstance(event, OrderChanged):
            order = event.order
            if event.fill is not None and (order.presets or order.order_source == _TRACKING):
                self._note_opening(order, event.fill)
            if order.order_id not in self._opened:
                self._note_end(order)
        elif isinstance(event, PositionClosed):
            self._closed.append(event.position)

    def react(self) -> bool:
        """Do what prices and positions ask for; whether anything was done."""
        followed = bool(self._closed or self._opened)
        if followed:
            self._end_closed()
            self._guard_opened()
        return self._trigger_reached() or followed

    def trigger(self, plans: Sequence[LedgerPlan]) -> None:
        """Trigger waiting plans, whatever the price: all of them, then execute one after the other."""
        now = self._now_ms()
        for plan in plans:
            executing = replace(plan, status=PlanStatus.EXECUTING, triggered_ms=now, updated_ms=now)
            self._store.put(executing)
        for plan in plans:
            self._execute(self._store[plan.plan_id])

    def _note_end(self, order: LedgerOrder) -> None:
        if order.status not in LIVE:
            self._guards.forget(order.order_id)

    def _note_opening(self, order: LedgerOrder, fill: LedgerFill) -> None:
        """In one-way mode a fill may close first; what it opened cannot exceed the position it left."""
        if order.trade_side == "close":
            return
        side = traded_side(order)
        position = self._account.positions.get(order.symbol, side)
        if position is None:
            return
        known = self._opened.get(order.order_id)
        before = known.size if known and known.position_id == position.position_id else _ZERO
        size = before + min(fill.size, position.size)
        self._opened[order.order_id] = _Opening(side, position.position_id, size)

    def _end_closed(self) -> None:
        """A position that is gone takes its plans along, and what it opened needs no guard any more."""
        closed, self._closed = self._closed, []
        for position in closed:
            for plan in self._store.of_position(position.symbol, position.position_id):
                self._decide(plan, PlanStatus.CANCELLED)
        gone = {position.position_id for position in closed}
        for order_id, opening in tuple(self._opened.items()):
            if opening.position_id in gone:
                del self._opened[order_id]
                self._ratios.pop(order_id, None)
                self._note_end(self._orders[order_id])

    def _guard_opened(self) -> None:
        opened, self._opened = self._opened, {}
        for order_id, opening in opened.items():
            order = self._orders[order_id]
            ratios = self._ratios.pop(order_id, None)
            presets = order.presets if ratios is None else self._priced(ratios, order, opening.side)
            self._guards.protect(order, presets, opening.side, opening.size)

    def _priced(self, ratios: Presets, order: LedgerOrder, side: HoldSide) -> Presets:
        """Percentages of the average fill price become prices, on the tick below."""
        tick = self._markets[order.symbol].contract.tick
        entry = order.average_price or _ZERO
        upwards = 1 if side is HoldSide.LONG else -1

        def price(ratio: Decimal | None, sign: int) -> Decimal | None:
            if ratio is None:
                return None
            found = floor_to_step(entry * (1 + sign * ratio * _PERCENT), tick)
            return found if found > 0 else None

        return Presets(price(ratios.take_profit, upwards), price(ratios.stop_loss, -upwards))

    def _trigger_reached(self) -> bool:
        reached = [plan for symbol in self._changed_symbols() for plan in self._reached(symbol)]
        self.trigger(reached)
        return bool(reached)

    def _changed_symbols(self) -> list[str]:
        """The contracts whose prices, or whose plans, are not those of the last look."""
        changed: list[str] = []
        for symbol in self._store.symbols:
            ticker = self._markets[symbol].ticker
            prices = ticker.price_by(TriggerType.LAST), ticker.price_by(TriggerType.MARK)
            if self._seen.get(symbol) != prices or symbol in self._store.touched:
                self._seen[symbol] = prices
                changed.append(symbol)
        self._store.touched.clear()
        return changed

    def _reached(self, symbol: str) -> list[LedgerPlan]:
        last, mark = self._seen[symbol]
        reached: list[LedgerPlan] = []
        for plan in self._store.pending(symbol):
            price = mark if plan.trigger_type is TriggerType.MARK else last
            if price is None:
                continue
            looked, triggered = looked_at(plan, price)
            if looked is not plan:
                self._store.follow(looked)
            if triggered:
                reached.append(looked)
        return reached

    def _execute(self, plan: LedgerPlan) -> None:
        """Place the plan's order; a guard whose position is gone has nothing left to do."""
        spec = plan.order if plan.position_id is None else self._closing(plan, plan.position_id)
        if spec is None:
            self._decide(plan, PlanStatus.CANCELLED)
            return
        ratios = spec.presets if plan.plan_type is PlanType.TRACK else NO_PRESETS
        try:
            order = self._desk.place(replace(spec, presets=NO_PRESETS) if ratios else spec)
        except Refused:
            self._decide(plan, PlanStatus.FAILED)
            return
        if ratios and order.order_id in self._opened:
            self._ratios[order.order_id] = ratios
        self._decide(replace(plan, execute_order_id=order.order_id), PlanStatus.EXECUTED)

    def _closing(self, plan: LedgerPlan, position_id: str) -> OrderSpec | None:
        """The order of a guard, no larger than what is left of its position; None when nothing is.

        One that closes all of a hedge position makes resting close orders give way, as closing it does.
        """
        position = self._account.positions.get(plan.order.symbol, closed_side(plan))
        if position is None or position.position_id != position_id:
            return None
        if plan.plan_type not in WHOLE_POSITION:
            return replace(plan.order, size=min(plan.order.size, position.size))
        return replace(plan.order, size=position.size, displaces=True)

    def _decide(self, plan: LedgerPlan, status: PlanStatus) -> None:
        self._store.put(replace(plan, status=status, updated_ms=self._now_ms()))
