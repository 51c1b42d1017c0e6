"""Draws the pictures of the README: `python3 -m screenshots.draw`, or `make screenshots`.

Every picture is the real cockpit on the real simulator, driven by key presses: a generated market from a
fixed seed and, where recordings lie beside the checkout, recorded ones. Times of day differ from run to run.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from omega_tui import _boot

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent
SEED = "7"
BINANCE = "binance_usdm_BTCUSDT_20240808.gz"
BYBIT = "bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz"
_FONT_FACE = re.compile(r"\s*@font-face \{[^}]*\}")
_COMMENT = re.compile(r"\s*<!--.*?-->")


@dataclass(frozen=True)
class Picture:
    """One file: its name, the terminal's size, the market, and what the trader did before."""

    name: str
    columns: int
    rows: int
    flags: dict[str, object]
    act: "Callable[[Trader], Awaitable[None]]"


class Trader:
    """Presses keys at a person's pace."""

    def __init__(self, pilot, views) -> None:
        self._pilot = pilot
        self.views = views

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press("full_stop" if key == "." else key)
            await self._pilot.pause(0.15)

    async def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await self._pilot.pause(0.05)

    async def send(self) -> None:
        """ENTER arms, ENTER sends."""
        await self._pilot.pause(0.3)
        await self.press("enter")
        await self._pilot.pause(0.3)
        await self.press("enter")

    async def buy_at_market(self, size: str) -> None:
        before = len(self.views.fills(100).rows)
        await self.press("B", *size, "shift+tab", "shift+tab", "right", "right")
        await self.send()
        await self.until(lambda: len(self.views.fills(100).rows) > before)

    async def rest(self, side: str, ticks_away: int, size: str) -> None:
        """A limit order some ticks behind the touch."""
        ladder = self.views.ladder(1, 1)
        near = ladder.best_bid_ticks if side == "B" else ladder.best_ask_ticks
        price = (near - ticks_away if side == "B" else near + ticks_away) * ladder.tick
        before = self._events()
        await self.press(side, *size, "shift+tab", "ctrl+u", *f"{price:f}")
        await self.send()
        await self.until(lambda: self._events() > before)

    def _events(self) -> int:
        return len(self.views.orders().rows) + len(self.views.fills(100).rows)

    async def linger(self, seconds: float) -> None:
        await self._pilot.pause(seconds)


async def trade(trader: Trader) -> None:
    """A position, two resting orders, and a ticket that is being filled in."""
    await trader.buy_at_market("0.25")
    await trader.rest("B", 3, "0.1")
    await trader.rest("S", 5, "0.12")
    await trader.linger(4.0)
    await trader.press("B", *"0.05")
    await trader.linger(0.6)


async def hold(trader: Trader) -> None:
    """A position and a resting order."""
    await trader.buy_at_market("0.25")
    await trader.rest("B", 3, "0.1")
    await trader.linger(4.0)


async def replay(trader: Trader) -> None:
    """A position in a recorded market and orders that wait for it to move."""
    await trader.buy_at_market("0.25")
    await trader.rest("B", 60, "0.1")
    await trader.rest("S", 90, "0.12")
    await trader.linger(6.0)


async def switch(trader: Trader) -> None:
    """Another market of the recording, with a position in it."""
    await trader.press("g", *"sol", "enter")
    await trader.until(lambda: trader.views.ladder(1, 5).symbol == "SOLUSDT")
    await trader.until(lambda: trader.views.status().book.health.value == "live")
    await trader.buy_at_market("25")
    await trader.linger(4.0)


async def read_help(trader: Trader) -> None:
    """The page of keys."""
    await trader.press("question_mark")


def pictures() -> list[Picture]:
    seeded = {"sim.seed": SEED}
    drawn = [
        Picture("cockpit", 120, 36, seeded, trade),
        Picture("cockpit-80x24", 80, 24, seeded, hold),
        Picture("cockpit-200x50", 200, 50, seeded, trade),
        Picture("help", 120, 36, seeded, read_help),
    ]
    shared = Path(os.environ.get("OMEGA_SHARED", CHECKOUT.parent / "shared"), "tapes", "ws")
    for name, tape, act in (("replay-btc", BINANCE, replay), ("replay-sol", BYBIT, switch)):
        if (shared / tape).exists():
            drawn.append(Picture(name, 120, 36, {"sim.tape": [str(shared / tape)], "sim.loop": True}, act))
    return drawn


@asynccontextmanager
async def opened(picture: Picture, folder: Path) -> AsyncIterator[tuple[object, Trader]]:
    from omega_tui.settings import load
    from omega_tui.wiring import open_cockpit

    folders = {f"paths.{name}": str(folder / name) for name in ("config", "data", "state", "cache")}
    settings = load({**picture.flags, **folders}, environment={}, folder=folder)
    size = (picture.columns, picture.rows)
    async with open_cockpit(settings) as cockpit, cockpit.app.run_test(size=size) as pilot:
        trader = Trader(pilot, cockpit.engine.views)
        await trader.until(lambda: trader.views.status().posture.value == "NORMAL")
        yield cockpit.app, trader


async def draw(picture: Picture) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(picture, Path(folder)) as (app, trader):
            await picture.act(trader)
            svg = app.export_screenshot(title=f"omega-tui, {picture.columns}x{picture.rows}")
    # The picture must not fetch a font from anywhere: whoever looks at it has a monospaced one.
    path = FOLDER / f"{picture.name}.svg"
    path.write_text(_COMMENT.sub("", _FONT_FACE.sub("", svg)), encoding="utf-8")
    print(path.relative_to(CHECKOUT))


def main() -> int:
    chosen = [each for each in pictures() if not sys.argv[1:] or each.name in sys.argv[1:]]
    for picture in chosen:
        asyncio.run(draw(picture))
    return 0 if chosen else 2


if __name__ == "__main__":
    _boot.ensure(_boot.TESTS)
    sys.exit(main())
