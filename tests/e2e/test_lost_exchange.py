"""The exchange dies under an open cockpit: it is said, nothing breaks, and leaving stays quick."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from omega_tui.domain.events import Health
from omega_tui.engine.views import Posture
from omega_tui.settings import load
from omega_tui.wiring import open_cockpit


def _children() -> set[int]:
    """The processes that this one started, read from Linux's process table."""
    found = set()
    for folder in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (folder / "children").read_text().split()}
    return found


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - pictures are pulled, they announce nothing
            await asyncio.sleep(0.02)


async def test_a_killed_exchange_is_shown_as_down_and_the_cockpit_still_leaves(tmp_path: Path) -> None:
    """Bug: a dead exchange that shows its last prices as live, or a traceback, or an end that hangs."""
    folders = {f"paths.{name}": str(tmp_path / name) for name in ("config", "data", "state", "cache")}
    before = _children()
    loop = asyncio.get_running_loop()
    async with open_cockpit(load({"sim.seed": "5", **folders}, environment={}, folder=tmp_path)) as cockpit:
        status = cockpit.engine.views.status
        screen = asyncio.create_task(cockpit.app.run_async(headless=True, size=(120, 36)))
        await _until(lambda: status().posture is Posture.NORMAL and status().book.health is Health.LIVE)
        [exchange] = _children() - before
        os.kill(exchange, signal.SIGKILL)
        await _until(lambda: {status().book.health, status().private.health} == {Health.DOWN})
        assert status().posture is Posture.REDUCE_ONLY
        leaving = loop.time()
        cockpit.app.exit()
        await screen
    assert loop.time() - leaving < 3
