"""The tutor's line over the screen."""

from omega_tui.ui.rows.spans import Line, filled, padded, wrapped
from omega_tui.ui.widgets.line_panel import LinePanel

_NAME = " TUTOR "


class TutorPanel(LinePanel):
    """The task at hand."""

    def paint(self, words: str) -> None:
        """Redraw what differs."""
        if self.size:
            self.show(build_tutor(words, self.size.width, self.size.height))


def build_tutor(words: str, width: int, height: int) -> list[Line]:
    """The task on as many lines as there are."""
    texts = wrapped(words, max(1, width - len(_NAME) - 1), max(1, height))
    first = filled([(_NAME, "accent bold reverse"), (f" {texts[0]}", "ink bold")], width)
    rest = [filled([(" " * (len(_NAME) + 1), "ink"), (text, "ink bold")], width) for text in texts[1:]]
    return padded([first, *rest], width, height)
