"""A running engine on a fake exchange, a real journal and a clock that only the test moves."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from omega_tui.clock import CountingIds, Ids, ManualClock
from omega_tui.domain.events import BookChanged, TickerChanged
from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.engine.engine import Engine
from omega_tui.engine.intents import PlaceOrder, Receipt, TicketDraft
from omega_tui.engine.options import EngineOptions
from omega_tui.journal import Journal, JournalFailed, JournalPort
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, book, ticker

WALL_MS = EXCHANGE_MS + 50


class Timers:
    """Stands in for asyncio.sleep: sleepers wake when the test moves the clock past them."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._count = 0

    async def pause(self, seconds: float) -> None:
        event = asyncio.Event()
        self._count += 1
        heapq.heappush(self._sleepers, (self.clock.monotonic() + seconds, self._count, event))
        await event.wait()

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        while self._sleepers and self._sleepers[0][0] <= self.clock.monotonic():
            heapq.heappop(self._sleepers)[2].set()


class Rig:
    """Everything a test turns and reads."""

    def __init__(
        self,
        gateway: FakeGateway,
        journal: JournalPort,
        clock: ManualClock,
        ids: Ids | None = None,
        **options: Any,
    ) -> None:
        self.gateway = gateway
        self.clock = clock
        self.timers = Timers(clock)
        self.journal = journal
        options.setdefault("stall_seconds", None)  # the test's clock jumps
        chosen = EngineOptions(venue="SIM", account="test", **options)
        self.engine = Engine(gateway, journal, clock, ids or CountingIds(), chosen, pause=self.timers.pause)
        self.views = self.engine.views
        self._tickets = 0

    async def until(self, condition: Callable[[], object], what: str = "condition") -> None:
        """Let the loop and the journal's thread run until `condition` holds."""
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - the journal's thread has no event to wait on
                await asyncio.sleep(0.0005)

    async def settle(self) -> None:
        """Let everything that can run without the clock moving run."""
        with suppress(JournalFailed):
            await asyncio.wrap_future(self.journal.read("settle"))
        for _ in range(30):
            await asyncio.sleep(0)

    async def until_advancing(self, condition: Callable[[], object], seconds: float) -> None:
        """Move the clock in steps of `seconds` until `condition` holds."""
        for _ in range(40):
            if condition():
                return
            await self.advance(seconds)
        raise AssertionError("the condition never held")

    async def advance(self, seconds: float, *, fresh: bool = True) -> None:
        """Move the clock; with `fresh` the market keeps talking at the new time."""
        self.timers.advance(seconds)
        if fresh:
            self.freshen()
        await self.settle()

    def freshen(self) -> None:
        at = self.clock.wall_ms() - 50
        symbol = self.gateway.watched[-1][0]
        self.gateway.emit(TickerChanged(ticker(at=at, symbol=symbol)), BookChanged(symbol, book(), at))

    def draft(self, **changes: Any) -> TicketDraft:
        self._tickets += 1
        fields: dict[str, Any] = {
            "ticket_id": f"t{self._tickets}",
            "symbol": "BTCUSDT",
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC,
            "size": D("0.01"),
            "price": D("59000"),
            "closes": False,
        }
        return TicketDraft(**{**fields, **changes})

    def place(self, draft: TicketDraft | None = None) -> Receipt:
        draft = draft or self.draft()
        return self.engine.submit(PlaceOrder(draft, self.views.preview(draft)))

    def log_text(self) -> str:
        return "\n".join(row.text for row in self.views.log(200).rows)


@asynccontextmanager
async def running(
    tmp_path: Path,
    gateway: FakeGateway | None = None,
    *,
    live: bool = True,
    journal: JournalPort | None = None,
    clock: ManualClock | None = None,
    **options: Any,
) -> AsyncIterator[Rig]:
    """A started engine; with `live` its surfaces are up and the account is compared."""
    clock = clock or ManualClock(WALL_MS, 1000.0)
    own = Journal(tmp_path / "j" / "sim.journal", clock) if journal is None else None
    rig = Rig(gateway or FakeGateway(), journal or own, clock, **options)  # type: ignore[arg-type]
    await rig.engine.start()
    try:
        if live:
            rig.gateway.go_live(at=clock.wall_ms() - 50)
            await rig.until(
                lambda: rig.views.status().posture == "NORMAL" or options.get("read_only"), "NORMAL"
            )
            await rig.until(rig.views.symbols)
            await rig.settle()
        yield rig
    finally:
        await rig.engine.stop()
        if own is not None:
            own.close()
