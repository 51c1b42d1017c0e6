"""The flags of `omega-tui sim`: from text to checked values. What they are for is the business of `main`."""

import argparse
from collections.abc import Collection
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Final, NoReturn, get_type_hints

from omega_tui.domain.values import InvalidNumber, parse_decimal
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import PositionMode
from omega_tui.sim.market.coarse_market import LONGEST_STEP_MS
from omega_tui.sim.market.generated_market import STEP_MS
from omega_tui.sim.personas import PERSONAS, PersonaUnknown, build_persona

POSITION_MODES: Final = {"one-way": PositionMode.ONE_WAY, "hedge": PositionMode.HEDGE}
_CLOCKS: Final = ("running", "stepped")
_FASTEST: Final = 100
_EARLIEST_MS: Final = 1_577_836_800_000
_LATEST_MS: Final = 4_070_908_800_000
_LARGEST_BALANCE: Final = 10**15
"""USDT; with eight places it still fits exactly into the 28 digits that Decimal calculates with."""

_AT_LEAST_ONE: Final = frozenset({"books_levels", "candle_snapshot_rows", "trade_snapshot_rows"})
_LARGEST_CHOICE: Final = 1_000_000


class BadOptions(Exception):
    """The exchange cannot be started as asked; the text says what to change."""


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong with a flag in one line; the page of usage would hide it."""

    def error(self, message: str) -> NoReturn:
        """End the program with code 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def build_parser() -> argparse.ArgumentParser:
    """The flags of `omega-tui sim`."""
    parser = _Parser(
        prog="omega-tui sim",
        description="Serve a simulated Bitget on loopback; its address and key are one JSON line on standard"
        " output. It serves until it is terminated.",
        epilog="docs/sim.md tells what choices, personas and faults there are.",
        allow_abbrev=False,
    )
    _add_market(parser)
    _add_time(parser)
    _add_account(parser)
    _add_rules(parser)
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="port of 127.0.0.1; 0 takes a free one"
    )
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--listen-fd", type=int, help=argparse.SUPPRESS)
    return parser


def _add_market(parser: argparse.ArgumentParser) -> None:
    market = parser.add_mutually_exclusive_group()
    market.add_argument(
        "--seed", type=_seed, metavar="N", help="a generated market, the same for the same N (default 1)"
    )
    market.add_argument(
        "--tape", type=Path, nargs="+", action="extend", metavar="FILE", help="a recorded market"
    )
    parser.add_argument("--loop", action="store_true", help="start a recording again at its end")
    parser.add_argument(
        "--symbols", type=_symbols, metavar="A,B", help="only these; all: the fifty of a generated market"
    )
    parser.add_argument(
        "--market-step",
        type=_market_step,
        default=STEP_MS,
        metavar="T",
        help="how often a generated market moves: 100ms to 60s; coarse ones are quick to step through",
    )


def _add_time(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--speed", type=_speed, default=Decimal(1), metavar="X", help="play X times as fast, up to 100"
    )
    parser.add_argument(
        "--clock", choices=_CLOCKS, default="running", help="stepped: time moves only by POST /sim/clock"
    )
    parser.add_argument(
        "--start-ms", type=_moment, metavar="MS", help="exchange time at the start (default: now)"
    )


def _add_account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--position-mode", choices=POSITION_MODES, help="the account's position mode (default one-way)"
    )
    parser.add_argument(
        "--balance",
        type=_balance,
        default=Decimal(10_000),
        metavar="USDT",
        help="the account's money (default 10000)",
    )
    parser.add_argument(
        "--persona",
        type=_persona,
        action="append",
        default=[],
        metavar="NAME",
        help=f"who calls, to be combined: {', '.join(PERSONAS)}",
    )


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-limits",
        dest="limits",
        action="store_false",
        help="count neither requests nor messages nor connections",
    )
    parser.add_argument(
        "--choice",
        type=_choice,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="answer an open question of Bitget's otherwise, such as books_checksum=false",
    )
    parser.add_argument(
        "--faults", type=Path, metavar="PLAN", help="a TOML file of what goes wrong, to whom and when"
    )


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


def _persona(text: str) -> str:
    try:
        build_persona([text])
    except PersonaUnknown as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _choice(text: str) -> tuple[str, object]:
    """One field of `Choices` with its value."""
    name, _, value = text.partition("=")
    kinds = get_type_hints(Choices)
    if name not in kinds:
        raise argparse.ArgumentTypeError(f"{name!r} is no open question{_hint(name, kinds)}")
    return name, _value(name, kinds[name], value)


def _value(name: str, kind: type, text: str) -> object:
    """The text as a value of the field's type: one of its words, true or false, or a number."""
    if issubclass(kind, StrEnum):
        words: dict[str, object] = {str(word): word for word in kind}
    elif kind is bool:
        words = {"true": True, "false": False}
    else:
        return _quantity(name, text)
    if text not in words:
        raise argparse.ArgumentTypeError(f"{name}: {text!r} is not one of its values{_hint(text, words)}")
    return words[text]


def _quantity(name: str, text: str) -> int:
    least = 1 if name in _AT_LEAST_ONE else 0
    if not (text.isascii() and text.isdigit() and least <= int(text) <= _LARGEST_CHOICE):
        raise argparse.ArgumentTypeError(
            f"{name}: {text!r} is not a whole number from {least} to {_LARGEST_CHOICE}"
        )
    return int(text)


def _hint(text: str, known: Collection[str]) -> str:
    """The nearest known name, all of them when none is near."""
    near = get_close_matches(text, known, 1)
    return f"; did you mean {near[0]}?" if near else f"; choose from {', '.join(known)}"


def _symbols(text: str) -> list[str]:
    symbols = [symbol.strip() for symbol in text.split(",")]
    if not all(symbols) or len(set(symbols)) != len(symbols):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of different symbols such as BTCUSDT,ETHUSDT"
        )
    return symbols
