"""Executions into closed positions: average cost, flat to flat, one side after the other or both at once.

A fill that says whose position it belongs to (hedge mode) moves that position; one that does not moves the
symbol's only one, and may turn it over. Average cost is how Bitget keeps a position: reducing leaves the
entry price as it is ("Position average price" of its help centre; replayed on real orders in the tests).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.orders import Fill, HoldSide, Side

MARGIN_COIN = "USDT"

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Orphan:
    """An execution that closed something whose opening is not known, at most by its size in base units."""

    symbol: str
    side: Side
    size: Decimal
    exchange_ms: int


@dataclass(slots=True)
class OpenPosition:
    """What a position adds up to so far: `cost` is the notional of what is still held, `paid` of all that was
    opened, `received` of all that was closed, `gross` the result of the latter."""

    hold_side: HoldSide
    opened_ms: int
    first_trade: str
    size: Decimal = _ZERO
    cost: Decimal = _ZERO
    peak: Decimal = _ZERO
    opened: Decimal = _ZERO
    paid: Decimal = _ZERO
    received: Decimal = _ZERO
    gross: Decimal = _ZERO
    fees: Decimal | None = _ZERO
    closes: int = 0
    newest_ms: int = 0


class PositionLedger:
    """Takes executions in the order of the exchange's time and hands back each position as it closes."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, HoldSide], OpenPosition] = {}
        self.orphans: list[Orphan] = []
        self.newest_ms = 0

    @property
    def open(self) -> dict[tuple[str, HoldSide], OpenPosition]:
        """Positions without an end, by symbol and side; not to be changed."""
        return self._open

    def push(self, fill: Fill) -> ClosedPosition | None:
        """Take the next execution; returns the position that it closed, if any."""
        self.newest_ms = fill.exchange_ms
        if fill.hold_side is not None:
            reduces = fill.side is not fill.hold_side.opening_side
            if reduces:
                return self._reduce(fill, self._open.get((fill.symbol, fill.hold_side)))
            self._add(fill, fill.hold_side, fill.size)
            return None
        against = HoldSide.SHORT if fill.side is Side.BUY else HoldSide.LONG
        held = self._open.get((fill.symbol, against))
        if held is not None:
            return self._reduce(fill, held)
        if fill.profit and (fill.symbol, against.opposite) not in self._open:
            # Only what closes has a result: its position is older than the records.
            self._miss(fill, fill.size)
        else:
            self._add(fill, against.opposite, fill.size)
        return None

    def _add(self, fill: Fill, hold_side: HoldSide, size: Decimal) -> None:
        held = self._open.get((fill.symbol, hold_side))
        if held is None:
            held = OpenPosition(hold_side, fill.exchange_ms, fill.trade_id)
            self._open[fill.symbol, hold_side] = held
        notional = fill.price * size
        held.size += size
        held.cost += notional
        held.opened += size
        held.paid += notional
        held.peak = max(held.peak, held.size)
        _charge(held, fill, size)

    def _reduce(self, fill: Fill, held: OpenPosition | None) -> ClosedPosition | None:
        if held is None:
            self._miss(fill, fill.size)
            return None
        size = min(fill.size, held.size)
        whole = size == held.size
        cost = held.cost if whole else held.cost * size / held.size
        value = fill.price * size
        profit = fill.profit
        if profit is None:
            profit = value - cost if held.hold_side is HoldSide.LONG else cost - value
        held.size -= size
        held.cost -= cost
        held.received += value
        held.gross += profit
        held.closes += 1
        held.newest_ms = fill.exchange_ms
        _charge(held, fill, size)
        closed = None
        if whole:
            del self._open[fill.symbol, held.hold_side]
            closed = _close(fill.symbol, held)
        if size < fill.size:
            self._rest(fill, held.hold_side, fill.size - size)
        return closed

    def _rest(self, fill: Fill, closed_side: HoldSide, size: Decimal) -> None:
        """What a fill leaves after its position is gone: the other side in one-way mode, else a riddle."""
        if fill.hold_side is None:
            self._add(fill, closed_side.opposite, size)
        else:
            self._miss(fill, size)

    def _miss(self, fill: Fill, size: Decimal) -> None:
        self.orphans.append(Orphan(fill.symbol, fill.side, size, fill.exchange_ms))


def _charge(held: OpenPosition, fill: Fill, size: Decimal) -> None:
    if held.fees is None:
        return
    if fill.fee is None or fill.fee_coin not in (None, MARGIN_COIN):
        held.fees = None
    else:
        held.fees += fill.fee if size == fill.size else fill.fee * size / fill.size


def _close(symbol: str, held: OpenPosition) -> ClosedPosition:
    return ClosedPosition(
        position_id=f"{symbol}-{held.hold_side}-{held.opened_ms}-{held.first_trade}",
        symbol=symbol,
        hold_side=held.hold_side,
        size=held.opened,
        peak=held.peak,
        entry_price=held.paid / held.opened,
        exit_price=held.received / held.opened,
        opened_ms=held.opened_ms,
        closed_ms=held.newest_ms,
        gross=held.gross,
        fees=held.fees,
        funding=None,
        closes=held.closes,
    )


def close_positions(fills: Iterable[Fill]) -> tuple[list[ClosedPosition], PositionLedger]:
    """Every position that `fills` (each once, oldest first) closed, and the ledger with what is left."""
    ledger = PositionLedger()
    closed = [position for fill in fills if (position := ledger.push(fill)) is not None]
    return closed, ledger
