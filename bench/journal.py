"""The journal: what a durable row costs alone and in a group, and a start after 200,000 events."""

import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from statistics import median

import msgspec

from omega_tui.clock import SystemClock
from omega_tui.domain.orders import (
    Fill,
    MarginMode,
    Order,
    OrderRequest,
    OrderState,
    OrderType,
    Side,
    TimeInForce,
)
from omega_tui.engine.orders.ledger import build_intent_order
from omega_tui.journal import Journal, read_journal
from omega_tui.journal.records import FILL, INTENT, ORDER, IntentRow, OrderRow

_EVENTS = 200_000
_OPEN = 20
_SYMBOLS = tuple(f"C{number}USDT" for number in range(10))


def rows() -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        return [*_appending(Path(folder) / "a"), *_starting(Path(folder) / "b")]


def _appending(folder: Path) -> list[tuple[str, str, str]]:
    journal = Journal(folder / "bench.journal", SystemClock())
    single, floor = [], _floor(folder / "floor.db")
    for number in range(300):
        started = time.perf_counter()
        journal.append(*_intent(f"single{number}")).result()
        single.append(time.perf_counter() - started)
    started = time.perf_counter()
    wait([journal.append(*_intent(f"group{number}")) for number in range(5000)])
    group = (time.perf_counter() - started) / 5000
    journal.close()
    return [
        (
            "journal: an intent, durable",
            f"{1e6 * median(single):.0f} µs",
            f"bare INSERT, FULL {floor:.0f} µs",
        ),
        ("  the same in a group of 256", f"{1e6 * group:.0f} µs a row", f"{1 / group:,.0f} rows/s"),
    ]


def _floor(path: Path) -> float:
    """The median of one row of the same size, committed by SQLite alone in the same mode; microseconds."""
    body = msgspec.json.encode(_intent("x")[1])
    spent = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE event (sequence INTEGER PRIMARY KEY, body BLOB)")
        for _ in range(300):
            started = time.perf_counter()
            connection.execute("INSERT INTO event (body) VALUES (?)", (body,))
            spent.append(time.perf_counter() - started)
    return 1e6 * median(spent)


def _starting(folder: Path) -> list[tuple[str, str, str]]:
    path = folder / "bench.journal"
    journal = Journal(path, SystemClock())
    futures = [journal.append(kind, body) for kind, body in _history()]
    wait(futures)
    journal.close()
    started = time.perf_counter()
    journal = Journal(path, SystemClock())
    opened = time.perf_counter() - started
    tracemalloc.start()
    started = time.perf_counter()
    recollection = journal.recall().result()
    recalled = time.perf_counter() - started
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    everything = _read_everything(journal)
    journal.close()
    with read_journal(path) as reader:
        started = time.perf_counter()
        reader.verify()
        verified = time.perf_counter() - started
    size = path.stat().st_size / 2**20
    found = f"{len(recollection.orders)} open orders, {len(recollection.fills)} fills"
    return [
        (f"a journal of {len(futures):,} events opens", f"{1e3 * opened:.0f} ms", f"{size:.0f} MiB on disk"),
        ("  recall of what a start needs", f"{1e3 * recalled:.0f} ms", found),
        ("  memory of the recall, peak", f"{memory / 2**20:.1f} MiB", f"all rows {everything[1]:.0f} MiB"),
        ("  reading every order and fill instead", f"{1e3 * everything[0]:.0f} ms", ""),
        ("  full verification, on demand", f"{1e3 * verified:.0f} ms", "in the background after a start"),
    ]


def _read_everything(journal: Journal) -> tuple[float, float]:
    tracemalloc.start()
    started = time.perf_counter()
    journal.read(INTENT, ORDER, FILL).result()
    spent = time.perf_counter() - started
    memory = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return spent, memory


def _history() -> Iterator[tuple[str, object]]:
    """Orders that were sent, acknowledged, filled and ended: five rows each, a few left open."""
    for number in range(_EVENTS // 5):
        kind, intent = _intent(f"omg{number:09}", _SYMBOLS[number % len(_SYMBOLS)])
        yield kind, intent
        order = replace(build_intent_order(intent.request), order_id=str(number))
        yield ORDER, OrderRow(replace(order, state=OrderState.ACK))
        yield ORDER, OrderRow(replace(order, state=OrderState.WORKING))
        yield FILL, _fill(number, order)
        left = OrderState.WORKING if number < _OPEN else OrderState.FILLED
        yield ORDER, OrderRow(replace(order, state=left))


def _intent(client_order_id: str, symbol: str = "BTCUSDT") -> tuple[str, IntentRow]:
    request = OrderRequest(
        client_order_id=client_order_id,
        symbol=symbol,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        size=Decimal("0.010"),
        price=Decimal("59000.5"),
        time_in_force=TimeInForce.GTC,
        reduce_only=False,
        margin_mode=MarginMode.CROSSED,
    )
    return INTENT, IntentRow(request, "buy 0.010 at 59000.5")


def _fill(number: int, order: Order) -> Fill:
    return Fill(
        trade_id=f"t{number}",
        order_id=str(number),
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=order.side,
        price=Decimal("59000.5"),
        size=Decimal("0.010"),
        fee=Decimal("-0.118001"),
        fee_coin="USDT",
        profit=Decimal(0),
        maker=True,
        exchange_ms=1_700_000_000_000 + number,
    )
