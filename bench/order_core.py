"""Orders a second through the simulator's core: placed and cancelled again while two hundred rest.

Beside it stands the least that any exchange does for such a pair: two frozen records of the order made, kept
and forgotten, with nothing checked, reserved or shown.
"""

import statistics
import time
from dataclasses import replace
from decimal import Decimal

from omega_tui.sim.facts import (
    BookSnapshot,
    Direction,
    Force,
    HoldSide,
    MarginMode,
    MarketFacts,
    OrderStatus,
    OrderType,
    PositionMode,
)
from omega_tui.sim.market.contracts import contract_for
from omega_tui.sim.venue.ledger import LedgerOrder, OrderSpec
from omega_tui.sim.venue.venue import Venue, VenueSettings

_SYMBOL = "BTCUSDT"
_NOW = 1_790_000_000_000
_RESTING = 199
_PAIRS = 4_000
_ROUNDS = 5


def rows() -> list[tuple[str, str, str]]:
    found = []
    for mode in PositionMode:
        ours, floor = [], []
        for _ in range(_ROUNDS):
            ours.append(_core(mode))
            floor.append(_records())
        pairs = _PAIRS / statistics.median(ours)
        ratio = statistics.median(our / least for our, least in zip(ours, floor, strict=True))
        found.append(
            (f"placed and cancelled, {mode.value}", f"{pairs:.0f} orders/s", "budget 2000 orders/s"),
        )
        found.append(("  beside bare records", f"{ratio:.1f} x the time", "floor: two records an order"))
    return found


def _core(mode: PositionMode) -> float:
    venue = Venue([contract_for(_SYMBOL)], VenueSettings(mode, Decimal(10_000_000)), lambda: _NOW)
    venue.on_market(BookSnapshot(_SYMBOL, _NOW, (("60000", "5"),), (("60000.5", "5"),)))
    venue.on_market(MarketFacts(_SYMBOL, _NOW, mark_price="60000"))
    for number in range(_RESTING):
        venue.place(_spec(mode, Direction.BUY, 59_000 - number))
    specs = [_spec(mode, Direction.BUY, 58_500), _spec(mode, Direction.SELL, 61_500)]
    started = time.perf_counter()
    for number in range(_PAIRS):
        venue.cancel(_SYMBOL, venue.place(specs[number % 2]).order_id, None)
    elapsed = time.perf_counter() - started
    assert len(venue.pending()) == _RESTING
    return elapsed


def _spec(mode: PositionMode, direction: Direction, price: int) -> OrderSpec:
    opens = HoldSide.LONG if direction is Direction.BUY else HoldSide.SHORT
    return OrderSpec(
        symbol=_SYMBOL,
        direction=direction,
        order_type=OrderType.LIMIT,
        size=Decimal("0.01"),
        price=Decimal(price),
        force=Force.GTC,
        margin_mode=MarginMode.CROSSED,
        hold_side=opens if mode is PositionMode.HEDGE else None,
        closes=False,
        reduce_only=False,
        client_oid=None,
    )


def _records() -> float:
    kept: dict[str, LedgerOrder] = {}
    zero = Decimal(0)
    started = time.perf_counter()
    for number in range(_PAIRS):
        order_id = str(number)
        order = LedgerOrder(
            order_id=order_id,
            client_oid=order_id,
            symbol=_SYMBOL,
            direction=Direction.BUY,
            order_type=OrderType.LIMIT,
            force=Force.GTC,
            size=Decimal("0.01"),
            price=Decimal(58_500),
            hold_side=None,
            trade_side="buy_single",
            reduce_only=False,
            margin_mode=MarginMode.CROSSED,
            position_mode=PositionMode.ONE_WAY,
            leverage=10,
            status=OrderStatus.LIVE,
            filled=zero,
            filled_quote=zero,
            fee=zero,
            profit=zero,
            cancel_reason="",
            order_source="normal",
            enter_point_source="API",
            created_ms=_NOW,
            updated_ms=_NOW,
        )
        kept[order_id] = order
        kept[order_id] = replace(order, status=OrderStatus.CANCELED)
        del kept[order_id]
    return time.perf_counter() - started
