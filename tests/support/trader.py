"""A person at the cockpit: presses keys at a person's pace and reads what the engine shows."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from textual.pilot import Pilot

from omega_tui.engine.views import Views

_BETWEEN_KEYS = 0.12
_BEFORE_ENTER = 0.3


class Trader:
    """Drives a running cockpit by keys alone; sizes and prices are texts as they would be typed."""

    def __init__(self, pilot: Pilot[None], views: Views) -> None:
        self._pilot = pilot
        self.views = views

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press("full_stop" if key == "." else key)
            await self.linger(_BETWEEN_KEYS)

    async def linger(self, seconds: float) -> None:
        await self._pilot.pause(seconds)

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Wait for `condition`; says what did not happen, with the log, when it does not come true."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    await self.linger(0.05)
        except TimeoutError:
            log = "\n".join(row.text for row in self.views.log(30).rows)
            raise AssertionError(f"waited {seconds:g} s for: {what}\n{log}") from None

    async def until_live(self) -> None:
        """Wait until the shown market's book can be traded on and the account has been compared."""
        await self.until(lambda: self.views.status().book.health.value == "live", "a live book")
        await self.until(lambda: self.views.status().posture.value == "NORMAL", "the account compared")

    async def send(self) -> None:
        """ENTER arms, ENTER sends."""
        for _ in range(2):
            await self.linger(_BEFORE_ENTER)
            await self.press("enter")

    async def buy_market(self, size: str) -> None:
        await self.press("B", *size, "shift+tab", "shift+tab", "m")
        await self.send()

    async def place_limit(self, side: str, price: Decimal, size: str) -> None:
        """`side` is the key: B or S."""
        await self.press(side, *size, "shift+tab", "ctrl+u", *f"{price:f}", "shift+tab", "l")
        await self.send()

    async def flatten(self) -> None:
        await self.press("F")
        await self.linger(_BEFORE_ENTER)
        await self.press("enter")

    async def select(self, letters: str, symbol: str) -> None:
        """Switch to `symbol` by typing some of its letters."""
        await self.press("g", *letters, "enter")
        await self.until(lambda: self.views.ladder(1, 5).symbol == symbol, f"the {symbol} book")
        await self.until_live()
