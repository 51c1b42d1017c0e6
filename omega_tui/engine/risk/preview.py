"""What sending a ticket would do right now: legal values, figures, and everything that forbids it.

The same function prices the ticket while it is typed and judges it when it is sent, so that nothing is sent
that was not shown. It asks no exchange and changes no state.
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.margin import initial_margin, notional_value, trading_fee
from omega_tui.domain.orders import OrderType, PositionMode, TimeInForce
from omega_tui.domain.risk import unit_risk
from omega_tui.domain.sizing import target_legs, unit_cost
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import TicketDraft, TicketPreview
from omega_tui.engine.risk.caps import judge
from omega_tui.engine.risk.exposure import Exposure, taker_fee
from omega_tui.engine.risk.guards import gate_problems, price_problems, rule_problems
from omega_tui.engine.risk.liquidation import Change, estimate_liquidation
from omega_tui.engine.risk.plan_checks import EntryLegs, leg_problems, legs_of, plan_problems
from omega_tui.engine.risk.ticket import Ticket, resolve
from omega_tui.engine.risk.ticket_words import ticket_changes, ticket_effect
from omega_tui.engine.risk.touch import crosses, posting_words
from omega_tui.engine.state import State

_ZERO = Decimal(0)
_DRIFT = Decimal("0.005")
"""Largest change of a market order's figures between preview and sending, as a share."""


def build_preview(state: State, draft: TicketDraft) -> TicketPreview:
    """The preview of `draft`; `problems` is empty when it could be sent as shown."""
    missing = tuple(_missing(state, draft))
    instrument, settings = state.instruments.get(draft.symbol), state.settings.get(draft.symbol)
    if instrument is None or settings is None:
        return _unresolved(draft, missing)
    exposure = Exposure(state)
    ticket = resolve(exposure, draft, instrument, settings)
    notional, liquidation = _value(ticket.size, ticket.price_used), _liquidation(state, ticket)
    legs = legs_of(state, ticket)
    opening = _value(ticket.opening_size, ticket.price_used) if ticket.size is not None else None
    return TicketPreview(
        size=ticket.size,
        price=ticket.price,
        price_used=ticket.price_used,
        notional=notional,
        margin=initial_margin(opening, settings.leverage(ticket.hold_side)) if opening is not None else None,
        fee=trading_fee(notional, ticket.entry_fee) if notional is not None else None,
        liquidation_price=liquidation,
        reduce_only=draft.closes,
        hold_side=ticket.hold_side if settings.position_mode is PositionMode.HEDGE else None,
        effect=ticket_effect(ticket),
        changes=tuple(ticket_changes(ticket)),
        problems=(*missing, *_problems(exposure, ticket, legs, liquidation)),
        loss_at_stop=_loss_at_stop(state, ticket),
        reward_to_risk=legs.reward_to_risk,
        stop_loss=ticket.stop,
        take_profit=ticket.target,
        plan=ticket.plan,
        targets=_targets(ticket),
    )


def differs(shown: TicketPreview, fresh: TicketPreview) -> str | None:
    """What of the shown preview no longer holds, in plain words; None when it may be sent as shown."""
    for name, before, now in (
        ("size", shown.size, fresh.size),
        ("price", shown.price, fresh.price),
        ("trigger", _trigger(shown), _trigger(fresh)),
        ("reduce-only", shown.reduce_only, fresh.reduce_only),
        ("position side", shown.hold_side, fresh.hold_side),
        ("effect", shown.effect, fresh.effect),
    ):
        if before != now:
            return f"the {name} is now {now}, the ticket showed {before}"
    if fresh.reduce_only:
        # A falling market is when a close must not ask for a second look.
        return None
    for name, was, current in (
        ("price", shown.price_used, fresh.price_used),
        ("margin", shown.margin, fresh.margin),
        ("stop", shown.stop_loss, fresh.stop_loss),
        ("target", shown.take_profit, fresh.take_profit),
    ):
        if _drifted(was, current):
            return f"the {name} moved to {_text(current)}, the ticket showed {_text(was)}"
    return None


def _trigger(preview: TicketPreview) -> Decimal | None:
    return preview.plan.trigger_price if preview.plan is not None else None


def _drifted(was: Decimal | None, current: Decimal | None) -> bool:
    if was is None or current is None:
        return was is not current
    return abs(current - was) > _DRIFT * max(abs(was), abs(current))


def _text(value: Decimal | None) -> str:
    return "unknown" if value is None else decimal_text(value)


