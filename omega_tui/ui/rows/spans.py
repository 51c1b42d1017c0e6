"""Lines of styled text: the vocabulary that every row builder speaks.

A span is a text and a style token ("bid", "muted bold", "ink on cursor"); a line is a tuple of spans that
fills its width exactly. Widths are terminal cells, so a wide character from outside never shifts a column.
"""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

_TITLE_GAP = 2

Span = tuple[str, str]
Line = tuple[Span, ...]


def width_of(text: str) -> int:
    """Terminal cells that `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int, align: str = "<") -> str:
    """`text` in exactly `width` cells: padded by `align` (`<`, `>`, `^`), or cut with `…`."""
    cells = width_of(text)
    if cells > width:
        return "" if width <= 0 else set_cell_size(text, width - 1) + "…"
    space = width - cells
    left = space if align == ">" else space // 2 if align == "^" else 0
    return " " * left + text + " " * (space - left)


def line_width(line: Iterable[Span]) -> int:
    """Cells of a whole line."""
    return sum(width_of(text) for text, _ in line)


def filled(spans: Iterable[Span], width: int, padding: str = "ink") -> Line:
    """`spans` padded or cut to exactly `width` cells; `padding` is the style of what is added."""
    line: list[Span] = []
    room = width
    for text, style in spans:
        if room <= 0:
            break
        cells = width_of(text)
        if cells > room:
            text, cells = fit(text, room), room
        if text:
            line.append((text, style))
        room -= cells
    if room > 0:
        line.append((" " * room, padding))
    return tuple(line)


def spread_out(left: Sequence[Span], right: Sequence[Span], width: int, padding: str = "ink") -> Line:
    """`left` at the left edge and `right` at the right; the right part yields when both do not fit."""
    gap = width - line_width(left) - line_width(right)
    if gap < 0:
        return filled(left, width, padding)
    return filled((*left, (" " * gap, padding), *right), width, padding)


def on(line: Iterable[Span], ground: str) -> Line:
    """The same line on another ground colour."""
    return tuple((text, f"{token.partition(' on ')[0]} on {ground}") for text, token in line)


def title_line(title: str, info: Sequence[Span], width: int, focused: bool) -> Line:
    """A panel's first line: its name, a mark when it has the focus, and facts at the right.

    The first facts leave when room is short.
    """
    name: list[Span] = (
        [("▌", "accent"), (title, "accent bold")] if focused else [(" ", "muted"), (title, "ink bold")]
    )
    facts = [*info, (" ", "muted")]
    while len(facts) > 1 and line_width(name) + line_width(facts) + _TITLE_GAP > width:
        del facts[0]
    line = spread_out(name, facts, width, "muted")
    return on(line, "raised")


def padded(lines: Sequence[Line], width: int, height: int) -> list[Line]:
    """Exactly `height` lines: cut, or filled up with empty ones."""
    blank: Line = ((" " * width, "ink"),)
    return [*lines[:height], *[blank] * (height - len(lines))]


def notice(text: str, width: int, height: int, style: str = "muted") -> list[Line]:
    """A centred sentence, on as many lines as it takes, in an otherwise empty box."""
    told = wrapped(text, width, max(1, height))
    lines: list[Line] = [((" " * width, "ink"),)] * max(0, (height - len(told)) // 2)
    return padded([*lines, *[((fit(each, width, "^"), style),) for each in told]], width, height)


def wrapped(text: str, width: int, limit: int) -> list[str]:
    """`text` broken at spaces into at most `limit` lines of `width` cells; what does not fit ends in `…`."""
    lines: list[str] = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if width_of(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    lines = [line for line in lines if line]
    if len(lines) > limit:
        lines = [*lines[: limit - 1], " ".join(lines[limit - 1 :])]
    return [fit(line, width).rstrip() if width_of(line) > width else line for line in lines]
