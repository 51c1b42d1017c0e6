"""Which price rows the ladder shows: the top row, the held cursor and the grouping. Pure; it draws nothing.

A row is `group` ticks high; row numbers are the ones of `LadderView`. The cursor is held at its price in
ticks, so it stays on its price while the book moves and while the grouping changes.
"""

from dataclasses import dataclass, replace

from omega_tui.domain.orders import Side
from omega_tui.engine.views import LadderView

GROUPS = (1, 5, 10, 50, 100)
"""Ticks a row can span."""


@dataclass(frozen=True, slots=True)
class LadderWindow:
    """`top` is the highest row shown, None until a book is known; `cursor` is a price in ticks or None.

    `side` is what a limit order at the cursor was when the trader put the cursor there.
    """

    group: int = 1
    top: int | None = None
    cursor: int | None = None
    side: Side | None = None

    def settled(self, view: LadderView, height: int) -> "LadderWindow":
        """The window for this picture: centred when it has no place or the touch left its middle."""
        middle = touch_row(view, self.group)
        if middle is None or height <= 0:
            return self
        margin = max(1, height // 4)
        if self.top is not None and self.top - height + 1 + margin <= middle <= self.top - margin:
            return self
        return replace(self, top=middle + height // 2)

    def recentred(self, view: LadderView, height: int) -> "LadderWindow":
        """Centred on the touch, the cursor let go."""
        return replace(self, top=None, cursor=None, side=None).settled(view, height)

    def regrouped(self, step: int) -> "LadderWindow":
        """One grouping coarser (`step` 1) or finer (-1); the window is placed anew, the cursor keeps its
        price."""
        index = GROUPS.index(self.group) + step
        group = GROUPS[min(max(index, 0), len(GROUPS) - 1)]
        return self if group == self.group else replace(self, group=group, top=None)

    def moved(self, rows: int, view: LadderView, height: int) -> "LadderWindow":
        """The cursor `rows` up (positive) or down; it starts at the touch and pulls the window along."""
        start = touch_row(view, self.group) if self.cursor is None else self.row_of(self.cursor)
        if start is None:
            return self
        row = max(1, start if self.cursor is None else start + rows)
        top = row + height // 2 if self.top is None else self.top
        top = min(max(top, row), row + height - 1)
        cursor = row * self.group
        return replace(self, cursor=cursor, top=top, side=side_at(view, cursor))

    def row_of(self, ticks: int) -> int:
        """The row that holds this price; prices between rows belong to the row below."""
        return ticks // self.group

    def row_of_order(self, ticks: int, side: Side) -> int:
        """The row of an order: bids are grouped downwards and asks upwards, like the book's own rows."""
        return self.row_of(ticks) if side is Side.BUY else -(-ticks // self.group)

    @property
    def cursor_row(self) -> int | None:
        """The cursor's row, or None while there is no cursor."""
        return None if self.cursor is None else self.row_of(self.cursor)


def touch_row(view: LadderView, group: int) -> int | None:
    """The row around which the market trades: the middle of the touch, else the side that is there, else
    last."""
    bid, ask = view.best_bid_ticks, view.best_ask_ticks
    if bid is not None and ask is not None:
        return (bid + ask) // 2 // group
    ticks = bid if bid is not None else ask if ask is not None else view.last_ticks
    return None if ticks is None else ticks // group


def side_at(view: LadderView, ticks: int) -> Side:
    """The side a limit order at this price takes: below the middle of the touch it buys, above it sells."""
    bid, ask = view.best_bid_ticks, view.best_ask_ticks
    if bid is not None and ask is not None:
        return Side.BUY if 2 * ticks <= bid + ask else Side.SELL
    if ask is not None:
        return Side.BUY if ticks < ask else Side.SELL
    reference = bid if bid is not None else view.last_ticks
    return Side.SELL if reference is not None and ticks > reference else Side.BUY