def _missing(state: State, draft: TicketDraft) -> Iterator[str]:
    if draft.symbol not in state.instruments:
        yield (
            f"{draft.symbol} is not in the list of contracts"
            if state.instruments
            else ("the list of contracts has not arrived yet")
        )
    elif draft.symbol not in state.settings:
        yield f"position mode and leverage of {draft.symbol} are not known yet"
    if draft.symbol != state.market.symbol:
        yield f"{draft.symbol} is not the market on the screen"
    yield from _missing_size(draft)
    if draft.order_type is OrderType.LIMIT:
        if draft.price is None:
            yield "type a price"
        elif not draft.price.is_finite() or draft.price <= 0:
            yield "the price must be above zero"


def _missing_size(draft: TicketDraft) -> Iterator[str]:
    if draft.plan is not None and draft.plan.kind.whole_position:
        return
    if draft.size is not None:
        if not draft.size.is_finite() or draft.size <= 0:
            yield "the size must be above zero"
    elif draft.risk is None or draft.closes:
        yield "type a size"
    elif not draft.risk.is_finite() or not 0 < draft.risk < 1:
        yield "the risk must be above 0 and below 100 % of equity"


def _unresolved(draft: TicketDraft, problems: tuple[str, ...]) -> TicketPreview:
    return TicketPreview(
        None, None, None, None, None, None, None, draft.closes, None, "nothing can be sent yet", (), problems
    )


def _value(size: Decimal | None, price: Decimal | None) -> Decimal | None:
    return notional_value(size, price) if size is not None and price is not None else None


def _loss_at_stop(state: State, ticket: Ticket) -> Decimal | None:
    if ticket.stop is None or ticket.price_used is None or not ticket.opening_size:
        return None
    exit_fee = taker_fee(state, ticket.draft.symbol)
    return unit_risk(ticket.price_used, ticket.stop, ticket.entry_fee, exit_fee) * ticket.opening_size


def _targets(ticket: Ticket) -> tuple[tuple[Decimal, Decimal], ...]:
    entry, stop, profile = ticket.price_used, ticket.stop, ticket.profile
    if profile is None or entry is None or stop is None or not ticket.opening_size:
        return ()
    size = ticket.opening_size
    return target_legs(profile.targets, ticket.hold_side, entry, stop, size, ticket.instrument)


def _problems(
    exposure: Exposure, ticket: Ticket, legs: EntryLegs, liquidation: Decimal | None
) -> Iterator[str]:
    state, draft = exposure.state, ticket.draft
    yield from gate_problems(state, draft.symbol, adds_risk=not draft.closes)
    if draft.closes and ticket.opposite is None:
        held = "short" if draft.side.value == "buy" else "long"
        yield f"there is no {held} position to close with a {draft.side}"
    yield from plan_problems(state, ticket)
    yield from leg_problems(state, ticket, legs)
    if ticket.size is not None and not ticket.whole_position:
        yield from _size_problems(ticket)
    yield from _book_problems(state, ticket)
    if not draft.closes:
        yield from price_problems(state, ticket.instrument, draft.side, ticket.price, ticket.plan)
    if ticket.entry is not None:
        yield from judge(exposure, ticket.entry, ticket.instrument, ticket.settings)
    if ticket.opening_size:
        yield from legs.liquidation_problems(ticket.instrument, liquidation)


def _size_problems(ticket: Ticket) -> Iterator[str]:
    """The instrument's rules; for a size that risk left too small, what the least one would take."""
    draft, instrument, size = ticket.draft, ticket.instrument, ticket.size or _ZERO
    if draft.size is None and draft.risk is not None and size < instrument.min_size and ticket.price_used:
        price, least = ticket.price_used, instrument.min_size
        leverage = ticket.settings.leverage(ticket.hold_side)
        cost = unit_cost(price, leverage, instrument) * least
        binds = f" ({ticket.capped.name} binds)" if ticket.capped is not None else ""
        yield (
            f"{decimal_text(draft.risk * 100)} % of equity leaves no whole order{binds}: the least is "
            f"{decimal_text(least)} {instrument.base}, which takes {cost:.2f} {instrument.quote} of margin "
            "and fee"
        )
        return
    yield from rule_problems(instrument, draft.order_type, size, ticket.price_used, closes=draft.closes)


def _book_problems(state: State, ticket: Ticket) -> Iterator[str]:
    draft = ticket.draft
    if ticket.takes and ticket.price_used is None and not draft.closes and draft.plan is None:
        yield "the book is empty on that side: a market order has no price"
    posts = draft.time_in_force is TimeInForce.POST_ONLY and not ticket.takes and draft.plan is None
    if posts and crosses(state, draft.symbol, draft.side, ticket.price):
        yield posting_words(state, draft.side)


def _liquidation(state: State, ticket: Ticket) -> Decimal | None:
    if ticket.size is None or ticket.price_used is None or not ticket.size:
        return None
    side = ticket.draft.side
    change = Change(side, ticket.size, ticket.price_used, ticket.draft.closes, ticket.hold_side)
    return estimate_liquidation(state, ticket.instrument, ticket.settings, change)
