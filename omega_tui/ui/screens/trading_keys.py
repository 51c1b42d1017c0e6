"""What the keys do that act on orders and positions: the one under the cursor, or all of a market."""

from collections.abc import Callable

from textual.widget import Widget

from omega_tui.domain.orders import Side
from omega_tui.engine.account_views import PositionRow
from omega_tui.engine.port import EnginePort
from omega_tui.ui.rows.account import position_key
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.screens.ticket_flow import TicketFlow
from omega_tui.ui.trade_desk import TradeDesk

_WHICH = "several positions: move the cursor of the positions table to one"

Ask = Callable[[str, str], None]
"""Opens a dialog by its name, about the thing with a key."""


class TradingKeys:
    """`focused` says which panel has the keys."""

    def __init__(
        self,
        engine: EnginePort,
        stage: Stage,
        desk: TradeDesk,
        tickets: TicketFlow,
        focused: Callable[[], Widget | None],
        ask: Ask,
    ) -> None:
        self._engine = engine
        self._stage = stage
        self._desk = desk
        self._tickets = tickets
        self._focused = focused
        self._ask = ask

    def routes(self) -> dict[str, Callable[[], None]]:
        """What each action does, by its id."""
        return {
            "ticket.buy": lambda: self._tickets.open(Side.BUY),
            "ticket.sell": lambda: self._tickets.open(Side.SELL),
            "cancel.cursor": lambda: self._desk.cancel(self.orders_at_cursor()),
            "cancel.all": self._desk.arm_cancel_all,
            "flatten": self._flatten,
            "protect": self._protect,
            "reverse": self._reverse,
            "leverage": lambda: self._ask("leverage", ""),
            "profile": lambda: self._ask("profile", ""),
            "unlock": lambda: self._ask("unlock", ""),
            "halt": self._desk.halt,
            "halt.now": self._desk.halt,
        }

    def orders_at_cursor(self) -> tuple[str, ...]:
        """Keys of the orders that the cursor stands on."""
        panel, stage = self._focused(), self._stage
        if panel is stage.orders:
            return () if stage.orders.cursor is None else (stage.orders.cursor,)
        return stage.ladder.orders_at_cursor() if panel is stage.ladder else ()

    def _position(self) -> PositionRow | None:
        """The position under the cursor, else the one of the shown market, else the only one."""
        if self._focused() is self._stage.positions:
            return self._stage.positions.at_cursor
        views = self._engine.views
        rows, symbol = views.positions().rows, views.status().symbol
        shown = [row for row in rows if row.symbol == symbol] or list(rows)
        return shown[0] if len(shown) == 1 else None

    def _flatten(self) -> None:
        positions = self._stage.positions
        at_cursor = positions.at_cursor if self._focused() is positions else None
        self._desk.arm_flatten(at_cursor.symbol if at_cursor else self._engine.views.status().symbol)

    def _protect(self) -> None:
        position = self._position()
        if position is None:
            self._desk.say(_WHICH, "muted")
        else:
            self._ask("protect", position_key(position))

    def _reverse(self) -> None:
        position = self._position()
        if position is None:
            self._desk.say(_WHICH, "muted")
        else:
            self._desk.arm_reverse(position)
