"""The account panel."""

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.account import build_account
from omega_tui.ui.rows.spans import Line


class AccountPanel(ViewPanel):
    """Equity, margin and the session's result."""

    VIEW = Panel.ACCOUNT
    RATE = 4.0

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return build_account(views.account(), width, height, focused=self.has_focus, private=self.private)
