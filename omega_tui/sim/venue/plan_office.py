"""The office for conditional orders: takes them in, changes, cancels and shows them.

Trigger and trailing orders enter here, take profit and stop loss of positions at `guard_office`; what happens
to all of them by itself is the business of `plan_runner`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Contract, HoldSide, OrderType, PlanStatus, PlanType, PositionMode, TriggerType
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.guard_office import GuardOffice
from omega_tui.sim.venue.guards import Guards
from omega_tui.sim.venue.intake import Market
from omega_tui.sim.venue.ledger import LedgerEvent, LedgerOrder, LedgerPlan, OrderSpec, PlanChanged, Presets
from omega_tui.sim.venue.listings import Listings
from omega_tui.sim.venue.order_rules import check_mode, check_price, check_size
from omega_tui.sim.venue.order_store import OrderStore
from omega_tui.sim.venue.plan_requests import LegChange, PlanChange, PlanRequest, changed_price
from omega_tui.sim.venue.plan_rules import (
    check_arming_price,
    check_attached,
    check_callback,
    check_entry,
    check_presets,
    check_trigger_price,
    known_plan,
    waiting_plan,
)
from omega_tui.sim.venue.plan_runner import PlanRunner
from omega_tui.sim.venue.plans import ALL, OPENERS, PlanStore, order_source
from omega_tui.sim.venue.positions import opened_side
from omega_tui.sim.venue.snowflake import Snowflakes

_ONLY_OPENING = "Only opening orders are allowed to have preset take-profit and stop-loss"


class PlanOffice:
    """Every conditional order of one account. `settle` completes an action: it lets the exchange react.

    `guards` is the office for take profit and stop loss of positions, `runner` what watches for all.
    """

    def __init__(
        self,
        markets: Mapping[str, Market],
        account: Account,
        orders: OrderStore,
        desk: Desk,
        listings: Listings,
        ids: Snowflakes,
        now_ms: Callable[[], int],
        choices: Choices,
        emit: Callable[[LedgerEvent], None],
        settle: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._account = account
        self._orders = orders
        self._listings = listings
        self._ids = ids
        self._now_ms = now_ms
        self._choices = choices
        self._settle = settle
        self._store = PlanStore(lambda plan: emit(PlanChanged(plan)))
        guards = Guards(markets, account, listings, self._store, ids, now_ms, choices)
        self.guards = GuardOffice(self._store, guards, desk, choices, settle)
        self.runner = PlanRunner(markets, account, orders, desk, self._store, guards, now_ms)

    def place(self, asked: PlanRequest) -> LedgerPlan:
        """Take in a trigger or trailing order; returns it as accepted."""
        spec, market = asked.order, self._desk.market(asked.order.symbol)
        self._listings.check(spec)
        check_mode(spec, self._account.position_mode)
        check_size(spec, market.contract)
        check_price(spec, market.contract, None)
        self._check_opener(asked, market.contract)
        self._check_arming(asked)
        check_entry(self._store, asked.plan_type, spec.symbol, spec.client_oid, self._choices)
        plan = self._draft(asked)
        self._store.put(plan)
        self._settle()
        return plan

    def modify(
        self, plan_id: str | None, client_oid: str | None, symbol: str | None, change: PlanChange
    ) -> LedgerPlan:
        """Change a trigger or trailing order that still waits; it keeps its id.

        Refused 43025 when there is none, 43026 when it is decided, 40923 for no change at all. A new trigger
        is measured anew: the plan then waits for the market to come from where it is now.
        """
        if change == PlanChange():
            raise refusal(Code.NOTHING_MODIFIED)
        plan = waiting_plan(self._store, plan_id, client_oid, symbol, OPENERS)
        asked = _changed(plan, change)
        contract = self._desk.market(plan.order.symbol).contract
        check_size(asked.order, contract)
        check_price(asked.order, contract, None)
        self._check_opener(asked, contract)
        kept = (asked.trigger_price, asked.trigger_type) == (plan.trigger_price, plan.trigger_type)
        if not kept:
            self._check_arming(asked)
        fresh = self._draft(asked)
        modified = replace(
            fresh,
            plan_id=plan.plan_id,
            client_oid=plan.client_oid,
            created_ms=plan.created_ms,
            rises=plan.rises if kept else fresh.rises,
            extreme=plan.extreme if kept else None,
        )
        self._store.put(modified)
        self._settle()
        return modified

    def cancel(
        self, plan_id: str | None, client_oid: str | None, symbol: str | None, types: Collection[PlanType]
    ) -> LedgerPlan:
        """Cancel one plan of these types; one of another type does not exist here (43025, 43020, 43033)."""
        gone = self._cancelled(waiting_plan(self._store, plan_id, client_oid, symbol, types))
        self._settle()
        return gone

    def cancel_many(self, symbol: str | None, types: Collection[PlanType]) -> list[LedgerPlan]:
        """Cancel every plan of these types, of one contract or of all; Refused 22001 when there is none."""
        if symbol is not None:
            self._desk.market(symbol)
        waiting = self._store.pending(symbol, types)
        if not waiting:
            raise refusal(Code.NO_ORDER_TO_CANCEL)
        gone = [self._cancelled(plan) for plan in waiting]
        self._settle()
        return gone

    def trigger(self, plan: LedgerPlan) -> None:
        """Let a waiting plan trigger now, as if the price had got there."""
        self.runner.trigger([plan])
        self._settle()

    def pending(self, symbol: str | None = None, types: Collection[PlanType] = ALL) -> list[LedgerPlan]:
        """Plans that wait, newest first."""
        return self._store.pending(symbol, types)[::-1]

    def decided(self, symbol: str | None = None, types: Collection[PlanType] = ALL) -> list[LedgerPlan]:
        """Executed, failed and cancelled plans, newest first."""
        return self._store.decided(symbol, types)

    def find(self, plan_id: str | None, client_oid: str | None, types: Collection[PlanType]) -> LedgerPlan:
        """A plan of these types, whatever became of it; Refused as `cancel` when there is none."""
        return known_plan(self._store, plan_id, client_oid, None, types)

    def executed_order(self, plan: LedgerPlan) -> LedgerOrder | None:
        """The order that a plan placed, as it stands now; None when there is none (any more)."""
        if plan.execute_order_id is None:
            return None
        return self._orders.find(plan.order.symbol, plan.execute_order_id, None)

    def check_presets(self, spec: OrderSpec) -> None:
        """Whether an order may bring these presets along; raises `Refused` with Bitget's code."""
        if not spec.presets:
            return
        check_mode(spec, self._account.position_mode)
        side = self._opened(spec)
        if side is not None:
            market = self._desk.market(spec.symbol)
            check_presets(spec, side, market.ticker.price_by(TriggerType.LAST), market.contract)
        elif self._choices.closing_presets_refused:
            raise refusal(Code.PARAMETER_EXCEPTION, _ONLY_OPENING)

    def _opened(self, spec: OrderSpec) -> HoldSide | None:
        """The side that an order may open, None when it can only close."""
        if self._account.position_mode is PositionMode.HEDGE:
            return None if spec.closes else spec.hold_side
        return None if spec.reduce_only else opened_side(spec.direction)

    def _check_opener(self, asked: PlanRequest, contract: Contract) -> None:
        check_trigger_price(asked.trigger_price, contract)
        if asked.plan_type is PlanType.TRACK:
            check_callback(asked.plan_type, asked.callback)
        side = self._opened(asked.order)
        if asked.order.presets and side is not None:
            check_attached(asked.order, side, asked.plan_type, asked.trigger_price, contract)
        elif asked.order.presets and self._choices.closing_presets_refused:
            raise refusal(Code.PARAMETER_EXCEPTION, _ONLY_OPENING)

    def _check_arming(self, asked: PlanRequest) -> None:
        if asked.plan_type is PlanType.TRACK:
            check_arming_price(self._rises(asked), asked.trigger_price, self._price(asked))

    def _price(self, asked: PlanRequest) -> Decimal | None:
        return self._desk.market(asked.order.symbol).ticker.price_by(asked.trigger_type)

    def _rises(self, asked: PlanRequest) -> bool:
        """A trigger is crossed from where the price stands now; a trailing sale is armed by a rise."""
        if asked.plan_type is PlanType.TRACK:
            return opened_side(asked.order.direction) is HoldSide.SHORT
        price = self._price(asked)
        return price is None or asked.trigger_price >= price

    def _draft(self, asked: PlanRequest) -> LedgerPlan:
        now, spec = self._now_ms(), asked.order
        plan_id = self._ids.next()
        source = order_source(asked.plan_type, spec.order_type)
        return LedgerPlan(
            plan_id=plan_id,
            client_oid=spec.client_oid or self._ids.next(),
            plan_type=asked.plan_type,
            order=replace(spec, client_oid=None, order_source=source),
            trigger_price=asked.trigger_price,
            trigger_type=asked.trigger_type,
            rises=self._rises(asked),
            callback=asked.callback,
            position_id=None,
            position_mode=self._account.position_mode,
            status=PlanStatus.LIVE,
            created_ms=now,
            updated_ms=now,
        )

    def _cancelled(self, plan: LedgerPlan) -> LedgerPlan:
        gone = replace(plan, status=PlanStatus.CANCELLED, updated_ms=self._now_ms())
        self._store.put(gone)
        return gone


