"""The cockpit's one screen: gives the panels their time to paint and routes keys. What an order may do is the
trade desk's business, where panels stand is the stage's."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import Side
from omega_tui.engine.account_views import PositionRow
from omega_tui.engine.intents import AcknowledgeAlarms, PlaceOrder, SelectSymbol, SelectTimeframe
from omega_tui.engine.port import EnginePort
from omega_tui.ui import format as text_of
from omega_tui.ui.actions import BY_ID, READ_ONLY, Situation, footer_actions
from omega_tui.ui.arming import KeyTiming
from omega_tui.ui.cockpit_settings import CockpitSettings
from omega_tui.ui.paint_clock import PaintClock, TerminalGate
from omega_tui.ui.panels.tables import TablePanel
from omega_tui.ui.panels.ticket import TicketPanel
from omega_tui.ui.rows.account import account_strip, position_key
from omega_tui.ui.screens.deliberate_keys import DeliberateKeys
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.screens.ticket_flow import TicketFlow
from omega_tui.ui.trade_desk import TradeDesk
from omega_tui.ui.widgets.style_book import StyleBook

_PAGE = 10
_WHICH = "several positions: move the cursor of the positions table to one"


class CockpitScreen(Screen[None], inherit_bindings=False):
    """Composes and routes. Actions arrive by id from the table in `ui.actions`."""

    class Asked(Message):
        """The trader asked for something that is the application's: `what` is the action, `text` its
        content."""

        def __init__(self, what: str, text: str = "") -> None:
            super().__init__()
            self.what = what
            self.text = text

    class TerminalLost(Message):
        """The terminal hung up."""

    AUTO_FOCUS: ClassVar[str] = "#ladder"

    def __init__(
        self, engine: EnginePort, settings: CockpitSettings, timing: KeyTiming, terminal: TerminalGate
    ) -> None:
        super().__init__()
        self.stage = Stage()
        self.desk = TradeDesk(engine, settings.clock)
        self._engine = engine
        self._tickets = TicketFlow(engine, self.stage, self.desk, settings.ids, self._focus_and_paint)
        self._keys = DeliberateKeys(timing, self.set_timer, self.desk.say, self.paint_now)
        self._terminal = terminal
        self._painter = PaintClock(settings.frame_rate)
        self._private = False
        self.frames_skipped = 0
        self._routes: dict[str, Callable[[], None]] = self._routing()

    def compose(self) -> ComposeResult:
        yield self.stage

    def on_mount(self) -> None:
        self.set_interval(1 / self._painter.rate, self._frame, name="paint clock")

    def on_resize(self, event: events.Resize) -> None:
        self.stage.lay_out(event.size.width, event.size.height)
        self.call_after_refresh(self.paint)

    def use_styles(self, style_book: StyleBook) -> None:
        """Draw with these colours."""
        self.stage.use_styles(style_book)

    def situation(self) -> Situation:
        """What decides which actions work now."""
        views, status = self._engine.views, self._engine.views.status()
        focused = self.focused.id if self.focused is not None and self.focused.id else ""
        return Situation(
            focus=focused,
            small=self.stage.small,
            armed=self.desk.armed is not None,
            zoomed=self.stage.zoomed,
            read_only=status.read_only,
            has_orders=bool(views.orders().rows),
            has_positions=bool(views.positions().rows),
            order_at_cursor=bool(self._orders_at_cursor()),
            locked=bool(status.live_phrase or status.day_phrase or status.halted_symbols),
            alarm_waits=status.alarm_waits,
        )

    def allows(self, action_id: str) -> bool:
        """Whether the key of this action does or says anything now."""
        action = BY_ID[action_id]
        return bool(action.otherwise) or action.enabled(self.situation())

    def perform(self, action_id: str) -> None:
        """Do an action; one that trades only for a single, deliberate key press."""
        action = BY_ID[action_id]
        now = self.situation()
        if not action.enabled(now):
            self.desk.say(READ_ONLY if now.read_only else action.otherwise, "muted")
        elif action_id == "confirm":
            self._keys.confirm(self._tickets.confirmation())
        elif action.trades:
            self._keys.trade(self._routes[action_id])
        else:
            self._routes[action_id]()
        self.paint_now()

    def _frame(self) -> None:
        if self._terminal.ready:
            self.paint()
            return
        self.frames_skipped += 1
        if self._terminal.gone:
            self.post_message(self.TerminalLost())

    def paint_now(self) -> None:
        """Paint without waiting for the clock: the trader pressed a key."""
        self._painter.at_once()
        self.paint()

    def paint(self) -> None:
        """One frame: every panel that is due and whose picture changed."""
        views, stage, desk = self._engine.views, self.stage, self.desk
        armed = desk.armed
        stage.show_alarm(bool(views.status().alarm))
        self._painter.paint(stage.view_panels, views)
        stage.ticket.question = (
            f"ENTER sends: {armed.scope}" if armed and isinstance(armed.intent, PlaceOrder) else ""
        )
        if stage.ticket.form is not None:
            stage.ticket.paint(views)
        idle = account_strip(
            views.account(), len(views.positions().rows), len(views.orders().rows), private=self._private
        )
        left = armed.seconds_left(desk.now) if armed else 0.0
        stage.prompt.paint(armed.scope if armed else "", left, desk.news, idle)
        stage.footer.paint(footer_actions(self.situation()))

    @on(TicketPanel.Entered)
    def _enter_ticket(self) -> None:
        if self.desk.armed is not None:
            self._keys.confirm(self._tickets.confirmation())
        else:
            self._keys.trade(self._tickets.arm)

    @on(TicketPanel.Edited)
    def _ticket_edited(self, message: TicketPanel.Edited) -> None:
        if message.order:
            self.desk.disarm()
        self.paint_now()

    @on(TicketPanel.Dismissed)
    def _ticket_dismissed(self) -> None:
        if not self.desk.disarm():
            self._tickets.close()
        self.paint_now()

    def _orders_at_cursor(self) -> tuple[str, ...]:
        if self.focused is self.stage.orders:
            key = self.stage.orders.cursor
            return () if key is None else (key,)
        return self.stage.ladder.orders_at_cursor() if self.focused is self.stage.ladder else ()

    def _position(self) -> PositionRow | None:
        """The position under the cursor, else the one of the shown market, else the only one."""
        if self.focused is self.stage.positions:
            return self.stage.positions.at_cursor
        views = self._engine.views
        rows, symbol = views.positions().rows, views.status().symbol
        shown = [row for row in rows if row.symbol == symbol] or list(rows)
        return shown[0] if len(shown) == 1 else None

    def _flatten(self) -> None:
        at_cursor = self.stage.positions.at_cursor if self.focused is self.stage.positions else None
        self.desk.arm_flatten(at_cursor.symbol if at_cursor else self._engine.views.status().symbol)

    def _protect(self) -> None:
        position = self._position()
        if position is None:
            self.desk.say(_WHICH, "muted")
        else:
            self.post_message(self.Asked("protect", position_key(position)))

    def _reverse(self) -> None:
        position = self._position()
        if position is None:
            self.desk.say(_WHICH, "muted")
        else:
            self.desk.arm_reverse(position)

    def _dismiss(self) -> None:
        if self.desk.disarm():
            return
        if self._engine.views.status().alarm_waits:
            self.desk.submit(AcknowledgeAlarms())
        else:
            self._zoom_off()

    def _move(self, rows: int) -> None:
        panel = self.focused
        if panel is self.stage.ladder:
            self.stage.ladder.move_cursor(rows)
        elif isinstance(panel, TablePanel):
            panel.move_cursor(rows)

    def _next_timeframe(self) -> None:
        frames = list(Timeframe)
        current = self._engine.views.chart(1).timeframe
        self.desk.submit(SelectTimeframe(frames[(frames.index(current) + 1) % len(frames)]))

    def select_symbol(self, symbol: str | None) -> None:
        """The market dialog's answer."""
        if symbol is not None and symbol != self._engine.views.status().symbol:
            self.desk.disarm()
            self.desk.submit(SelectSymbol(symbol))
        self.paint_now()

    def _switch_tables(self) -> None:
        shown = self.stage.switch_tables()
        if shown is not None:
            self._focus_and_paint(shown)

    def _switch_chart(self) -> None:
        self._focus_and_paint(self.stage.switch_chart())

    def _focus_and_paint(self, panel: Widget) -> None:
        self.set_focus(panel)
        self.call_after_refresh(self.paint_now)

    def _zoom(self) -> None:
        self.stage.zoom(None if self.stage.zoomed else self.focused)
        self.call_after_refresh(self.paint_now)

    def _zoom_off(self) -> None:
        self.stage.zoom(None)
        self.call_after_refresh(self.paint_now)

    def _toggle_privacy(self) -> None:
        self._private = not self._private
        self.stage.hide_money(self._private)

    def _copy(self) -> None:
        status = self._engine.views.status()
        at_cursor = self.stage.ladder.cursor_order()
        price = at_cursor[1] if at_cursor is not None else status.last_price
        if price is None or status.instrument is None:
            self.desk.say("no price to copy yet", "muted")
            return
        text = text_of.number(price, status.instrument.price_places).replace(",", "")
        self.post_message(self.Asked("copy", text))
        self.desk.say(f"copied {text} by OSC 52, if the terminal allows it", "muted")

    def _ask(self, what: str) -> Callable[[], None]:
        return lambda: void(self.post_message(self.Asked(what)))

    def _routing(self) -> dict[str, Callable[[], None]]:
        ladder = self.stage.ladder
        return {
            "dismiss": self._dismiss,
            "order.here": self._tickets.open_here,
            "ticket.buy": lambda: self._tickets.open(Side.BUY),
            "ticket.sell": lambda: self._tickets.open(Side.SELL),
            "cancel.cursor": lambda: self.desk.cancel(self._orders_at_cursor()),
            "cancel.all": self.desk.arm_cancel_all,
            "flatten": self._flatten,
            "protect": self._protect,
            "reverse": self._reverse,
            "leverage": self._ask("leverage"),
            "profile": self._ask("profile"),
            "unlock": self._ask("unlock"),
            "halt": self.desk.halt,
            "halt.now": self.desk.halt,
            "cursor.up": lambda: self._move(1),
            "cursor.down": lambda: self._move(-1),
            "page.up": lambda: self._move(_PAGE),
            "page.down": lambda: self._move(-_PAGE),
            "focus.next": lambda: void(self.focus_next()),
            "focus.previous": lambda: void(self.focus_previous()),
            "recentre": ladder.recentre,
            "group.coarser": lambda: ladder.regroup(1),
            "group.finer": lambda: ladder.regroup(-1),
            "symbol": self._ask("symbol"),
            "timeframe": self._next_timeframe,
            "switch": self._switch_tables,
            "chart": self._switch_chart,
            "zoom": self._zoom,
            "copy": self._copy,
            "privacy": self._toggle_privacy,
            "theme": self._ask("theme"),
            "help": self._ask("help"),
            "quit": self._ask("quit"),
            "quit.asked": self._ask("quit"),
        }


def void(_: object) -> None:
    """Drop a result where only the effect is wanted."""
