"""Panels with a row cursor: positions and orders. The cursor stands on a key and stays there while rows
move."""

from collections.abc import Hashable, Sequence

from omega_tui.engine.account_views import OrderRow, PositionRow
from omega_tui.engine.views import Panel, Views
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.account import build_positions, position_key
from omega_tui.ui.rows.orders import build_orders
from omega_tui.ui.rows.spans import Line


class TablePanel(ViewPanel, can_focus=True):
    """Holds the cursor's key; what the rows are is the subclass's business."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._keys: tuple[str, ...] = ()
        self._cursor: str | None = None

    @property
    def cursor(self) -> str | None:
        """The key under the cursor; the first row until the trader moved it, None without rows."""
        if self._cursor in self._keys:
            return self._cursor
        return self._keys[0] if self._keys else None

    def move_cursor(self, rows: int) -> None:
        """The cursor up (positive) or down by rows, stopping at either end."""
        if self.cursor is not None:
            index = self._keys.index(self.cursor) - rows
            self._cursor = self._keys[min(max(index, 0), len(self._keys) - 1)]

    def own_state(self) -> tuple[Hashable, ...]:
        return (self._cursor,)

    def _keep(self, keys: Sequence[str]) -> str | None:
        self._keys = tuple(keys)
        return self.cursor if self.has_focus else None


class PositionsPanel(TablePanel):
    """Open positions."""

    VIEW = Panel.POSITIONS
    RATE = 10.0
    _rows: tuple[PositionRow, ...] = ()

    @property
    def at_cursor(self) -> PositionRow | None:
        """The position under the cursor."""
        return next((row for row in self._rows if position_key(row) == self.cursor), None)

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        view = views.positions()
        self._rows = view.rows
        cursor = self._keep([position_key(row) for row in view.rows])
        return build_positions(view, cursor, width, height, focused=self.has_focus, private=self.private)


class OrdersPanel(TablePanel):
    """Unfinished orders, UNKNOWN ones first."""

    VIEW = Panel.ORDERS
    RATE = 10.0
    _rows: tuple[OrderRow, ...] = ()

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        view = views.orders()
        self._rows = view.rows
        return build_orders(
            view, self._keep([row.key for row in view.rows]), width, height, focused=self.has_focus
        )
