"""What a ticket's texts come to by the facts of a moment: the draft they make, and what is wrong with each.

A number by itself is a price, and in the size field a number of coins; everything else is the order language.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from omega_tui.domain.orders import HoldSide, OrderType, Side
from omega_tui.domain.plans import PlanKind
from omega_tui.engine.intents import PlanDraft, TicketDraft
from omega_tui.language.facts import Facts
from omega_tui.language.mistakes import Mistake, Unresolved
from omega_tui.language.reading import read_leg, read_price, read_risk, read_share, read_size
from omega_tui.language.resolving import (
    ResolvedSize,
    resolve_leg,
    resolve_price,
    resolve_size,
    trailing_start,
)
from omega_tui.language.terms import Unit
from omega_tui.ui.ticket_form import Field, TicketForm, TicketType, plain_number

_Value = TypeVar("_Value")

_UNKNOWN = "the market's rules have not arrived yet"


@dataclass(slots=True)
class ReadTicket:
    """`draft` holds what could be read, None where nothing could; `troubles` says why, by field."""

    draft: TicketDraft
    troubles: dict[Field, str] = field(default_factory=dict)

    @property
    def trouble(self) -> str:
        """The first thing that is wrong, with its field; empty for nothing."""
        return next((f"{where.value}: {words}" for where, words in self.troubles.items()), "")


def read_ticket(form: TicketForm, facts: Facts | None, default_stop: Decimal | None = None) -> ReadTicket:
    """The draft of a form. `default_stop` is where the stop goes that nobody typed: targets in R need it."""
    return _Reading(form, facts, default_stop).read()


class _Reading:
    """One pass over a form, field by field."""

    def __init__(self, form: TicketForm, facts: Facts | None, default_stop: Decimal | None) -> None:
        self._form = form
        self._facts = facts
        self._default_stop = default_stop
        self._troubles: dict[Field, str] = {}

    def read(self) -> ReadTicket:
        form = self._form
        priced = form.kind.order_type is OrderType.LIMIT
        trigger = self._price(Field.TRIGGER) if form.kind.waits else None
        if trigger is None and form.kind is TicketType.TRAILING and not form.trigger.strip():
            trigger = self._tried(Field.TRIGGER, lambda: trailing_start(self._known(), form.side, form.by))
        price = self._price(Field.PRICE) if priced else None
        entry = price or trigger or self._touch()
        size = self._read(Field.SIZE, lambda text: self._size(text, entry)) or ResolvedSize(None)
        stop = None if form.closes else self._leg(Field.STOP, entry, None)
        target = None if form.closes else self._leg(Field.TARGET, entry, stop or self._default_stop)
        draft = TicketDraft(
            ticket_id=form.ticket_id,
            symbol=form.symbol,
            side=form.side,
            order_type=form.kind.order_type,
            time_in_force=form.kind.time_in_force,
            size=size.base,
            price=price,
            closes=form.closes,
            plan=self._plan(trigger),
            stop_loss=stop,
            take_profit=target,
            risk=size.risk,
        )
        return ReadTicket(draft, self._troubles)

    def _plan(self, trigger: Decimal | None) -> PlanDraft | None:
        form = self._form
        if not form.kind.waits:
            return None
        if form.kind is not TicketType.TRAILING:
            return PlanDraft(PlanKind.TRIGGER, trigger, form.by)
        # One that closes belongs to the position and counts as its stop.
        kind = PlanKind.TRAILING_STOP if form.closes else PlanKind.TRAILING
        return PlanDraft(kind, trigger, form.by, self._read(Field.CALLBACK, _callback))

    def _price(self, where: Field) -> Decimal | None:
        def resolved(text: str) -> Decimal:
            plain = plain_number(text)
            return (
                plain
                if plain is not None
                else resolve_price(read_price(text), self._known(), self._form.side)
            )

        return self._read(where, resolved)

    def _leg(self, where: Field, entry: Decimal | None, stop: Decimal | None) -> Decimal | None:
        def resolved(text: str) -> Decimal:
            plain = plain_number(text)
            if plain is not None:
                return plain
            if entry is None:
                raise Unresolved("the price is not known yet, and it is measured from it")
            opened = HoldSide.LONG if self._form.side is Side.BUY else HoldSide.SHORT
            leg, stops = read_leg(text), where is Field.STOP
            return resolve_leg(leg, self._known(), opened, entry, stops=stops, stop=stop or None)

        return self._read(where, resolved)

    def _size(self, text: str, price: Decimal | None) -> ResolvedSize:
        plain = plain_number(text)
        if plain is not None:
            return ResolvedSize(plain)
        words = text.lower().split()
        if words[0] == "risk":
            return resolve_size(read_risk("".join(words[1:])), self._known(), price)
        return resolve_size(read_size(text, bare=Unit.BASE), self._known(), price)

    def _read(self, where: Field, resolved: Callable[[str], _Value]) -> _Value | None:
        text = self._form.text_of(where).strip()
        if not text:
            return None
        return self._tried(where, lambda: resolved(text))

    def _tried(self, where: Field, resolved: Callable[[], _Value]) -> _Value | None:
        try:
            return resolved()
        except Mistake as mistake:
            self._troubles[where] = mistake.words
        except Unresolved as problem:
            self._troubles[where] = str(problem)
        return None

    def _known(self) -> Facts:
        if self._facts is None:
            raise Unresolved(_UNKNOWN)
        return self._facts

    def _touch(self) -> Decimal | None:
        if self._facts is None:
            return None
        return self._facts.ask if self._form.side is Side.BUY else self._facts.bid


def _callback(text: str) -> Decimal:
    """How far price may turn back: `0.8%`, and `0.8` means the same here."""
    return read_share(text if text.endswith("%") else f"{text}%")
