"""The cockpit application: colours, dialogs, signals, and an end that leaves the terminal clean.

It holds the engine only as views to pull and a door for intents, and knows no exchange.
"""

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import App
from textual.binding import BindingsMap
from textual.driver import Driver

from omega_tui.engine.port import EnginePort
from omega_tui.ui.actions import bindings
from omega_tui.ui.announcing import POP_TITLE, PUSH_TITLE, set_title, title
from omega_tui.ui.arming import KeyTiming
from omega_tui.ui.clipboard import Route, into_tmux, words
from omega_tui.ui.cockpit_settings import CockpitSettings
from omega_tui.ui.crash import crash_line, write_report
from omega_tui.ui.looks import Looks
from omega_tui.ui.paint_clock import TerminalGate, terminal_gate
from omega_tui.ui.palette import offers
from omega_tui.ui.screens.cockpit import CockpitScreen
from omega_tui.ui.screens.dialogs import ChoiceDialog, HelpDialog, QuitDialog
from omega_tui.ui.screens.palette import PaletteDialog
from omega_tui.ui.screens.questions import Questions
from omega_tui.ui.stylesheets import stylesheets
from omega_tui.ui.terminal_meter import TerminalMeter, counting_driver
from omega_tui.ui.widgets.style_book import StyleBook

_TITLE_SECONDS = 1.0
_HANG_UP = 128 + signal.SIGHUP
_TERMINATED = 128 + signal.SIGTERM


