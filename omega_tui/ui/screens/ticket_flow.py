"""The life of a ticket: opened with a price, armed with what its preview shows, closed when it was taken."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from textual.widget import Widget

from omega_tui.clock import Ids
from omega_tui.domain.orders import Side
from omega_tui.engine.intents import PlaceOrder
from omega_tui.engine.port import EnginePort
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.ticket_form import TicketType
from omega_tui.ui.trade_desk import TradeDesk

_TICKET_ID_LENGTH = 16


class TicketFlow:
    """Moves the stage's ticket through its life; `focus` gives a panel the keys and repaints."""

    def __init__(
        self, engine: EnginePort, stage: Stage, desk: TradeDesk, ids: Ids, focus: Callable[[Widget], None]
    ) -> None:
        self._engine = engine
        self._stage = stage
        self._desk = desk
        self._ids = ids
        self._focus = focus

    def open(self, side: Side) -> None:
        """A new ticket at the ladder's cursor, else where a passive order joins the touch."""
        at_cursor = self._stage.ladder.cursor_order()
        self._open(side, at_cursor[1] if at_cursor is not None else self._stage.ladder.touch_price(side))

    def open_here(self) -> None:
        """A new ticket at the ladder's cursor, buying below the touch and selling above it."""
        at_cursor = self._stage.ladder.cursor_order()
        if at_cursor is None:
            self._desk.say("move the cursor to a price first", "muted")
        else:
            self._open(*at_cursor)

    def _open(self, side: Side, price: Decimal | None) -> None:
        status = self._engine.views.status()
        self._desk.disarm()
        self._stage.zoom(None)
        kind = TicketType(status.entry_type.value)
        self._stage.ticket.open(self._ids.token(_TICKET_ID_LENGTH), status.symbol, side, price, kind)
        self._stage.show_ticket(True)
        self._focus(self._stage.ticket)

    def close(self) -> None:
        """Forget the ticket and give the keys back to ladder or chart."""
        if self._stage.ticket.form is not None:
            self._stage.ticket.shut()
            self._stage.show_ticket(False)
            self._focus(self._stage.chart if self._stage.has_class("-chart") else self._stage.ladder)

    def arm(self) -> None:
        """Ask whether to send what the preview shows; send it where the profile asks nothing."""
        ticket = self._stage.ticket
        form, preview, read = ticket.form, ticket.preview, ticket.read
        if form is None or preview is None or read is None or form.hint:
            return
        if read.trouble:
            self._desk.say(read.trouble, "error")
            return
        if not preview.sendable:
            self._desk.say(preview.problems[0], "error")
            return
        draft = read.draft
        if draft.stop_loss is None:
            # A stop that the profile chose follows the market; what is armed is the one that was shown.
            draft = replace(draft, stop_loss=preview.stop_loss)
        order = PlaceOrder(draft, self._engine.views.preview(draft))
        receipt = self._desk.propose(self._stage.ticket.words, order)
        if receipt is not None and receipt.taken:
            self.close()

    def confirmation(self) -> Callable[[], None]:
        """ENTER on what is armed, counted from this moment; an order that is taken closes its ticket."""
        pressed_at = self._desk.now

        def confirm() -> None:
            receipt = self._desk.confirm(pressed_at)
            if receipt is not None and receipt.taken:
                self.close()

        return confirm
