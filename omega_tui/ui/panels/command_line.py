"""The command line panel: takes every key while it is open, and never sends anything by itself."""

from collections.abc import Callable

from textual import events
from textual.message import Message

from omega_tui.console.console import Explained
from omega_tui.language.completion import Completion
from omega_tui.ui.line_editor import LineEditor
from omega_tui.ui.rows.command_line import build_command
from omega_tui.ui.widgets.line_panel import LinePanel

Complete = Callable[[str, int], tuple[Completion, ...]]
Recall = Callable[[str, int], str | None]


class CommandLinePanel(LinePanel, can_focus=True):
    """Edits a line. ENTER and ESC are messages: the screen decides.

    `complete` says what could stand at a place of a text, `recall` gives the line some steps back in history
    that holds a text. Both are set once by whoever owns the panel. `passed_on` are keys left to the cockpit.
    """

    class Entered(Message):
        """ENTER was pressed."""

    class Edited(Message):
        """The text is another one now, so that nothing armed describes it any more."""

    class Dismissed(Message):
        """ESC was pressed."""

    def __init__(self, passed_on: frozenset[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._passed_on = passed_on
        self.complete: Complete = lambda text, cursor: ()
        self.recall: Recall = lambda typed, back: None
        self.is_open = False
        self._editor = LineEditor()
        self._typed = ""
        self._back = 0
        self._offered: tuple[Completion, ...] = ()
        self._chosen: int | None = None
        self._before = LineEditor()

    @property
    def typed(self) -> str:
        """The text as it stands."""
        return self._editor.text

    def open(self, text: str = "") -> None:
        """Begin with `text`."""
        self.is_open = True
        self._set(LineEditor.holding(text))

    def shut(self) -> None:
        """Forget the text."""
        self.is_open = False
        self._set(LineEditor())

    def paint(self, explained: Explained, asks: bool) -> None:
        """Redraw what differs; `explained` is what the text would do now, `asks` whether ENTER asks first."""
        if self.size and self.is_open:
            size = self.size
            self.show(
                build_command(
                    self._editor,
                    explained,
                    self._offered,
                    self._chosen,
                    size.width,
                    size.height,
                    asks=asks,
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
            self._escape()
        elif event.key in ("tab", "shift+tab"):
            self._complete(1 if event.key == "tab" else -1)
        elif event.key in ("up", "down", "ctrl+r"):
            self._recall(-1 if event.key == "down" else 1)
        else:
            self._edit(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._changed(self._editor.inserted(event.text))

    def _escape(self) -> None:
        if self._chosen is None:
            self.post_message(self.Dismissed())
        else:
            self._changed(self._before)

    def _edit(self, event: events.Key) -> None:
        edited = self._editor.key(event.key)
        if edited is None and event.character is not None and event.is_printable:
            edited = self._editor.inserted(event.character)
        if edited is not None:
            self._changed(edited)

    def _complete(self, step: int) -> None:
        """The next completion in place of the word at the cursor; the first TAB asks which there are."""
        if self._chosen is None:
            self._before = self._editor
            self._offered = self.complete(self._editor.text, self._editor.cursor)
            self._chosen = 0 if step > 0 else len(self._offered) - 1
        else:
            self._chosen = (self._chosen + step) % max(1, len(self._offered))
        if not self._offered:
            self._chosen = None
            return
        offer = self._offered[self._chosen]
        self._editor = self._before.replaced(offer.start, offer.end, offer.text)
        self.post_message(self.Edited())

    def _recall(self, step: int) -> None:
        """An earlier line that holds what was typed, or back to that."""
        back = max(0, self._back + step)
        line = self.recall(self._typed, back) if back else self._typed
        if line is not None:
            self._back, typed = back, self._typed
            self._chosen, self._offered = None, ()
            self._editor = LineEditor.holding(line)
            self._typed = typed
            self.post_message(self.Edited())

    def _changed(self, editor: LineEditor) -> None:
        self._set(editor)
        self.post_message(self.Edited())

    def _set(self, editor: LineEditor) -> None:
        self._editor, self._typed, self._back = editor, editor.text, 0
        self._offered, self._chosen = (), None