class CockpitApp(App[None], inherit_bindings=False):
    """One screen over an engine. `run()` returns when the trader leaves; `return_code` is 0 then, 129 after a
    hang-up, 143 after a termination, 1 after a crash."""

    TITLE = "omega-tui"
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, engine: EnginePort, settings: CockpitSettings | None = None) -> None:
        self._meter, self._title_told = TerminalMeter(), ""
        super().__init__(css_path=[str(path) for path in stylesheets()])
        self._engine = engine
        self._settings = settings or CockpitSettings()
        self._bindings = BindingsMap(bindings(self._settings.keymap.keymap.actions))
        self._timing = KeyTiming()
        self._looks = Looks(
            self._settings.kept,
            self._settings.theme,
            self._settings.red_up,
            few=self._settings.few_colours,
            grey=self.no_color,
        )
        self._style_book = self._dressed()
        terminal = TerminalGate(None) if sys.__stderr__ is None else terminal_gate(sys.__stderr__.fileno())
        self.painted = asyncio.Event()
        """Set once the first picture stands."""
        self.cockpit = CockpitScreen(engine, self._settings, self._timing, terminal, self._meter)
        self._questions = Questions(
            engine,
            self.cockpit.desk,
            lambda: self._style_book,
            self.push_screen,
            lambda: self._timing.last_was_alone,
        )

    def get_driver_class(self) -> type[Driver]:
        return counting_driver(super().get_driver_class(), self._meter)

    def get_default_screen(self) -> CockpitScreen:
        return self.cockpit

    def on_mount(self) -> None:
        self.cockpit.use_styles(self._style_book)
        self.call_after_refresh(self.painted.set)
        self.app_resume_signal.subscribe(self, self._come_back)
        if not self.is_headless:
            self._watch_signals()
            if self._settings.title:
                self._meter.send(PUSH_TITLE)
                self.set_interval(_TITLE_SECONDS, self._tell_title, name="title")

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.exit, None, _TERMINATED)
        loop.add_signal_handler(signal.SIGHUP, self.exit, None, _HANG_UP)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._timing.saw(event.key if isinstance(event, events.Key) else "", event.time)
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "do" and self.cockpit.is_mounted:
            return self.cockpit.allows(str(parameters[0]))
        return True

    def action_do(self, action_id: str) -> None:
        """Every key binding leads here; the table says what it means."""
        self.cockpit.perform(action_id)

    @on(CockpitScreen.Asked)
    def _asked(self, message: CockpitScreen.Asked) -> None:
        if self._questions.ask(message.what, message.text):
            return
        answers: dict[str, Callable[[], object]] = {
            "copy": lambda: self.run_worker(self._copy(message.text), exclusive=True),
            "bell": self.bell,
            "suspend": self._suspend,
            "theme": lambda: self._change_looks(self._looks.next_theme),
            "theme.swap": lambda: self._change_looks(self._looks.swap),
            "help": self._open_help,
            "palette": self._open_palette,
            "symbol": self._open_markets,
            "quit": self._ask_to_quit,
        }
        answers[message.what]()

    def _change_looks(self, change: Callable[[], None]) -> None:
        change()
        self._dress()

    def _open_help(self) -> None:
        focused = self.cockpit.focused
        actions = self._settings.keymap.keymap.actions
        self.push_screen(HelpDialog(self._style_book, focused.id or "" if focused else "", actions))

    def _open_markets(self) -> None:
        markets = ChoiceDialog(self._style_book, self._engine.views.symbols(), "market")
        self.push_screen(markets, self.cockpit.select_symbol)

    def _ask_to_quit(self) -> None:
        if not isinstance(self.screen, QuitDialog):
            self.push_screen(QuitDialog(self._style_book, self.cockpit.desk.what_stays()), self._leave)

    async def _copy(self, text: str) -> None:
        route = self._settings.clipboard
        if route is Route.TMUX and not await into_tmux(text):
            route = Route.OSC52
        if route is Route.OSC52:
            self.copy_to_clipboard(text)
        self.cockpit.desk.say(words(text, route), "muted")

    def _suspend(self) -> None:
        """To the shell until `fg`. The engine stands still too: what it shows is old when it comes back, and
        an armed question is gone."""
        self.cockpit.desk.disarm()
        self.cockpit.desk.say("back: what was on the screen is old until newer news", "warn")
        self.action_suspend_process()

    def _come_back(self, _: object) -> None:
        """Draw everything anew: the terminal showed something else meanwhile."""
        self.refresh(layout=True)

    def _tell_title(self) -> None:
        views = self._engine.views
        text = title(views.status(), views.account(), private=self.cockpit.private)
        if text != self._title_told:
            self._title_told = text
            self._meter.send(set_title(text))

    def on_unmount(self) -> None:
        if self._title_told:
            self._meter.send(POP_TITLE)

    def _open_palette(self) -> None:
        """Whatever is chosen goes the way of its key: an order still asks as its risk demands."""
        cockpit, actions = self.cockpit, self._settings.keymap.keymap.actions
        cockpit.desk.disarm()
        dialog = PaletteDialog(
            self._style_book, tuple(offers(actions, cockpit.situation())), self._settings.kept
        )
        self.push_screen(dialog, lambda chosen: None if chosen is None else cockpit.perform(chosen))

    @on(CockpitScreen.TerminalLost)
    def _hang_up(self) -> None:
        self.exit(None, _HANG_UP)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.exit(None, 0, self.cockpit.desk.what_stays())

    def _dressed(self) -> StyleBook:
        """Styles of the palette in force, which the stylesheets follow too."""
        palette = self._looks.palette
        self.register_theme(palette.theme())
        self.theme = palette.name
        return StyleBook(palette, ascii_only=self._settings.ascii_only)

    def _dress(self) -> None:
        self._style_book = self._dressed()
        self.cockpit.use_styles(self._style_book)
        self.cockpit.desk.say(self._looks.words, "muted")

    def _fatal_error(self) -> None:
        """Replaces Textual's crash screen, which prints local variables, keys and signatures among them."""
        error = sys.exc_info()[1]
        if error is None:
            error = RuntimeError("unknown")
        report = self._settings.crash_report
        written = report is not None and write_report(error, report, self._settings.redact)
        line = crash_line(error, report if written else None)
        self.panic(Text(line, overflow="fold"))
