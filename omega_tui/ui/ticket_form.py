"""The order ticket as typed so far: fields, strict number entry, and the draft they make. Pure; it draws
nothing.

A number is ASCII digits with at most one point. Exponents, commas, signs, spaces and digits of other scripts
are refused with a hint and never guessed.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.domain.values import InvalidNumber, decimal_text, parse_decimal
from omega_tui.engine.intents import TicketDraft, TicketPreview

_MOST_CHARACTERS = 20


class TicketType(Enum):
    """Order types that the ticket cycles through; the value is what the trader reads."""

    LIMIT = "limit"
    POST_ONLY = "post-only"
    MARKET = "market"

    @property
    def order_type(self) -> OrderType:
        """How such an order is priced."""
        return OrderType.MARKET if self is TicketType.MARKET else OrderType.LIMIT

    @property
    def time_in_force(self) -> TimeInForce:
        """How long such an order rests."""
        return {
            TicketType.LIMIT: TimeInForce.GTC,
            TicketType.POST_ONLY: TimeInForce.POST_ONLY,
            TicketType.MARKET: TimeInForce.IOC,
        }[self]


class Field(Enum):
    """The ticket's fields from top to bottom."""

    TYPE = "type"
    PRICE = "price"
    SIZE = "size"
    CLOSES = "reduce"


@dataclass(frozen=True, slots=True)
class TicketForm:
    """An open ticket. `hint` is what was wrong with the last key, empty when nothing was."""

    ticket_id: str
    symbol: str
    side: Side
    kind: TicketType = TicketType.LIMIT
    price: str = ""
    size: str = ""
    closes: bool = False
    field: Field = Field.SIZE
    hint: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields that apply: a market order has no price."""
        return tuple(
            field for field in Field if field is not Field.PRICE or self.kind is not TicketType.MARKET
        )

    def draft(self) -> TicketDraft:
        """What is asked for so far; unfinished numbers are None."""
        priced = self.kind is not TicketType.MARKET
        return TicketDraft(
            ticket_id=self.ticket_id,
            symbol=self.symbol,
            side=self.side,
            order_type=self.kind.order_type,
            time_in_force=self.kind.time_in_force,
            size=_number(self.size),
            price=_number(self.price) if priced else None,
            closes=self.closes,
        )

    def stepped(self, step: int) -> "TicketForm":
        """The next (1) or previous (-1) field."""
        fields = self.fields
        index = fields.index(self.field) if self.field in fields else 0
        return replace(self, field=fields[(index + step) % len(fields)], hint="")

    def of_kind(self, kind: TicketType) -> "TicketForm":
        """The same order as another type; a field that no longer applies gives way to the size."""
        form = replace(self, kind=kind, hint="")
        return form if form.field in form.fields else replace(form, field=Field.SIZE)

    def closing(self, closes: bool) -> "TicketForm":
        """The same order, only closing or not."""
        return replace(self, closes=closes, hint="")

    def toggled(self, step: int = 1) -> "TicketForm":
        """The next choice of a field that is chosen rather than typed."""
        if self.field is Field.CLOSES:
            return self.closing(not self.closes)
        if self.field is not Field.TYPE:
            return self
        kinds = list(TicketType)
        return self.of_kind(kinds[(kinds.index(self.kind) + step) % len(kinds)])

    def typed(self, character: str) -> "TicketForm":
        """One more character in a number field, or a hint why it cannot be there."""
        if self.field not in (Field.PRICE, Field.SIZE):
            return self
        return self._entered(self._text + character)

    def pasted(self, text: str) -> "TicketForm":
        """A pasted number replaces the field; anything else is refused whole."""
        if self.field not in (Field.PRICE, Field.SIZE):
            return self
        return self._entered(text)

    def erased(self, *, everything: bool = False) -> "TicketForm":
        """Without the last character, or empty."""
        return self._with_text("" if everything else self._text[:-1], "")

    def nudged(self, ticks: int, tick: Decimal) -> "TicketForm":
        """The price moved by whole ticks, never to zero or below."""
        price = _number(self.price)
        if price is None or self.kind is TicketType.MARKET:
            return self
        moved = price + tick * ticks
        return replace(self, price=decimal_text(moved), hint="") if moved > 0 else self

    @property
    def _text(self) -> str:
        return self.price if self.field is Field.PRICE else self.size

    def _with_text(self, text: str, hint: str) -> "TicketForm":
        if self.field is Field.PRICE:
            return replace(self, price=text, hint=hint)
        return replace(self, size=text, hint=hint) if self.field is Field.SIZE else self

    def _entered(self, text: str) -> "TicketForm":
        problem = number_problem(text)
        return replace(self, hint=problem) if problem else self._with_text(text, "")


def number_problem(text: str) -> str:
    """Why `text` is not the beginning of a plain positive decimal; empty when it is."""
    if len(text) > _MOST_CHARACTERS:
        return f"more than {_MOST_CHARACTERS} characters"
    if text in ("", "."):
        return ""
    if "-" in text:
        return "no sign: the side is the ticket's"
    try:
        parse_decimal(text)
    except InvalidNumber as problem:
        return str(problem).removeprefix("number: ")
    return ""


def _number(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except InvalidNumber:
        return None


def materially_different(armed: TicketPreview, now: TicketPreview) -> bool:
    """Whether sending now would do something else than what was armed: another order, or another effect.

    Margin, fee and liquidation follow the mark from tick to tick; a market order's price may drift by a tenth
    of a percent before its armed preview counts as stale.
    """
    fixed = ("size", "price", "reduce_only", "hold_side", "problems")
    if any(getattr(armed, name) != getattr(now, name) for name in fixed):
        return True
    before, after = armed.price_used, now.price_used
    if before is None or after is None:
        return before is not after
    return abs(after - before) * 1000 > before
