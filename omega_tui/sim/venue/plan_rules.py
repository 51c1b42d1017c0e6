"""What a conditional order must keep to, with Bitget's codes and words.

Pure checks: each raises `Refused` or returns nothing. Codes and texts are those of Bitget's "RestAPI error
codes" page and of captured replies; where the page has two codes for one mistake, the one that a capture
shows is used.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from omega_tui.domain.values import decimal_text, is_multiple
from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Contract, HoldSide, OrderType, PlanType, TriggerType
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.ledger import LedgerPlan, OrderSpec, Presets
from omega_tui.sim.venue.order_rules import check_client_oid
from omega_tui.sim.venue.plan_requests import GuardRequest
from omega_tui.sim.venue.plans import OPENERS, PENDING, PROFIT_LOSS, TAKES_PROFIT, PlanStore

LARGEST_CALLBACK = Decimal(10)
"""Percent ("Place-Plan-Order", callbackRatio)."""
SMALLEST_RATIO, LARGEST_RATIO = Decimal("0.01"), Decimal("999.99")
"""Percent: what a trailing plan's take profit and stop loss may be ("Place-Plan-Order")."""

_Leg = tuple[bool, HoldSide]
"""Whether a leg takes profit (or stops a loss), and the side of the position it closes."""

_TAKE_LONG: Final[_Leg] = (True, HoldSide.LONG)
_TAKE_SHORT: Final[_Leg] = (True, HoldSide.SHORT)
_STOP_LONG: Final[_Leg] = (False, HoldSide.LONG)
_STOP_SHORT: Final[_Leg] = (False, HoldSide.SHORT)

_AGAINST_LAST: Final = {
    _TAKE_LONG: Code.LONG_PROFIT_BELOW_LAST,
    _TAKE_SHORT: Code.SHORT_PROFIT_ABOVE_LAST,
    _STOP_LONG: Code.LONG_LOSS_ABOVE_LAST,
    _STOP_SHORT: Code.SHORT_LOSS_BELOW_LAST,
}
_AGAINST_MARK: Final = {
    _TAKE_LONG: Code.LONG_PROFIT_BELOW_MARK,
    _TAKE_SHORT: Code.SHORT_PROFIT_ABOVE_LAST,
    _STOP_LONG: Code.LONG_LOSS_ABOVE_MARK,
    _STOP_SHORT: Code.SHORT_LOSS_BELOW_MARK,
}
"""The page has no code for a short's take profit above the mark price; it gets that of the last price."""
_AGAINST_ENTRY: Final = {
    _TAKE_LONG: Code.LONG_PROFIT_BELOW_ENTRY,
    _TAKE_SHORT: Code.SHORT_PROFIT_ABOVE_ENTRY,
    _STOP_LONG: Code.LONG_LOSS_ABOVE_ENTRY,
    _STOP_SHORT: Code.SHORT_LOSS_BELOW_ENTRY,
}
_PRESET_AGAINST_LIMIT: Final = {
    _TAKE_LONG: Code.LONG_PROFIT_BELOW_LIMIT,
    _TAKE_SHORT: Code.SHORT_PROFIT_ABOVE_LIMIT,
    _STOP_LONG: Code.LONG_LOSS_ABOVE_LIMIT,
    _STOP_SHORT: Code.SHORT_LOSS_BELOW_LIMIT,
}
_PRESET_AGAINST_LAST: Final = {
    _TAKE_LONG: Code.LONG_PRESET_PROFIT_BELOW_LAST,
    _TAKE_SHORT: Code.SHORT_PRESET_PROFIT_ABOVE_LAST,
    _STOP_LONG: Code.LONG_PRESET_LOSS_ABOVE_LAST,
    _STOP_SHORT: Code.SHORT_LOSS_BELOW_LAST,
}
_ATTACHED: Final = dict.fromkeys((_TAKE_LONG, _TAKE_SHORT, _STOP_LONG, _STOP_SHORT), Code.PRESET_MISFIT)


def check_trigger_price(price: Decimal, contract: Contract) -> None:
    """Positive and on the tick."""
    if price <= 0:
        raise refusal(Code.TRIGGER_PRICE_WRONG)
    _check_tick(price, contract)


def check_execute_price(price: Decimal | None, contract: Contract) -> None:
    """None (at market), or positive and on the tick."""
    if price is None:
        return
    if price <= 0:
        raise refusal(Code.EXECUTE_PRICE_WRONG)
    _check_tick(price, contract)


def check_callback(plan_type: PlanType, callback: Decimal | None) -> None:
    """A trailing plan turns back by more than nothing and at most ten percent."""
    name = "rangeRate" if plan_type is PlanType.MOVING else "callbackRatio"
    if callback is None:
        raise refusal(Code.PARAMETER_EMPTY, name)
    if callback <= 0:
        raise refusal(Code.CALLBACK_TOO_SMALL, "0")
    if callback > LARGEST_CALLBACK:
        raise refusal(Code.PARAMETER_WRONG, name)


def check_arming_price(rises: bool, trigger: Decimal, price: Decimal | None) -> None:
    """A trailing plan is armed by a price that the market still has to reach, or has now."""
    if price is None:
        return
    if rises and trigger < price:
        raise refusal(Code.TRIGGER_BELOW_MARKET)
    if not rises and trigger > price:
        raise refusal(Code.TRIGGER_ABOVE_MARKET)


