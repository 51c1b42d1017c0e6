"""The only module that knows every layer: from settings it builds clock, journal, gateway, engine and screen.

Every venue runs the same code; what differs is where the gateway connects and with which keys. Nothing of
trading is decided here. Faces without a screen open a desk, and the screen's library is not loaded for them.
"""

import asyncio
import gc
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from omega_tui.clock import Clock, Ids, RandomIds, SystemClock
from omega_tui.domain.events import Health
from omega_tui.engine.engine import Engine
from omega_tui.engine.options import EngineOptions, StopAnswer
from omega_tui.environment import build_simulator, environment_of
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.bitget.rest.key_check import AccountFacts
from omega_tui.exchange.bitget.rest.request_log import RequestLog
from omega_tui.exchange.port import Reads
from omega_tui.journal import (
    Journal,
    JournalInUse,
    JournalRefused,
    NoJournal,
    Onlooker,
    account_mark,
    in_use,
    journal_path,
    prune,
)
from omega_tui.logs import RequestLines, log_to_file
from omega_tui.serving import serve_beside
from omega_tui.settings import ApiKeys, Settings, Venue
from omega_tui.sim.child import SimulatorAddress, SimulatorFailed, SimulatorProcess

if TYPE_CHECKING:
    from omega_tui.ui.app import CockpitApp

_HEADLESS_SIZE: Final = (120, 36)
_SIGNALLED: Final = 128
_WITHDRAW_SECONDS: Final = 1.0
_SIM_JOURNALS_KEPT: Final = 20
_TAKEN: Final = (
    "another cockpit trades this account: this one only looks; to trade here quit the other and start again"
)


@dataclass(frozen=True, slots=True)
class Cockpit:
    """A built cockpit: the screen to run, and the engine behind it, started once the screen has painted."""

    app: "CockpitApp"
    engine: Engine


@dataclass(frozen=True, slots=True)
class Desk:
    """A built engine, not started yet, with what a face needs besides.

    `reads` asks the exchange what no picture shows; `redact` takes every secret of this run out of a text.
    `only_looks` says why nothing can be changed from here, empty when something can.
    """

    engine: Engine
    reads: Reads
    clock: Clock
    ids: Ids
    redact: Callable[[str], str]
    gateway: BitgetGateway
    simulator: SimulatorProcess | None
    only_looks: str
    journal_file: Path

    async def start(self) -> None:
        """Let data flow; returns when requests can be sent. Raises SimulatorFailed."""
        await self.engine.start()
        if self.simulator is not None:
            await self.simulator.ready()
        await self.gateway.ready()


def run_cockpit(settings: Settings) -> int:
    """Open the cockpit in this terminal until the trader leaves; returns the screen's exit code."""
    return asyncio.run(_run_on_screen(settings))


def run_headless(settings: Settings, seconds: float) -> dict[str, object]:
    """Run the cockpit without a terminal for `seconds`; returns what it saw, `live` whether data came."""
    return asyncio.run(_run_headless(settings, seconds))


async def _run_on_screen(settings: Settings) -> int:
    async with open_cockpit(settings) as cockpit:
        # Everything has a key; without mouse reports the terminal's own selection works and SSH stays quiet.
        await cockpit.app.run_async(mouse=False)
        code = cockpit.app.return_code or 0
        if code > _SIGNALLED and settings.session.cancel_entries_at_end:
            await cockpit.engine.withdraw(_WITHDRAW_SECONDS)
        return code


async def _run_headless(settings: Settings, seconds: float) -> dict[str, object]:
    async with open_cockpit(settings) as cockpit:
        screen = asyncio.create_task(cockpit.app.run_async(headless=True, size=_HEADLESS_SIZE))
        await asyncio.wait({screen}, timeout=seconds)
        report = _report(cockpit.engine)
        cockpit.app.exit()
        await screen
        return report


@asynccontextmanager
async def open_cockpit(settings: Settings) -> AsyncIterator[Cockpit]:
    """Build everything for a screen that the caller runs, and take it down again in the reverse order."""
    from omega_tui.screen import screen_settings
    from omega_tui.ui.app import CockpitApp

    async with open_desk(settings, keeps_history=True) as desk:
        log_to_file(settings.paths.state, desk.redact)
        app = CockpitApp(desk.engine, screen_settings(settings, desk.clock, desk.ids, desk.redact))
        starting = asyncio.create_task(_begin(app, desk, settings))
        try:
            yield Cockpit(app, desk.engine)
        finally:
            await _end(starting)


