"""The price ladder panel: the book around the touch, with a cursor held at its price."""

from collections.abc import Hashable
from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.orders import Side
from omega_tui.engine.views import LadderMark, LadderView, Panel, Views
from omega_tui.ui.ladder_window import GROUPS, LadderWindow, side_at
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.ladder import FRAME_ROWS, build_ladder
from omega_tui.ui.rows.spans import Line

_WELL_FILLED = 0.6


class LadderPanel(ViewPanel, can_focus=True):
    """Draws the book and keeps its window. It reads prices from the picture it drew last."""

    VIEW = Panel.LADDER
    RATE = 20.0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._window = LadderWindow()
        self._view: LadderView | None = None
        self._symbol = ""
        self.size_preset = ""
        """What ENTER orders at the cursor, in the order language; empty opens the ticket."""
        self.bells: tuple[Decimal, ...] = ()
        """Prices that ring when they trade."""

    @property
    def price_rows(self) -> int:
        """Rows that show prices."""
        return max(0, self.size.height - FRAME_ROWS)

    @property
    def window(self) -> LadderWindow:
        """What is in sight, and the cursor."""
        return self._window

    @property
    def tick(self) -> Decimal:
        """The price step of the book that was drawn last; 1 before any was."""
        return self._view.tick if self._view is not None else Decimal(1)

    def move_cursor(self, rows: int) -> None:
        """The cursor up (positive) or down."""
        if self._view is not None:
            self._window = self._window.moved(rows, self._view, self.price_rows)

    def recentre(self) -> None:
        """The touch in the middle, no cursor."""
        if self._view is not None:
            self._window = self._window.recentred(self._view, self.price_rows)

    def regroup(self, step: int) -> None:
        """Coarser (1) or finer (-1) rows."""
        self._window = self._window.regrouped(step)

    def cursor_order(self) -> tuple[Side, Decimal] | None:
        """The side and price of a limit order at the cursor; None while there is no cursor."""
        view, ticks = self._view, self._window.cursor
        if view is None or ticks is None:
            return None
        return side_at(view, ticks), view.tick * ticks

    @property
    def passed_by(self) -> bool:
        """Whether the market went through the cursor since it was put there: an order would change sides."""
        at_cursor = self.cursor_order()
        return at_cursor is not None and at_cursor[0] is not self._window.side

    def touch_price(self, side: Side) -> Decimal | None:
        """The price at which a passive order of this side joins the touch."""
        if self._view is None:
            return None
        ticks = self._view.best_bid_ticks if side is Side.BUY else self._view.best_ask_ticks
        return None if ticks is None else self._view.tick * ticks

    def orders_at_cursor(self) -> tuple[str, ...]:
        """Keys of own orders in the cursor's row."""
        view, row = self._view, self._window.cursor_row
        if view is None or row is None:
            return ()
        return tuple(
            order.key for order in view.orders if self._window.row_of_order(order.ticks, order.side) == row
        )

    def own_state(self) -> tuple[Hashable, ...]:
        return (self._window, self.size_preset, self.bells)

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        rows = self.price_rows
        view = views.ladder(self._window.group, 2 * rows)
        if view.symbol != self._symbol and view.bids and view.asks:
            self._symbol = view.symbol
            self._window = LadderWindow(group=_fitting_group(views, rows))
            view = views.ladder(self._window.group, 2 * rows)
        bells = tuple(LadderMark(int(price / view.tick), "bell", "bell") for price in self.bells)
        self._view = view = replace(view, marks=view.marks + bells) if bells else view
        self._window = self._window.settled(view, rows)
        return build_ladder(view, self._window, width, height, focused=self.has_focus, size=self.size_preset)


def _fitting_group(views: Views, rows: int) -> int:
    """The finest grouping at which most rows around the touch show a size."""
    half = max(1, rows // 2)
    for group in GROUPS:
        view = views.ladder(group, half)
        if not view.bids or not view.asks:
            break
        best_bid, best_ask = view.bids[0][0], view.asks[0][0]
        near = sum(best_bid - row < half for row, _ in view.bids) + sum(
            row - best_ask < half for row, _ in view.asks
        )
        if near >= _WELL_FILLED * 2 * half:
            return group
    return GROUPS[0]
