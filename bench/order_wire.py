"""From the call that places an order to its bytes on the wire: ours, that of ccxt, a bare POST.

All three run in this process and in turn, against the same simulator, each on a warm connection of its own.
The clock stops when the request is handed to the socket. Ours counts everything between the intent and the
wire: judging the ticket anew, building the order, the row on disk (with fsync), signing, and ccxt's sending.

Between the orders, and as far apart as they are, the disk alone is asked too: one that rested answers later
than one that is kept busy, and a row that must stand before a byte leaves cannot be quicker than it.
"""

import asyncio
import gc
import json
import os
import sqlite3
import tempfile
import time
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp

from bench.order_rest import _PLACE, _process, _sign
from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.engine.engine import Engine
from omega_tui.engine.intents import CancelAll, CancelScope, PlaceBatch, PlaceOrder, TicketDraft
from omega_tui.settings import load
from omega_tui.sim.child import SimulatorAddress
from omega_tui.wiring import open_desk

_SIMULATOR = ("omega_tui", "sim", "--symbols", "BTCUSDT", "--seed", "7")
_KEYS = ("rest", "ws_public", "ws_private", "api_key", "secret", "passphrase")
_CONFIG = """
profile = "bench"
[profiles.bench]
based_on = "aggressive"
most_entries_an_hour = 1000
[limits]
entries_a_minute = 600
"""
_ORDERS = 60
_TIDY_EVERY = 4
_PAUSE_SECONDS = 0.125
_BATCH = 20
_SYMBOL = "BTCUSDT"

Send = Callable[[], Awaitable[None]]
Prepare = Callable[[int], Send]
"""What stands before the clock starts: the ticket that a trader looks at is previewed long before ENTER."""


