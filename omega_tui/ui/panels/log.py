"""The log panel."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.log import build_log
from omega_tui.ui.rows.spans import Line


class LogPanel(ViewPanel, can_focus=True):
    """What happened, in plain words."""

    VIEW = Panel.LOG
    RATE = 4.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_log(views.log(height), width, height, focused=self.has_focus)
