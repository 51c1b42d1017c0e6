"""The mode line panel."""

from collections.abc import Callable, Hashable

from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.spans import Line
from omega_tui.ui.rows.status import build_alarm, build_status


class _Keyed(ViewPanel):
    """A line that names keys: `key` says which an action has."""

    VIEW = Panel.STATUS
    RATE = 10.0

    def __init__(self, key: Callable[[str], str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.key = key


class StatusPanel(_Keyed):
    """Environment, market, modes and freshness; always on screen."""

    workspace = ""
    """What the screen is arranged for, empty for trading."""

    def own_state(self) -> tuple[Hashable, ...]:
        return (self.workspace,)

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        status = views.status()
        lines = build_status(status, width, self.key, private=self.private, workspace=self.workspace)
        return lines[:height]


class AlarmPanel(_Keyed):
    """One loud line, there only while there is an alarm."""

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        return [build_alarm(views.status(), width, self.key)]
