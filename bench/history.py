"""What the account did: statistics of ten thousand positions, a million executions, a year of minutes."""

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from statistics import median

import msgspec

from omega_tui.analytics.breakdown import break_down
from omega_tui.analytics.performance import performance
from omega_tui.analytics.swings import Bar, Direction, Swing, ZigZag
from omega_tui.analytics.trades import Trade
from omega_tui.clock import SystemClock
from omega_tui.domain.orders import Fill, HoldSide, Side
from omega_tui.history.ledger import close_positions
from omega_tui.history.records import ContextRow
from omega_tui.history.review import Records, review
from omega_tui.journal import Journal, read_journal

_POSITIONS = 10_000
_FILLS = 1_000_000
_MINUTES = 525_600
_START_MS = 1_700_000_000_000
_SWING = Swing(59_000.0, 62_000.0, Direction.UP)


def rows() -> list[tuple[str, str, str]]:
    return [*_statistics(), *_rebuilding(), *_swings()]


def _statistics() -> Iterator[tuple[str, str, str]]:
    trades = _trades()
    nets = [each.position.net for each in trades]
    floor = _best(lambda: sum(nets, Decimal(0)))
    figures = _best(lambda: performance(trades))
    whole = _best(lambda: [_everything(trades)])
    yield (
        f"statistics of {_POSITIONS:,} positions",
        f"{1000 * figures:.0f} ms",
        f"budget 50 ms; one sum {1000 * floor:.1f} ms",
    )
    yield (
        "  with groups, zones and levels",
        f"{1000 * whole:.0f} ms",
        f"{whole / figures:.1f} x the figures",
    )


def _everything(trades: list[Trade]) -> object:
    return performance(trades), break_down(trades)


def _trades() -> list[Trade]:
    closed, _ = close_positions(_fills(_POSITIONS * 6))
    closed = closed[:_POSITIONS]
    contexts = [
        ContextRow(
            *(each.symbol, each.hold_side, each.opened_ms, "strategic", _SWING),
            *(Decimal(59_900), each.closed_ms, _SWING, Decimal(59_950), Decimal(61_000)),
        )
        for each in closed
    ]
    return review(closed, Records(contexts=contexts))


def _rebuilding() -> Iterator[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.journal"
        Journal(path, SystemClock()).close()
        _write(path)
        with closing(sqlite3.connect(path)) as connection:
            floor = _once(lambda: sum(len(body) for (body,) in connection.execute("SELECT body FROM event")))
        with read_journal(path) as journal:
            whole = _once(lambda: journal.replay(close_positions))
    yield (
        f"{_FILLS:,} executions into positions",
        f"{whole:.1f} s",
        f"budget 10 s; reading the rows {floor:.1f} s",
    )


def _write(path: Path) -> None:
    """Rows as the journal has them, without its chain: only reading is measured."""
    encode = msgspec.json.Encoder().encode
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for number, fill in enumerate(_fills(_FILLS), start=1):
            event = (number, fill.exchange_ms, "fill", encode(fill), b"-" * 32)
            connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", event)
            known = (fill.symbol, fill.trade_id, fill.order_id, fill.exchange_ms, number)
            connection.execute("INSERT INTO execution VALUES (?, ?, ?, ?, ?)", known)
        connection.commit()


def _swings() -> Iterator[tuple[str, str, str]]:
    draw, price, bars = random.Random(3), 60_000.0, []
    for minute in range(_MINUTES):
        price *= 1 + draw.gauss(0, 0.0006)
        reach = price * abs(draw.gauss(0, 0.0005))
        bars.append(Bar(minute * 60_000, price + reach, price - reach, price))
    floor = _best(lambda: sum(bar.high - bar.low for bar in bars))
    found = _best(lambda: ZigZag().extend(bars))
    yield (
        "a year of 1m candles to swings",
        f"{1000 * found:.0f} ms",
        f"budget 300 ms; summing their ranges {1000 * floor:.0f} ms",
    )


def _fills(count: int) -> Iterator[Fill]:
    """A trader who enters and leaves in up to four pieces."""
    draw, held = random.Random(1), 0
    for number in range(count):
        adds = held == 0 or (held < 4 and draw.random() < 0.4)
        held += 1 if adds else -1
        yield Fill(
            trade_id=str(number),
            order_id=str(number),
            client_order_id=f"c{number}",
            symbol="BTCUSDT",
            side=Side.BUY if adds else Side.SELL,
            price=Decimal("60000.1") + draw.randrange(1000),
            size=Decimal("0.001"),
            fee=Decimal("-0.036"),
            fee_coin="USDT",
            profit=None if adds else Decimal("1.5") - draw.randrange(3),
            maker=False,
            exchange_ms=_START_MS + number * 60_000,
            hold_side=HoldSide.LONG,
        )


def _best(run: Callable[[], object]) -> float:
    return median(_once(run) for _ in range(7))


def _once(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