def check_leg(asked: GuardRequest, price: Decimal | None, entry: Decimal, *, measured_by_entry: bool) -> None:
    """Take profit and stop loss lie on their side of `price`, the one that triggers them now."""
    leg = asked.plan_type in TAKES_PROFIT, asked.side
    codes = _AGAINST_MARK if asked.trigger_type is TriggerType.MARK else _AGAINST_LAST
    _check_beyond(leg, asked.trigger_price, price, codes)
    if measured_by_entry:
        _check_beyond(leg, asked.trigger_price, entry, _AGAINST_ENTRY)


def check_presets(spec: OrderSpec, side: HoldSide, last: Decimal | None, contract: Contract) -> None:
    """An order's presets lie beyond its limit, those of a market order beyond the last price."""
    check_preset_prices(spec.presets, contract)
    limit = spec.price if spec.order_type is OrderType.LIMIT else None
    codes = _PRESET_AGAINST_LAST if limit is None else _PRESET_AGAINST_LIMIT
    _check_presets_beyond(spec.presets, side, last if limit is None else limit, codes)


def check_attached(
    spec: OrderSpec, side: HoldSide, plan_type: PlanType, trigger: Decimal, contract: Contract
) -> None:
    """What a plan attaches lies beyond the price it will trade at; for a trailing plan it is percentages."""
    presets = spec.presets
    if plan_type is PlanType.TRACK:
        for ratio in (presets.take_profit, presets.stop_loss):
            if ratio is not None and not SMALLEST_RATIO <= ratio <= LARGEST_RATIO:
                raise refusal(Code.PROFIT_RATIO_OUTSIDE, f"{SMALLEST_RATIO}-{LARGEST_RATIO}")
        return
    check_preset_prices(presets, contract)
    _check_presets_beyond(presets, side, trigger if spec.price is None else spec.price, _ATTACHED)


def check_preset_prices(presets: Presets, contract: Contract) -> None:
    """Every price of presets is a price of the contract."""
    for trigger in (presets.take_profit, presets.stop_loss):
        if trigger is not None:
            check_trigger_price(trigger, contract)
    check_execute_price(presets.take_profit_execute, contract)
    check_execute_price(presets.stop_loss_execute, contract)


def check_entry(
    store: PlanStore, plan_type: PlanType, symbol: str, client_oid: str | None, choices: Choices
) -> None:
    """A new plan has a client id of its own, and only so many plans wait in one contract."""
    check_client_oid(client_oid, store.knows_client_oid(client_oid or ""))
    if plan_type in PROFIT_LOSS:
        if len(store.pending(symbol, PROFIT_LOSS)) >= choices.tpsl_per_symbol:
            raise refusal(Code.TPSL_TOO_MANY)
    elif len(store.pending(symbol, OPENERS)) >= choices.plans_per_symbol:
        raise refusal(Code.PLANS_TOO_MANY)


def known_plan(
    store: PlanStore,
    plan_id: str | None,
    client_oid: str | None,
    symbol: str | None,
    types: Collection[PlanType],
) -> LedgerPlan:
    """A plan by id (wins) or client id; of another type it does not exist (43025, 43020, 43033)."""
    if plan_id is None and client_oid is None:
        raise refusal(Code.ORDER_ID_MISSING)
    plan = store.find(plan_id, client_oid)
    if plan is not None and plan.plan_type in types and symbol in (None, plan.order.symbol):
        return plan
    if PROFIT_LOSS.issuperset(types):
        raise refusal(Code.TPSL_NOT_FOUND)
    trailing = set(types) == {PlanType.TRACK}
    raise refusal(Code.TRAILING_NOT_FOUND if trailing else Code.PLAN_NOT_FOUND)


def waiting_plan(
    store: PlanStore,
    plan_id: str | None,
    client_oid: str | None,
    symbol: str | None,
    types: Collection[PlanType],
) -> LedgerPlan:
    """As `known_plan`, and Refused 43026 or 43021 when it is decided."""
    plan = known_plan(store, plan_id, client_oid, symbol, types)
    if plan.status not in PENDING:
        raise refusal(Code.TPSL_DECIDED if plan.plan_type in PROFIT_LOSS else Code.PLAN_DECIDED)
    return plan


def _check_presets_beyond(
    presets: Presets, side: HoldSide, reference: Decimal | None, codes: Mapping[_Leg, Code]
) -> None:
    if presets.take_profit is not None:
        _check_beyond((True, side), presets.take_profit, reference, codes)
    if presets.stop_loss is not None:
        _check_beyond((False, side), presets.stop_loss, reference, codes)


def _check_beyond(leg: _Leg, trigger: Decimal, reference: Decimal | None, codes: Mapping[_Leg, Code]) -> None:
    if reference is None:
        return
    profit, side = leg
    above = profit == (side is HoldSide.LONG)
    if trigger <= reference if above else trigger >= reference:
        raise refusal(codes[leg], decimal_text(reference))


def _check_tick(price: Decimal, contract: Contract) -> None:
    if not is_multiple(price, contract.tick):
        raise refusal(Code.PRICE_OFF_TICK, decimal_text(contract.tick))
