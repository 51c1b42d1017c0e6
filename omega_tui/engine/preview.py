"""What sending a ticket would do right now: legal values, figures, and everything that forbids it.

The same function prices the ticket while it is typed and judges it when it is sent, so that nothing is sent
that was not shown. It asks no exchange and changes no state.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import Position, SymbolSettings
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.margin import initial_margin, notional_value, trading_fee
from omega_tui.domain.orders import (
    HoldSide,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.sizing import legal_price, legal_size
from omega_tui.domain.values import decimal_text
from omega_tui.engine.guards import gate_problems, margin_problems, reserved_margin, rule_problems
from omega_tui.engine.intents import TicketDraft, TicketPreview
from omega_tui.engine.liquidation import Change, estimate_liquidation
from omega_tui.engine.state import State

_ZERO = Decimal(0)
_DRIFT = Decimal("0.005")
"""Largest change of a market order's figures between preview and sending, as a share."""

_WALKED_LEVELS = 400


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A draft with everything looked up and rounded that could be."""

    draft: TicketDraft
    instrument: Instrument
    settings: SymbolSettings
    hold_side: HoldSide
    position: Position | None
    opposite: Position | None
    size: Decimal | None
    price: Decimal | None
    price_used: Decimal | None

    @property
    def opening_size(self) -> Decimal:
        """How much of the order adds to a position; in one-way mode the rest nets out the opposite one."""
        if self.draft.closes or self.size is None:
            return _ZERO
        if self.settings.position_mode is PositionMode.HEDGE or self.opposite is None:
            return self.size
        return max(_ZERO, self.size - self.opposite.size)

    @property
    def takes(self) -> bool:
        """Whether the order can only be a taker."""
        return self.draft.order_type is OrderType.MARKET


def build_preview(state: State, draft: TicketDraft) -> TicketPreview:
    """The preview of `draft`; `problems` is empty when it could be sent as shown."""
    missing = tuple(_missing(state, draft))
    instrument, settings = state.instruments.get(draft.symbol), state.settings.get(draft.symbol)
    if instrument is None or settings is None:
        return _unresolved(draft, missing)
    ticket = _resolve(state, draft, instrument, settings)
    notional = _value(ticket.size, ticket.price_used)
    opening = _value(ticket.opening_size, ticket.price_used) if ticket.size is not None else None
    margin = initial_margin(opening, settings.leverage(ticket.hold_side)) if opening is not None else None
    fee = trading_fee(notional, _fee_rate(ticket, state)) if notional is not None else None
    return TicketPreview(
        size=ticket.size,
        price=ticket.price,
        price_used=ticket.price_used,
        notional=notional,
        margin=margin,
        fee=fee,
        liquidation_price=_liquidation(state, ticket),
        reduce_only=draft.closes,
        hold_side=ticket.hold_side if settings.position_mode is PositionMode.HEDGE else None,
        effect=_effect(ticket),
        changes=tuple(_changes(ticket)),
        problems=(*missing, *_problems(state, ticket, margin, fee)),
    )


def differs(shown: TicketPreview, fresh: TicketPreview) -> str | None:
    """What of the shown preview no longer holds, in plain words; None when it may be sent as shown."""
    for name, before, now in (
        ("size", shown.size, fresh.size),
        ("price", shown.price, fresh.price),
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
    ):
        if _drifted(was, current):
            return f"the {name} moved to {_text(current)}, the ticket showed {_text(was)}"
    return None


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
    if draft.size is None:
        yield "type a size"
    elif not draft.size.is_finite() or draft.size <= 0:
        yield "the size must be above zero"
    if draft.order_type is OrderType.LIMIT:
        if draft.price is None:
            yield "type a price"
        elif not draft.price.is_finite() or draft.price <= 0:
            yield "the price must be above zero"


def _unresolved(draft: TicketDraft, problems: tuple[str, ...]) -> TicketPreview:
    return TicketPreview(
        None, None, None, None, None, None, None, draft.closes, None, "nothing can be sent yet", (), problems
    )


def _resolve(state: State, draft: TicketDraft, instrument: Instrument, settings: SymbolSettings) -> _Resolved:
    direction = HoldSide.LONG if draft.side is Side.BUY else HoldSide.SHORT
    against = HoldSide.SHORT if draft.side is Side.BUY else HoldSide.LONG
    opposite = state.position(draft.symbol, against)
    size, price = _positive(draft.size), _positive(draft.price)
    if size is not None and draft.closes and opposite is not None:
        size = min(size, opposite.size)
    size = legal_size(size, instrument) if size is not None else None
    if draft.order_type is OrderType.MARKET:
        price = None
    elif price is not None:
        price = legal_price(price, draft.side, instrument)
    used = price if draft.order_type is OrderType.LIMIT else _market_price(state, draft.side, size)
    return _Resolved(
        draft=draft,
        instrument=instrument,
        settings=settings,
        hold_side=against if draft.closes else direction,
        position=state.position(draft.symbol, direction),
        opposite=opposite,
        size=size,
        price=price,
        price_used=used,
    )


def _positive(value: Decimal | None) -> Decimal | None:
    return value if value is not None and value.is_finite() and value > 0 else None


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
    # Beyond the shown book the last price stands in; `_problems` says that it does not reach.
    paid += left * Decimal(levels[-1][0])
    return paid / (size or Decimal(1))


def _value(size: Decimal | None, price: Decimal | None) -> Decimal | None:
    return notional_value(size, price) if size is not None and price is not None else None


def _fee_rate(ticket: _Resolved, state: State) -> Decimal:
    crosses = ticket.takes or ticket.draft.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
    crosses = crosses or _crosses(state, ticket)
    return ticket.instrument.taker_fee_rate if crosses else ticket.instrument.maker_fee_rate


def _touch(state: State, side: Side) -> Decimal | None:
    """The best price that an order on `side` would take."""
    levels = state.market.levels(side.opposite, 1, trusted=True)
    return Decimal(levels[0][0]) if levels else None


def _crosses(state: State, ticket: _Resolved) -> bool:
    touch = _touch(state, ticket.draft.side)
    if ticket.price is None or touch is None:
        return False
    return ticket.price >= touch if ticket.draft.side is Side.BUY else ticket.price <= touch


def _changes(ticket: _Resolved) -> Iterator[str]:
    draft, instrument = ticket.draft, ticket.instrument
    asked = _positive(draft.size)
    if asked is not None and draft.closes and ticket.opposite is not None and asked > ticket.opposite.size:
        yield f"size cut to the position's {decimal_text(ticket.opposite.size)} {instrument.base}"
    elif asked is not None and ticket.size is not None and asked != ticket.size:
        yield (
            f"size {decimal_text(asked)} rounded down to {decimal_text(ticket.size)}: "
            f"the lot is {decimal_text(instrument.lot)} {instrument.base}"
        )
    if draft.price is not None and ticket.price is not None and draft.price != ticket.price:
        way = "down" if draft.side is Side.BUY else "up"
        yield (
            f"price {decimal_text(draft.price)} rounded {way} to {decimal_text(ticket.price)}: "
            f"the tick is {decimal_text(instrument.tick)}"
        )


def _problems(state: State, ticket: _Resolved, margin: Decimal | None, fee: Decimal | None) -> Iterator[str]:
    draft = ticket.draft
    yield from gate_problems(state, draft.symbol, adds_risk=not draft.closes)
    if draft.closes and ticket.opposite is None:
        held = "short" if draft.side is Side.BUY else "long"
        yield f"there is no {held} position to close with a {draft.side}"
    if ticket.size is not None:
        yield from rule_problems(
            ticket.instrument, draft.order_type, ticket.size, ticket.price_used, closes=draft.closes
        )
    if ticket.takes and ticket.price_used is None and not draft.closes:
        yield "the book is empty on that side: a market order has no price"
    if draft.time_in_force is TimeInForce.POST_ONLY and not ticket.takes and _crosses(state, ticket):
        touch = _text(_touch(state, draft.side))
        yield f"post-only would take: the other side is at {touch}; step back or use a plain limit"
    if margin is not None and fee is not None and ticket.opening_size:
        available = state.balance.available - reserved_margin(state) if state.balance is not None else None
        yield from margin_problems(margin - min(fee, _ZERO), available, ticket.instrument.quote)


def _effect(ticket: _Resolved) -> str:
    draft = ticket.draft
    size = "…" if ticket.size is None else decimal_text(ticket.size)
    return f"{draft.side} {size} {draft.symbol} {_pricing(ticket)}, {_consequence(ticket)}"


def _pricing(ticket: _Resolved) -> str:
    if ticket.takes:
        return "at market"
    words = {TimeInForce.GTC: "limit", TimeInForce.POST_ONLY: "post-only limit"}
    word = words.get(ticket.draft.time_in_force, f"{ticket.draft.time_in_force.upper()} limit")
    return f"{word} {'…' if ticket.price is None else decimal_text(ticket.price)}"


def _consequence(ticket: _Resolved) -> str:
    held = HoldSide.SHORT if ticket.hold_side is HoldSide.LONG else HoldSide.LONG
    if ticket.draft.closes:
        whole = ticket.opposite is not None and ticket.size == ticket.opposite.size
        return f"{'closes' if whole else 'reduces'} {ticket.hold_side}"
    if ticket.settings.position_mode is PositionMode.ONE_WAY and ticket.opposite is not None:
        if ticket.size is not None and ticket.size > ticket.opposite.size:
            return f"turns {held} into {ticket.hold_side}"
        return f"reduces {held}, not reduce-only"
    return f"{'opens' if ticket.position is None else 'adds to'} {ticket.hold_side}"


def _liquidation(state: State, ticket: _Resolved) -> Decimal | None:
    if ticket.size is None or ticket.price_used is None or not ticket.size:
        return None
    side = ticket.draft.side
    change = Change(side, ticket.size, ticket.price_used, ticket.draft.closes, ticket.hold_side)
    return estimate_liquidation(state, ticket.instrument, ticket.settings, change)
