"""The executions panel."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.account import build_fills
from omega_tui.ui.rows.spans import Line


class FillsPanel(ViewPanel, can_focus=True):
    """The newest executions."""

    VIEW = Panel.FILLS
    RATE = 4.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_fills(views.fills(height), width, height, focused=self.has_focus, private=self.private)
