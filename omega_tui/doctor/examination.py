"""The examination as a whole: the machine first, then the exchange as this key sees it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from statistics import median
from typing import TypeGuard

from omega_tui.clock import Clock, Ids
from omega_tui.doctor import machine
from omega_tui.doctor.findings import Finding, fail, ok, warn
from omega_tui.doctor.place import Place, open_place
from omega_tui.domain.account import KeyFacts
from omega_tui.domain.events import Event, Health, HealthChanged, Surface
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.rest.request_log import RequestLog
from omega_tui.exchange.bitget.server_clock import ServerClock
from omega_tui.exchange.port import ReadFailed
from omega_tui.settings import Settings, Venue

_TIMES = 5
_ROUNDS = 3
_ANSWERED = 200
_STREAM_SECONDS, _TICK_SECONDS = 5.0, 0.05
_WARN_OFFSET_MS, _WARN_ERROR_MS, _WARN_LATENCY_MS = 1000, 1000, 1000


async def examine(settings: Settings, clock: Clock, ids: Ids) -> list[Finding]:
    """Look at everything once. Raises SimulatorFailed."""
    found = [
        *machine.terminal(os.environ, machine.this_terminal(), sys.stdout.encoding or ""),
        ok("venue", f"{settings.venue_word}, profile {settings.profile}"),
        *machine.credentials(settings),
        *machine.journals(settings),
    ]
    async with open_place(settings) as place:
        found.append(_hosts(place))
        lines: list[str] = []
        log = RequestLog(lines.append)
        gateway = BitgetGateway(place.endpoints, place.credentials, clock, ids, read_only=True, log=log)
        events: list[Event] = []
        await gateway.start(events.append)
        try:
            found += await _look(gateway, place, settings, clock)
            if place.credentials is not None:
                found.append(await _account_stream(events))
        finally:
            await gateway.stop()
    return [*found, *_latencies(lines)]


async def _account_stream(events: list[Event]) -> Finding:
    """Whether the stream that tells of orders and fills takes the login and every channel."""
    name, told = "account stream", HealthChanged(Surface.PRIVATE, Health.DOWN, "nothing was said")
    for _ in range(round(_STREAM_SECONDS / _TICK_SECONDS)):
        told = next((one for one in reversed(events) if _is_private(one)), told)
        if told.health is Health.LIVE:
            return ok(name, "logged in, every channel acknowledged")
        await asyncio.sleep(_TICK_SECONDS)
    return fail(name, told.reason or told.health.value, "without it no order is trusted: see the reason")


def _is_private(event: Event) -> TypeGuard[HealthChanged]:
    return isinstance(event, HealthChanged) and event.surface is Surface.PRIVATE


def _hosts(place: Place) -> Finding:
    header = ", demo header on every request" if place.endpoints.demo_trading else ""
    return ok("hosts", f"{place.endpoints.rest}, {place.endpoints.ws_private.partition('/v2')[0]}{header}")


async def _look(gateway: BitgetGateway, place: Place, settings: Settings, clock: Clock) -> list[Finding]:
    await gateway.ready()
    reads, symbol = gateway.reads, settings.market.symbol.name
    try:
        found = [await _clock_offset(reads, clock)]
    except ReadFailed as error:
        todo = "see that this machine reaches it, and that no proxy is in between"
        return [fail("exchange", str(error), todo, unreachable=True)]
    found += [finding async for finding in _answers(reads, symbol, place.credentials is not None)]
    if place.credentials is not None:
        found += await _account(reads, symbol, settings)
    return found


async def _clock_offset(reads: RestReads, clock: Clock) -> Finding:
    server = ServerClock(clock)
    for _ in range(_TIMES):
        sent = clock.monotonic()
        told = await reads.server_time()
        server.sample(sent, clock.monotonic(), told)
    offset, error = server.offset_ms, server.error_ms
    words = f"this machine is {abs(offset)} ms {'behind' if offset > 0 else 'ahead'}, give or take {error} ms"
    if abs(offset) > _WARN_OFFSET_MS:
        return warn("clock", words, "timestamps are corrected here; let the machine keep time with NTP")
    if error > _WARN_ERROR_MS:
        return warn("clock", words, "the line is slow: the offset is not known better than that")
    return ok("clock", words)


async def _answers(reads: RestReads, symbol: str, signed: bool) -> AsyncIterator[Finding]:
    """Ask each thing a few times; only what cannot be had is told here."""
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "ticker": lambda: reads.ticker(symbol),
        "book": lambda: reads.book(symbol, 15),
    }
    if signed:
        asked |= {"balance": reads.balance, "positions": reads.positions, "open orders": reads.open_orders}
    for name, ask in asked.items():
        try:
            for _ in range(_ROUNDS):
                await ask()
        except ReadFailed as error:
            yield fail(name, str(error), "trading needs this answer")


def _latencies(lines: list[str]) -> Iterator[Finding]:
    """The median of each route, waiting for our own limits left aside."""
    took: dict[str, list[float]] = {}
    for line in map(json.loads, lines):
        if line["status"] == _ANSWERED:
            took.setdefault(line["route"], []).append(line["latency_ms"])
    for route, milliseconds in took.items():
        name = route.rpartition("/")[2]
        words = f"{median(milliseconds):.0f} ms, median of {len(milliseconds)}"
        slow = median(milliseconds) > _WARN_LATENCY_MS
        yield warn(name, words, "the line to the exchange is slow") if slow else ok(name, words)


async def _account(reads: RestReads, symbol: str, settings: Settings) -> list[Finding]:
    try:
        modes = await reads.settings(symbol)
    except ReadFailed as error:
        unified = "40085" in str(error)
        kind = [fail("account type", "unified", "use a key of a classic account")] if unified else []
        return [*kind, fail("account", str(error), "see omega-tui doctor signature")]
    found = [
        ok("account type", "classic"),
        ok("position mode", modes.position_mode.value.replace("_", " ")),
        ok("margin", f"{modes.margin_mode.value} on {symbol}"),
    ]
    try:
        return [*found, *_key(await reads.key(), settings)]
    except ReadFailed as error:
        return [*found, warn("permissions", str(error), "let the key read the account's information")]


def _key(facts: KeyFacts, settings: Settings) -> Iterator[Finding]:
    if settings.venue is Venue.SIM:
        return
    if facts.may_trade:
        yield ok("permissions", ", ".join(facts.permissions))
    else:
        yield fail("permissions", ", ".join(facts.permissions), "give the key the futures order permission")
    if facts.may_withdraw:
        todo = "make a key that may not withdraw"
        live = settings.venue is Venue.MAINNET and not settings.account.allow_withdrawals
        yield (fail if live else warn)("withdrawal", "the key may withdraw", todo)
    else:
        yield ok("withdrawal", "not possible with this key")
    if facts.addresses:
        yield ok("addresses", f"the key is bound to {len(facts.addresses)}")
    else:
        yield warn("addresses", "the key works from anywhere", "bind it to yours in Bitget's API settings")
