"""The mode line panel."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.rows.status import build_alarm, build_status


class StatusPanel(ViewPanel):
    """Environment, market, modes and freshness; always on screen."""

    VIEW = Panel.STATUS
    RATE = 10.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_status(views.status(), width, private=self.private)[:height]


class AlarmPanel(ViewPanel):
    """One loud line, there only while there is an alarm."""

    VIEW = Panel.STATUS
    RATE = 10.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return [build_alarm(views.status(), width)]
