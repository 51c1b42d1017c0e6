"""The order ticket as typed so far: its fields, their texts, and what the keys do to them. Pure; it draws
nothing.

Prices, sizes, stops and targets are written in the order language; what they come to is `ticket_reading`'s
business.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Any

from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.domain.plans import TriggerBy
from omega_tui.domain.values import InvalidNumber, decimal_text, parse_decimal
from omega_tui.engine.intents import TicketPreview

_MOST_CHARACTERS = 40
_MOST_DIGITS = 20


class TicketType(Enum):
    """Order types that the ticket cycles through; the value is what the trader reads."""

    LIMIT = "limit"
    POST_ONLY = "post-only"
    MARKET = "market"
    FOK = "fill or kill"
    IOC = "immediate or cancel"
    TRIGGER = "trigger market"
    TRIGGER_LIMIT = "trigger limit"
    TRAILING = "trailing"

    @property
    def waits(self) -> bool:
        """Whether such an order waits for a price before it is one."""
        return self in (TicketType.TRIGGER, TicketType.TRIGGER_LIMIT, TicketType.TRAILING)

    @property
    def order_type(self) -> OrderType:
        """How such an order is priced."""
        at_market = self in (TicketType.MARKET, TicketType.TRIGGER, TicketType.TRAILING)
        return OrderType.MARKET if at_market else OrderType.LIMIT

    @property
    def time_in_force(self) -> TimeInForce:
        """How long such an order rests."""
        return _TIMES.get(self, TimeInForce.GTC)


_TIMES = {
    TicketType.POST_ONLY: TimeInForce.POST_ONLY,
    TicketType.MARKET: TimeInForce.IOC,
    TicketType.FOK: TimeInForce.FOK,
    TicketType.IOC: TimeInForce.IOC,
}


class Field(Enum):
    """The ticket's fields from top to bottom."""

    TYPE = "type"
    TRIGGER = "trigger"
    BY = "by"
    CALLBACK = "turn"
    PRICE = "price"
    SIZE = "size"
    CLOSES = "reduce"
    STOP = "stop"
    TARGET = "target"


CHOSEN = (Field.TYPE, Field.BY, Field.CLOSES)
"""Fields whose value is chosen rather than typed."""

PRICES = (Field.TRIGGER, Field.PRICE, Field.STOP, Field.TARGET)
"""Fields that hold a price, which a key can move by a tick."""


