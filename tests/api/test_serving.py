"""The API beside a cockpit and alone: it begins and ends with them, and keeps the journal from nobody."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from omega_tui.alone import _Beside
from omega_tui.clock import CountingIds, SystemClock
from omega_tui.domain.events import Health
from omega_tui.history.reading import KINDS, records_of
from omega_tui.history.records import ADDED
from omega_tui.journal import Journal, JournalFailed, read_journal
from omega_tui.serving import serve_beside
from omega_tui.settings import load
from tests.analytics.trades import trade
from tests.api.house import free_port, house


async def test_beside_a_cockpit_it_is_live_until_the_cockpit_ends(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        engine, port = served.rig.engine, free_port()
        flags = {"api.port": str(port), "paths.state": str(tmp_path / "state")}
        settings = load(flags, environment={}, folder=tmp_path)
        serving = asyncio.create_task(serve_beside(engine, served.rig.clock, CountingIds(), settings))
        await served.rig.until(lambda: "api" in dict(engine.views.link().surfaces))
        assert dict(engine.views.link().surfaces)["api"].health is Health.LIVE
        token = (tmp_path / "state" / "api.token").read_text().strip()
        url, headers = f"http://127.0.0.1:{port}/api/status", {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as session:
            async with session.get(url, headers=headers) as reply:
                assert reply.status == 200
            serving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await serving
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(url)


def _beside(journal: Path) -> tuple[_Beside, list[str]]:
    """What writes for a program that only looks, over an engine that notes what it is told."""
    told: list[str] = []
    engine = SimpleNamespace(read_history_again=lambda: told.append("again"))
    desk: Any = SimpleNamespace(engine=engine, journal_file=journal, clock=SystemClock())
    return _Beside(desk), told


async def test_alone_it_takes_the_journal_for_a_moment_only(tmp_path: Path) -> None:
    """Bug: whoever serves a page keeps the cockpit from trading."""
    path = tmp_path / "a.journal"
    beside, told = _beside(path)
    position = trade().position
    await beside.add_closed(position)
    assert told == ["again"]
    Journal(path, SystemClock()).close()
    with read_journal(path) as journal:
        assert records_of(journal.rows(*KINDS)).added == [position]


async def test_alone_it_refuses_to_write_what_a_cockpit_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    held = Journal(path, SystemClock())
    beside, told = _beside(path)
    try:
        with pytest.raises(JournalFailed, match="omega-tui --api"):
            await beside.add_closed(trade().position)
        assert told == []
        assert held.read(ADDED).result() == []
    finally:
        held.close()


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    names = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    return {**os.environ, **names, "OMEGA_NO_BOOTSTRAP": "1"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order(folders: dict[str, str], number: signal.Signals) -> None:
    port = str(free_port())
    command = [sys.executable, "-m", "omega_tui", "api", "--port", port]
    with subprocess.Popen(command, env=folders, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert f"http://127.0.0.1:{port}/dashboard" in process.stderr.readline()
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(timeout=20) == 0
        assert rest == ""


def test_an_address_that_must_not_be_served_ends_it_with_the_reason(folders: dict[str, str]) -> None:
    command = [sys.executable, "-m", "omega_tui", "api", "--host", "0.0.0.0"]
    done = subprocess.run(command, env=folders, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "--beyond-loopback" in done.stderr
    assert "Traceback" not in done.stderr
