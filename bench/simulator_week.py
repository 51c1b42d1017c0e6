"""Memory of the simulator over a week of exchange time, with a trader who never sleeps and a full audience.

The week is stepped through in a process of its own: five symbols, an order placed and cancelled every minute,
a position opened or closed every five. What the exchange keeps of the past (a month of candles, 20 000
orders, fills and bills) is cut to half a day's worth, so that whatever grows without end shows. The cache
of price keys fills up meanwhile, which is most of what is seen.
"""

import asyncio
import gc
import json
import subprocess
import sys
from decimal import Decimal
from typing import Final

import psutil

from omega_tui.clock import CountingIds, SystemClock
from omega_tui.exchange.bitget.wire import Channel
from omega_tui.sim import exchange
from omega_tui.sim.clock import SteppedClock
from omega_tui.sim.facts import Direction, Force, HoldSide, MarginMode, OrderType
from omega_tui.sim.market import live_candles
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.streams.topics import Topic
from omega_tui.sim.venue import order_store, plans, positions, wallet
from omega_tui.sim.venue.ledger import OrderSpec
from omega_tui.sim.venue.venue import VenueSettings

_MINUTE_MS: Final = 60_000
_DAYS: Final = (1, 3, 7)
_KEPT: Final = 700
_PUBLIC: Final = (Channel.BOOKS, Channel.TICKER, Channel.TRADE, "candle1m")
_PRIVATE: Final = (Channel.ORDERS, Channel.FILL, Channel.POSITIONS, Channel.ACCOUNT)


class _Audience:
    """Stands in for a connection that takes every frame at once."""

    unsent = 0
    finishing = False

    def send(self, frame: bytes) -> None:
        """Take a frame and forget it."""


def rows() -> list[tuple[str, str, str]]:
    ran = subprocess.run(
        [sys.executable, "-m", "bench.simulator_week"], capture_output=True, text=True, check=True
    )
    megabytes = json.loads(ran.stdout)
    first, *later = (megabytes[str(day)] for day in _DAYS)
    return [
        (f"simulator after {_DAYS[0]} stepped day, 5 symbols", f"{first:.0f} MiB", ""),
        *(
            (f"  growth until day {day}", f"{size - first:+.1f} MiB", "budget 15 MiB" if day == 7 else "")
            for day, size in zip(_DAYS[1:], later, strict=True)
        ),
        ("  orders placed", str(megabytes["orders"]), ""),
    ]


def _forget_sooner() -> None:
    for module in (order_store, plans, positions, wallet):
        module._REMEMBERED = _KEPT  # type: ignore[attr-defined]
    live_candles._KEPT_MINUTES = _KEPT
    exchange._KEPT_TRADES = _KEPT


async def _week() -> dict[str, float]:
    _forget_sooner()
    clock = SteppedClock(SystemClock())
    settings = ServerSettings(venue=VenueSettings(balance=Decimal(100_000_000)))
    source = GeneratedSource(7, clock.start_ms, step_ms=_MINUTE_MS)
    server = SimServer(source, clock, settings, ids=CountingIds())
    stepper, audience = server.stepper, _Audience()
    assert stepper is not None
    await stepper.step_to(clock.start_ms)
    for channel in _PUBLIC:
        server.streams.feeds.subscribe(audience, Topic(channel, "instId", "BTCUSDT"), b"")  # type: ignore[arg-type]
    for private in _PRIVATE:
        server.streams.feeds.subscribe(audience, Topic(private, "instId", "default"), b"")  # type: ignore[arg-type]
    found: dict[str, float] = {}
    placed = 0
    for minute in range(1, _DAYS[-1] * 24 * 60 + 1):
        placed += _trade(server, server.exchange.symbols[minute // 2 % 5], minute)
        await stepper.step_to(clock.now_ms() + _MINUTE_MS)
        day, rest = divmod(minute, 24 * 60)
        if not rest and day in _DAYS:
            gc.collect()
            found[str(day)] = psutil.Process().memory_info().rss / 2**20
    return {**found, "orders": placed}


def _trade(server: SimServer, symbol: str, minute: int) -> int:
    """An order that rests and goes, and now and then one that trades; how many were placed."""
    venue = server.exchange.venue
    bid = venue.ticker(symbol).bid
    assert bid is not None
    contract = venue.contract(symbol)
    size = max(contract.min_trade_num, (20 / bid).quantize(contract.size_multiplier))
    resting = venue.place(
        _order(symbol, Direction.BUY, size, (bid * Decimal("0.98")).quantize(contract.tick))
    )
    venue.cancel(symbol, resting.order_id, None)
    if minute % 5:
        return 1
    direction = Direction.SELL if minute // 10 % 2 else Direction.BUY
    venue.place(_order(symbol, direction, size, None))
    return 2


def _order(symbol: str, direction: Direction, size: Decimal, price: Decimal | None) -> OrderSpec:
    return OrderSpec(
        symbol=symbol,
        direction=direction,
        order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
        size=size,
        price=price,
        force=Force.GTC,
        margin_mode=MarginMode.CROSSED,
        hold_side=HoldSide.LONG,
        closes=False,
        reduce_only=False,
        client_oid=None,
    )


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_week())))
