"""What an order that waits for a price, or brings stops along, must keep to before it is sent. Pure.

The exchange takes a plan order whichever side its trigger lies on; one on the wrong side fires at once, which
has cost others money. Bounds of callbacks are those of Bitget's "Place-Plan-Order" and "Place-Tpsl-Order".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, OrderType, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.domain.profiles import Profile
from omega_tui.domain.values import decimal_text
from omega_tui.engine.risk.ticket import Ticket
from omega_tui.engine.risk.touch import crosses
from omega_tui.engine.state import State

LARGEST_CALLBACK = Decimal("0.1")
"""Most that price may turn back under a trailing plan, as a share."""

_CALLBACK_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class EntryLegs:
    """The stop and the target that come with an entry on `hold_side` at `entry`, None for what is not known
    or not there. `at_once` is set for an entry that trades as soon as it arrives."""

    symbol: str
    hold_side: HoldSide
    entry: Decimal | None
    stop: Decimal | None
    target: Decimal | None
    at_once: bool = False

    @property
    def reward_to_risk(self) -> Decimal | None:
        """The target's distance from the entry over the stop's, fees left aside."""
        entry, stop, target = self.entry, self.stop, self.target
        if entry is None or stop is None or target is None or stop == entry:
            return None
        return abs(target - entry) / abs(entry - stop)

    def place_problems(self, state: State, profile: Profile | None) -> Iterator[str]:
        """Whether they lie on their sides of the entry, and as far apart as the profile asks."""
        yield from _side_problems(state, self)
        yield from _reward_problems(profile, self.reward_to_risk)

    def liquidation_problems(self, instrument: Instrument, liquidation: Decimal | None) -> Iterator[str]:
        """A stop that lies beyond the liquidation is never reached, and the loss is another than was shown.

        A hedged account may be liquidated on the far side of the entry, where no stop of this position is
        needed.
        """
        entry, stop = self.entry, self.stop
        if entry is None or stop is None or liquidation is None:
            return
        long = self.hold_side is HoldSide.LONG
        if stop <= liquidation < entry if long else stop >= liquidation > entry:
            yield (
                f"liquidated at about {liquidation:.{instrument.price_places}f}, before the stop at "
                f"{decimal_text(stop)} is reached: a nearer stop, a smaller size or a lower leverage"
            )


def legs_of(state: State, ticket: Ticket) -> EntryLegs:
    """Those of a ticket."""
    symbol, side, entry = ticket.draft.symbol, ticket.draft.side, ticket.price_used
    at_once = ticket.plan is None and (ticket.takes or crosses(state, symbol, side, ticket.price))
    return EntryLegs(symbol, ticket.hold_side, entry, ticket.stop, ticket.target, at_once)


def leg_problems(state: State, ticket: Ticket, legs: EntryLegs) -> Iterator[str]:
    """What is wrong with the stop and the target that come with an order; `legs` are what becomes of them."""
    draft, profile = ticket.draft, ticket.profile
    if draft.closes:
        if draft.stop_loss or draft.take_profit:
            yield "an order that only closes brings no stop and no target: protect the position instead"
        return
    for name, price in (("stop", draft.stop_loss), ("target", draft.take_profit)):
        if price is not None and (not price.is_finite() or price < 0):
            yield f"the {name} must be above zero"
    if draft.stop_loss == 0 and profile is not None and profile.stop_required:
        yield (
            f"{profile.name} asks for a stop with every entry: type one, "
            f"or leave it empty for one at {decimal_text(profile.stop_percent)} %"
        )
    yield from legs.place_problems(state, profile)


def plan_problems(state: State, ticket: Ticket) -> Iterator[str]:
    """What is wrong with the price that an order waits for."""
    asked, plan = ticket.draft.plan, ticket.plan
    if asked is None:
        return
    if plan is None:
        yield "type a trigger price"
        return
    if asked.kind.of_position and not ticket.draft.closes:
        yield f"a {_words(plan)} only closes: mark the order as reducing"
    if asked.kind.trails:
        yield from _callback_problems(asked.callback_rate)
        if ticket.draft.order_type is OrderType.LIMIT:
            yield "a trailing order ends at market"
    if asked.kind.of_position and ticket.opposite is not None:
        yield from _trigger_problems(state, ticket, plan)
    elif asked.kind is PlanKind.TRAILING:
        yield from _arming_problems(state, ticket, plan)


def _words(plan: Plan) -> str:
    return plan.kind.value.replace("_", " ")


def _callback_problems(rate: Decimal | None) -> Iterator[str]:
    if rate is None or not rate.is_finite() or rate <= 0:
        yield "type how far price may turn back"
    elif rate > LARGEST_CALLBACK:
        yield f"price may turn back by at most {decimal_text(LARGEST_CALLBACK * 100)} %"
    elif rate % _CALLBACK_STEP:
        yield f"the callback goes in steps of {decimal_text(_CALLBACK_STEP * 100)} %"


def _trigger_problems(state: State, ticket: Ticket, plan: Plan) -> Iterator[str]:
    """A stop of a long lies below the price that triggers it, a target above; a short mirrors it."""
    now = _triggering_price(state, ticket, plan)
    if now is None:
        yield "the price that would trigger it is not known yet"
        return
    stops = plan.kind in (PlanKind.STOP_LOSS, PlanKind.POSITION_STOP_LOSS)
    below = stops is (ticket.hold_side is HoldSide.LONG)
    wrong = plan.trigger_price >= now if below else plan.trigger_price <= now
    if wrong:
        yield (
            f"a {_words(plan)} of a {ticket.hold_side} lies {'below' if below else 'above'} the "
            f"{plan.trigger_by} price {decimal_text(now)}: at {decimal_text(plan.trigger_price)} it would "
            "fire at once"
        )


def _arming_problems(state: State, ticket: Ticket, plan: Plan) -> Iterator[str]:
    """A trailing buy follows from where price has fallen to, a sell from where it rose to (43034, 43035)."""
    now, buys = _triggering_price(state, ticket, plan), ticket.draft.side is Side.BUY
    if now is not None and (plan.trigger_price > now if buys else plan.trigger_price < now):
        way, begins = "below" if buys else "above", decimal_text(plan.trigger_price)
        yield (
            f"a trailing {ticket.draft.side} begins {way} the {plan.trigger_by} price {decimal_text(now)}: "
            f"not at {begins}"
        )


def _triggering_price(state: State, ticket: Ticket, plan: Plan) -> Decimal | None:
    if plan.trigger_by is TriggerBy.LAST and state.market.symbol == ticket.draft.symbol:
        return state.market.last_price or state.mark(ticket.draft.symbol)
    return state.mark(ticket.draft.symbol)


def _side_problems(state: State, legs: EntryLegs) -> Iterator[str]:
    """Legs lie on their sides of the entry, and of the market when the order trades at once."""
    if legs.entry is None:
        return
    references = [legs.entry]
    if legs.at_once:
        references += [price for price in (state.mark(legs.symbol), state.market.last_price) if price]
    long = legs.hold_side is HoldSide.LONG
    for name, price, below in (("stop", legs.stop, long), ("target", legs.target, not long)):
        if price is None:
            continue
        bound = min(references) if below else max(references)
        if price >= bound if below else price <= bound:
            way = "below" if below else "above"
            yield (
                f"the {name} of a {legs.hold_side} lies {way} its entry, {decimal_text(bound)}: "
                f"not at {decimal_text(price)}"
            )


def _reward_problems(profile: Profile | None, ratio: Decimal | None) -> Iterator[str]:
    if profile is not None and ratio is not None and ratio < profile.least_reward_to_risk:
        yield (
            f"reward : risk is {ratio:.2f}, {profile.name} asks for {profile.least_reward_to_risk:.3g}: "
            "move the target or the stop"
        )
