"""Processor time of the simulator at real rates: the cockpit's five symbols, and fifty books for three bots.

And how long a day of a stepped market takes, funding included.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import psutil
import websockets

from omega_tui.sim.market.shapes import DEFAULT_SYMBOLS, GENERATED_SYMBOLS

_CHANNELS = ("books", "ticker", "trade", "candle1m")
_SECONDS = 20.0
_ARGUMENTS_A_MESSAGE = 40
_DAY_MS = 86_400_000
_STEPS = ("60s", "30s", "5s")


class Load(NamedTuple):
    """What clients heard and what it cost."""

    busy: float
    frames: float
    size: float


def rows() -> list[tuple[str, str, str]]:
    return asyncio.run(_measure())


async def _measure() -> list[tuple[str, str, str]]:
    cockpit = await _load(DEFAULT_SYMBOLS, _CHANNELS, clients=1)
    bots = await _load(GENERATED_SYMBOLS, ("books",), clients=3)
    every = await _load(GENERATED_SYMBOLS, _CHANNELS, clients=3)
    days = [await _day(step) for step in _STEPS]
    return [
        *_table("simulator, 5 symbols x 4 channels", cockpit, "budget 25 %"),
        *_table("simulator, 50 books to 3 clients", bots, "budget 100 %"),
        *_table("simulator, 50 symbols x 4 channels to 3", every, ""),
        *[
            (
                f"a stepped day of BTCUSDT, market step {step}",
                f"{seconds:.2f} s",
                "budget 1 s" if step == "60s" else "",
            )
            for step, seconds in zip(_STEPS, days, strict=True)
        ],
    ]


def _table(what: str, load: Load, budget: str) -> list[tuple[str, str, str]]:
    return [
        (what, f"{100 * load.busy:.1f} % of a core", budget),
        ("  frames sent", f"{load.frames:.0f} /s", f"{load.size / 1000:.0f} kB/s"),
    ]


@asynccontextmanager
async def _simulator(*flags: str) -> AsyncIterator[tuple[dict[str, Any], psutil.Process]]:
    pipe = asyncio.subprocess.PIPE
    simulator = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "omega_tui", "sim", "--seed", "7", *flags), stdout=pipe
    )
    assert simulator.stdout is not None
    try:
        yield json.loads(await simulator.stdout.readline()), psutil.Process(simulator.pid)
    finally:
        simulator.terminate()
        await simulator.wait()


async def _load(symbols: tuple[str, ...], channels: tuple[str, ...], *, clients: int) -> Load:
    async with _simulator("--symbols", ",".join(symbols)) as (address, process), AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(
                websockets.connect(address["ws_public"], proxy=None, max_size=None)
            )
            for _ in range(clients)
        ]
        topics = [
            {"instType": "USDT-FUTURES", "channel": channel, "instId": symbol}
            for symbol in symbols
            for channel in channels
        ]
        for stream in streams:
            for first in range(0, len(topics), _ARGUMENTS_A_MESSAGE):
                some = topics[first : first + _ARGUMENTS_A_MESSAGE]
                await stream.send(json.dumps({"op": "subscribe", "args": some}))
        await asyncio.gather(*(_receive(stream, 3.0) for stream in streams))
        before, started = process.cpu_times(), time.monotonic()
        heard = await asyncio.gather(*(_receive(stream, _SECONDS) for stream in streams))
        elapsed = time.monotonic() - started
        after = process.cpu_times()
    busy = (after.user + after.system) - (before.user + before.system)
    frames, size = (sum(column) for column in zip(*heard, strict=True))
    return Load(busy / elapsed, frames / elapsed, size / elapsed)


async def _receive(stream: websockets.ClientConnection, seconds: float) -> tuple[int, int]:
    frames = size = 0
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                frame = await stream.recv(decode=False)
        except TimeoutError:
            break
        frames += 1
        size += len(frame)
    return frames, size


async def _day(step: str) -> float:
    """Processor seconds that the simulator takes to move the market on by a day."""
    flags = ("--symbols", "BTCUSDT", "--clock", "stepped", "--market-step", step)
    async with _simulator(*flags) as (address, process), aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {address['control_token']}"}
        before = process.cpu_times()
        body = {"step_ms": _DAY_MS}
        async with http.post(address["control"] + "clock", json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
        after = process.cpu_times()
    return (after.user + after.system) - (before.user + before.system)
