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
from decimal import Decimal
from pathlib import Path
from typing import Final

from omega_tui.clock import SystemClock
from omega_tui.domain.values import InvalidNumber, parse_decimal
from omega_tui.sim.clock import ExchangeClock, SteppedClock
from omega_tui.sim.facts import MarketSource, PositionMode, TapeEnded
from omega_tui.sim.market.coarse_market import LONGEST_STEP_MS
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.market.generated_market import STEP_MS
from omega_tui.sim.market.tape import TapeSource
from omega_tui.sim.market.tape_lines import TapeUnreadable
from omega_tui.sim.security import KEY_PREFIX, ApiKey
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.venue.venue import VenueSettings

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2

_CLOCKS: Final = ("running", "stepped")
_MODES: Final = {"one-way": PositionMode.ONE_WAY, "hedge": PositionMode.HEDGE}
_FASTEST: Final = 100
_DEFAULT_SEED: Final = 1
_EARLIEST_MS: Final = 1_577_836_800_000
_LATEST_MS: Final = 4_070_908_800_000
_LARGEST_BALANCE: Final = 10**15
"""USDT; with eight places it still fits exactly into the 28 digits that Decimal calculates with."""
KEY_VARIABLES: Final = ("OMEGA_SIM_API_KEY", "OMEGA_SIM_SECRET", "OMEGA_SIM_PASSPHRASE")
"""Variables that give the exchange its key instead of a random one."""


class BadOptions(Exception):
    """The exchange cannot be started as asked; the text says what to change."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the flags of `omega-tui sim`."""
    market = parser.add_mutually_exclusive_group()
    market.add_argument(
        "--seed", type=_seed, metavar="N", help="a generated market, the same for the same N (default 1)"
    )
    market.add_argument(
        "--tape", type=Path, nargs="+", action="extend", metavar="FILE", help="a recorded market"
    )
    parser.add_argument("--loop", action="store_true", help="start a recording again at its end")
    parser.add_argument(
        "--speed", type=_speed, default=Decimal(1), metavar="X", help="play X times as fast, up to 100"
    )
    parser.add_argument(
        "--clock", choices=_CLOCKS, default="running", help="stepped: time moves only by POST /sim/clock"
    )
    parser.add_argument(
        "--start-ms", type=_moment, metavar="MS", help="exchange time at the start (default: now)"
    )
    parser.add_argument(
        "--market-step",
        type=_market_step,
        default=STEP_MS,
        metavar="T",
        help="how often a generated market moves: 100ms to 60s; coarse ones are quick to step through",
    )
    parser.add_argument("--symbols", type=_symbols, metavar="A,B", help="only these symbols")
    parser.add_argument(
        "--position-mode", choices=_MODES, default="one-way", help="the account's position mode"
    )
    parser.add_argument(
        "--balance", type=_balance, default=Decimal(10_000), metavar="USDT", help="the account's money"
    )
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="port of 127.0.0.1; 0 takes a free one"
    )
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--listen-fd", type=int, help=argparse.SUPPRESS)


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
    settings = ServerSettings(
        port=options.port,
        listener=None if options.listen_fd is None else socket.socket(fileno=options.listen_fd),
        venue=VenueSettings(position_mode=_MODES[options.position_mode], balance=options.balance),
        api_key=_key_of(environment),
    )
    return SimServer(_source(options, clock.start_ms), clock, settings, on_tape_end=_tell_tape_end)


def _source(options: argparse.Namespace, start_ms: int) -> MarketSource:
    try:
        if options.tape:
            return TapeSource(options.tape, start_ms, loop=options.loop, symbols=options.symbols)
        seed = _DEFAULT_SEED if options.seed is None else options.seed
        return GeneratedSource(seed, start_ms, options.symbols, options.market_step)
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


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _moment(text: str) -> int:
    if not (text.isascii() and text.isdigit() and _EARLIEST_MS <= int(text) <= _LATEST_MS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time in ms since 1970, from 2020 to 2099")
    return int(text)


def _market_step(text: str) -> int:
    """A length of time such as 100ms or 5s, in ms."""
    number, unit = (text[:-2], 1) if text.endswith("ms") else (text.removesuffix("s"), 1000)
    length = int(number) * unit if number.isascii() and number.isdigit() and len(number) < 6 else 0
    if length not in range(STEP_MS, LONGEST_STEP_MS + 1, STEP_MS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a multiple of 100ms up to 60s")
    return length


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _speed(text: str) -> Decimal:
    speed = _number(text)
    if not 0 < speed <= _FASTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0 and at most {_FASTEST}")
    return speed


def _balance(text: str) -> Decimal:
    balance = _number(text)
    if not 0 < balance <= _LARGEST_BALANCE:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0 and at most {_LARGEST_BALANCE}")
    return balance


def _number(text: str) -> Decimal:
    try:
        return parse_decimal(text)
    except InvalidNumber as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _symbols(text: str) -> list[str]:
    symbols = [symbol.strip() for symbol in text.split(",")]
    if not all(symbols) or len(set(symbols)) != len(symbols):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of different symbols such as BTCUSDT,ETHUSDT"
        )
    return symbols