@dataclass(frozen=True, slots=True)
class TicketForm:
    """An open ticket. `hint` is what was wrong with the last key, empty when nothing was.

    An empty `stop` leaves the choice to the profile in force, 0 asks for none.
    """

    ticket_id: str
    symbol: str
    side: Side
    kind: TicketType = TicketType.LIMIT
    price: str = ""
    size: str = ""
    closes: bool = False
    field: Field = Field.SIZE
    hint: str = ""
    trigger: str = ""
    by: TriggerBy = TriggerBy.MARK
    callback: str = ""
    stop: str = ""
    target: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields that apply: a market order has no price, only a trigger waits, only a trailing order turns,
        a close carries no legs."""
        missing: set[Field] = set()
        if self.kind.order_type is OrderType.MARKET:
            missing.add(Field.PRICE)
        if not self.kind.waits:
            missing |= {Field.TRIGGER, Field.BY}
        if self.kind is not TicketType.TRAILING:
            missing.add(Field.CALLBACK)
        if self.closes:
            missing |= {Field.STOP, Field.TARGET}
        return tuple(field for field in Field if field not in missing)

    def same_order(self, other: "TicketForm") -> bool:
        """Whether the two ask for the same, wherever the cursor stands."""
        return replace(self, field=other.field, hint=other.hint) == other

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
        form = replace(self, closes=closes, hint="")
        return form if form.field in form.fields else replace(form, field=Field.SIZE)

    def toggled(self, step: int = 1) -> "TicketForm":
        """The next choice of the field; of the type, in a field that is typed."""
        if self.field is Field.CLOSES:
            return self.closing(not self.closes)
        if self.field is Field.BY:
            return replace(self, by=TriggerBy.LAST if self.by is TriggerBy.MARK else TriggerBy.MARK, hint="")
        kinds = list(TicketType)
        return self.of_kind(kinds[(kinds.index(self.kind) + step) % len(kinds)])

    def typed(self, text: str) -> "TicketForm":
        """More characters in a field that is typed, or a hint why they cannot be there."""
        return self if self.field in CHOSEN else self._entered(self._text + text)

    def pasted(self, text: str) -> "TicketForm":
        """A pasted text replaces the field; one that no field can hold is refused whole."""
        return self if self.field in CHOSEN else self._entered(text)

    def erased(self, *, everything: bool = False) -> "TicketForm":
        """Without the last character, or empty."""
        return self._with_text("" if everything else self._text[:-1], "")

    def nudged(self, ticks: int, tick: Decimal) -> "TicketForm":
        """The plain price in the chosen field moved by whole ticks, never to zero or below."""
        price = plain_number(self._text)
        if price is None or self.field not in PRICES or self.field not in self.fields:
            return self
        moved = price + tick * ticks
        return self._with_text(decimal_text(moved), "") if moved > 0 else self

    def text_of(self, field: Field) -> str:
        """What was typed into a field that takes text."""
        texts = {
            Field.TRIGGER: self.trigger,
            Field.CALLBACK: self.callback,
            Field.PRICE: self.price,
            Field.SIZE: self.size,
            Field.STOP: self.stop,
            Field.TARGET: self.target,
        }
        return texts.get(field, "")

    @property
    def _text(self) -> str:
        return self.text_of(self.field)

    def _with_text(self, text: str, hint: str) -> "TicketForm":
        if self.field in CHOSEN:
            return self
        changes: dict[str, Any] = {_ATTRIBUTES[self.field]: text, "hint": hint}
        return replace(self, **changes)

    def _entered(self, text: str) -> "TicketForm":
        problem = text_problem(text)
        return replace(self, hint=problem) if problem else self._with_text(text, "")


_ATTRIBUTES = {
    Field.TRIGGER: "trigger",
    Field.CALLBACK: "callback",
    Field.PRICE: "price",
    Field.SIZE: "size",
    Field.STOP: "stop",
    Field.TARGET: "target",
}


def text_problem(text: str) -> str:
    """Why no field can hold `text`; empty when one can."""
    if len(text) > _MOST_CHARACTERS:
        return f"more than {_MOST_CHARACTERS} characters"
    if not text.isascii():
        return f"{text!r} has characters that are not ASCII"
    return "" if text.isprintable() else "there is an invisible character in it: type it anew"


def number_problem(text: str) -> str:
    """Why `text` is not the beginning of a plain positive decimal; empty when it is."""
    if len(text) > _MOST_DIGITS:
        return f"more than {_MOST_DIGITS} characters"
    if text in ("", "."):
        return ""
    if "-" in text:
        return "no sign: the side is the ticket's"
    try:
        parse_decimal(text)
    except InvalidNumber as problem:
        return str(problem).removeprefix("number: ")
    return ""


def plain_number(text: str) -> Decimal | None:
    """The number that a text of digits is; None for any other text."""
    if len(text) > _MOST_DIGITS:
        return None
    try:
        number = parse_decimal(text)
    except InvalidNumber:
        return None
    return None if number.is_signed() else number


def materially_different(armed: TicketPreview, now: TicketPreview) -> bool:
    """Whether sending now would do something else than what was armed: another order, or another effect.

    Margin, fee and liquidation follow the mark from tick to tick; a market order's price may drift by a tenth
    of a percent before its armed preview counts as stale.
    """
    fixed = ("size", "price", "reduce_only", "hold_side", "stop_loss", "take_profit", "plan", "problems")
    if any(getattr(armed, name) != getattr(now, name) for name in fixed):
        return True
    before, after = armed.price_used, now.price_used
    if before is None or after is None:
        return before is not after
    return abs(after - before) * 1000 > before
