"""Panels of the history workspace: closed positions, what they add up to, the equity curve."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.panels.tables import TablePanel
from omega_tui.ui.rows.equity import build_equity
from omega_tui.ui.rows.history import build_history
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.rows.statistics import build_statistics


class HistoryPanel(TablePanel):
    """Closed positions, newest first."""

    VIEW = Panel.HISTORY
    RATE = 2.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        view = views.history()
        cursor = self._keep([each.position.position_id for each in reversed(view.trades)])
        return build_history(view, cursor, width, height, focused=self.has_focus, private=self.private)


class StatisticsPanel(ViewPanel):
    """What closed positions came to."""

    VIEW = Panel.HISTORY
    RATE = 1.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        view = views.history()
        return build_statistics(view, width, height, focused=self.has_focus, private=self.private)


class EquityPanel(ViewPanel):
    """The summed result over time."""

    VIEW = Panel.HISTORY
    RATE = 1.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        view = views.history()
        return build_equity(view, width, height, focused=self.has_focus, private=self.private)
