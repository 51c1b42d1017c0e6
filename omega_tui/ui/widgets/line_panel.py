"""A panel made of finished lines: it repaints the cells that changed and nothing else.

It knows neither what the lines mean nor where they come from. It is also the last gate before the terminal: a
character that a terminal could obey is made visible here even if it slipped past the border.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from omega_tui.domain.text import safe_text
from omega_tui.ui.characters import as_ascii
from omega_tui.ui.rows.spans import Line, Span, line_width
from omega_tui.ui.themes import PALETTES
from omega_tui.ui.widgets.style_book import StyleBook

_LONGEST_SPAN = 1000


class LinePanel(Widget):
    """A widget whose picture is a list of lines, each as wide as the widget."""

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._style_book = StyleBook(PALETTES[0])
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self.rows_painted = 0

    def use_styles(self, style_book: StyleBook) -> None:
        """Draw with another palette from now on."""
        self._style_book = style_book
        self._strips = [self._strip(line) for line in self._lines]
        self.refresh()

    def show(self, lines: Sequence[Line]) -> None:
        """Make `lines` the picture; only cells that differ from the last picture are repainted."""
        if len(lines) != len(self._lines):
            self._lines = list(lines)
            self._strips = [self._strip(line) for line in lines]
            self.rows_painted += len(lines)
            self.refresh()
            return
        dirty = []
        for y, (new, old) in enumerate(zip(lines, self._lines, strict=True)):
            if new is not old and new != old:
                start, end = changed_cells(old, new)
                dirty.append(Region(start, y, end - start, 1))
                self._lines[y] = new
                self._strips[y] = self._strip(new)
        if dirty:
            self.rows_painted += len(dirty)
            self.refresh(*dirty)

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self._style_book["ink"])

    def render_lines(self, crop: Region) -> list[Strip]:
        """The finished strips as they are.

        Textual asks for every panel of a box when one of them changed, and our styles are complete already.
        Monochrome and dimmed terminals take Textual's own way, with its filters.
        """
        if any(not isinstance(line_filter, ANSIToTruecolor) for line_filter in self.get_line_filters()):
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in range(crop.y, crop.bottom)]
        if crop.x == 0 and crop.width == self.size.width:
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]

    @property
    def text(self) -> str:
        """The picture as plain text, one line a row."""
        return "\n".join("".join(text for text, _ in line) for line in self._lines)

    def _strip(self, line: Line) -> Strip:
        book = self._style_book
        if book.ascii_only:
            line = tuple((as_ascii(text), token) for text, token in line)
        strip = Strip([Segment(text, book[token]) for text, token in merged(line)])
        if all(text.isprintable() for text, _ in line):
            return strip
        shown = [Segment(safe_text(text, _LONGEST_SPAN), book[token]) for text, token in line]
        # What was invisible takes a cell now, so the line is cut back to its width.
        return Strip(shown).adjust_cell_length(strip.cell_length)


def merged(line: Line) -> list[Span]:
    """The same picture in fewer spans, which is fewer bytes: blanks join a neighbour on the same ground."""
    spans: list[Span] = []
    for text, token in line:
        if spans:
            last, style = spans[-1]
            if style == token or (_blank(text, token) and _ground(style) == _ground(token)):
                spans[-1] = (last + text, style)
                continue
            if _blank(last, style) and _ground(style) == _ground(token) and "reverse" not in token:
                spans[-1] = (last + text, token)
                continue
        spans.append((text, token))
    return spans


def _blank(text: str, token: str) -> bool:
    return not text.strip(" ") and "reverse" not in token and "underline" not in token


def _ground(token: str) -> str:
    return "reverse" if "reverse" in token else token.partition(" on ")[2] or "surface"


def changed_cells(old: Line, new: Line) -> tuple[int, int]:
    """First and last-plus-one column where two lines of one width differ; the whole line when cells and
    characters do not match one to one."""
    before = [(character, token) for text, token in old for character in text]
    after = [(character, token) for text, token in new for character in text]
    width = line_width(new)
    if len(before) != width or len(after) != width:
        return 0, width
    start = next((x for x in range(width) if before[x] != after[x]), width)
    end = next((x for x in range(width, start, -1) if before[x - 1] != after[x - 1]), start)
    return start, end
