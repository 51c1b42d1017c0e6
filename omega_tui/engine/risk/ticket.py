"""A ticket with everything looked up and rounded that could be: prices, legs and the size that risk leaves.

It judges nothing; `preview` does. Sizes that are asked for as a share of equity at risk are made here, since
the price that a market order gets depends on its size and the other way round.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.domain.account import Position, SymbolSettings
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, OrderType, Side, TimeInForce
from omega_tui.domain.plans import Plan
from omega_tui.domain.profiles import Profile
from omega_tui.domain.sizing import SizeCap, legal_exit, legal_price, legal_size, size_by_risk, tightest
from omega_tui.domain.values import decimal_text, round_to_step
from omega_tui.engine.intents import PlanDraft, TicketDraft
from omega_tui.engine.protection.cover import position_cover
from omega_tui.engine.risk.caps import Entry, size_caps
from omega_tui.engine.risk.exposure import Exposure, equity, taker_fee
from omega_tui.engine.risk.touch import crosses
from omega_tui.engine.state import State

_ZERO = Decimal(0)
_WALKED_LEVELS = 400
_SIZING_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Ticket:
    """A draft with everything looked up and rounded that could be. What is None is not known yet.

    `price_used` is where it is expected to trade. `stop` and `target` are the legs that would be attached,
    `stop_source` says where a stop comes from that nobody typed. `capped` is what stopped a size that follows
    from risk.
    """

    draft: TicketDraft
    instrument: Instrument
    settings: SymbolSettings
    profile: Profile | None
    hold_side: HoldSide
    position: Position | None
    opposite: Position | None
    size: Decimal | None
    price: Decimal | None
    price_used: Decimal | None
    plan: Plan | None
    stop: Decimal | None
    target: Decimal | None
    stop_source: str
    opening_size: Decimal
    entry_fee: Decimal
    capped: SizeCap | None = None

    @property
    def takes(self) -> bool:
        """Whether the order can only be a taker."""
        return self.draft.order_type is OrderType.MARKET

    @property
    def whole_position(self) -> bool:
        """Whether it closes whatever is open, without a size of its own."""
        return self.plan is not None and self.plan.kind.whole_position

    @property
    def entry(self) -> Entry | None:
        """The order as the limits look at it; None when it opens nothing or its price is not known."""
        if not self.opening_size or self.size is None or self.price_used is None:
            return None
        draft = self.draft
        return Entry(draft.symbol, draft.side, self.size, self.price_used, self.stop, self.entry_fee)


def resolve(
    exposure: Exposure, draft: TicketDraft, instrument: Instrument, settings: SymbolSettings
) -> Ticket:
    """Look everything up for `draft`, and size it when it asks for a share of equity at risk."""
    if draft.size is None and draft.risk is not None and not draft.closes:
        return _sized_by_risk(exposure, draft, instrument, settings)
    return _resolve(exposure, draft, instrument, settings)


def _resolve(
    exposure: Exposure, draft: TicketDraft, instrument: Instrument, settings: SymbolSettings
) -> Ticket:
    state = exposure.state
    direction = HoldSide.LONG if draft.side is Side.BUY else HoldSide.SHORT
    against = HoldSide.SHORT if draft.side is Side.BUY else HoldSide.LONG
    opposite, profile = state.position(draft.symbol, against), state.risk.profile
    size, plan = _size(draft, instrument, opposite), _plan(draft.plan, draft, instrument, against)
    price = positive(draft.price) if draft.order_type is OrderType.LIMIT else None
    price = legal_price(price, draft.side, instrument) if price is not None else None
    used = _price_used(state, draft, plan, price, size)
    opening = _opening(exposure, draft, direction, size)
    wants_legs = not draft.closes and (size is None or opening > 0)
    held = state.position(draft.symbol, direction)
    stop, source = _stop(state, draft, instrument, held, direction, used) if wants_legs else (None, "")
    target = positive(draft.take_profit)
    return Ticket(
        draft=draft,
        instrument=instrument,
        settings=settings,
        profile=profile,
        hold_side=against if draft.closes else direction,
        position=held,
        opposite=opposite,
        size=size,
        price=price,
        price_used=used,
        plan=plan,
        stop=stop,
        target=legal_exit(target, direction, instrument, stops=False) if target and wants_legs else None,
        stop_source=source,
        opening_size=opening,
        entry_fee=_fee_rate(state, draft, instrument, price),
    )


def positive(value: Decimal | None) -> Decimal | None:
    """A number that a price or size may be; None for any other."""
    return value if value is not None and value.is_finite() and value > 0 else None


def _sized_by_risk(
    exposure: Exposure, draft: TicketDraft, instrument: Instrument, settings: SymbolSettings
) -> Ticket:
    """Size and price made to agree: a larger market order trades at a worse price, which allows less.

    Every round may only shrink the size, so that what comes out keeps to what its own price allows.
    """
    ticket = _resolve(exposure, draft, instrument, settings)
    size, capped = _risk_size(exposure, ticket)
    for _ in range(_SIZING_ROUNDS):
        if size is None:
            return ticket
        ticket = replace(_resolve(exposure, replace(draft, size=size), instrument, settings), draft=draft)
        smaller, newly_capped = _risk_size(exposure, ticket)
        if smaller is None or smaller >= size:
            break
        size, capped = smaller, newly_capped
    return replace(ticket, capped=capped)


def _risk_size(exposure: Exposure, ticket: Ticket) -> tuple[Decimal | None, SizeCap | None]:
    """The size that the asked risk leaves, in whole lots, and the cap that bound it, if one did."""
    worth, draft = equity(exposure.state), ticket.draft
    risk, price, stop = draft.risk, ticket.price_used, ticket.stop
    if worth is None or price is None or stop is None or risk is None or not _is_share(risk):
        return None, None
    exit_fee = taker_fee(exposure.state, draft.symbol)
    asked = size_by_risk(worth, risk, price, stop, ticket.entry_fee, exit_fee)
    entry = Entry(draft.symbol, draft.side, asked, price, stop, ticket.entry_fee)
    caps = list(size_caps(exposure, entry, ticket.instrument, ticket.settings))
    largest = _largest_order(ticket)
    bound = tightest([*caps, *([largest] if largest is not None else [])])
    if bound is None or asked <= bound.size:
        return legal_size(asked, ticket.instrument), None
    return legal_size(max(_ZERO, bound.size), ticket.instrument), bound


def _is_share(risk: Decimal) -> bool:
    return risk.is_finite() and 0 < risk < 1


def _largest_order(ticket: Ticket) -> SizeCap | None:
    instrument = ticket.instrument
    most = instrument.max_market_size if ticket.takes else instrument.max_limit_size
    return SizeCap("largest order", most, f"{instrument.symbol} takes no larger one") if most else None


def _size(draft: TicketDraft, instrument: Instrument, opposite: Position | None) -> Decimal | None:
    if draft.plan is not None and draft.plan.kind.whole_position:
        return _ZERO
    size = positive(draft.size)
    if size is None:
        return None if draft.size != 0 or draft.risk is None else _ZERO
    if draft.closes and opposite is not None:
        size = min(size, opposite.size)
    return legal_size(size, instrument)


def _opening(exposure: Exposure, draft: TicketDraft, direction: HoldSide, size: Decimal | None) -> Decimal:
    if draft.closes or size is None:
        return _ZERO
    return exposure.opening_part(draft.symbol, direction, size)


def _plan(plan: PlanDraft | None, draft: TicketDraft, instrument: Instrument, held: HoldSide) -> Plan | None:
    """The plan with its trigger on the tick grid: one that ends a position on the side of the entry."""
    trigger = positive(plan.trigger_price) if plan is not None else None
    if plan is None or trigger is None:
        return None
    if plan.kind.of_position:
        trigger = legal_exit(trigger, held, instrument, stops=plan.kind.limits_loss)
    else:
        trigger = round_to_step(trigger, instrument.tick)
    return Plan(plan.kind, trigger, plan.trigger_by, plan.callback_rate)


def _stop(
    state: State,
    draft: TicketDraft,
    instrument: Instrument,
    held: Position | None,
    direction: HoldSide,
    price: Decimal | None,
) -> tuple[Decimal | None, str]:
    """The stop to attach, and where it comes from when nobody typed it.

    What adds to a position keeps the stop that the position has: the exchange moves the whole position's stop
    to the one that a filled order brings along. Else it lies at the profile's distance.
    """
    profile, typed = state.risk.profile, positive(draft.stop_loss)
    if typed is not None:
        return legal_exit(typed, direction, instrument, stops=True), ""
    if draft.stop_loss is not None or profile is None or not profile.stop_required or price is None:
        return None, ""
    way = -1 if direction is HoldSide.LONG else 1
    cover = position_cover(state, held) if held is not None else None
    present = cover.stop_price if cover is not None else None
    if present is not None and (present - price) * way > 0:
        return present, "as the position has it"
    stop = legal_exit(price * (1 + way * profile.stop_distance), direction, instrument, stops=True)
    return stop, f"({decimal_text(profile.stop_percent)} %) from the profile {profile.name}"


def _price_used(
    state: State, draft: TicketDraft, plan: Plan | None, price: Decimal | None, size: Decimal | None
) -> Decimal | None:
    if draft.order_type is OrderType.LIMIT:
        return price
    if draft.plan is not None:
        return plan.trigger_price if plan is not None else None
    return _market_price(state, draft.side, size)


def _market_price(state: State, side: Side, size: Decimal | None) -> Decimal | None:
    """The average price of taking `size` from the book; the touch when no size is given."""
    levels = state.market.levels(side.opposite, _WALKED_LEVELS, trusted=True)
    if not levels:
        return None
    left, paid = size or _ZERO, _ZERO
    if not left:
        return Decimal(levels[0][0])
    for price, offered in levels:
        taken = min(left, Decimal(offered))
        paid += taken * Decimal(price)
        left -= taken
        if not left:
            break
    # Beyond the shown book the last price stands in; the exchange's own cap on market orders lies below.
    paid += left * Decimal(levels[-1][0])
    return paid / (size or Decimal(1))


def _fee_rate(state: State, draft: TicketDraft, instrument: Instrument, price: Decimal | None) -> Decimal:
    takes = draft.order_type is OrderType.MARKET or draft.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
    takes = takes or crosses(state, draft.symbol, draft.side, price)
    return instrument.taker_fee_rate if takes else instrument.maker_fee_rate
