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
from unittest.mock import patch

from omega_tui import _boot
from screenshots.page import picture_of

if TYPE_CHECKING:
    from rich.terminal_theme import TerminalTheme

    from tests.support.trader import Trader

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent
SEED = "7"
BINANCE = "binance_usdm_BTCUSDT_20240808.gz"
BYBIT = "bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz"
FILM = "trade"
PAGE = "dashboard"
FRAME_SECONDS = 2
_TOUR_PAGES = 5
_SVG = re.compile(r"<svg(?P<head>[^>]*)>(?P<body>.*)</svg>", re.DOTALL)
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


def in_workspace(number: int) -> "Callable[[Trader], Awaitable[None]]":
    """A position and an order, looked at from another workspace."""

    async def act(trader: "Trader") -> None:
        await hold(trader)
        await trader.press(*["right_square_bracket"] * (number - 1))
        if number == 2:
            await trader.press(*["left"] * 20)
        await trader.linger(1.5)

    return act


async def review(trader: "Trader") -> None:
    """Some round trips, and what they came to."""
    for number, size in enumerate(("0.05", "0.02", "0.04", "0.03"), 1):
        await bought(trader, size)
        await trader.linger(3.0)
        await trader.flatten()
        await trader.until(lambda: len(trader.views.history().trades) == number, "the closed position")  # noqa: B023
    await bought(trader, "0.04")
    await trader.linger(4.0)
    await trader.press(*["right_square_bracket"] * 4)
    await trader.linger(2.0)


async def command(trader: "Trader") -> None:
    """A line in the command line, explained while it is typed."""
    await hold(trader)
    await trader.press(":", *"scale buy 5000$ across fib 0.382..0.786 sl fib:1-5t")
    await trader.linger(0.6)


async def read_help(trader: "Trader") -> None:
    """The page of keys."""
    await trader.press("question_mark")


def pictures() -> list[Picture]:
    seeded: dict[str, object] = {"sim.seed": SEED, "screen.theme": "dark"}
    drawn = [
        Picture("cockpit", 120, 36, seeded, trade),
        Picture("cockpit-80x24", 80, 24, seeded, hold),
        Picture("cockpit-200x50", 200, 50, seeded, trade),
        Picture("help", 120, 36, seeded, read_help),
        Picture("command", 120, 36, seeded, command),
        *(
            Picture(f"workspace-{name}", 120, 36, seeded, in_workspace(number))
            for number, name in ((2, "chart"), (3, "risk"), (4, "orders"), (6, "link"))
        ),
        Picture("workspace-history", 120, 36, seeded, review),
        *(
            Picture(f"theme-{name}", 120, 36, seeded | {"screen.theme": name}, hold)
            for name in ("light", "high-contrast", "colour-blind", "16-colours")
        ),
        Picture("small-chart", 80, 24, seeded, in_workspace(2)),
        Picture("large-risk", 200, 50, seeded, in_workspace(3)),
    ]
    shared = Path(os.environ.get("OMEGA_SHARED", CHECKOUT.parent / "shared"), "tapes", "ws")
    for name, tape, act in (("replay-btc", BINANCE, replay), ("replay-sol", BYBIT, switch)):
        if (shared / tape).exists():
            drawn.append(
                Picture(
                    name,
                    120,
                    36,
                    {"sim.tape": [str(shared / tape)], "sim.loop": True, "screen.theme": "dark"},
                    act,
                )
            )
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
        await trader.press(*["escape"] * _TOUR_PAGES)
        yield cockpit.app, trader


async def draw(picture: Picture) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(picture, Path(folder)) as (app, trader):
            await picture.act(trader)
            # The sixteen colours are the terminal's own: in a picture they are those of xterm.
            with patch("rich.console.SVG_EXPORT_THEME", xterm()):
                svg = app.export_screenshot(title=f"omega-tui, {picture.columns}x{picture.rows}")
    write(picture.name, svg)


def xterm() -> "TerminalTheme":
    """Black, white, and the sixteen colours as xterm has them."""
    from rich.terminal_theme import TerminalTheme

    dim, full, grey = 205, 255, 229
    plain = [(0, 0, 0), *_hues(0, dim), (grey,) * 3]
    plain[4] = (0, 0, 238)
    bright = [(127, 127, 127), *_hues(0, full), (full,) * 3]
    bright[4] = (92, 92, full)
    return TerminalTheme((0, 0, 0), (grey,) * 3, plain, bright)


def _hues(low: int, high: int) -> list[tuple[int, int, int]]:
    """Red, green, yellow, blue, magenta, cyan."""
    on, off = high, low
    return [(on, off, off), (off, on, off), (on, on, off), (off, off, on), (on, off, on), (off, on, on)]


def write(name: str, svg: str) -> None:
    """Put a picture into the folder. It must not fetch a font: whoever looks at it has a monospaced one."""
    path = FOLDER / f"{name}.svg"
    path.write_text(_COMMENT.sub("", _FONT_FACE.sub("", svg)), encoding="utf-8")
    print(path.relative_to(CHECKOUT))


async def film() -> None:
    """A trade from entry to flat, as one picture that moves."""
    frames: list[str] = []
    picture = Picture(FILM, 120, 36, {"sim.seed": SEED, "screen.theme": "dark"}, hold)
    with tempfile.TemporaryDirectory() as folder:
        async with opened(picture, Path(folder)) as (app, trader):

            async def shoot(*keys: str) -> None:
                await trader.press(*keys)
                await trader.linger(0.5)
                frames.append(app.export_screenshot(title="omega-tui: from entry to flat"))

            rows = trader.views.positions
            await shoot()
            await shoot("B")
            await shoot(*"500$", "shift+tab", "shift+tab", "m")
            await shoot("enter")
            await shoot("enter")
            await trader.until(lambda: any(row.protected == 1 for row in rows().rows), "the stop")
            await shoot()
            await shoot("F")
            await shoot("enter")
            await trader.until(lambda: not rows().rows, "flat")
            await shoot()
    write(FILM, moving(frames))


def moving(frames: list[str]) -> str:
    """One SVG that shows each frame for a while, again and again."""
    inner = [_SVG.fullmatch(frame.strip()) for frame in frames]
    seconds, groups = FRAME_SECONDS * len(frames), []
    for index, found in enumerate(inner):
        assert found is not None
        values = ";".join("1" if each == index else "0" for each in range(len(frames)))
        groups.append(
            f'<g opacity="{int(index == 0)}">{found["body"]}<animate attributeName="opacity" '
            f'values="{values}" calcMode="discrete" dur="{seconds}s" repeatCount="indefinite"/></g>'
        )
    assert inner[0] is not None
    return f"<svg{inner[0]['head']}>{''.join(groups)}</svg>"


def main() -> int:
    chosen = [each for each in pictures() if not sys.argv[1:] or each.name in sys.argv[1:]]
    for picture in chosen:
        asyncio.run(draw(picture))
    filmed = FILM in sys.argv[1:] or not sys.argv[1:]
    if filmed:
        asyncio.run(film())
    if PAGE in sys.argv[1:] or not sys.argv[1:]:
        seen = Picture(PAGE, 120, 36, {"sim.seed": SEED}, review)
        (FOLDER / f"{PAGE}.png").write_bytes(asyncio.run(picture_of(seen, opened)))
        return 0
    return 0 if chosen or filmed else 2


if __name__ == "__main__":
    _boot.ensure(_boot.TESTS)
    sys.exit(main())
