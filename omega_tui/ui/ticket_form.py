"""The order ticket as typed so far: fields, strict number entry, and the draft they make. Pure; it draws
nothing.

A number is ASCII digits with at most one point. Exponents, commas, signs, spaces and digits of other scripts
are refused with a hint and never guessed.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Any

from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind
from omega_tui.domain.values import InvalidNumber, decimal_text, parse_decimal
from omega_tui.engine.intents import PlanDraft, TicketDraft, TicketPreview

_MOST_CHARACTERS = 20


class TicketType(Enum):
    """Order types that the ticket cycles through; the value is what the trader reads."""

    LIMIT = "limit"
    POST_ONLY = "post-only"
    MARKET = "market"
    TRIGGER = "trigger market"
    TRIGGER_LIMIT = "trigger limit"

    @property
    def waits(self) -> bool:
        """Whether such an order waits for a price before it is one."""
        return self in (TicketType.TRIGGER, TicketType.TRIGGER_LIMIT)

    @property
    def order_type(self) -> OrderType:
        """How such an order is priced."""
        at_market = self in (TicketType.MARKET, TicketType.TRIGGER)
        return OrderType.MARKET if at_market else OrderType.LIMIT

    @property
    def time_in_force(self) -> TimeInForce:
        """How long such an order rests."""
        return {
            TicketType.LIMIT: TimeInForce.GTC,
            TicketType.POST_ONLY: TimeInForce.POST_ONLY,
            TicketType.MARKET: TimeInForce.IOC,
            TicketType.TRIGGER: TimeInForce.GTC,
            TicketType.TRIGGER_LIMIT: TimeInForce.GTC,
        }[self]


class Field(Enum):
    """The ticket's fields from top to bottom."""

    TYPE = "type"
    TRIGGER = "trigger"
    PRICE = "price"
    SIZE = "size"
    CLOSES = "reduce"
    STOP = "stop"
    TARGET = "target"


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
    stop: str = ""
    target: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields that apply: a market order has no price, only a trigger waits, a close carries no legs."""
        missing: set[Field] = set()
        if self.kind.order_type is OrderType.MARKET:
            missing.add(Field.PRICE)
        if not self.kind.waits:
            missing.add(Field.TRIGGER)
        if self.closes:
            missing |= {Field.STOP, Field.TARGET}
        return tuple(field for field in Field if field not in missing)

    def draft(self) -> TicketDraft:
        """What is asked for so far; unfinished numbers are None."""
        priced = self.kind.order_type is OrderType.LIMIT
        plan = PlanDraft(PlanKind.TRIGGER, _number(self.trigger)) if self.kind.waits else None
        return TicketDraft(
            ticket_id=self.ticket_id,
            symbol=self.symbol,
            side=self.side,
            order_type=self.kind.order_type,
            time_in_force=self.kind.time_in_force,
            size=_number(self.size),
            price=_number(self.price) if priced else None,
            closes=self.closes,
            plan=plan,
            stop_loss=None if self.closes else _number(self.stop),
            take_profit=None if self.closes else _number(self.target),
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
        form = replace(self, closes=closes, hint="")
        return form if form.field in form.fields else replace(form, field=Field.SIZE)

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
        if self.field in (Field.TYPE, Field.CLOSES):
            return self
        return self._entered(self._text + character)

    def pasted(self, text: str) -> "TicketForm":
        """A pasted number replaces the field; anything else is refused whole."""
        if self.field in (Field.TYPE, Field.CLOSES):
            return self
        return self._entered(text)

    def erased(self, *, everything: bool = False) -> "TicketForm":
        """Without the last character, or empty."""
        return self._with_text("" if everything else self._text[:-1], "")

    def nudged(self, ticks: int, tick: Decimal) -> "TicketForm":
        """The price in the chosen field moved by whole ticks, never to zero or below."""
        price = _number(self._text)
        if price is None or self.field not in PRICES or self.field not in self.fields:
            return self
        moved = price + tick * ticks
        return self._with_text(decimal_text(moved), "") if moved > 0 else self

    def text_of(self, field: Field) -> str:
        """What was typed into a field that takes text."""
        texts = {
            Field.TRIGGER: self.trigger,
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
        if self.field in (Field.TYPE, Field.CLOSES):
            return self
        changes: dict[str, Any] = {self.field.value: text, "hint": hint}
        return replace(self, **changes)

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
    fixed = ("size", "price", "reduce_only", "hold_side", "stop_loss", "take_profit", "plan", "problems")
    if any(getattr(armed, name) != getattr(now, name) for name in fixed):
        return True
    before, after = armed.price_used, now.price_used
    if before is None or after is None:
        return before is not after
    return abs(after - before) * 1000 > before
