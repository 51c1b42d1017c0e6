"""How the account sits against the golden ratio, as lines for the foot of the Fibonacci panel."""

from omega_tui.engine.past_views import HarmonyView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.bars import gauge
from omega_tui.ui.rows.spans import Line, Span, filled, fit

_LABEL = 16
_NARROWEST_GAUGE = 5
LINES = 6
"""How many lines `harmony_lines` makes."""


def harmony_lines(view: HarmonyView, width: int) -> list[Line]:
    """A caption and a line a score; a score that is not known has no bar."""
    harmony, balance, energy = view.harmony, view.balance, view.energy
    rated = f"({view.closed})"
    return [
        filled([(" harmony: alignment, no advice", "muted")], width),
        _score("φ resonance", view.resonance, "", width),
        _score("balance", balance.score if balance else None, balance.ratio_type if balance else "", width),
        _score("results", view.performance_alignment if view.closed else None, rated, width),
        _score("harmony", harmony.score if harmony else None, harmony.state if harmony else "", width),
        _score("energy", energy.combined / 10 if energy else None, energy.state if energy else "", width),
    ]


def _score(label: str, value: float | None, words: str, width: int) -> Line:
    figure = text_of.NOTHING if value is None else f"{value:.3f}"
    spans: list[Span] = [(f" {fit(label, _LABEL - 4)}", "muted"), (fit(figure, 6, ">"), "fib bold")]
    room = width - _LABEL - 4
    bar = min(10, room - len(words) - 1) if words else min(10, room)
    if value is not None and bar >= _NARROWEST_GAUGE:
        spans += [(" ", "ink"), *gauge(value, bar, "fib")]
    return filled([*spans, (f" {words}", "ink")], width)
