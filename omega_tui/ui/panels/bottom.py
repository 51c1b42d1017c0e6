"""The two lines at the bottom: the question or the newest answer, and the keys that work now."""

from collections.abc import Sequence

from omega_tui.ui.actions import Action
from omega_tui.ui.rows.spans import Line, Span, filled, line_width, on, spread_out
from omega_tui.ui.widgets.line_panel import LinePanel


class PromptPanel(LinePanel):
    """An armed question before the newest answer before what is shown when nothing happens."""

    def paint(self, question: str, seconds_left: float, news: tuple[str, str], idle: Sequence[Span]) -> None:
        """Redraw what differs."""
        if self.size:
            self.show([build_prompt(question, seconds_left, news, idle, self.size.width)])


class FooterPanel(LinePanel):
    """Keys and what they do."""

    def paint(self, actions: Sequence[Action], policy: str, *, stays: bool) -> None:
        """Redraw what differs; `policy` says which orders ask, and `stays` that keys make room for it."""
        if self.size:
            self.show([build_footer(actions, self.size.width, policy, stays=stays)])


def build_prompt(
    question: str, seconds_left: float, news: tuple[str, str], idle: Sequence[Span], width: int
) -> Line:
    """The prompt's one line."""
    if question:
        ask = f" ENTER: {question} "
        tail = f"· ESC withdraws · {max(1, round(seconds_left))} s "
        return filled([(ask, "warn bold reverse"), (f" {tail}", "warn")], width, "ink")
    text, token = news
    if text:
        return filled([(f" {text}", token)], width)
    return filled(idle, width)


def build_footer(actions: Sequence[Action], width: int, policy: str = "", *, stays: bool = False) -> Line:
    """Keys from left to right, as many as fit; the last two, help and quit, always stay. Which orders ask
    stands at the right where there is room, or where it `stays` because some do not."""
    right: list[Span] = [(f" {policy} ", "warn" if stays else "muted")] if policy else []
    room = width - line_width(right) if stays else width
    groups = [[(f" {action.shown} ", "accent bold"), (f"{action.label} ", "muted")] for action in actions]
    while len(groups) > 2 and sum(line_width(group) for group in groups) > room:
        del groups[-3]
    keys = [span for group in groups for span in group]
    return on(spread_out(keys, right, width), "raised")
