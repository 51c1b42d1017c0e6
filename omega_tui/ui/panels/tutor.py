"""The tutor's line over the screen."""

from omega_tui.ui.rows.spans import Line, filled, padded, wrapped
from omega_tui.ui.widgets.line_panel import LinePanel


class TutorPanel(LinePanel):
    """The task at hand."""

    def paint(self, name: str, words: str) -> None:
        """Redraw what differs."""
        if self.size:
            self.show(build_tutor(name, words, self.size.width, self.size.height))


def build_tutor(name: str, words: str, width: int, height: int) -> list[Line]:
    """The task, or the page of the tour, on as many lines as there are."""
    head = f" {name} "
    texts = wrapped(words, max(1, width - len(head) - 1), max(1, height))
    first = filled([(head, "accent bold reverse"), (f" {texts[0]}", "ink bold")], width)
    rest = [filled([(" " * (len(head) + 1), "ink"), (text, "ink bold")], width) for text in texts[1:]]
    return padded([first, *rest], width, height)
