"""The HTTP API: a cached read beside the barest server there is, and keys under 500 requests a second."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from bench.cockpit import _percentile, _watch
from tests.api.house import free_port

_READS = 3_000
_RATE = 500
_CONNECTIONS = 8
_PATH = "/api/bitget/fibonacci-metrics"


def rows() -> list[tuple[str, str, str]]:
    return [*asyncio.run(_reading()), *_loaded()]


async def _reading() -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        async with _api(Path(folder)) as (url, token):
            ours = await _time(url + _PATH, {"Authorization": f"Bearer {token}"})
    async with _bare() as url:
        floor = await _time(url, {})
    return [
        (
            "api: a cached read, p50 / p99",
            f"{ours[0]:.2f} / {ours[1]:.2f} ms",
            f"budget p99 5 ms; bare server {floor[0]:.2f} / {floor[1]:.2f}",
        )
    ]


async def _time(url: str, headers: dict[str, str]) -> tuple[float, float]:
    waits = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(_READS):
            started = time.perf_counter()
            async with session.get(url) as reply:
                await reply.read()
                assert reply.status == 200, reply.status
            waits.append(1000 * (time.perf_counter() - started))
            await asyncio.sleep(0.0005)
    return _percentile(waits, 50), _percentile(waits, 99)


@asynccontextmanager
async def _api(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """`omega-tui api` as a process, once it has something to tell."""
    port = free_port()
    folders = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    process = _started(
        "omega_tui", "api", "--port", str(port), env={**os.environ, **folders, "OMEGA_NO_BOOTSTRAP": "1"}
    )
    try:
        url, file = f"http://127.0.0.1:{port}", folder / "STATE" / "omega-tui" / "api.token"
        await _until_told(url, file)
        yield url, file.read_text().strip()
    finally:
        process.terminate()
        process.wait(timeout=20)


def _started(*module: str, env: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", *module], env=env, stderr=subprocess.DEVNULL)


def _authorized(file: Path) -> dict[str, str]:
    """The header with the token that lies there; none before it does."""
    return {"Authorization": f"Bearer {file.read_text().strip()}"} if file.exists() else {}


async def _until_told(url: str, file: Path) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            await asyncio.sleep(0.2)
            try:
                async with session.get(url + _PATH, headers=_authorized(file)) as reply:
                    if reply.status == 200:
                        return
            except (OSError, aiohttp.ClientError):
                continue


@asynccontextmanager
async def _bare() -> AsyncIterator[str]:
    """The same server with an application that does nothing, in a process of its own."""
    port = free_port()
    process = _started("bench.api", str(port))
    try:
        url = f"http://127.0.0.1:{port}/"
        async with asyncio.timeout(30), aiohttp.ClientSession() as session:
            while True:
                await asyncio.sleep(0.1)
                try:
                    async with session.get(url):
                        break
                except aiohttp.ClientError:
                    continue
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _loaded() -> list[tuple[str, str, str]]:
    """Keys of the cockpit that serves its API, at rest and under load."""
    with tempfile.TemporaryDirectory() as folder:
        marks, port = Path(folder) / "marks", str(free_port())
        os.environ["OMEGA_BENCH_TOKEN"] = str(Path(folder) / "api.token")
        quiet = _watch(["bench.cockpit_child", str(marks), "1", port], marks)
        load = subprocess.Popen([sys.executable, "-m", "bench.api", port, "load"], stdout=subprocess.PIPE)
        busy = _watch(["bench.cockpit_child", str(marks), "1", port], marks)
        load.terminate()
        told = json.loads(load.communicate()[0] or "{}")
    rate = f"{told.get('served', 0):,} served, p99 {told.get('p99', 0):.1f} ms"
    return [
        (
            f"  key to screen at {_RATE} requests/s, p50 / p99",
            f"{busy.echo[0]:.1f} / {busy.echo[1]:.1f} ms",
            f"without them {quiet.echo[0]:.1f} / {quiet.echo[1]:.1f}; {rate}",
        ),
        (
            "  the cockpit's processor then",
            f"{busy.core_percent:.0f} % of a core",
            f"without them {quiet.core_percent:.0f} %",
        ),
    ]


async def _send(port: str) -> None:
    """`_RATE` requests a second to the cockpit that serves there, over a few connections, until ended.

    Plain sockets: what the load costs to make must not be taken for what it costs to answer.
    """
    stop, waits = asyncio.Event(), list[float]()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    file = Path(os.environ["OMEGA_BENCH_TOKEN"])
    senders = [asyncio.create_task(_keep_asking(port, file, waits)) for _ in range(_CONNECTIONS)]
    await stop.wait()
    for sender in senders:
        sender.cancel()
    print(json.dumps({"served": len(waits), "p99": _percentile(waits, 99) if waits else 0.0}), flush=True)


async def _keep_asking(port: str, file: Path, waits: list[float]) -> None:
    while True:
        try:
            await _ask_on(port, file, waits)
        except (OSError, EOFError):
            # Not there yet, or its market is not.
            await asyncio.sleep(0.1)


async def _ask_on(port: str, file: Path, waits: list[float]) -> None:
    """One connection's share of the rate, as long as it is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    head = [f"GET {_PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    head += [f"{name}: {value}" for name, value in _authorized(file).items()]
    request = "\r\n".join([*head, "", ""]).encode()
    due = time.perf_counter()
    while True:
        started = time.perf_counter()
        writer.write(request)
        told = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(told.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        if told.startswith(b"HTTP/1.1 200"):
            waits.append(1000 * (time.perf_counter() - started))
        due = max(due + _CONNECTIONS / _RATE, time.perf_counter() - 1)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def _nothing(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    body = b"-" * 700
    head = [(b"content-length", b"700"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    if sys.argv[2:] == ["load"]:
        asyncio.run(_send(sys.argv[1]))
    else:
        uvicorn.run(
            _nothing, port=int(sys.argv[1]), lifespan="off", log_level="error", loop="asyncio", http="h11"
        )
