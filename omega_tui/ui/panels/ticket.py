"""The order ticket panel: takes every key while it is open, and never sends anything by itself."""

from collections.abc import Hashable
from dataclasses import replace
from decimal import Decimal

from textual import events
from textual.message import Message

from omega_tui.console.facts import facts_of
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import TicketPreview
from omega_tui.engine.views import Panel, Views
from omega_tui.language.facts import Facts
from omega_tui.language.mistakes import Unresolved
from omega_tui.ui.confirming import asks_first
from omega_tui.ui.rows.ticket import build_ticket, order_words
from omega_tui.ui.ticket_form import CHOSEN, PRICES, TicketForm, TicketType, plain_number
from omega_tui.ui.ticket_reading import ReadTicket, read_ticket
from omega_tui.ui.widgets.line_panel import LinePanel

_FIELD_STEPS = {"tab": 1, "shift+tab": -1}
_KINDS = {
    "l": TicketType.LIMIT,
    "p": TicketType.POST_ONLY,
    "m": TicketType.MARKET,
    "f": TicketType.FOK,
    "i": TicketType.IOC,
    "t": TicketType.TRIGGER,
    "a": TicketType.TRAILING,
}


class TicketPanel(LinePanel, can_focus=True):
    """Edits a `TicketForm` and keeps its preview current. ENTER and ESC are messages: the screen decides.
    `passed_on` are keys that it leaves to the cockpit."""

    class Entered(Message):
        """ENTER was pressed in the open ticket."""

    class Edited(Message):
        """A key changed the ticket. `order` is True when it is another order now, so that nothing armed
        describes it any more."""

        def __init__(self, order: bool) -> None:
            super().__init__()
            self.order = order

    class Dismissed(Message):
        """ESC was pressed."""

    def __init__(self, passed_on: frozenset[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._passed_on = passed_on
        self._form: TicketForm | None = None
        self._preview: TicketPreview | None = None
        self._read: ReadTicket | None = None
        self._tick = Decimal(1)
        self._words = ""
        self._drawn: tuple[Hashable, ...] = ()
        self.question = ""

    @property
    def form(self) -> TicketForm | None:
        """The open ticket, or None."""
        return self._form

    @property
    def preview(self) -> TicketPreview | None:
        """The preview on screen: what an armed order is compared with."""
        return self._preview

    @property
    def read(self) -> ReadTicket | None:
        """What the texts came to when they were drawn last."""
        return self._read

    @property
    def words(self) -> str:
        """The order in one phrase, as previewed."""
        return self._words

    def open(self, ticket_id: str, symbol: str, side: Side, price: Decimal | None, kind: TicketType) -> None:
        """Start a new ticket with type and price already filled in."""
        text = "" if price is None else decimal_text(price)
        self._form = TicketForm(ticket_id=ticket_id, symbol=symbol, side=side, kind=kind, price=text)
        self._preview, self._read, self.question = None, None, ""

    def shut(self) -> None:
        """Forget the ticket."""
        self._form = None

    def paint(self, views: Views) -> None:
        """Ask for the preview as the market stands now and redraw what differs."""
        form = self._form
        state = (form, self.question, self.size, views.version(Panel.LADDER), views.version(Panel.STATUS))
        if form is None or not self.size or state == self._drawn:
            return
        self._drawn = state
        status = views.status()
        default_stop = self._preview.stop_loss if self._preview is not None else None
        self._read = read_ticket(form, _facts(views, form), default_stop)
        self._preview = views.preview(self._read.draft)
        if status.instrument is not None:
            self._tick = status.instrument.tick
        self._words = order_words(form, self._preview, status.instrument, status.venue)
        self.show(
            build_ticket(
                form,
                self._read,
                self._preview,
                status.instrument,
                status.venue,
                self.size.width,
                self.size.height,
                question=self.question,
                at_once=not asks_first(self._preview, views.account().equity, status.unasked),
            )
        )

    def on_key(self, event: events.Key) -> None:
        if event.key in self._passed_on:
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self.post_message(self.Entered())
        elif event.key == "escape":
            self.post_message(self.Dismissed())
        elif self._form is not None:
            self._edit(self._edited(self._form, event))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self._form is not None:
            self._edit(self._form.pasted(event.text))

    def _edit(self, form: TicketForm) -> None:
        before, self._form = self._form, form
        if form != before:
            self.post_message(self.Edited(before is None or not form.same_order(before)))

    def _edited(self, form: TicketForm, event: events.Key) -> TicketForm:
        key = event.key
        if key in _FIELD_STEPS:
            return form.stepped(_FIELD_STEPS[key])
        if key in ("up", "down"):
            return self._vertical(form, 1 if key == "up" else -1)
        if form.field in CHOSEN and key in _KINDS:
            return form.of_kind(_KINDS[key])
        if form.field in CHOSEN and key == "r":
            return form.closing(not form.closes)
        if key in ("left", "right") or (key == "space" and form.field in CHOSEN):
            return form.toggled(-1 if key == "left" else 1)
        if key in ("backspace", "delete", "ctrl+u"):
            return form.erased(everything=key != "backspace")
        if event.character is not None and event.is_printable:
            return form.typed(event.character)
        return form

    def _vertical(self, form: TicketForm, step: int) -> TicketForm:
        """Up and down nudge a price by a tick while it is the chosen field, else they change the field."""
        if form.field in PRICES and plain_number(form.text_of(form.field)) is not None:
            return replace(form.nudged(step, self._tick), hint="")
        return form.stepped(-step)


def _facts(views: Views, form: TicketForm) -> Facts | None:
    """The facts that the ticket's texts are measured by; None while the market's rules are not known."""
    opens = HoldSide.LONG if form.side is Side.BUY else HoldSide.SHORT
    try:
        return facts_of(views, opens.opposite if form.closes else opens)
    except Unresolved:
        return None
