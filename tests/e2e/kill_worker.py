"""Lives of the real engine on the real gateway, each forked from this process and killed with SIGKILL.

Reads one life a line (JSON) from standard input and writes how it ended as a line. Everything is imported
once, so that a life starts within milliseconds. A life kills itself at a named point of an order's way, or
its parent kills it after a while.
"""

import asyncio
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt.async_support  # noqa: F401 - what the gateway loads late, loaded before the forks

from omega_tui.clock import RandomIds, SystemClock
from omega_tui.domain.events import Health
from omega_tui.domain.orders import OrderState, OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.engine.engine import Engine
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelScope,
    ClosePosition,
    Flatten,
    Intent,
    OrderFamily,
    PlaceOrder,
    PlanDraft,
    TicketDraft,
)
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.views import Posture
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.gateway import BitgetGateway, Links
from omega_tui.exchange.bitget.rest import limits
from omega_tui.exchange.bitget.rest.client import CcxtClient
from omega_tui.exchange.bitget.streams.stream import dial
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.journal import Journal, Recollection
from omega_tui.journal.records import INTENT, ORDER, OrderRow

SYMBOL = "BTCUSDT"
HASTE = 12
"""How many times faster than outside the engine's own time passes: its pauses and its patience."""

_PLACING = (RestPath.PLACE_ORDER, RestPath.PLACE_PLAN_ORDER, RestPath.BATCH_PLACE_ORDER)
_CENT = Decimal("0.1")


class HastyClock(SystemClock):
    """The machine's wall clock, and intervals that pass faster."""

    def monotonic(self) -> float:
        return super().monotonic() * HASTE


@dataclass
class Moment:
    """When this life ends by its own hand: at the `count`-th passing of the point `name`."""

    name: str
    count: int

    def pass_by(self, name: str) -> None:
        if name == self.name:
            self.count -= 1
            if self.count == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalClient(CcxtClient):
    """The real client; dies between the journal and the wire (O06), or with the answer in hand (O07)."""

    moment: Moment

    async def send(self, path: RestPath, params: dict[str, Any]) -> Any:
        if path not in _PLACING:
            return await super().send(path, params)
        self.moment.pass_by("before the wire")
        answer = await super().send(path, params)
        self.moment.pass_by("before the answer")
        return answer


class MortalJournal(Journal):
    """The real journal; dies between the acknowledgement and its row (O08)."""

    moment: Moment
    bug = ""

    def append(self, kind: str, body: object) -> Future[int]:
        if kind == INTENT and self.bug == "intents are not written":
            return _done(0)
        if kind == ORDER and isinstance(body, OrderRow) and body.order.state is OrderState.ACK:
            self.moment.pass_by("before the row")
        return super().append(kind, body)

    def recall(self, *kinds: str) -> Future[Recollection]:
        return _done(Recollection()) if self.bug == "nothing is recalled" else super().recall(*kinds)


