"""What one ladder tick costs: processor time and bytes for 3 changed rows, beside the whole panel.

The cockpit runs at 120x36 with every panel shown, over a driver that counts bytes instead of writing. The
cost is the processor time of ticking minus that of the same wait without ticks: timers cancel out.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from textual import events
from textual.driver import Driver
from textual.geometry import Size

from omega_tui.engine.views import LadderView, Panel
from omega_tui.ui.app import CockpitApp
from tests.ui.fake_engine import FakeEngine

SIZE = Size(120, 36)
TICKS = 100
PERIOD_SECONDS = 0.05
SETTLE_SECONDS = 2.0


class CountingDriver(Driver):
    """A terminal that only counts what it is sent."""

    received = 0

    def write(self, data: str) -> None:
        CountingDriver.received += len(data.encode())

    def start_application_mode(self) -> None:
        self.send_message(events.Resize(SIZE, SIZE))

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


class CountedCockpit(CockpitApp):
    """The shipped cockpit on the counting driver."""

    def get_driver_class(self) -> type[Driver]:
        return CountingDriver


class TickingEngine(FakeEngine):
    """A book whose three rows at the touch change with every tick."""

    def __init__(self) -> None:
        super().__init__()
        self.tick = 0
        self._book = self.views.ladder
        self.views.ladder = self._ladder  # type: ignore[method-assign]

    def _ladder(self, group: int, depth: int) -> LadderView:
        view = self._book(group, depth)
        sizes = [round(0.2 + (self.tick * step % 17) / 10, 3) for step in (3, 5, 7)]
        bids = ((view.bids[0][0], sizes[0]), (view.bids[1][0], sizes[1]), *view.bids[2:])
        return replace(view, bids=bids, asks=((view.asks[0][0], sizes[2]), *view.asks[1:]))


async def _measure() -> tuple[float, float, float, float, float]:
    engine = TickingEngine()
    app = CountedCockpit(engine)
    running = asyncio.create_task(app.run_async(size=SIZE))
    ladder = app.cockpit.stage.ladder
    await asyncio.sleep(SETTLE_SECONDS)
    idle, _ = await _spend(lambda: None)
    painted = ladder.rows_painted
    ticking, ticked = await _spend(lambda: _tick(engine))
    rows = (ladder.rows_painted - painted) / TICKS
    whole, wholly = await _spend(ladder.refresh)
    app.exit()
    await running
    per_tick = 1000 / TICKS
    return (ticking - idle) * per_tick, ticked / TICKS, rows, (whole - idle) * per_tick, wholly / TICKS


def _tick(engine: TickingEngine) -> None:
    engine.tick += 1
    engine.views.changed(Panel.LADDER)


async def _spend(act: Callable[[], object]) -> tuple[float, int]:
    cpu, received = time.process_time(), CountingDriver.received
    for _ in range(TICKS):
        act()
        await asyncio.sleep(PERIOD_SECONDS)
    return time.process_time() - cpu, CountingDriver.received - received


def rows() -> list[tuple[str, str, str]]:
    """One table row a figure: what, how much, beside what."""
    cost, sent, painted, whole_cost, whole_sent = asyncio.run(_measure())
    time_beside = f"budget 2 ms; whole panel {whole_cost:.2f} ms"
    return [
        ("ladder tick: rows repainted", f"{painted:.1f}", "3 rows changed"),
        ("ladder tick: processor time", f"{cost:.2f} ms", time_beside),
        (
            "ladder tick: bytes to the terminal",
            f"{sent:.0f} B",
            f"budget 400 B; whole panel {whole_sent:.0f} B",
        ),
    ]
