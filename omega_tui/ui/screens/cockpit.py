"""The cockpit's one screen: gives the panels their time to paint and routes keys. What an order may do is the
trade desk's business, where panels stand is the stage's."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import AcknowledgeAlarms, PlaceOrder, SelectSymbol
from omega_tui.engine.port import EnginePort
from omega_tui.engine.views import StatusView
from omega_tui.ui.actions import BY_ID, Situation, footer_actions, why_not
from omega_tui.ui.announcing import Bells
from omega_tui.ui.arming import KeyTiming
from omega_tui.ui.cockpit_settings import CockpitSettings
from omega_tui.ui.confirming import policy_words
from omega_tui.ui.paint_clock import PaintClock, TerminalGate
from omega_tui.ui.panels.command_line import CommandLinePanel
from omega_tui.ui.panels.ticket import TicketPanel
from omega_tui.ui.rows.account import account_strip
from omega_tui.ui.rows.link import ScreenCost
from omega_tui.ui.screens.chart_keys import ChartKeys
from omega_tui.ui.screens.command_flow import CommandFlow
from omega_tui.ui.screens.deliberate_keys import DeliberateKeys
from omega_tui.ui.screens.ladder_keys import LadderKeys
from omega_tui.ui.screens.looking_keys import LookingKeys
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.screens.ticket_flow import TicketFlow
from omega_tui.ui.screens.trading_keys import TradingKeys
from omega_tui.ui.terminal_meter import TerminalMeter
from omega_tui.ui.trade_desk import TradeDesk
from omega_tui.ui.tutor import Tour, Tutor
from omega_tui.ui.widgets.style_book import StyleBook

_TROUBLE_SECONDS = 60.0
"""How long the screen says what is wrong with a file of the trader's own, unless there is other news."""
_SEEN = "tour"
_COST_SECONDS = 1.0
_LISTEN_SECONDS = 0.25


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
        self,
        engine: EnginePort,
        settings: CockpitSettings,
        timing: KeyTiming,
        terminal: TerminalGate,
        meter: TerminalMeter,
    ) -> None:
        super().__init__()
        self.stage = Stage(settings.keymap.keymap)
        self.desk = TradeDesk(engine, settings.clock, settings.keymap.keymap.shown)
        self._engine = engine
        self._keymap = settings.keymap
        self._tickets = TicketFlow(engine, self.stage, self.desk, settings.ids, self._focus_and_paint)
        self._commands = CommandFlow(
            engine, self.stage, self.desk, settings.ids, settings.kept, self._focus_and_paint
        )
        self._trading = TradingKeys(
            engine, self.stage, self.desk, self._tickets, lambda: self.focused, self._ask
        )
        self._ladder = LadderKeys(
            engine, self.stage, self.desk, self._tickets, settings.ids, settings.ladder_sizes
        )
        self._kept = settings.kept
        self._tour: Tour | None = None
        self._tutor = Tutor(engine.views, settings.keymap.keymap.shown) if settings.tutor else None
        self._bells, self._rings_at_fills = Bells(), settings.bell == "all"
        self._may_ring = settings.bell != "off"
        self._charting = ChartKeys(engine, self.stage, self.desk)
        self._looking = LookingKeys(
            engine,
            self.stage,
            self.desk,
            lambda: self.focused,
            self._focus_and_paint,
            self._repaint_later,
            self._ask,
            settings.kept,
            self._bells,
        )
        self._keys = DeliberateKeys(timing, self.set_timer, self.desk.say, self.paint_now)
        self._terminal = terminal
        self._meter = meter
        self._painter = PaintClock(settings.frame_rate)
        self.frames_skipped = 0
        self._own_turn = False
        self._routes: dict[str, Callable[[], None]] = self._routing()

    def compose(self) -> ComposeResult:
        yield self.stage

    def on_mount(self) -> None:
        self.set_interval(1 / self._painter.rate, self._frame, name="paint clock")
        if self._keymap.trouble:
            self.desk.say(self._keymap.trouble, "warn", _TROUBLE_SECONDS)
        self.set_interval(_COST_SECONDS, self._note_cost, name="terminal meter")
        self.set_interval(_LISTEN_SECONDS, self._listen, name="bells")
        self._looking.restore()
        if self._tutor is None and self._kept.lasts and not self._kept.load(_SEEN):
            self._tour = Tour(self._keymap.keymap.shown)
        self.stage.show_tutor(self._tutor is not None or self._tour is not None)

    def on_resize(self, event: events.Resize) -> None:
        self.stage.lay_out(event.size.width, event.size.height)
        self.call_after_refresh(self.paint)

    def use_styles(self, style_book: StyleBook) -> None:
        """Draw with these colours."""
        self.stage.use_styles(style_book)

    def situation(self) -> Situation:
        """What decides which actions work now."""
        return self._situation(self._engine.views.status())

    def _situation(self, status: StatusView) -> Situation:
        views = self._engine.views
        focused = self.focused.id if self.focused is not None and self.focused.id else ""
        return Situation(
            focus=focused,
            small=self.stage.small,
            armed=self.desk.armed is not None,
            zoomed=self.stage.zoomed,
            read_only=status.read_only,
            has_orders=bool(views.orders().rows),
            has_positions=bool(views.positions().rows),
            order_at_cursor=bool(self._trading.orders_at_cursor()),
            locked=bool(status.live_phrase or status.day_phrase or status.halted_symbols),
            alarm_waits=status.alarm_waits,
            line_waits=self._commands.running,
            touring=self._tour is not None,
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
            self.desk.say(why_not(action, now), "muted")
        elif action_id == "order.here" and self._commands.just_closed:
            self.desk.say("that ENTER came right behind the command's: nothing was done", "muted")
        elif action_id == "confirm":
            self._keys.confirm(self._tickets.confirmation())
        elif action.trades:
            self._keys.trade(self._routes[action_id])
        else:
            self._routes[action_id]()
        self.paint_now()

    def _frame(self) -> None:
        self._commands.tick()
        if self._terminal.ready:
            self.paint()
            return
        self.frames_skipped += 1
        if self._terminal.gone:
            self.post_message(self.TerminalLost())

    @property
    def private(self) -> bool:
        """Whether amounts of money are hidden."""
        return self._looking.private

    def _listen(self) -> None:
        """Ring for what a trader who looks elsewhere waits for."""
        views, status = self._engine.views, self._engine.views.status()
        newest = next(iter(views.fills(1).rows), None)
        rings = self._bells.filled(newest) and self._rings_at_fills
        for bell in self._bells.reached(status.symbol, status.last_price):
            self.desk.say(f"{bell.symbol} traded at {decimal_text(bell.price)}", "accent bold")
            rings = True
        self.stage.ladder.bells = self._bells.prices(status.symbol)
        if self._tutor is not None and self._tutor.tick():
            self.desk.say("well done", "good bold")
        if rings and self._may_ring:
            self._ask("bell")

    def _note_cost(self) -> None:
        self.stage.link.cost = ScreenCost(self._meter.rate(self.desk.now), self.frames_skipped)

    def paint_now(self) -> None:
        """Paint what a key can have changed without waiting for the clock, and nothing that only the market
        changes: the answer to a key must not queue behind a redrawn chart."""
        for panel in self.stage.view_panels:
            if (panel.has_focus or panel.outdated) and panel.in_sight:
                panel.paint(self._engine.views)
        self._paint_own()

    def paint(self) -> None:
        """One frame: every panel that is due and whose picture changed; every second one, what is no
        picture of the engine."""
        self._painter.paint(self.stage.view_panels, self._engine.views)
        self._own_turn = not self._own_turn
        if self._own_turn:
            self._paint_own()

    def _paint_own(self) -> None:
        """The ticket, the command line, the question and the key hints."""
        views, stage, desk = self._engine.views, self.stage, self.desk
        armed, status = desk.armed, views.status()
        stage.show_alarm(bool(status.alarm))
        if self._tutor is not None:
            stage.tutor.paint("TUTOR", self._tutor.words)
        elif self._tour is not None:
            stage.tutor.paint("TOUR", self._tour.words)
        stage.ticket.question = (
            f"ENTER sends: {armed.scope}" if armed and isinstance(armed.intent, PlaceOrder) else ""
        )
        if stage.ticket.form is not None:
            stage.ticket.paint(views)
        self._commands.paint()
        idle = account_strip(
            views.account(),
            len(views.positions().rows),
            len(views.orders().rows),
            private=self._looking.private,
        )
        left = armed.seconds_left(desk.now) if armed else 0.0
        stage.prompt.paint(armed.scope if armed else "", left, desk.news, idle)
        now, unasked = self._situation(status), status.unasked
        policy = "" if now.read_only else policy_words(unasked)
        # The ticket and the command line say themselves what ENTER does with the order that stands there.
        stays = unasked > 0 and now.focus not in ("ticket", "command")
        stage.footer.paint(footer_actions(now, self._keymap.keymap.actions), policy, stays=stays)

    @on(CommandLinePanel.Entered)
    def _enter_command(self) -> None:
        if self.desk.armed is not None:
            self._keys.confirm(self._tickets.confirmation())
        else:
            self._keys.trade(self._commands.enter)

    @on(CommandLinePanel.Edited)
    def _command_edited(self) -> None:
        self._commands.edited()
        self.paint_now()

    @on(CommandLinePanel.Dismissed)
    def _command_dismissed(self) -> None:
        if not self.desk.disarm():
            self._commands.close()
        self.paint_now()

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

    def _dismiss(self) -> None:
        if self.desk.disarm() or self._commands.stop():
            return
        if self._engine.views.status().alarm_waits:
            self.desk.submit(AcknowledgeAlarms())
        elif self.stage.zoomed:
            self._looking.zoom_off()
        elif self._tour is not None and not self._tour.turn():
            self._tour = None
            self._kept.save(_SEEN, {"tour": True})
            self.stage.show_tutor(False)
            self._repaint_later()

    def select_symbol(self, symbol: str | None) -> None:
        """The market dialog's answer."""
        if symbol is not None and symbol != self._engine.views.status().symbol:
            self.desk.disarm()
            self.desk.submit(SelectSymbol(symbol))
        self.paint_now()

    def _focus_and_paint(self, panel: Widget) -> None:
        self.set_focus(panel)
        self._repaint_later()

    def _repaint_later(self) -> None:
        self._painter.at_once()
        self.call_after_refresh(self.paint)

    def _ask(self, what: str, text: str = "") -> None:
        self.post_message(self.Asked(what, text))

    def _routing(self) -> dict[str, Callable[[], None]]:
        return {
            "dismiss": self._dismiss,
            "command": self._commands.open,
            "focus.next": lambda: void(self.focus_next()),
            "focus.previous": lambda: void(self.focus_previous()),
            "help": lambda: self._ask("help"),
            "palette": lambda: self._ask("palette"),
            "quit": lambda: self._ask("quit"),
            "quit.asked": lambda: self._ask("quit"),
            **self._trading.routes(),
            **self._ladder.routes(),
            **self._charting.routes(),
            **self._looking.routes(),
        }


def void(_: object) -> None:
    """Drop a result where only the effect is wanted."""
