"""The shipped cockpit on its simulator, noting what it does: `python3 -m bench.cockpit_child FILE SPEED`.

With a port behind it serves its API there; the token then lies where OMEGA_BENCH_TOKEN says.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from bench.screen_marks import Marks
from omega_tui.settings import load
from omega_tui.ui.screens.cockpit import CockpitScreen
from omega_tui.wiring import open_cockpit


def _watch(marks: Marks) -> None:
    # Not before the cockpit, which tells Textual its pace.
    from textual.drivers.linux_driver import LinuxDriver

    perform, paint, write = CockpitScreen.perform, CockpitScreen.paint, LinuxDriver.write

    def performed(screen: CockpitScreen, action_id: str) -> None:
        marks.key()
        perform(screen, action_id)

    def painted(screen: CockpitScreen) -> None:
        before = _rows_painted(screen)
        marks.frame()
        paint(screen)
        if _rows_painted(screen) == before:
            marks.nothing_changed()

    def written(driver: LinuxDriver, data: str) -> None:
        write(driver, data)
        marks.written()

    CockpitScreen.perform = performed  # type: ignore[method-assign]
    CockpitScreen.paint = painted  # type: ignore[method-assign]
    LinuxDriver.write = written  # type: ignore[method-assign]


def _rows_painted(screen: CockpitScreen) -> int:
    stage = screen.stage
    return sum(panel.rows_painted for panel in (*stage.view_panels, stage.prompt, stage.footer))


async def _run(marks: Marks, speed: str, port: str | None, folder: str) -> None:
    paths = {f"paths.{name}": f"{folder}/{name}" for name in ("config", "data", "state", "cache")}
    serving: dict[str, object] = {}
    if port is not None:
        token = Path(os.environ.pop("OMEGA_BENCH_TOKEN"))
        paths["paths.state"], serving = str(token.parent), {"api.on": True, "api.port": port}
    async with open_cockpit(load({"sim.seed": "7", "sim.speed": speed, **paths, **serving})) as cockpit:
        _watch(marks)
        await cockpit.app.run_async(mouse=False)
    marks.save()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        served = sys.argv[3] if len(sys.argv) > 3 else None
        asyncio.run(_run(Marks(Path(sys.argv[1])), sys.argv[2], served, scratch))