def _done(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future


class Life:
    """One start of the engine, trading at random."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._chance = random.Random(order["seed"])
        self._finishing: bool = order["finish"]
        self._patience = 5.0 if order["bug"] else 20.0
        moment = Moment(order["moment"], order["count"])
        clock, ids, at = SystemClock(), RandomIds(), order["address"]
        credentials = Credentials(at["api_key"], at["secret"], at["passphrase"])
        endpoints = Endpoints.loopback(at["rest"], at["ws_public"], at["ws_private"])

        def client(now_ms: Callable[[], int]) -> MortalClient:
            made = MortalClient(endpoints, credentials, now_ms)
            made.moment = moment
            return made

        self.journal = MortalJournal(Path(order["journal"]), clock)
        self.journal.moment = moment
        self.journal.bug = order["bug"]
        cache = Path(order["journal"]).parent / "cache"
        self.gateway = BitgetGateway(
            endpoints, credentials, clock, ids, cache_dir=cache, links=Links(client, dial)
        )
        options = EngineOptions(
            venue="SIM",
            account="test",
            signature_window_seconds=3.0,
            stale_book_seconds=30.0,
            stale_private_seconds=120.0,
            stale_candles_seconds=600.0,
            stall_seconds=None,
            history_candles=50,
            reconcile_seconds=10.0,
            judge_lag=False,
        )
        self.engine = Engine(self.gateway, self.journal, HastyClock(), ids, options, pause=_hasty)
        self._ids = ids

    async def run(self, tell: Callable[[str], None]) -> None:
        tell("started")
        await self.engine.start()
        await self.gateway.ready()
        await self._until(self._normal, "NORMAL")
        tell("trading")
        if self._finishing:
            await self._finish()
        else:
            while True:
                self._step(tell)
                await asyncio.sleep(self._chance.uniform(0.0, 0.03))

    def _normal(self) -> bool:
        status = self.engine.views.status()
        return status.posture is Posture.NORMAL and status.book.health is Health.LIVE

    def _step(self, tell: Callable[[str], None]) -> None:
        kinds = (
            self._rest,
            self._rest,
            self._take,
            self._take,
            self._cancel,
            self._close,
            self._plan,
            self._amend,
        )
        intent = self._chance.choice(kinds)()
        if intent is not None:
            receipt = self.engine.submit(intent)
            words = "taken" if receipt.taken else f"refused: {receipt.text}"
            tell(f"{type(intent).__name__} {words}")

    def _ticket(self, **terms: Any) -> Intent:
        fields: dict[str, Any] = {
            "ticket_id": self._ids.token(12),
            "symbol": SYMBOL,
            "side": self._chance.choice(list(Side)),
            "order_type": OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC,
            "size": Decimal(self._chance.randint(1, 20)) / 1000,
            "price": None,
        }
        draft = TicketDraft(**{**fields, **terms})
        return PlaceOrder(draft, self.engine.views.preview(draft))

    def _away(self, side: Side, share: str) -> Decimal:
        last = self.engine.views.status().last_price or Decimal(60_000)
        sign = -1 if side is Side.BUY else 1
        return (last * (1 + sign * Decimal(share))).quantize(_CENT)

    def _rest(self) -> Intent:
        side = self._chance.choice(list(Side))
        return self._ticket(side=side, price=self._away(side, "0.0" + str(self._chance.randint(1, 9))))

    def _take(self) -> Intent:
        side = self._chance.choice(list(Side))
        if self._chance.random() < 0.5:
            return self._ticket(side=side, order_type=OrderType.MARKET)
        return self._ticket(side=side, price=self._away(side, "-0.001"), time_in_force=TimeInForce.IOC)

    def _plan(self) -> Intent:
        side = self._chance.choice(list(Side))
        trigger = self._away(side, self._chance.choice(("0.01", "-0.01", "0.0001")))
        plan = PlanDraft(PlanKind.TRIGGER, trigger, TriggerBy.LAST)
        return self._ticket(side=side, order_type=OrderType.MARKET, plan=plan)

    def _cancel(self) -> Intent | None:
        rows = self.engine.views.orders().rows
        if self._chance.random() < 0.1:
            return CancelAll(CancelScope.SYMBOL, OrderFamily.ALL)
        return CancelOrder(self._chance.choice(rows).key) if rows else None

    def _amend(self) -> Intent | None:
        rows = [row for row in self.engine.views.orders().rows if row.price is not None]
        if not rows:
            return None
        row = self._chance.choice(rows)
        assert row.price is not None
        return AmendOrder(row.key, size=row.size, price=row.price + self._chance.choice((-1, 1)))

    def _close(self) -> Intent | None:
        positions = self.engine.views.positions().rows
        if not positions:
            return None
        if self._chance.random() < 0.2:
            return Flatten(SYMBOL)
        return ClosePosition(SYMBOL, positions[0].hold_side, Decimal(self._chance.choice(("0.5", "1"))))

    async def _finish(self) -> None:
        """Cancel and close everything, and end once nothing is left open or in doubt."""
        views = self.engine.views
        for _ in range(20):
            self.engine.submit(CancelAll(CancelScope.ACCOUNT, OrderFamily.ALL))
            self.engine.submit(Flatten(None))
            for _ in range(60):
                if not views.orders().rows and not views.positions().rows:
                    await asyncio.sleep(2.0)  # the last bills are read now
                    await self.engine.stop()
                    self.journal.close()
                    return
                await asyncio.sleep(0.05)
        left = [(row.key, row.state) for row in views.orders().rows]
        raise AssertionError(f"left: {left}, {views.positions().rows}; {_log(self.engine)}")

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(self._patience):
                while not condition():  # noqa: ASYNC110 - pictures are pulled, they announce nothing
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"never {what}: {self.engine.views.status()}; {_log(self.engine)}") from None


def _log(engine: Engine) -> str:
    return "\n".join(row.text for row in engine.views.log(30).rows)


def _hasty(seconds: float) -> Awaitable[None]:
    return asyncio.sleep(seconds / HASTE)


def _live(order: dict[str, Any], out: int) -> None:
    def tell(text: str) -> None:
        os.write(out, text.encode() + b"\n")

    code = 0
    try:
        asyncio.run(Life(order).run(tell))
        tell("ended")
    except BaseException as error:
        tell(f"broke: {error!r}".replace("\n", " | "))
        code = 1
    os._exit(code)


def _watch(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a life, kill it after its time unless it kills itself first, and tell how it went."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _live(order, write)
    os.close(write)
    said, alive_until = b"", time.monotonic() + 60
    by_timer = False
    while True:
        ready, _, _ = select.select([read], [], [], max(0.0, alive_until - time.monotonic()))
        if not ready and not by_timer:
            by_timer = True
            os.kill(child, signal.SIGKILL)
            alive_until = time.monotonic() + 10
            continue
        more = os.read(read, 65536)
        if not more:
            break
        if b"started" in more and not order["finish"]:
            alive_until = time.monotonic() + order["seconds"]
        said += more
    os.close(read)
    status = os.waitpid(child, 0)[1]
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {
        "killed": killed,
        "by": "timer" if by_timer else order["moment"],
        "said": said.decode().splitlines(),
    }


def main() -> None:
    """Serve lives until standard input ends."""
    # The simulator was told to count no requests: ours may leave as fast as everything else passes here.
    limits.PACE /= HASTE
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_watch(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
