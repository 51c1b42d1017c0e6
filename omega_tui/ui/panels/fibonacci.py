"""The Fibonacci panel."""

from collections.abc import Hashable

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.fibonacci import build_fibonacci
from omega_tui.ui.rows.spans import Line


class FibonacciPanel(ViewPanel, can_focus=True):
    """Levels of the current swing, and how the account sits against them."""

    VIEW = Panel.FIBONACCI
    RATE = 2.0

    def paint(self, views: Views) -> bool:
        self._versions = (views.version(Panel.POSITIONS), views.version(Panel.HISTORY))
        return super().paint(views)

    def own_state(self) -> tuple[Hashable, ...]:
        return self._versions

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        harmony = views.harmony()
        return build_fibonacci(views.fibonacci(), harmony, width, height, focused=self.has_focus)
