"""What giving a position stops would do right now: legal triggers, what they lose or win, what forbids them.

The same figures judge a `Protect` when it is sent, so that nothing is sent that was not shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.domain.protection import is_confirmed, legal_trigger, loss_at, trigger_problems
from omega_tui.domain.sizing import legal_size
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account_views import ProtectPreview
from omega_tui.engine.intents import Protect
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.protection.cover import plans_of, position_words
from omega_tui.engine.risk.guards import gate_problems
from omega_tui.engine.state import State

_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Leg:
    """One stop or target to be had, and which resting plan of that kind it is, if there is one."""

    plan: Plan
    size: Decimal
    existing: Tracked | None

    @property
    def what(self) -> str:
        """Its name in plain words."""
        return "stop" if self.plan.kind.limits_loss else "target"

    @property
    def is_unchanged(self) -> bool:
        """Whether it rests as it is asked for already."""
        present = self.existing.order.plan if self.existing is not None else None
        return present is not None and present.trigger_price == self.plan.trigger_price

    def words(self, asked: TriggerBy) -> str:
        """What it will be, said also when it goes on to watch another price than was `asked` for."""
        still = f", still by the {self.plan.trigger_by} price" if self.plan.trigger_by is not asked else ""
        return f"{self.what} {decimal_text(self.plan.trigger_price)}{still}"


def build_protect_preview(state: State, intent: Protect) -> ProtectPreview:
    """The preview of `intent`; `problems` is empty when it could be sent as shown."""
    position = state.position(intent.symbol, intent.hold_side)
    instrument = state.instruments.get(intent.symbol)
    problems = list(gate_problems(state, intent.symbol, adds_risk=False))
    if position is None or instrument is None:
        problems.append(f"there is no {intent.hold_side} position in {intent.symbol} to protect")
        return ProtectPreview("", None, None, None, None, None, tuple(problems))
    legs = list(build_legs(state, position, instrument, intent))
    problems += leg_problems(state, position, instrument, intent, legs)
    prices = {leg.what: leg.plan.trigger_price for leg in legs}
    stop, target = prices.get("stop"), prices.get("target")
    loss = _loss(position, stop, intent.share, instrument)
    profit = _loss(position, target, intent.share, instrument)
    equity = state.balance.equity if state.balance is not None else None
    return ProtectPreview(
        effect=_effect(position, intent, legs),
        stop_loss=stop if stop is not None else intent.stop_loss,
        take_profit=target if target is not None else intent.take_profit,
        loss_at_stop=loss,
        loss_share=loss / equity if loss is not None and equity else None,
        profit_at_target=-profit if profit is not None else None,
        problems=tuple(problems),
    )


def _loss(
    position: Position, price: Decimal | None, share: Decimal, instrument: Instrument
) -> Decimal | None:
    if price is None:
        return None
    return loss_at(position, price, share, instrument.taker_fee_rate)


def _effect(position: Position, intent: Protect, legs: list[Leg]) -> str:
    words = [leg.words(intent.trigger_by) for leg in legs]
    words += ["no stop any more"] if intent.stop_loss == _ZERO else []
    words += ["no target any more"] if intent.take_profit == _ZERO else []
    part = "" if intent.share == _ONE else f"{decimal_text(intent.share * 100)} % of "
    return f"protect {part}{position_words(position)}: {', '.join(words)}"


def reference_price(state: State, symbol: str, trigger_by: TriggerBy) -> Decimal | None:
    """The price that a stop watches: the mark, or the last one where it is known, else the mark."""
    if trigger_by is TriggerBy.LAST and symbol == state.market.symbol:
        return state.market.last_price
    return state.mark(symbol)


def build_legs(state: State, position: Position, instrument: Instrument, intent: Protect) -> Iterator[Leg]:
    """The legs that an intent asks for, on the tick grid, each with the plan that it would change."""
    whole = intent.share == _ONE
    stop_kind = PlanKind.POSITION_STOP_LOSS if whole else PlanKind.STOP_LOSS
    target_kind = PlanKind.POSITION_TAKE_PROFIT if whole else PlanKind.TAKE_PROFIT
    size = _ZERO if whole else legal_size(position.size * intent.share, instrument)
    for price, kind in ((intent.stop_loss, stop_kind), (intent.take_profit, target_kind)):
        if price is None or not price:
            continue
        if not price.is_finite():
            continue
        trigger = legal_trigger(price, position.hold_side, kind, instrument)
        same = [each for each in plans_of(state, position) if _is_same(each, kind, size)]
        existing = same[0] if same else None
        # An amendment moves a plan; which price it watches stays.
        present = existing.order.plan if existing is not None else None
        trigger_by = present.trigger_by if present is not None else intent.trigger_by
        yield Leg(Plan(kind, trigger, trigger_by), size, existing)


def _is_same(tracked: Tracked, kind: PlanKind, size: Decimal) -> bool:
    plan = tracked.order.plan
    return plan is not None and plan.kind is kind and (kind.whole_position or tracked.order.size == size)


def leg_problems(
    state: State, position: Position, instrument: Instrument, intent: Protect, legs: list[Leg]
) -> Iterator[str]:
    """What forbids sending them, in plain words."""
    prices = [each for each in (intent.stop_loss, intent.take_profit) if each is not None]
    if not prices or not all(each.is_finite() for each in prices):
        yield "type a stop or a target"
    if not _ZERO < intent.share <= _ONE:
        yield "the share must be above zero and at most all of the position"
        return
    for leg in legs:
        reference = reference_price(state, position.symbol, leg.plan.trigger_by)
        yield from trigger_problems(position, leg.plan.kind, leg.plan.trigger_price, reference)
        if intent.share < _ONE and leg.size < instrument.min_size:
            yield f"that share is below the least size, {decimal_text(instrument.min_size)} {instrument.base}"
        if leg.existing is not None and not is_confirmed(leg.existing.order):
            yield f"a {leg.what} of this position is on its way ({leg.existing.state}): wait for its proof"
