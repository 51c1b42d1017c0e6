"""A ticket in plain words: what it would do, and what was made of what was typed. Pure."""

from collections.abc import Iterator

from omega_tui.domain.orders import HoldSide, PositionMode, Side, TimeInForce
from omega_tui.domain.values import decimal_text
from omega_tui.engine.risk.ticket import Ticket, positive


def ticket_effect(ticket: Ticket) -> str:
    """The order in one phrase: `buy 0.010 BTCUSDT at market, opens long`."""
    draft = ticket.draft
    size = "…" if ticket.size is None else decimal_text(ticket.size)
    size = "all of" if ticket.whole_position else size
    return f"{draft.side} {size} {draft.symbol} {_pricing(ticket)}, {_consequence(ticket)}"


def ticket_changes(ticket: Ticket) -> Iterator[str]:
    """What rounding, the position and the limits made of what was typed."""
    yield from _size_changes(ticket)
    draft, instrument = ticket.draft, ticket.instrument
    if draft.price is not None and ticket.price is not None and draft.price != ticket.price:
        way = "down" if draft.side is Side.BUY else "up"
        yield (
            f"price {decimal_text(draft.price)} rounded {way} to {decimal_text(ticket.price)}: "
            f"the tick is {decimal_text(instrument.tick)}"
        )
    asked = positive(draft.plan.trigger_price) if draft.plan is not None else None
    if ticket.plan is not None and asked is not None and asked != ticket.plan.trigger_price:
        yield f"trigger {decimal_text(asked)} rounded to {decimal_text(ticket.plan.trigger_price)}"
    yield from _leg_changes(ticket)


def _size_changes(ticket: Ticket) -> Iterator[str]:
    draft, instrument = ticket.draft, ticket.instrument
    asked = positive(draft.size)
    if asked is not None and draft.closes and ticket.opposite is not None and asked > ticket.opposite.size:
        yield f"size cut to the position's {decimal_text(ticket.opposite.size)} {instrument.base}"
    elif asked is not None and ticket.size is not None and asked != ticket.size:
        yield (
            f"size {decimal_text(asked)} rounded down to {decimal_text(ticket.size)}: "
            f"the lot is {decimal_text(instrument.lot)} {instrument.base}"
        )
    elif draft.size is None and draft.risk is not None and ticket.size:
        size = (
            f"{decimal_text(ticket.size)} {instrument.base} from {decimal_text(draft.risk * 100)} % at risk"
        )
        yield size if ticket.capped is None else f"{size}; {ticket.capped.name} binds: {ticket.capped.why}"


def _leg_changes(ticket: Ticket) -> Iterator[str]:
    for name, asked, now in (
        ("stop", positive(ticket.draft.stop_loss), ticket.stop),
        ("target", positive(ticket.draft.take_profit), ticket.target),
    ):
        if asked is not None and now is not None and asked != now:
            yield f"{name} {decimal_text(asked)} rounded to {decimal_text(now)}"
    if ticket.stop_source and ticket.stop is not None:
        yield f"stop at {decimal_text(ticket.stop)} {ticket.stop_source}"


def _pricing(ticket: Ticket) -> str:
    words = {TimeInForce.GTC: "limit", TimeInForce.POST_ONLY: "post-only limit"}
    word = words.get(ticket.draft.time_in_force, f"{ticket.draft.time_in_force.upper()} limit")
    price = "…" if ticket.price is None else decimal_text(ticket.price)
    priced = "at market" if ticket.takes else f"{word} {price}"
    if ticket.draft.plan is None:
        return priced
    kind = ticket.draft.plan.kind.value.replace("_", " ")
    trigger = "…" if ticket.plan is None else decimal_text(ticket.plan.trigger_price)
    return f"{priced} by a {kind} at {trigger} ({ticket.draft.plan.trigger_by})"


def _consequence(ticket: Ticket) -> str:
    held = HoldSide.SHORT if ticket.hold_side is HoldSide.LONG else HoldSide.LONG
    if ticket.draft.closes:
        whole = ticket.opposite is not None and ticket.size == ticket.opposite.size
        return f"{'closes' if whole or ticket.whole_position else 'reduces'} {ticket.hold_side}"
    if ticket.settings.position_mode is PositionMode.ONE_WAY and ticket.opposite is not None:
        if ticket.opening_size:
            return f"turns {held} into {ticket.hold_side}"
        return f"reduces {held}, not reduce-only"
    return f"{'opens' if ticket.position is None else 'adds to'} {ticket.hold_side}"
