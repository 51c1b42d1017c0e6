"""The Fibonacci panel."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.fibonacci import build_fibonacci
from omega_tui.ui.rows.spans import Line


class FibonacciPanel(ViewPanel, can_focus=True):
    """Levels of the current swing."""

    VIEW = Panel.FIBONACCI
    RATE = 2.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_fibonacci(views.fibonacci(), width, height, focused=self.has_focus)
