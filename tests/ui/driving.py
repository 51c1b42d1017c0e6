"""Driving the cockpit as a person would: one key at a time, on a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot
from textual.widget import Widget

from omega_tui.clock import CountingIds, ManualClock
from omega_tui.ui.app import CockpitApp
from omega_tui.ui.arming import BURST_SECONDS, CONFIRM_SETTLE_SECONDS, REPEAT_SECONDS
from omega_tui.ui.cockpit_settings import CockpitSettings
from omega_tui.ui.kept import Kept
from omega_tui.ui.keymaps import ARROWS, Chosen
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.widgets.line_panel import LinePanel
from tests.ui.fake_engine import FakeEngine

_KEY_REPEAT_SECONDS = 0.033

_CHARACTERS = {
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "question_mark": "?",
    "exclamation_mark": "!",
    "space": " ",
}


def _event(key: str) -> events.Key:
    return events.Key(key, _CHARACTERS.get(key, key if len(key) == 1 else None))


class Driver:
    """A running cockpit over a fake engine."""

    def __init__(self, app: CockpitApp, engine: FakeEngine, clock: ManualClock, pilot: Pilot[None]) -> None:
        self.app = app
        self.engine = engine
        self.clock = clock
        self.pilot = pilot
        self._last_key = ""

    @property
    def stage(self) -> Stage:
        return self.app.cockpit.stage

    @property
    def prompt(self) -> str:
        return self.stage.prompt.text.strip()

    def picture(self) -> str:
        """The whole screen as plain text: every panel that is in sight, at its place."""
        columns, rows = self.app.size
        grid = [[" "] * columns for _ in range(rows)]
        for panel in self.app.cockpit.query(LinePanel):
            if not all(node.display for node in panel.ancestors_with_self if isinstance(node, Widget)):
                continue
            for y, text in enumerate(panel.text.splitlines()):
                for x, character in enumerate(text[: panel.region.width]):
                    grid[panel.region.y + y][panel.region.x + x] = character
        return "\n".join("".join(row).rstrip() for row in grid)

    async def press(self, *keys: str, after: float = 0.2) -> None:
        """Press keys as a person does: apart in real time, `after` seconds apart on the cockpit's clock."""
        for key in keys:
            self.clock.advance(after)
            await asyncio.sleep(REPEAT_SECONDS if key == self._last_key else BURST_SECONDS)
            self.app.post_message(_event(key))
            trades = key == "enter" or key.isupper() or key in ("f12", "exclamation_mark")
            if trades:
                await asyncio.sleep(CONFIRM_SETTLE_SECONDS + 0.02)
            for _ in range(2 if trades else 1):
                # Twice: on a busy machine the timer of a deliberate key is due together with this sleep, and
                # its message comes after the first pause.
                await self.pilot.pause()
            self._last_key = key

    async def burst(self, *keys: str) -> None:
        """Keys at machine speed, as a paste into a terminal without bracketed paste delivers them."""
        await asyncio.sleep(REPEAT_SECONDS)
        for key in keys:
            self.app.post_message(_event(key))
        await self.pilot.pause(REPEAT_SECONDS)

    async def hold(self, key: str, times: int) -> None:
        """A key held down: presses at a keyboard's repeat rate."""
        for _ in range(times):
            self.app.post_message(_event(key))
            await asyncio.sleep(_KEY_REPEAT_SECONDS)
            self.clock.advance(_KEY_REPEAT_SECONDS)
        await self.pilot.pause(REPEAT_SECONDS)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for the screen to get there; fails by name after two seconds."""
        for _ in range(100):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"{what}; the prompt says {self.prompt!r}")


@asynccontextmanager
async def driving(
    size: tuple[int, int] = (120, 36),
    engine: FakeEngine | None = None,
    keymap: Chosen | None = None,
    kept: Kept | None = None,
    tutor: bool = False,
) -> AsyncIterator[Driver]:
    """A cockpit of this size under a keymap, painted once."""
    engine = engine or FakeEngine()
    clock = ManualClock()
    settings = CockpitSettings(
        clock=clock, ids=CountingIds(), keymap=keymap or Chosen(ARROWS), kept=kept or Kept(), tutor=tutor
    )
    app = CockpitApp(engine, settings)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, engine, clock, pilot)
        stage = driver.stage
        await driver.until(lambda: bool(stage.footer.text or stage.too_small.text), "nothing was painted")
        yield driver
