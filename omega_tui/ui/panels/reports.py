"""Panels of the later workspaces: risk, the link."""

from collections.abc import Hashable

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.link import ScreenCost, build_link
from omega_tui.ui.rows.risk import build_risk
from omega_tui.ui.rows.spans import Line


class RiskPanel(ViewPanel):
    """What can be lost and what holds entries."""

    VIEW = Panel.ACCOUNT
    RATE = 4.0

    def paint(self, views: Views) -> bool:
        self._versions = (views.version(Panel.POSITIONS), views.version(Panel.STATUS))
        return super().paint(views)

    def own_state(self) -> tuple[Hashable, ...]:
        return self._versions

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        rows = views.positions().rows
        return build_risk(
            views.account(),
            rows,
            views.status(),
            width,
            height,
            focused=self.has_focus,
            private=self.private,
        )


class LinkPanel(ViewPanel):
    """Surfaces, delays, and what drawing costs."""

    VIEW = Panel.STATUS
    RATE = 2.0

    cost = ScreenCost(None, 0)
    """What the screen measured last."""

    def own_state(self) -> tuple[Hashable, ...]:
        return (self.cost,)

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_link(views.link(), self.cost, width, height, focused=self.has_focus)
