"""Dialogs above the cockpit: help, leaving, choosing a market. Each answers with a value; none sends."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from omega_tui.ui.actions import Action
from omega_tui.ui.arming import EARLIEST_CONFIRM_SECONDS
from omega_tui.ui.rows.dialogs import build_chooser, build_help, build_quit, fuzzy_matches, help_scroll
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.widgets.line_panel import LinePanel
from omega_tui.ui.widgets.style_book import StyleBook

_PAGES = frozenset({"pageup", "pagedown", "space", "ctrl+u", "ctrl+d"})
_SCROLL = {"up": -1, "k": -1, "down": 1, "j": 1, **dict.fromkeys(_PAGES, 1), "pageup": -1, "ctrl+u": -1}
"""Keys that scroll, and which way."""

Result = TypeVar("Result")


class Dialog(ModalScreen[Result], inherit_bindings=False):
    """A box of lines in the middle of the screen."""

    def __init__(self, style_book: StyleBook) -> None:
        super().__init__()
        self._box = LinePanel(id="dialog")
        self._box.use_styles(style_book)

    def compose(self) -> ComposeResult:
        yield self._box

    def on_resize(self) -> None:
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Draw the box again."""
        size = self._box.size
        if size:
            self._box.show(self.lines(size.width, size.height))

    @property
    def box_size(self) -> tuple[int, int]:
        """Columns and rows of the box."""
        return self._box.size.width, self._box.size.height

    @property
    def text(self) -> str:
        """The box as plain text."""
        return self._box.text

    def lines(self, width: int, height: int) -> list[Line]:
        """The box's content."""
        raise NotImplementedError


class HelpDialog(Dialog[None]):
    """What the focused panel shows, its keys and all others; `actions` is the table under the keymap."""

    def __init__(self, style_book: StyleBook, focus: str, actions: Sequence[Action]) -> None:
        super().__init__(style_book)
        self._focus = focus
        self._actions = actions
        self._top = 0

    def lines(self, width: int, height: int) -> list[Line]:
        return build_help(self._focus, self._actions, width, height, self._top)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        width, height = self.box_size
        most = help_scroll(self._focus, self._actions, width, height)
        if event.key in ("home", "end"):
            self._top = 0 if event.key == "home" else most
        elif event.key in _SCROLL:
            step = _SCROLL[event.key] * (height - 2 if event.key in _PAGES else 1)
            self._top = min(max(self._top + step, 0), most)
        else:
            self.dismiss(None)
            return
        self.redraw()


class QuitDialog(Dialog[bool]):
    """Says what stays on the exchange; True leaves. A key that comes too soon answers nothing."""

    def __init__(self, style_book: StyleBook, what_stays: str) -> None:
        super().__init__(style_book)
        self._what_stays = what_stays
        self._opened: float | None = None

    def lines(self, width: int, height: int) -> list[Line]:
        return build_quit(self._what_stays, width, height)

    def on_mount(self, event: events.Mount) -> None:
        self._opened = event.time

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in ("escape", "n", "q"):
            self.dismiss(False)
        elif event.key in ("enter", "y") and self._was_read(event.time):
            self.dismiss(True)

    def _was_read(self, at: float) -> bool:
        return self._opened is not None and at - self._opened >= EARLIEST_CONFIRM_SECONDS


class ChoiceDialog(Dialog[str | None]):
    """Chooses a name by part of it; answers the exact name, or None. `noun` is what they are, `notes` what
    there is to know of each."""

    def __init__(
        self,
        style_book: StyleBook,
        names: Sequence[str],
        noun: str,
        notes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(style_book)
        self._names = tuple(names)
        self._noun = noun
        self._notes = notes
        self._query = ""
        self._chosen = 0

    def lines(self, width: int, height: int) -> list[Line]:
        return build_chooser(
            self._query, self._matches, self._chosen, width, height, noun=self._noun, notes=self._notes
        )

    @property
    def _matches(self) -> list[str]:
        return fuzzy_matches(self._query, self._names)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        matches = self._matches
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter":
            if matches:
                self.dismiss(matches[self._chosen])
        elif event.key in ("up", "down", "tab", "shift+tab"):
            step = 1 if event.key in ("down", "tab") else -1
            self._chosen = (self._chosen + step) % max(1, len(matches))
            self.redraw()
        else:
            self._type(event)

    def _type(self, event: events.Key) -> None:
        if event.key == "backspace":
            self._query = self._query[:-1]
        elif event.character is not None and event.character.isascii() and event.character.isalnum():
            self._query = (self._query + event.character.upper())[:20]
        self._chosen = 0
        self.redraw()
