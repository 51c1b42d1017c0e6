"""Keeps the exchange's time measured and says whether actions can be taken.

Asking the time every half minute does three things: it corrects timestamps, keeps a connection warm for the
next order, and shows early when REST is unreachable. A dead time endpoint never stops an order.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from omega_tui.clock import Clock
from omega_tui.domain.events import Health, NoticeGiven
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.server_clock import ServerClock
from omega_tui.exchange.port import ReadFailed, Sink

_SAMPLE_SECONDS = 30.0
_RETRY_SECONDS = 3.0
_FIRST_SAMPLES = 3
_WARN_OFFSET_MS = 1000


class Timekeeper:
    """Samples the exchange's clock.

    `become` is told what requests are worth; `ready` waits for REST and says why it never will be. `refusal`
    is why actions are not possible here at all (read-only, no key), or an empty text.
    """

    def __init__(
        self,
        reads: RestReads,
        server_clock: ServerClock,
        clock: Clock,
        report: Sink,
        become: Callable[[Health, str], None],
        ready: Callable[[], Awaitable[str]],
        refusal: str,
    ) -> None:
        self._reads = reads
        self._server_clock = server_clock
        self._clock = clock
        self._report = report
        self._become = become
        self._ready = ready
        self._refusal = refusal
        self._again = asyncio.Event()
        self._sampled = asyncio.Event()
        self._warned_ms = 0
        self._warned_of_error = False

    def measure_again(self) -> None:
        """A timestamp was refused: do not wait for the next turn."""
        self._sampled.clear()
        self._again.set()

    async def wait_for_sample(self, seconds: float) -> bool:
        """Wait until the time was measured (again), at most `seconds`; whether it was."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._sampled.wait()
        return self._sampled.is_set()

    async def run(self) -> None:
        """Measure until cancelled."""
        self._become(Health.CONNECTING, "loading")
        failure = await self._ready()
        if failure:
            self._become(Health.DOWN, failure)
            return
        samples = 0
        while True:
            pause = _RETRY_SECONDS
            if await self._measure():
                samples += 1
                pause = _SAMPLE_SECONDS if samples >= _FIRST_SAMPLES else 1.0
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._again.wait()
            self._again.clear()

    async def _measure(self) -> bool:
        sent = self._clock.monotonic()
        try:
            server_ms = await self._reads.server_time()
        except ReadFailed as error:
            self._become(Health.DOWN, f"REST: {error}")
            return False
        self._server_clock.sample(sent, self._clock.monotonic(), server_ms)
        self._sampled.set()
        self._become(Health.DOWN if self._refusal else Health.LIVE, self._refusal)
        self._warn()
        return True

    def _warn(self) -> None:
        """Tell of an offset above a second, again when it has doubled, and of a line too slow to know it."""
        offset, error = self._server_clock.offset_ms, self._server_clock.error_ms
        if abs(offset) > max(_WARN_OFFSET_MS, 2 * self._warned_ms):
            self._warned_ms = abs(offset)
            way = "behind" if offset > 0 else "ahead of"
            text = f"this machine's clock is {abs(offset) / 1000:.1f} s {way} the exchange's"
            self._report(NoticeGiven(f"{text}; timestamps are corrected", warning=True))
        if error > _WARN_OFFSET_MS and not self._warned_of_error:
            self._warned_of_error = True
            text = f"the exchange's time is known to {error / 1000:.1f} s only: the line is slow"
            self._report(NoticeGiven(text, warning=True))
