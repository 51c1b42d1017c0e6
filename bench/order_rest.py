"""Signed orders a second through REST, counted in the processor time of the simulator's process.

Beside it stands a bare aiohttp server that checks the same signature and gives the body back: what a second
of one core could do at most in this language and with this library. Both are driven by the same client.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import psutil
import websockets
from aiohttp import web

_PLACE = "/api/v2/mix/order/place-order"
_CANCEL_ALL = "/api/v2/mix/order/cancel-all-orders"
_SIMULATOR = ("omega_tui", "sim", "--symbols", "BTCUSDT", "--seed", "7", "--clock", "stepped", "--no-limits")
_SECRET = "secret"
_PRIVATE = {"orders": "instId", "positions": "instId", "fill": "instId", "account": "coin"}
_CLIENTS = 8
_BATCH = 150
_ROUNDS = 12


def rows() -> list[tuple[str, str, str]]:
    return asyncio.run(_measure())


async def _measure() -> list[tuple[str, str, str]]:
    async with _process(*_SIMULATOR, "--balance", "10000000") as (simulator, address):
        price = str(int(await _best_bid(address["rest"]) * 98 // 100))
        ours = await _placements(simulator, address, price)
        async with _listening(address):
            heard = await _placements(simulator, address, price)
    async with _process("bench.order_rest") as (bare, address):
        floor = await _placements(bare, address, price)
    return [
        ("signed REST placements", f"{ours:.0f} /s of a core", "budget 300 /s"),
        ("  while a client hears of all of it", f"{heard:.0f} /s of a core", "4 private channels"),
        ("  bare server that checks signatures", f"{floor:.0f} /s of a core", f"floor, {floor / ours:.1f} x"),
    ]


@asynccontextmanager
async def _process(*module: str) -> AsyncIterator[tuple[psutil.Process, dict[str, Any]]]:
    """A server of ours in a process of its own, with the address it prints."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", *module, stdout=pipe)
    assert child.stdout is not None
    try:
        yield psutil.Process(child.pid), json.loads(await child.stdout.readline())
    finally:
        child.terminate()
        await child.wait()


@asynccontextmanager
async def _listening(address: dict[str, Any]) -> AsyncIterator[None]:
    """A client of the private stream that takes in everything there is about the account."""
    async with websockets.connect(address["ws_private"], proxy=None, max_size=None) as stream:
        stamp = str(int(time.time()))
        login = {
            "apiKey": address["api_key"],
            "passphrase": address["passphrase"],
            "timestamp": stamp,
            "sign": _sign(address["secret"], stamp + "GET/user/verify"),
        }
        await stream.send(json.dumps({"op": "login", "args": [login]}))
        await stream.recv()
        topics = [
            {"instType": "USDT-FUTURES", "channel": channel, name: "default"}
            for channel, name in _PRIVATE.items()
        ]
        await stream.send(json.dumps({"op": "subscribe", "args": topics}))
        hearing = asyncio.create_task(_hear(stream))
        yield
        await stream.close()
        await hearing


async def _hear(stream: websockets.ClientConnection) -> None:
    async for _ in stream:
        pass


async def _best_bid(rest: str) -> float:
    query = "symbol=BTCUSDT&productType=USDT-FUTURES&limit=1"
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{rest}/api/v2/mix/market/merge-depth?{query}") as reply,
    ):
        return float((await reply.json())["data"]["bids"][0][0])


async def _placements(process: psutil.Process, address: dict[str, Any], price: str) -> float:
    """Orders placed per second of the process's own time; they are cancelled off the clock."""
    order = {
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "side": "buy",
        "orderType": "limit",
        "force": "gtc",
        "size": "0.001",
        "price": price,
    }
    busy = 0.0
    async with aiohttp.ClientSession() as session:
        for _ in range(_ROUNDS):
            bodies = iter([json.dumps(order)] * _BATCH)
            before = process.cpu_times()
            await asyncio.gather(*(_post_all(session, address, _PLACE, bodies) for _ in range(_CLIENTS)))
            after = process.cpu_times()
            busy += after.user + after.system - before.user - before.system
            everything = json.dumps({"productType": "USDT-FUTURES"})
            await _post_all(session, address, _CANCEL_ALL, iter([everything]))
    return _ROUNDS * _BATCH / busy


async def _post_all(session: aiohttp.ClientSession, address: dict[str, Any], path: str, bodies: Any) -> None:
    for body in bodies:
        stamp = str(int(time.time() * 1000))
        headers = {
            "ACCESS-KEY": address["api_key"],
            "ACCESS-SIGN": _sign(address["secret"], stamp + "POST" + path + body),
            "ACCESS-TIMESTAMP": stamp,
            "ACCESS-PASSPHRASE": address["passphrase"],
            "Content-Type": "application/json",
        }
        async with session.post(address["rest"] + path, data=body, headers=headers) as reply:
            assert reply.status == 200, await reply.text()


def _sign(secret: str, text: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


async def _echo(request: web.Request) -> web.Response:
    body = await request.text()
    stamp = request.headers["ACCESS-TIMESTAMP"]
    wanted = _sign(_SECRET, stamp + request.method + request.path + body)
    if not hmac.compare_digest(wanted, request.headers["ACCESS-SIGN"]):
        return web.Response(status=400)
    return web.Response(text=body, content_type="application/json")


async def _serve() -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    rest = f"http://127.0.0.1:{runner.addresses[0][1]}"
    address = {"rest": rest, "api_key": "key", "secret": _SECRET, "passphrase": "pass"}
    print(json.dumps(address), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
