"""What every panel shares: pull the engine's picture when it moved, build lines, show them."""

from collections.abc import Hashable
from typing import ClassVar

from textual import events, on

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.widgets.line_panel import LinePanel


class ViewPanel(LinePanel):
    """A panel of one engine picture. `VIEW` names the picture, `RATE` how often a second it may be
    repainted."""

    VIEW: ClassVar[Panel]
    RATE: ClassVar[float] = 20.0

    outdated = True
    """Whether its picture was made for another size, focus or privacy, and cannot wait for its turn."""

    _drawn: tuple[Hashable, ...] = ()
    _private = False

    @property
    def private(self) -> bool:
        """Whether amounts of money are hidden."""
        return self._private

    @private.setter
    def private(self, hidden: bool) -> None:
        self._private, self.outdated = hidden, True

    in_sight = False
    """Whether it has a place on the screen, as the layout last told."""

    @on(events.Resize)
    @on(events.Focus)
    @on(events.Blur)
    def _outdate(self) -> None:
        self.outdated = True

    @on(events.Show)
    def _come_into_sight(self) -> None:
        self.in_sight = self.outdated = True

    @on(events.Hide)
    def _leave_sight(self) -> None:
        self.in_sight = False

    def paint(self, views: Views) -> bool:
        """Repaint if anything it shows has changed since the last time; True when it did."""
        self.outdated = False
        size = self.size
        state = (views.version(self.VIEW), size, self.has_focus, self.private, *self.own_state())
        if state == self._drawn or not size:
            return False
        self._drawn = state
        self.show(self.build(views, size.width, size.height))
        return True

    def own_state(self) -> tuple[Hashable, ...]:
        """What else the picture depends on, beyond the engine's version, the size, the focus and privacy."""
        return ()

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        """The picture's lines."""
        raise NotImplementedError