class _Wire:
    """When a request's bytes were handed to a socket; set `awaited` to the path that is looked for."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.awaited = b""
        for name in ("write", "writelines"):
            self._watch(name)

    def _watch(self, name: str) -> None:
        original = getattr(_SelectorSocketTransport, name)

        def noted(transport: Any, data: Any) -> None:
            first = data if name == "write" else next(iter(data), b"")
            if self.awaited and bytes(first[:200]).find(self.awaited) >= 0:
                self.at.append(time.perf_counter())
            original(transport, data)

        setattr(_SelectorSocketTransport, name, noted)


def rows() -> list[tuple[str, str, str]]:
    return asyncio.run(_measure())


async def _measure() -> list[tuple[str, str, str]]:
    async with _process(*_SIMULATOR, "--no-limits", "--balance", "10000000") as (_, address):
        with tempfile.TemporaryDirectory() as folder:
            return await _compare(address, Path(folder))


async def _compare(address: dict[str, Any], folder: Path) -> list[tuple[str, str, str]]:
    folders = {"paths.data": str(folder / "data"), "paths.state": str(folder / "state")}
    config = folder / "config.toml"
    config.write_text(_CONFIG, encoding="utf-8")
    running = SimulatorAddress(**{name: address[name] for name in _KEYS})
    wire = _Wire()
    async with open_desk(load(folders, config=config), running) as desk, aiohttp.ClientSession() as session:
        await desk.engine.start()
        await _until_normal(desk.engine)
        price = _far_price(desk.engine)
        senders = {
            "ours": _ours(desk.engine, price),
            "ccxt": await _ccxt(address, price),
            "post": _post(session, address, price),
        }
        times: dict[str, list[float]] = {name: [] for name in senders}
        disk: list[float] = []
        file = os.open(folder / "disk", os.O_WRONLY | os.O_CREAT, 0o600)
        gc.collect()
        for number in range(_ORDERS):
            # A desk with a handful of resting orders, not one that grows with the measurement.
            if number % _TIDY_EVERY == 0:
                desk.engine.submit(CancelAll(CancelScope.ACCOUNT))
                await asyncio.sleep(1)
            for name, prepare in senders.items():
                times[name].append(await _timed(wire, prepare(number)))
                await asyncio.sleep(_PAUSE_SECONDS)
            disk.append(_write_through(file))
            await asyncio.sleep(_PAUSE_SECONDS)
        batch = await _batch(wire, desk.engine, price)
        await senders["ccxt"].__self__.close()  # type: ignore[attr-defined]
    ours, ccxt, post = (median(times[name]) * 1e6 for name in ("ours", "ccxt", "post"))
    commit, waited = _commit_microseconds(folder), median(disk) * 1e6
    return [
        ("order: from place to the wire", f"{ours:.0f} us", f"{ours / post:.2f} x the POST (budget 1.5)"),
        (
            "  the disk alone: 4 KiB and fdatasync, as far apart",
            f"{waited:.0f} us",
            f"{waited / post:.2f} x the POST",
        ),
        ("  one row after the other (SQLite, FULL)", f"{commit:.0f} us", "the same commit on a busy disk"),
        ("  ccxt alone", f"{ccxt:.0f} us", f"{ccxt / post:.2f} x the POST"),
        ("  hand-signed aiohttp POST", f"{post:.0f} us", "floor"),
        (f"  {_BATCH} orders in one batch", f"{batch * 1e6:.0f} us", "budget 1200 us"),
    ]


def _write_through(file: int) -> float:
    started = time.perf_counter()
    os.write(file, b"x" * 4096)
    os.fdatasync(file)
    return time.perf_counter() - started


async def _timed(wire: _Wire, send: Send) -> float:
    wire.at.clear()
    wire.awaited = b"/order/place-order"
    started = time.perf_counter()
    await send()
    wire.awaited = b""
    return wire.at[0] - started


async def _until_normal(engine: Engine) -> None:
    async with asyncio.timeout(30):
        while engine.views.status().posture != "NORMAL" or engine.views.status().book.health != "live":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _far_price(engine: Engine) -> Decimal:
    last = engine.views.status().last_price
    assert last is not None
    return Decimal(int(last * Decimal("0.985")))


def _draft(number: int, price: Decimal) -> TicketDraft:
    return TicketDraft(
        ticket_id=f"bench-{number}",
        symbol=_SYMBOL,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        size=Decimal("0.001"),
        price=price,
    )


def _ours(engine: Engine, price: Decimal) -> Prepare:
    def prepare(number: int) -> Send:
        draft = _draft(number, price)
        order = PlaceOrder(draft, engine.views.preview(draft))

        async def send() -> None:
            receipt = engine.submit(order)
            assert receipt.taken, receipt.text
            await engine.settled(receipt.keys[0], 5)

        return send

    return prepare


async def _batch(wire: _Wire, engine: Engine, price: Decimal) -> float:
    engine.submit(CancelAll(CancelScope.ACCOUNT))
    await asyncio.sleep(1)
    drafts = [_draft(1000 + number, price) for number in range(_BATCH)]
    orders = tuple(PlaceOrder(draft, engine.views.preview(draft)) for draft in drafts)
    wire.at.clear()
    wire.awaited = b"/order/batch-place-order"
    started = time.perf_counter()
    receipt = engine.submit(PlaceBatch(orders))
    assert receipt.taken, receipt.text
    await engine.settled(receipt.keys[-1], 5)
    wire.awaited = b""
    return wire.at[0] - started


async def _ccxt(address: dict[str, Any], price: Decimal) -> Prepare:
    import ccxt.async_support

    client = ccxt.async_support.bitget(
        {
            "apiKey": address["api_key"],
            "secret": address["secret"],
            "password": address["passphrase"],
            "enableRateLimit": False,
            "options": {"uta": False, "defaultType": "swap"},
        }
    )
    client.urls["api"] = dict.fromkeys(client.urls["api"], address["rest"])
    await client.load_markets(params={"type": "swap"})

    class Sender:
        def prepare(self, number: int) -> Send:
            async def send() -> None:
                params = {"clientOid": f"ccxt-{number}", "hedged": False}
                await client.create_order("BTC/USDT:USDT", "limit", "buy", 0.001, float(price), params)

            return send

        async def close(self) -> None:
            await client.close()

    return Sender().prepare


def _post(session: aiohttp.ClientSession, address: dict[str, Any], price: Decimal) -> Prepare:
    order = {
        "symbol": _SYMBOL,
        "productType": "USDT-FUTURES",
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "size": "0.001",
        "price": str(price),
        "side": "buy",
        "orderType": "limit",
        "force": "gtc",
    }

    async def post(number: int) -> None:
        body = json.dumps(order | {"clientOid": f"post-{number}"})
        stamp = str(int(time.time() * 1000))
        headers = {
            "ACCESS-KEY": address["api_key"],
            "ACCESS-SIGN": _sign(address["secret"], stamp + "POST" + _PLACE + body),
            "ACCESS-TIMESTAMP": stamp,
            "ACCESS-PASSPHRASE": address["passphrase"],
            "Content-Type": "application/json",
        }
        async with session.post(address["rest"] + _PLACE, data=body, headers=headers) as reply:
            assert reply.status == 200, await reply.text()

    return lambda number: lambda: post(number)


def _commit_microseconds(folder: Path) -> float:
    connection = sqlite3.connect(folder / "commit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE row (body BLOB)")
    taken = []
    for _ in range(200):
        started = time.perf_counter()
        connection.execute("INSERT INTO row VALUES (?)", (b"x" * 600,))
        taken.append(time.perf_counter() - started)
    connection.close()
    return median(taken) * 1e6
