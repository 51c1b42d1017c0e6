"""`omega-tui sim`: the simulated exchange as a process of its own.

Standard output gets one JSON line with the address and the key; standard error gets everything else, the end
of a recording as a JSON line. It serves until SIGTERM or ctrl+c, and with `--with-parent` until its standard
input ends, which it does when the parent dies in whatever way. `--listen-fd` serves a socket that the parent
opened.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from typing import Final

from omega_tui.clock import SystemClock
from omega_tui.sim.choices import Choices
from omega_tui.sim.clock import ExchangeClock, SteppedClock
from omega_tui.sim.facts import MarketSource, PositionMode, TapeEnded
from omega_tui.sim.faults.plan import BadFault, Plan, PlanUnreadable, read_plan
from omega_tui.sim.limits import RequestLimits
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.market.generated_market import STEP_MS
from omega_tui.sim.market.shapes import GENERATED_SYMBOLS
from omega_tui.sim.market.tape import TapeSource
from omega_tui.sim.market.tape_lines import TapeUnreadable
from omega_tui.sim.options import POSITION_MODES, BadOptions, build_parser
from omega_tui.sim.personas import AccountKind, Persona, PersonaUnknown, build_persona
from omega_tui.sim.security import KEY_PREFIX, ApiKey
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.streams.session import SessionLimits
from omega_tui.sim.venue.venue import VenueSettings

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2

_ALL: Final = "all"
_DEFAULT_SEED: Final = 1
__all__ = ["build_parser", "run"]

KEY_VARIABLES: Final = ("OMEGA_SIM_API_KEY", "OMEGA_SIM_SECRET", "OMEGA_SIM_PASSPHRASE")
"""Variables that give the exchange its key instead of a random one."""


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop; the exit code is 0, 1 when the market or port failed, 2 for bad options."""
    try:
        return asyncio.run(_serve(options, os.environ))
    except (BadOptions, TapeUnreadable) as error:
        _narrate(f"omega-tui sim: {error}")
        return USAGE if isinstance(error, BadOptions) else FAILED


async def _serve(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    clock = _clock(options)
    server = _build_server(options, environment, clock)
    stopping = asyncio.Event()
    _stop_on_signals(stopping)
    if options.with_parent:
        _stop_with_parent(stopping)
    try:
        await server.start()
    except OSError as error:
        raise BadOptions(f"port {options.port}: {error.strerror}; choose another with --port") from None
    _announce(server)
    await _until(stopping, server)
    await server.stop()
    return OK


def _clock(options: argparse.Namespace) -> ExchangeClock:
    if options.clock == "running":
        return ExchangeClock(SystemClock(), options.speed, options.start_ms)
    if options.speed != 1:
        raise BadOptions("--speed is for a running clock; leave it out with --clock stepped")
    return SteppedClock(SystemClock(), options.start_ms)


def _build_server(
    options: argparse.Namespace, environment: Mapping[str, str], clock: ExchangeClock
) -> SimServer:
    if options.loop and not options.tape:
        raise BadOptions("--loop needs a recording; add --tape FILE")
    if options.tape and options.market_step != STEP_MS:
        raise BadOptions("--market-step is for a generated market; leave it out with --tape")
    persona = _persona(options)
    settings = ServerSettings(
        port=options.port,
        listener=_listener(options.listen_fd),
        venue=VenueSettings(_position_mode(options, persona), options.balance, choices=_choices(options)),
        limits=SessionLimits() if options.limits else SessionLimits.lifted(),
        requests=RequestLimits(enforced=options.limits),
        persona=persona,
        api_key=_key_of(environment),
        faults=_faults(options),
    )
    try:
        return SimServer(_source(options, clock.start_ms), clock, settings, on_tape_end=_tell_tape_end)
    except BadFault as error:
        raise BadOptions(f"{options.faults}: {error}") from None


def _listener(descriptor: int | None) -> socket.socket | None:
    if descriptor is None:
        return None
    try:
        return socket.socket(fileno=descriptor)
    except (OSError, ValueError):
        raise BadOptions(f"--listen-fd: {descriptor} is no open socket") from None


def _persona(options: argparse.Namespace) -> Persona:
    try:
        return build_persona(options.persona)
    except PersonaUnknown as error:
        raise BadOptions(f"--persona: {error}") from None


def _choices(options: argparse.Namespace) -> Choices:
    try:
        return Choices(**dict(options.choice))
    except ValueError as error:
        raise BadOptions(f"--choice: {error}") from None


def _position_mode(options: argparse.Namespace, persona: Persona) -> PositionMode:
    """The mode asked for; an account that others copy is in hedge mode and stays there."""
    copied = persona.account is AccountKind.COPY_TRADER
    if options.position_mode is None:
        return PositionMode.HEDGE if copied else PositionMode.ONE_WAY
    mode = POSITION_MODES[options.position_mode]
    if copied and mode is PositionMode.ONE_WAY:
        raise BadOptions("an account that others copy is in hedge mode; leave --position-mode out")
    return mode


def _faults(options: argparse.Namespace) -> Plan:
    try:
        return Plan() if options.faults is None else read_plan(options.faults)
    except PlanUnreadable as error:
        raise BadOptions(str(error)) from None


def _source(options: argparse.Namespace, start_ms: int) -> MarketSource:
    try:
        if options.tape:
            return TapeSource(options.tape, start_ms, loop=options.loop, symbols=options.symbols)
        seed = _DEFAULT_SEED if options.seed is None else options.seed
        symbols = GENERATED_SYMBOLS if options.symbols == [_ALL] else options.symbols
        return GeneratedSource(seed, start_ms, symbols, options.market_step)
    except (TapeUnreadable, ValueError) as error:
        raise BadOptions(str(error)) from None


def _key_of(environment: Mapping[str, str]) -> ApiKey | None:
    """A key given by the environment, for programs that cannot read the first line."""
    given = [environment.get(name, "") for name in KEY_VARIABLES]
    if not any(given):
        return None
    if not all(given):
        raise BadOptions(f"set all of {', '.join(KEY_VARIABLES)} or none")
    if not given[0].startswith(KEY_PREFIX):
        raise BadOptions(f"{KEY_VARIABLES[0]} must start with {KEY_PREFIX}, as Bitget's keys do")
    return ApiKey(*given)


def _announce(server: SimServer) -> None:
    address, key = server.address, server.api_key
    facts = {
        "rest": address.rest,
        "ws_public": address.ws_public,
        "ws_private": address.ws_private,
        "api_key": key.key,
        "secret": key.secret,
        "passphrase": key.passphrase,
        "symbols": server.exchange.symbols,
        "market": server.exchange.source.label,
        "control": address.control,
        "control_token": server.control_token,
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _tell_tape_end(ended: TapeEnded) -> None:
    _narrate(json.dumps({"event": "end_of_tape", "lap": ended.lap, "looping": ended.looping}))


async def _until(stopping: asyncio.Event, server: SimServer) -> None:
    """Wait to be stopped, or for the exchange to fail; `stop` raises the reason."""
    waits = [asyncio.create_task(wait) for wait in (stopping.wait(), server.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()
    await asyncio.gather(*waits, return_exceptions=True)


def _stop_on_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)


def _stop_with_parent(stopping: asyncio.Event) -> None:
    """Stop when standard input ends. A thread waits for it: every kind of input can be read that way."""
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(stopping.set)

    threading.Thread(target=wait_for_end, name="parent watch", daemon=True).start()


def _narrate(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
