"""The chart panel."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.chart import build_chart
from omega_tui.ui.rows.spans import Line


class ChartPanel(ViewPanel, can_focus=True):
    """Candles of the selected timeframe."""

    VIEW = Panel.CHART
    RATE = 4.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_chart(views.chart(width), width, height, focused=self.has_focus)