@asynccontextmanager
async def open_desk(
    settings: Settings,
    running: SimulatorAddress | None = None,
    *,
    sends: bool = True,
    keeps_history: bool = False,
) -> AsyncIterator[Desk]:
    """Build an engine for a face that starts it, and take it down again in the reverse order.

    `running` is a simulator that serves already; without one the venue `sim` starts its own. Unless it
    `sends`, the engine judges as ever and nothing it does leaves. Faces that show closed positions have it
    keep the history. Raises OSError.
    """
    clock, ids = SystemClock(), RandomIds()
    async with AsyncExitStack() as ends:
        simulator = build_simulator(settings, running, ids)
        if simulator is not None:
            ends.push_async_callback(simulator.stop)
        address = simulator.address if simulator is not None else running
        redact = _redaction(settings, address)
        lines = RequestLines(settings.paths.state, redact)
        ends.callback(lines.close)
        path = _journal_file(settings, running, clock)
        journal = _open_journal(settings, path, clock, sends=sends)
        if not isinstance(journal, NoJournal):
            ends.callback(journal.close)
        looking = _looking(settings, journal)
        log = RequestLog(lines.write, bodies=settings.account.log_bodies)
        read_only = bool(looking) or not sends
        gateway = _build_gateway(settings, address, clock, ids, log, read_only=read_only)
        options = _engine_options(settings, looking, rehearses=not sends)
        engine = Engine(gateway, journal, clock, ids, replace(options, keeps_history=keeps_history))
        ends.push_async_callback(engine.stop)
        if simulator is not None:
            await simulator.start(engine.tell)
        yield Desk(engine, gateway.reads, clock, ids, redact, gateway, simulator, looking, path)


async def _end(starting: asyncio.Task[None]) -> None:
    starting.cancel()
    with suppress(asyncio.CancelledError):
        await starting


async def _begin(app: "CockpitApp", desk: Desk, settings: Settings) -> None:
    """Wait for the first picture, then let data flow and the heavy imports begin; serve the API if wanted."""
    try:
        await app.painted.wait()
        await desk.start()
    except SimulatorFailed as error:
        desk.engine.tell(f"the simulator did not start: {error}")
    finally:
        # What was imported stays for ever; in the collector's sight it would stall the screen for 70 ms.
        gc.freeze()
        gc.enable()
    if settings.api.on:
        await serve_beside(desk.engine, desk.clock, desk.ids, settings)


def _build_gateway(
    settings: Settings,
    simulator: SimulatorAddress | None,
    clock: Clock,
    ids: Ids,
    log: RequestLog,
    *,
    read_only: bool,
) -> BitgetGateway:
    endpoints, credentials = environment_of(settings, simulator)
    # A simulator's contracts change with its market and its port with each start: nothing worth keeping.
    cache = None if simulator is not None else settings.paths.cache
    facts = AccountFacts(
        copied=settings.account.copied,
        refuse_withdrawals=settings.venue is Venue.MAINNET and not settings.account.allow_withdrawals,
        simulated=settings.venue is Venue.SIM,
    )
    return BitgetGateway(
        endpoints, credentials, clock, ids, read_only=read_only, cache_dir=cache, log=log, facts=facts
    )


def _open_journal(
    settings: Settings, path: Path, clock: Clock, *, sends: bool
) -> Journal | NoJournal | Onlooker:
    """The account's journal: for looking where nothing is sent or another cockpit trades the account.

    One that refuses every row stands in for a journal that cannot be opened: then no new risk.
    """
    if settings.read_only or (settings.venue is not Venue.SIM and settings.api_keys is None):
        return Onlooker(path)
    if not sends:
        # Whoever looks again and again must not keep an order, a halt or a cockpit from its turn.
        return Onlooker(path, _TAKEN if in_use(path) else "")
    try:
        return Journal(path, clock)
    except JournalInUse:
        return Onlooker(path, _TAKEN)
    except JournalRefused as error:
        return NoJournal(str(error))


