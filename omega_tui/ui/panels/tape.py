"""The tape panel."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.rows.tape import build_tape


class TapePanel(ViewPanel, can_focus=True):
    """Public trades as they print."""

    VIEW = Panel.TAPE
    RATE = 10.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_tape(views.tape(height * 4), width, height, focused=self.has_focus)
