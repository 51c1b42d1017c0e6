"""The command line's lines: what the text would do now, what could stand at the cursor, the text itself."""

from collections.abc import Sequence

from omega_tui.console.console import Explained
from omega_tui.language.completion import Completion
from omega_tui.ui.line_editor import LineEditor
from omega_tui.ui.rows.spans import Line, Span, filled, on, padded, title_line, width_of, wrapped

_HINTS = "TAB completes · ↑ earlier lines · {enter} · ESC closes"
_EMPTY = (
    "buy 500$ at -0.1% sl 1% tp 2r · sell 0.01btc at ask+2t po · close 50% · cancel buys",
    "scale buy 5000$ into 10 from -0.2% to -2% · stop 1% · flatten · undo · ethusdt",
)
_LONGEST_NAME = 22


def build_command(
    editor: LineEditor,
    explained: Explained,
    offered: Sequence[Completion],
    chosen: int | None,
    width: int,
    height: int,
    *,
    asks: bool = True,
) -> list[Line]:
    """The whole panel; the text is its last line. `chosen` is the completion that TAB put in; `asks` says
    whether ENTER will."""
    head = title_line("COMMAND", [(_hints(explained, asks), "muted")], width, focused=True)
    room = height - 2
    body = _offers(offered, chosen, width, room) if chosen is not None else _meaning(explained, width, room)
    if room < 1:
        return padded([_input(editor, explained, width)], width, height)
    return [head, *padded(body, width, room), _input(editor, explained, width)]


def _hints(explained: Explained, asks: bool) -> str:
    does = "" if explained.problems or not explained.steps else " asks first" if asks else " does it at once"
    return _HINTS.format(enter=f"ENTER{does}")


def _meaning(explained: Explained, width: int, room: int) -> list[Line]:
    if not explained.text.strip():
        return [filled([(f" {text}", "muted")], width) for text in _EMPTY]
    texts: list[tuple[str, str]] = [(problem, "error") for problem in explained.problems]
    for deed in explained.deeds:
        if not deed.problems:
            texts.append((deed.scope, "ink bold"))
            texts += [(figure, "warn" if index else "muted") for index, figure in enumerate(deed.figures)]
    lines: list[Line] = []
    for text, token in texts:
        lines += [filled([(f" {part}", token)], width) for part in wrapped(text, width - 2, 3)]
    return lines[:room]


def _offers(offered: Sequence[Completion], chosen: int | None, width: int, room: int) -> list[Line]:
    first = max(0, (chosen or 0) - room + 1)
    lines = []
    for index, offer in enumerate(offered[first : first + room], first):
        name = f" {offer.text:<{_LONGEST_NAME}} "
        line = filled([(name, "ink bold"), (offer.meaning, "muted")], width)
        lines.append(on(line, "cursor") if index == chosen else line)
    return lines


def _input(editor: LineEditor, explained: Explained, width: int) -> Line:
    """The text with its cursor, the wrong part underlined; a long one shows the part around the cursor."""
    mistake = explained.mistake if explained.text == editor.text else None
    wrong = range(mistake.start, max(mistake.end, mistake.start + 1)) if mistake is not None else range(0)
    spans: list[Span] = []
    for place, character in enumerate(f"{editor.text} "):
        token = "error underline" if place in wrong and place < len(editor.text) else "ink bold"
        spans.append((character, f"{token} reverse" if place == editor.cursor else token))
    room = width - 3
    first = editor.cursor
    used = width_of(spans[first][0])
    while first > 0 and used + width_of(spans[first - 1][0]) <= room:
        first -= 1
        used += width_of(spans[first][0])
    return on(filled([(" : ", "accent bold"), *spans[first:]], width), "raised")