def _journal_file(settings: Settings, running: SimulatorAddress | None, clock: Clock) -> Path:
    folder = settings.paths.data
    if settings.venue is Venue.SIM:
        # Every simulated account begins with its exchange and ends with it: so does its journal.
        folder = folder / "sim"
        prune(folder, "sim-*.journal", _SIM_JOURNALS_KEPT)
        account = account_mark(running.api_key) if running else f"{clock.wall_ms()}-{os.getpid()}"
        return journal_path(folder, settings.venue_word, account)
    keys = settings.api_keys
    account = account_mark(keys.api_key.reveal()) if keys is not None else ""
    return journal_path(folder, settings.venue_word, account)


def _looking(settings: Settings, journal: Journal | NoJournal | Onlooker) -> str:
    """Why this session only looks; empty when it may trade, or rehearse."""
    if not isinstance(journal, Onlooker):
        return ""
    if journal.reason:
        return journal.reason
    if settings.venue is not Venue.SIM and settings.api_keys is None:
        return "no API key: only the market is shown"
    return "this session only looks" if settings.read_only else ""


def _engine_options(settings: Settings, looking: str, *, rehearses: bool = False) -> EngineOptions:
    return EngineOptions(
        venue=settings.venue_word,
        account="simulated" if settings.venue is Venue.SIM else _account_label(settings.api_keys),
        market_note=_market_note(settings),
        read_only=bool(looking),
        read_only_reason=looking,
        rehearses=rehearses,
        profile=settings.profile,
        profiles=settings.profiles,
        price_distance=settings.limits.price_distance_percent / 100,
        entries_a_minute=settings.limits.entries_a_minute,
        symbol=settings.market.symbol.name,
        timeframe=settings.market.timeframe,
        stale_book_seconds=settings.limits.stale_book_seconds,
        stale_private_seconds=settings.limits.stale_private_seconds,
        poll_price_seconds=settings.polling.price_seconds,
        poll_positions_seconds=settings.polling.positions_seconds,
        poll_orders_seconds=settings.polling.orders_seconds,
        poll_account_seconds=settings.polling.account_seconds,
        balance_step=settings.polling.least_change,
        stop_answer=StopAnswer(settings.protection.answer),
        stop_retries=settings.protection.retries,
        live_phrase=settings.live_phrase,
        broker_code=settings.session.broker_code,
        judge_lag=settings.venue is not Venue.SIM or settings.sim.speed == 1,
    )


def _account_label(keys: ApiKeys | None) -> str:
    return "no key" if keys is None else "keys from " + keys.origin


def _market_note(settings: Settings) -> str:
    if settings.venue is not Venue.SIM:
        return ""
    if not settings.sim.tape:
        return f"SYNTHETIC seed {settings.sim.seed}"
    speed = "" if settings.sim.speed == 1 else f" at {settings.sim.speed:f}x"
    return f"REPLAY {settings.sim.tape[0].name}{speed}"


def _redaction(settings: Settings, simulator: SimulatorAddress | None) -> Callable[[str], str]:
    """A function that takes every secret of this run out of a text."""
    secrets: list[str] = []
    if settings.api_keys is not None:
        keys = settings.api_keys
        secrets += [part.reveal() for part in (keys.api_key, keys.secret_key, keys.passphrase)]
    if simulator is not None:
        secrets += [simulator.api_key, simulator.secret, simulator.passphrase]

    # As it stands and as JSON spells it: a backslash is doubled there.
    spelled = dict.fromkeys([*secrets, *(json.dumps(secret)[1:-1] for secret in secrets)])

    def redact(text: str) -> str:
        for secret in spelled:
            text = text.replace(secret, "***")
        return text

    return redact


def _report(engine: Engine) -> dict[str, object]:
    status, account = engine.views.status(), engine.views.account()
    live = status.book.health is Health.LIVE and status.private.health is Health.LIVE
    return {
        "live": live,
        "venue": status.venue,
        "market": status.market_note,
        "symbol": status.symbol,
        "last_price": status.last_price,
        "book": status.book.health,
        "private": status.private.health,
        "actions": status.actions.health,
        "equity": account.equity,
        "open_orders": len(engine.views.orders().rows),
        "positions": len(engine.views.positions().rows),
    }
