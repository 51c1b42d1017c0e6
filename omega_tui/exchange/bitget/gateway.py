"""The Bitget gateway: implements the exchange port over Bitget's classic V2 streams and REST.

It connects the parts and decides nothing: no risk, no memory of orders, no second try of a new order.
Classic USDT-margined futures only; unified accounts speak another protocol and are refused by name.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from omega_tui.clock import Clock, Ids, slept_seconds
from omega_tui.domain.events import Event, Health, HealthChanged, NoticeGiven, Surface
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import Timeframe
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.rest.actions import RestActions
from omega_tui.exchange.bitget.rest.board import ActionsBoard
from omega_tui.exchange.bitget.rest.client import CcxtClient
from omega_tui.exchange.bitget.rest.contracts_cache import ContractsCache
from omega_tui.exchange.bitget.rest.dispatch import Dispatch, Patience, Sender
from omega_tui.exchange.bitget.rest.key_check import AccountFacts, KeyCheck
from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.rest.request_log import RequestLog
from omega_tui.exchange.bitget.rest.service import Service
from omega_tui.exchange.bitget.server_clock import ServerClock
from omega_tui.exchange.bitget.signing import sign_login
from omega_tui.exchange.bitget.sleep_watch import SleepWatch
from omega_tui.exchange.bitget.streams.account_feed import AccountFeed
from omega_tui.exchange.bitget.streams.dialing import Dial, dial
from omega_tui.exchange.bitget.streams.market_feed import MarketFeed
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.streams.stream import Stream
from omega_tui.exchange.bitget.streams.topics import Topic
from omega_tui.exchange.bitget.timekeeper import Timekeeper
from omega_tui.exchange.bitget.translation.market import parse_instruments
from omega_tui.exchange.port import ReadFailed, Sink

_FIRST_TIME_SECONDS = 3.0
_STOP_SECONDS = 1.5

_log = logging.getLogger(__name__)


class RestClient(Sender, Protocol):
    """What carries requests, and when it can."""

    async def ready(self) -> str:
        """Wait until requests can be sent; returns why they never will be, or an empty text."""
        ...

    async def close(self) -> None:
        """Close the connections; requests after this are not sent."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """What carries bytes: `rest` makes the client for a clock (milliseconds) that stamps its requests, `dial`
    opens streams."""

    rest: Callable[[Callable[[], int]], RestClient]
    dial: Dial


class BitgetGateway:
    """One Bitget account on one environment.

    Without `credentials` it serves market data only. With `read_only` every action ends as `NotSent`.
    `cache_dir` keeps the list of contracts between starts; None keeps nothing. `links` replace the network.
    `log` writes a line for every request; `facts` are known of the account beforehand;
    `slept` tells how long this machine was ever suspended.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        credentials: Credentials | None,
        clock: Clock,
        ids: Ids,
        *,
        read_only: bool = False,
        cache_dir: Path | None = None,
        links: Links | None = None,
        log: RequestLog | None = None,
        facts: AccountFacts | None = None,
        slept: Callable[[], float] = slept_seconds,
    ) -> None:
        self._endpoints = endpoints
        self._credentials = credentials
        self._clock = clock
        self._ids = ids
        self._sink: Sink | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._server_clock = ServerClock(clock)
        looks = read_only or credentials is None
        links = links or Links(
            lambda now_ms: CcxtClient(endpoints, credentials, now_ms, read_only=looks), dial
        )
        self._dial = links.dial
        self._client = links.rest(self._server_clock.now_ms)
        facts, refusal = facts or AccountFacts(), _refusal(credentials, read_only)
        limits, board = Limits(clock, copied=facts.copied), ActionsBoard(self._report)
        service = Service(limits, board, clock, self._report, self._measure_again)
        dispatch = Dispatch(self._client, limits, service, clock, ids, log)
        self.reads = RestReads(dispatch, credentials is not None, clock)
        self._key_check = KeyCheck(
            *(dispatch, self.reads, service, board, self._report, facts, clock.monotonic, self._synchronised)
        )
        self._sleep_watch = SleepWatch(clock, slept, self._stood_still)
        self._streams: list[Stream] = []
        self.actions = RestActions(dispatch, refusal, self._objection)
        self._timekeeper = Timekeeper(
            *(self.reads, self._server_clock, clock, self._report, board.link, self._client.ready, refusal)
        )
        self._cache = ContractsCache(cache_dir, endpoints.rest, clock)
        self._market_session = Session()
        self._market = MarketFeed(self._report, self._resubscribe)
        self._market_stream = Stream(
            endpoints.ws_public, self._market_session, self._market, clock, ids, dial=links.dial
        )

    async def start(self, sink: Sink) -> None:
        self._sink = sink
        self._run_stream(self._market_stream, "market stream")
        self._run(self._sleep_watch.run(), "sleep watch")
        self._run(self._timekeeper.run(), "timekeeper")
        if self._credentials is None:
            self._report(HealthChanged(Surface.PRIVATE, Health.DOWN, "no API key"))
            return
        self._run(self._key_check.run(), "key check")
        session = Session(self._build_login)
        account = AccountFeed(self._report, lambda: session.confirmed)
        session.want(account.topics, self._clock.monotonic())
        stream = Stream(
            self._endpoints.ws_private,
            session,
            account,
            self._clock,
            self._ids,
            self._before_login,
            self._dial,
        )
        self._run_stream(stream, "private stream")

    async def stop(self) -> None:
        self._sink = None
        for task in self._tasks:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await self._client.close()

    async def ready(self) -> None:
        """Wait until requests can be sent, or never will be: the heavy imports are over then."""
        await self._client.ready()

    def watch(self, symbol: str, timeframe: Timeframe) -> None:
        self._market.watch(symbol, timeframe)
        self._market_session.want(self._market.topics, self._clock.monotonic())
        self._market_stream.wake()

    async def instruments(self, *, fresh: bool = False) -> tuple[Instrument, ...]:
        rows = None if fresh else self._cache.load()
        if rows is None:
            rows = await self.reads.contracts()
            self._cache.save(rows)
        instruments = parse_instruments(rows)
        if not instruments:
            raise ReadFailed("the contract list holds nothing that can be traded here")
        return instruments

    def _build_login(self) -> str:
        keys = self._credentials
        if keys is None:
            return ""
        seconds = self._server_clock.now_ms() // 1000
        argument = {
            "apiKey": keys.api_key,
            "passphrase": keys.passphrase,
            "timestamp": str(seconds),
            "sign": sign_login(keys.secret, seconds),
        }
        return json.dumps({"op": "login", "args": [argument]}, separators=(",", ":"))

    async def _before_login(self, clock_is_off: bool) -> bool:
        if clock_is_off:
            self._timekeeper.measure_again()
        return await self._timekeeper.wait_for_sample(_FIRST_TIME_SECONDS)

    async def _synchronised(self) -> None:
        await self._timekeeper.wait_for_sample(_FIRST_TIME_SECONDS)

    async def _objection(self, patience: Patience) -> str:
        if self._sleep_watch.look() and not patience.urgent:
            return "this machine slept: nothing that was asked for before is sent"
        return await self._key_check.objection(patience)

    def _stood_still(self, seconds: float) -> None:
        reason = f"this machine stood still for {seconds:.0f} s"
        self._report(NoticeGiven(f"{reason}: everything is read again", warning=True))
        for stream in self._streams:
            stream.reconnect(reason)
        self._measure_again()

    def _run_stream(self, stream: Stream, name: str) -> None:
        self._streams.append(stream)
        self._run(stream.run(), name)

    def _measure_again(self) -> None:
        self._timekeeper.measure_again()

    def _resubscribe(self, topic: Topic, now: float, delay: float) -> None:
        self._market_session.resubscribe(topic, now, delay)
        self._market_stream.wake()

    def _run(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._finished)
        self._tasks.append(task)

    def _finished(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            return
        error = task.exception()
        _log.error("%s ended", task.get_name(), exc_info=error)
        reason = f"internal error: {type(error).__name__}"
        self._report(HealthChanged(Surface.ACTIONS, Health.DOWN, reason))

    def _report(self, event: Event) -> None:
        if self._sink is not None:
            self._sink(event)


def _refusal(credentials: Credentials | None, read_only: bool) -> str:
    if credentials is None:
        return "no API key: market data only"
    return "read-only: no action is sent" if read_only else ""
