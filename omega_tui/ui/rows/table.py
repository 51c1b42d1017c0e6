"""Tables as lines: columns chosen by what fits, rows addressed by key, a cursor that stays on its key."""

from collections.abc import Sequence
from dataclasses import dataclass

from omega_tui.ui.rows.spans import Line, Span, filled, fit, notice, on, padded


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its width in cells, `<` or `>`, and its rank (the highest leaves first)."""

    head: str
    width: int
    align: str
    rank: int


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: the key that names it, one span a column, and an optional second line under it."""

    key: str
    cells: tuple[Span, ...]
    note: Span | None = None


def build_table(
    columns: Sequence[Column], rows: Sequence[Row], cursor: str | None, width: int, height: int, empty: str
) -> list[Line]:
    """Heads and rows in `height` lines; the row whose key is `cursor` is always in sight. `empty` says why
    there is nothing."""
    shown = _fitting(columns, width)
    if not rows:
        return notice(empty, width, height)
    lines: list[Line] = []
    at = 0
    for row in rows:
        block = _row_lines(columns, shown, row, width, row.key == cursor)
        at = len(lines) + len(block) if row.key == cursor else at
        lines.extend(block)
    room = max(0, height - 1)
    start = max(0, at - room)
    return padded([_heads(columns, shown, width), *lines[start : start + room]], width, height)


def _fitting(columns: Sequence[Column], width: int) -> list[int]:
    shown = list(range(len(columns)))
    for index in sorted(shown, key=lambda index: -columns[index].rank):
        if sum(columns[i].width + 1 for i in shown) <= width or len(shown) == 1:
            break
        shown.remove(index)
    return shown


def _heads(columns: Sequence[Column], shown: Sequence[int], width: int) -> Line:
    cells = [(" " + fit(columns[i].head, columns[i].width, columns[i].align), "muted") for i in shown]
    return filled(cells, width)


def _row_lines(
    columns: Sequence[Column], shown: Sequence[int], row: Row, width: int, selected: bool
) -> list[Line]:
    cells = [(" " + fit(row.cells[i][0], columns[i].width, columns[i].align), row.cells[i][1]) for i in shown]
    lines = [filled(cells, width)]
    if row.note is not None:
        lines.append(filled([("   " + row.note[0], row.note[1])], width))
    return [_selected(line, first=index == 0) for index, line in enumerate(lines)] if selected else lines


def _selected(line: Line, first: bool) -> Line:
    marked = on(line, "cursor")
    if not first:
        return marked
    (text, token), *rest = marked
    return (("▸", "accent bold on cursor"), (text[1:], token), *rest)
