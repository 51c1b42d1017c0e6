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
from typing import TYPE_CHECKING

from omega_tui import _boot

if TYPE_CHECKING:
    from tests.support.trader import Trader

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


async def bought(trader: "Trader", size: str) -> None:
    """A market order, seen through to its fill."""
    before = events(trader)
    await trader.buy_market(size)
    await trader.until(lambda: events(trader) > before, "the fill")


async def rested(trader: "Trader", side: str, ticks_away: int, size: str) -> None:
    """A limit order some ticks behind the touch, seen through until it rests or fills."""
    ladder = trader.views.ladder(1, 1)
    near = ladder.best_bid_ticks if side == "B" else ladder.best_ask_ticks
    price = (near - ticks_away if side == "B" else near + ticks_away) * ladder.tick
    before = events(trader)
    await trader.place_limit(side, price, size)
    await trader.until(lambda: events(trader) > before, "the order")


def events(trader: "Trader") -> int:
    """Open orders and executions so far."""
    return len(trader.views.orders().rows) + len(trader.views.fills(100).rows)


async def trade(trader: "Trader") -> None:
    """A position, two resting orders, and a ticket that is being filled in."""
    await bought(trader, "0.05")
    await rested(trader, "B", 3, "0.02")
    await rested(trader, "S", 5, "0.03")
    await trader.linger(4.0)
    await trader.press("B", *"0.02")
    ladder = trader.views.ladder(1, 1)
    price = (ladder.best_bid_ticks - 150) * ladder.tick
    await trader.press("shift+tab", "ctrl+u", *f"{price:f}", *("tab",) * 4, *f"{price * 108 // 100:f}")
    await trader.linger(0.6)


async def hold(trader: "Trader") -> None:
    """A position and a resting order."""
    await bought(trader, "0.05")
    await rested(trader, "B", 3, "0.02")
    await trader.linger(4.0)


async def replay(trader: "Trader") -> None:
    """A position in a recorded market and orders that wait for it to move."""
    await bought(trader, "0.05")
    await rested(trader, "B", 60, "0.02")
    await rested(trader, "S", 90, "0.03")
    await trader.linger(6.0)


async def switch(trader: "Trader") -> None:
    """Another market of the recording, with a position in it."""
    await trader.select("sol", "SOLUSDT")
    await bought(trader, "25")
    await trader.linger(4.0)


async def read_help(trader: "Trader") -> None:
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
async def opened(picture: Picture, folder: Path) -> AsyncIterator[tuple[object, "Trader"]]:
    from omega_tui.settings import load
    from omega_tui.wiring import open_cockpit
    from tests.support.trader import Trader

    folders = {f"paths.{name}": str(folder / name) for name in ("config", "data", "state", "cache")}
    settings = load({**picture.flags, **folders}, environment={}, folder=folder)
    size = (picture.columns, picture.rows)
    async with open_cockpit(settings) as cockpit, cockpit.app.run_test(size=size) as pilot:
        trader = Trader(pilot, cockpit.engine.views)
        await trader.until_live()
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
