"""Processor time of the simulator with five symbols at real rates and one subscriber to everything."""

import asyncio
import json
import sys
import time

import psutil
import websockets

_SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT")
_CHANNELS = ("books", "ticker", "trade", "candle1m")
_SECONDS = 20.0


def rows() -> list[tuple[str, str, str]]:
    return asyncio.run(_measure())


async def _measure() -> list[tuple[str, str, str]]:
    pipe = asyncio.subprocess.PIPE
    simulator = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "omega_tui", "sim", "--seed", "7", stdout=pipe
    )
    assert simulator.stdout is not None
    address = json.loads(await simulator.stdout.readline())
    process = psutil.Process(simulator.pid)
    async with websockets.connect(address["ws_public"], proxy=None, max_size=None) as stream:
        topics = [
            {"instType": "USDT-FUTURES", "channel": c, "instId": s} for s in _SYMBOLS for c in _CHANNELS
        ]
        await stream.send(json.dumps({"op": "subscribe", "args": topics}))
        await _receive(stream, 3.0)
        before, started = process.cpu_times(), time.monotonic()
        frames, size = await _receive(stream, _SECONDS)
        elapsed = time.monotonic() - started
        after = process.cpu_times()
    simulator.terminate()
    await simulator.wait()
    busy = (after.user + after.system) - (before.user + before.system)
    return [
        ("simulator, 5 symbols x 4 channels", f"{100 * busy / elapsed:.1f} % of a core", "budget 25 %"),
        ("  frames sent", f"{frames / elapsed:.0f} /s", f"{size / elapsed / 1000:.0f} kB/s"),
    ]


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
