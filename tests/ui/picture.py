"""Draws the cockpit on sample views to an SVG file: `python -m tests.ui.picture 120x36 out.svg [keys…]`."""

import asyncio
import sys
from pathlib import Path

from omega_tui.ui.app import CockpitApp
from omega_tui.ui.cockpit_settings import CockpitSettings
from tests.ui.fake_engine import FakeEngine


async def draw(size: tuple[int, int], keys: list[str], theme: str) -> tuple[str, str]:
    app = CockpitApp(FakeEngine(), CockpitSettings(theme=theme))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.2)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.12)
        await pilot.pause(0.2)
        return app.export_screenshot(), ""


def main() -> None:
    size, path, *keys = sys.argv[1:]
    theme = "omega-dark"
    if keys and keys[0].startswith("omega-"):
        theme = keys.pop(0)
    columns, rows = (int(number) for number in size.split("x"))
    svg, _ = asyncio.run(draw((columns, rows), keys, theme))
    Path(path).write_text(svg)


if __name__ == "__main__":
    main()
