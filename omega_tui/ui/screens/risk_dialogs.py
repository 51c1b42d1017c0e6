"""Dialogs about risk: stops of a position, leverage, phrases typed out. Each answers; none sends."""

from collections.abc import Callable

from textual import events

from omega_tui.engine.account_views import PositionRow
from omega_tui.engine.intents import Protect
from omega_tui.engine.views import Views
from omega_tui.ui.protect_form import ProtectForm
from omega_tui.ui.rows.protect import build_entry, build_protect
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.screens.dialogs import Dialog
from omega_tui.ui.widgets.style_book import StyleBook

_REDRAW_SECONDS = 0.5
_MOST_CHARACTERS = 60


class ProtectDialog(Dialog[Protect | None]):
    """Edits a `ProtectForm` over a live preview; answers what is to be asked, or None."""

    def __init__(self, style_book: StyleBook, views: Views, position: PositionRow) -> None:
        super().__init__(style_book)
        self._views = views
        self._form = ProtectForm.opened(position)

    def on_mount(self) -> None:
        self.set_interval(_REDRAW_SECONDS, self.redraw)

    def lines(self, width: int, height: int) -> list[Line]:
        instrument = self._views.status().instrument
        quote = instrument.quote if instrument is not None else "USDT"
        form, protection = self._form, self._views.protection
        return build_protect(form, protection(form.intent()), protection(form.shown()), quote, width, height)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter":
            intent = self._form.intent()
            if not self._form.hint and not self._views.protection(intent).problems:
                self.dismiss(intent)
        else:
            self._form = self._edited(event)
            self.redraw()

    def _edited(self, event: events.Key) -> ProtectForm:
        form = self._form
        if event.key in ("tab", "down", "shift+tab", "up"):
            return form.stepped(1 if event.key in ("tab", "down") else -1)
        if event.key in ("left", "right", "space"):
            return form.toggled()
        if event.key in ("backspace", "delete", "ctrl+u"):
            return form.erased(everything=event.key != "backspace")
        if event.character is not None and event.is_printable:
            return form.typed(event.character)
        return form


class EntryDialog(Dialog[str | None]):
    """Wants one thing typed and answers it as it stands, or None.

    `told` says what it is about, given what is typed; `allowed` which characters may be typed. A paste is no
    answer, nor is an ENTER that no person pressed by itself.
    """

    def __init__(
        self,
        style_book: StyleBook,
        title: str,
        ask: str,
        told: Callable[[str], tuple[str, ...]],
        allowed: Callable[[str], bool],
        deliberate: Callable[[], bool],
    ) -> None:
        super().__init__(style_book)
        self._title = title
        self._ask = ask
        self._told = told
        self._allowed = allowed
        self._deliberate = deliberate
        self._typed = ""
        self._problem = ""

    def lines(self, width: int, height: int) -> list[Line]:
        told = self._told(self._typed)
        return build_entry(self._title, told, self._typed, self._ask, width, height, self._problem)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter":
            if self._typed and self._deliberate():
                self.dismiss(self._typed)
        else:
            self._edit(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._typed, self._problem = "", "type it: a paste is not an answer"
        self.redraw()

    def _edit(self, event: events.Key) -> None:
        self._problem = ""
        if event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.key == "ctrl+u":
            self._typed = ""
        elif event.character is not None and event.is_printable and self._allowed(event.character):
            self._typed = (self._typed + event.character)[:_MOST_CHARACTERS]
        self.redraw()
