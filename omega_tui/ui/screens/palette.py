"""The command palette above the cockpit; it answers an action's id and does nothing itself."""

from collections.abc import Sequence

from textual import events

from omega_tui.ui.kept import Kept
from omega_tui.ui.line_editor import LineEditor
from omega_tui.ui.palette import MOST_RECENT, Offer, find
from omega_tui.ui.rows.palette import build_palette
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.screens.dialogs import Dialog
from omega_tui.ui.widgets.style_book import StyleBook

_KEPT_AS = "palette"
_STEPS = {
    "up": -1,
    "shift+tab": -1,
    "ctrl+p": -1,
    "down": 1,
    "tab": 1,
    "ctrl+n": 1,
    "pageup": -10,
    "pagedown": 10,
}


class PaletteDialog(Dialog[str | None]):
    """Finds an action by words. One that cannot be done now says why and stays on the screen."""

    def __init__(self, style_book: StyleBook, offered: Sequence[Offer], kept: Kept) -> None:
        super().__init__(style_book)
        self._offered = tuple(offered)
        self._kept = kept
        self._recent = [str(action_id) for action_id in _listed(kept.load(_KEPT_AS).get("recent"))]
        self._query = LineEditor()
        self._chosen = 0
        self._problem = ""

    def lines(self, width: int, height: int) -> list[Line]:
        return build_palette(self._query, self._found, self._chosen, width, height, self._problem)

    @property
    def _found(self) -> list[Offer]:
        return find(self._query.text, self._offered, self._recent)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self._problem = ""
        if event.key == "escape":
            self.dismiss(None)
            return
        if event.key == "enter":
            self._enter()
        elif event.key in _STEPS:
            last = max(0, len(self._found) - 1)
            self._chosen = min(max(self._chosen + _STEPS[event.key], 0), last)
        else:
            self._edit(event)
        if self.is_current:
            self.redraw()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._typed(self._query.inserted(event.text))
        self.redraw()

    def _enter(self) -> None:
        found = self._found
        if not found:
            return
        offer = found[self._chosen]
        if offer.reason:
            self._problem = offer.reason
            return
        recent = [offer.id, *(action_id for action_id in self._recent if action_id != offer.id)]
        self._kept.save(_KEPT_AS, {"recent": recent[:MOST_RECENT]})
        self.dismiss(offer.id)

    def _edit(self, event: events.Key) -> None:
        edited = self._query.key(event.key)
        if edited is None and event.character is not None and event.is_printable:
            edited = self._query.inserted(event.character)
        if edited is not None:
            self._typed(edited)

    def _typed(self, query: LineEditor) -> None:
        self._query, self._chosen = query, 0


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
