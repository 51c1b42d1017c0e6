"""The trader's wallet, leverage settings and positions: what a fill does to money, and nothing else.

What is reserved, available or at risk follows from this and the market; see `statements`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.sim.facts import Contract, HoldSide, MarginMode, PositionMode
from omega_tui.sim.venue.forced import FREE_OF_FEE, cause_of, trade_business
from omega_tui.sim.venue.ledger import LedgerClosedPosition, LedgerOrder
from omega_tui.sim.venue.margin import initial_margin, trading_fee
from omega_tui.sim.venue.positions import Position, Positions, opened_side, other_side
from omega_tui.sim.venue.wallet import Business, Wallet

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SymbolSettings:
    """Margin mode and leverages of one symbol, as Bitget's account endpoint lists them."""

    margin_mode: MarginMode
    crossed_leverage: int
    long_leverage: int
    short_leverage: int

    def leverage(self, side: HoldSide) -> int:
        """The leverage that applies to a side in the present margin mode."""
        if self.margin_mode is MarginMode.CROSSED:
            return self.crossed_leverage
        return self.long_leverage if side is HoldSide.LONG else self.short_leverage


@dataclass(frozen=True, slots=True)
class Booking:
    """What a fill cost and earned: `fee` negative when paid, `profit` before the fee.

    `closed` is the record of the position that the fill closed for good, `closed_entry` the average entry
    of the one it closed any of.
    """

    fee: Decimal
    profit: Decimal
    reduced: bool
    closed: LedgerClosedPosition | None
    closed_entry: Decimal | None


def traded_side(order: LedgerOrder) -> HoldSide:
    """The side whose position the order opens; in hedge mode also the side that it closes."""
    return order.hold_side or opened_side(order.direction)


class Account:
    """One USDT futures account: its wallet, its positions and its settings."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        wallet: Wallet,
        position_mode: PositionMode,
        default: SymbolSettings,
        next_id: Callable[[], str],
    ) -> None:
        self.wallet = wallet
        self.position_mode = position_mode
        self.positions = Positions()
        self._contracts = contracts
        self._next_id = next_id
        self._settings = {
            symbol: _within(default, contract.min_lever, contract.max_lever)
            for symbol, contract in contracts.items()
        }

    @property
    def balance(self) -> Decimal:
        """The wallet: deposits, realised profit, fees, funding."""
        return self.wallet.balance

    def settings(self, symbol: str) -> SymbolSettings:
        """Margin mode and leverages of a symbol."""
        return self._settings[symbol]

    def change_settings(self, symbol: str, settings: SymbolSettings) -> None:
        """Put new settings in force; an isolated position gets the margin that a lower leverage asks for."""
        for position in self.positions.of(symbol):
            added = self.isolated_missing(position, settings.leverage(position.side))
            if added:
                position.isolated_margin += added
                self.wallet.book(symbol, Business.ADD_MARGIN_FOR_LEVERAGE, added)
        self._settings[symbol] = settings

    def isolated_missing(self, position: Position, leverage: int) -> Decimal:
        """What a lower leverage asks of an isolated position beyond the margin it has; 0 when crossed.

        A higher leverage asks for nothing, though funding may have eaten of the margin, and frees nothing:
        what is no longer asked for has to be taken out by hand, as Bitget's page on isolated margin says and
        a real position going from 25 to 75 showed.
        """
        present = self._settings[position.symbol].leverage(position.side)
        if position.margin_mode is MarginMode.CROSSED or leverage >= present:
            return _ZERO
        return max(initial_margin(position.entry_quote, leverage) - position.isolated_margin, _ZERO)

    def book(self, order: LedgerOrder, size: Decimal, price: Decimal, maker: bool, ts: int) -> Booking:
        """Apply a fill of `order`: it closes what it can of the position against it, and opens the rest."""
        rate = self._fee_rate(order, maker)
        fee = trading_fee(size * price, rate)
        closed = self._closed_by(order, size)
        close_fee = fee if closed == size else trading_fee(closed * price, rate)
        profit, gone, entry = _ZERO, None, None
        if closed:
            position = self._closing(order)
            entry = position.average_entry
            profit = position.reduce(closed, price, close_fee, ts)
            if not position.size:
                gone = position.closed(self.position_mode, self._next_id())
                self.positions.close(position, gone)
        if closed < size:
            self._open(order, size - closed, price, fee - close_fee, ts)
        self.wallet.book(order.symbol, trade_business(order), profit, fee)
        return Booking(fee, profit, reduced=bool(closed), closed=gone, closed_entry=entry)

    def closing_side(self, order: LedgerOrder) -> HoldSide | None:
        """The side that the order closes, None when it can only open (hedge mode)."""
        if order.hold_side is None:
            return other_side(opened_side(order.direction))
        return order.hold_side if order.reduce_only else None

    def _fee_rate(self, order: LedgerOrder, maker: bool) -> Decimal:
        if cause_of(order) in FREE_OF_FEE:
            return _ZERO
        contract = self._contracts[order.symbol]
        return contract.maker_fee_rate if maker else contract.taker_fee_rate

    def _closed_by(self, order: LedgerOrder, size: Decimal) -> Decimal:
        side = self.closing_side(order)
        return min(size, self.positions.size(order.symbol, side)) if side else _ZERO

    def _closing(self, order: LedgerOrder) -> Position:
        """The position that the order closes."""
        side = self.closing_side(order)
        position = self.positions.get(order.symbol, side) if side else None
        if position is None:
            raise LookupError(f"order {order.order_id} closes a position that is not there")
        return position

    def _open(self, order: LedgerOrder, size: Decimal, price: Decimal, fee: Decimal, ts: int) -> None:
        side = traded_side(order)
        position = self.positions.get(order.symbol, side)
        if position is None:
            position = Position(self._next_id(), order.symbol, side, order.margin_mode, ts, ts)
            self.positions.put(position)
        position.add(size, price, fee, self._settings[order.symbol].leverage(side), ts)


def _within(settings: SymbolSettings, lowest: int, highest: int) -> SymbolSettings:
    def clamp(leverage: int) -> int:
        return max(lowest, min(leverage, highest))

    return replace(
        settings,
        crossed_leverage=clamp(settings.crossed_leverage),
        long_leverage=clamp(settings.long_leverage),
        short_leverage=clamp(settings.short_leverage),
    )
