"""The command palette's lines."""

from collections.abc import Sequence

from omega_tui.ui.line_editor import LineEditor
from omega_tui.ui.palette import Offer
from omega_tui.ui.rows.account import counted
from omega_tui.ui.rows.spans import Line, Span, filled, fit, on, padded, spread_out, title_line

_FRAME_ROWS = 3
_LABEL_WIDTH = 12


def build_palette(
    query: LineEditor, found: Sequence[Offer], chosen: int, width: int, height: int, problem: str = ""
) -> list[Line]:
    """What was typed and the actions that it fits, best first; `problem` is why the last one was not done."""
    typed = f"{query.text[: query.cursor]}▏{query.text[query.cursor :]}"
    count = counted(len(found), "action") if found else "no action has these words"
    lines = [title_line("ACTIONS", [(count, "muted")], width, True)]
    lines.append(filled([(" ", "ink"), (typed, "ink bold")], width))
    room = max(1, height - _FRAME_ROWS)
    first = max(0, chosen - room + 1)
    for index, offer in enumerate(found[first : first + room], first):
        line = _line(offer, width, index == chosen)
        lines.append(on(line, "cursor") if index == chosen else line)
    keys: list[Span] = [(" ENTER ", "accent bold"), ("does it  ", "muted"), ("ESC ", "accent bold")]
    foot = [(f" {problem}", "warn bold")] if problem else [*keys, ("leaves", "muted")]
    return [*padded(lines, width, height - 1), on(filled(foot, width), "raised")]


def _line(offer: Offer, width: int, chosen: bool) -> Line:
    mark: Span = ("▸ " if chosen else "  ", "accent bold")
    keys: list[Span] = [(f" {offer.keys} ", "accent bold")]
    label = fit(offer.label, _LABEL_WIDTH)
    if not offer.reason:
        return spread_out([mark, (label, "ink bold"), (offer.words, "ink")], keys, width)
    room = max(0, width - len(offer.keys) - 2)
    said = [(label, "muted"), (offer.reason, "warn"), (f" · {offer.words}", "muted")]
    return filled([*filled([mark, *said], room), *keys], width)
