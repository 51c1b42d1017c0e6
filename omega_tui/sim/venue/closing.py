"""Closing positions at market and turning them round: orders that the exchange makes at a word.

Follows Bitget's "Flash-Close-Position" and "Reversal".
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.facts import Force, HoldSide, MarginMode, OrderType, PositionMode
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.ledger import LedgerOrder, OrderSpec
from omega_tui.sim.venue.positions import Position, opening_direction, other_side

_REVERSED = "reverse"


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing positions came to: the orders that do it, and the symbols that refused to, with why."""

    placed: list[LedgerOrder]
    failed: list[tuple[str, Refused]]


@dataclass(frozen=True, slots=True)
class Reversal:
    """What of the position on `side` becomes a position on the other side; all of it when `size` is None."""

    symbol: str
    side: HoldSide
    size: Decimal | None
    client_oid: str | None


class Closer:
    """Closes and turns the positions of one account; `settle` completes an action."""

    def __init__(self, account: Account, desk: Desk, settle: Callable[[], None]) -> None:
        self._account = account
        self._desk = desk
        self._settle = settle

    def close(self, symbol: str | None, hold_side: HoldSide | None) -> Closing:
        """Close at market; one-way mode ignores `hold_side`, hedge mode without it closes both sides.

        Resting close orders of a position give way. A position that cannot be closed now does not keep the
        others open. Refused 22002 without a position, and as the last one was when none could be closed.
        """
        if symbol is not None:
            self._desk.market(symbol)
        wanted = hold_side if self._hedge else None
        held = [
            each
            for each in self._account.positions
            if symbol in (None, each.symbol) and wanted in (None, each.side)
        ]
        if not held:
            raise refusal(Code.NO_POSITION_TO_CLOSE)
        placed: list[LedgerOrder] = []
        failed: list[tuple[str, Refused]] = []
        for position in held:
            try:
                placed.append(self._close(position, position.size))
            except Refused as reason:
                failed.append((position.symbol, reason))
        self._settle()
        if not placed:
            raise failed[-1][1]
        return Closing(placed, failed)

    def reverse(self, wanted: Reversal) -> LedgerOrder:
        """Close a part of a position or all of it and open as much on the other side, both at market.

        One-way mode does it with one order of twice the size, hedge mode with a closing and an opening order;
        the opening one is returned and opens no more than was closed. Refused 22002 without the position and
        40757 for more than it holds. When the opening is refused the closing stands, and the refusal says
        why there is no new position.
        """
        self._desk.market(wanted.symbol)
        position = self._account.positions.get(wanted.symbol, wanted.side)
        if position is None:
            raise refusal(Code.NO_POSITION_TO_CLOSE)
        size = position.size if wanted.size is None else wanted.size
        if size > position.size:
            raise refusal(Code.NOTHING_TO_CLOSE)
        self._desk.check_client_oid(wanted.client_oid)
        try:
            return self._turn(position, size, wanted.client_oid)
        finally:
            self._settle()

    @property
    def _hedge(self) -> bool:
        return self._account.position_mode is PositionMode.HEDGE

    def _turn(self, position: Position, size: Decimal, client_oid: str | None) -> LedgerOrder:
        symbol, mode, other = position.symbol, position.margin_mode, other_side(position.side)
        if not self._hedge:
            return self._desk.place(_market_order(symbol, other, 2 * size, mode, client_oid))
        closing = self._close(position, size)
        closed = self._desk.state_of(closing).filled
        return self._desk.place(_market_order(symbol, other, closed, mode, client_oid))

    def _close(self, position: Position, size: Decimal) -> LedgerOrder:
        symbol, side = position.symbol, position.side
        direction = opening_direction(side).opposite
        spec = OrderSpec(
            symbol=symbol,
            direction=direction,
            order_type=OrderType.MARKET,
            size=size,
            price=None,
            force=Force.GTC,
            margin_mode=position.margin_mode,
            hold_side=side,
            closes=True,
            reduce_only=True,
            client_oid=None,
            displaces=True,
        )
        return self._desk.place(spec)


def _market_order(
    symbol: str, opens: HoldSide, size: Decimal, mode: MarginMode, client_oid: str | None
) -> OrderSpec:
    return OrderSpec(
        symbol=symbol,
        direction=opening_direction(opens),
        order_type=OrderType.MARKET,
        size=size,
        price=None,
        force=Force.GTC,
        margin_mode=mode,
        hold_side=opens,
        closes=False,
        reduce_only=False,
        client_oid=client_oid,
        order_source=_REVERSED,
    )
