"""The least a screen can cost: ladder, tape and ticker of one market, the bare difference written 20 times a
second. `python3 -m bench.raw_screen FILE ADDRESS [curses]`; with `curses` that library finds the difference.

It verifies nothing, colours nothing and trades nothing: a floor, not a peer in function.
"""

import asyncio
import curses
import json
import os
import signal
import sys
import termios
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import websockets

from bench.screen_marks import Marks
from omega_tui.sim.market.shapes import DEFAULT_SYMBOLS

_CHANNELS = ("books", "ticker", "trade")
_PERIOD = 0.05
_LEVELS = 16
_WIDTH = 40

Draw = Callable[[list[str]], None]


class Market:
    """One market as it was last told."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[str, str]] = {"asks": {}, "bids": {}}
        self.tape: deque[str] = deque(maxlen=2 * _LEVELS)
        self.last = ""
        self.cursor = 0

    def take(self, message: dict[str, Any]) -> None:
        """One frame of the public stream."""
        channel = message.get("arg", {}).get("channel")
        for row in message.get("data", ()):
            if channel == "books":
                self._take_book(row, message["action"] == "snapshot")
            elif channel == "trade":
                self.tape.appendleft(f"{row['side']:4} {row['price']:>12} {row['size']:>12}")
            elif channel == "ticker":
                self.last = row["lastPr"]

    def _take_book(self, row: dict[str, Any], fresh: bool) -> None:
        for side, levels in self.sides.items():
            if fresh:
                levels.clear()
            for price, size in row[side]:
                if float(size):
                    levels[price] = size
                else:
                    levels.pop(price, None)

    def lines(self) -> list[str]:
        """The picture: a line of the ticker, the ladder with its cursor, the tape beside it."""
        asks = sorted(self.sides["asks"].items(), key=lambda level: float(level[0]))[:_LEVELS][::-1]
        bids = sorted(self.sides["bids"].items(), key=lambda level: -float(level[0]))[:_LEVELS]
        tape = list(self.tape)
        rows = [f"LADDER {self.last:>12}".ljust(2 * _WIDTH)]
        for index, (price, size) in enumerate(asks + bids):
            mark = ">" if index == self.cursor else " "
            printed = tape[index] if index < len(tape) else ""
            rows.append(f"{mark}{price:>14} {size:>14}".ljust(_WIDTH) + printed.ljust(_WIDTH))
        return rows


def _plain(marks: Marks) -> Draw:
    """Writes the part of each line that changed."""
    shown: dict[int, str] = {}

    def draw(lines: list[str]) -> None:
        marks.frame()
        parts = []
        for y, line in enumerate(lines):
            before = shown.get(y, "")
            if line == before:
                continue
            start = next((x for x, (a, b) in enumerate(zip(before, line, strict=False)) if a != b), 0)
            end = len(line)
            while before and end > start and len(before) == len(line) and before[end - 1] == line[end - 1]:
                end -= 1
            parts.append(f"\x1b[{y + 1};{start + 1}H{line[start:end]}")
            shown[y] = line
        if parts:
            os.write(1, "".join(parts).encode())
            marks.written()

    return draw


def _library(marks: Marks) -> Draw:
    """Leaves the difference to curses."""
    window = curses.initscr()

    def draw(lines: list[str]) -> None:
        marks.frame()
        for y, line in enumerate(lines):
            window.addnstr(y, 0, line, 2 * _WIDTH)
        window.refresh()
        marks.written()

    return draw


async def _run(marks: Marks, address: str, draw: Draw) -> None:
    market, ended, loop = Market(), asyncio.Event(), asyncio.get_running_loop()

    def pressed() -> None:
        for key in os.read(0, 64):
            marks.key()
            market.cursor = (market.cursor + (1 if key == ord("j") else -1)) % (2 * _LEVELS)
            draw(market.lines())

    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_reader(0, pressed)
    listening = asyncio.create_task(_listen(market, address))
    while not ended.is_set():
        draw(market.lines())
        await asyncio.sleep(_PERIOD)
    listening.cancel()


async def _listen(market: Market, address: str) -> None:
    topics = [
        {"instType": "USDT-FUTURES", "channel": channel, "instId": symbol}
        for symbol in DEFAULT_SYMBOLS
        for channel in _CHANNELS
    ]
    async with websockets.connect(address, proxy=None, max_size=None) as stream:
        await stream.send(json.dumps({"op": "subscribe", "args": topics}))
        async for text in stream:
            message = json.loads(text)
            if message.get("arg", {}).get("instId") == DEFAULT_SYMBOLS[0]:
                market.take(message)


def _main() -> None:
    marks = Marks(Path(sys.argv[1]))
    before = termios.tcgetattr(0)
    tty.setraw(0)
    draw = _library(marks) if sys.argv[3:] == ["curses"] else _plain(marks)
    try:
        asyncio.run(_run(marks, sys.argv[2], draw))
    finally:
        termios.tcsetattr(0, termios.TCSANOW, before)
        marks.save()


if __name__ == "__main__":
    _main()
