"""What every panel shares: pull the engine's picture when it moved, build lines, show them."""

from collections.abc import Hashable
from typing import ClassVar

from textual.geometry import Size
from textual.widget import Widget

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.widgets.line_panel import LinePanel


class ViewPanel(LinePanel):
    """A panel of one engine picture. `VIEW` names the picture, `RATE` how often a second it may be
    repainted."""

    VIEW: ClassVar[Panel]
    RATE: ClassVar[float] = 20.0

    private = False
    """Whether amounts of money are hidden."""

    _drawn: tuple[Hashable, ...] = ()
    _drawn_frame: tuple[Size, bool, bool] | None = None

    @property
    def outdated(self) -> bool:
        """Whether its picture still has an earlier size, or was drawn for another focus or privacy."""
        return self._frame != self._drawn_frame

    @property
    def _frame(self) -> tuple[Size, bool, bool]:
        return self.size, self.has_focus, self.private

    @property
    def in_sight(self) -> bool:
        """Whether neither it nor a box around it is hidden."""
        return all(node.display for node in self.ancestors_with_self if isinstance(node, Widget))

    def paint(self, views: Views) -> bool:
        """Repaint if anything it shows has changed since the last time; True when it did."""
        state = (views.version(self.VIEW), self._frame, *self.own_state())
        if state == self._drawn or not self.size:
            return False
        self._drawn, self._drawn_frame = state, self._frame
        self.show(self.build(views, self.size.width, self.size.height))
        return True

    def own_state(self) -> tuple[Hashable, ...]:
        """What else the picture depends on, beyond the engine's version, the size, the focus and privacy."""
        return ()

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        """The picture's lines."""
        raise NotImplementedError