def _changed(plan: LedgerPlan, change: PlanChange) -> PlanRequest:
    """What would have to be asked for to get the plan as it shall be."""
    spec = plan.order
    limit = spec.order_type is OrderType.LIMIT
    order = replace(
        spec,
        size=spec.size if change.size is None else change.size,
        price=(spec.price if change.price is None else change.price) if limit else None,
        presets=_with_legs(spec.presets, change.take_profit, change.stop_loss),
    )
    return PlanRequest(
        plan_type=plan.plan_type,
        order=order,
        trigger_price=plan.trigger_price if change.trigger_price is None else change.trigger_price,
        trigger_type=change.trigger_type or plan.trigger_type,
        callback=plan.callback if change.callback is None else change.callback,
    )


def _with_legs(presets: Presets, profit: LegChange, loss: LegChange) -> Presets:
    take, take_execute = _leg(profit, presets.take_profit, presets.take_profit_execute)
    stop, stop_execute = _leg(loss, presets.stop_loss, presets.stop_loss_execute)
    return Presets(
        take_profit=take,
        stop_loss=stop,
        take_profit_execute=take_execute,
        stop_loss_execute=stop_execute,
        take_profit_type=profit.trigger_type or presets.take_profit_type,
        stop_loss_type=loss.trigger_type or presets.stop_loss_type,
    )


def _leg(
    change: LegChange, trigger: Decimal | None, execute: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Trigger and execute price of a leg after a change; neither when it is removed."""
    trigger = changed_price(change.trigger_price, trigger)
    return trigger, changed_price(change.execute_price, execute) if trigger is not None else None
