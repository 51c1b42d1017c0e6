"""Reads faults: TOML plans, and JSON objects with the same members. Whatever is wrong is said in words."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from omega_tui.exchange.bitget.wire import GRANULARITIES, Channel, RestPath
from omega_tui.sim.faults.catalogue import BY_NAME, name
from omega_tui.sim.faults.fault import Fault
from omega_tui.sim.faults.requests import is_route

_DEFAULT_SEED: Final = 1
_LARGEST_SEED: Final = 10**18
_LARGEST_WHOLE: Final = 10**15
"""More milliseconds than any clock shows, and what JSON's readers hold exactly."""
_MOST_PLACES: Final = 18
_PLAN_MEMBERS: Final = ("seed", "fault")
_SIGNED: Final = frozenset({"fee", "rate", "maker_fee_rate", "taker_fee_rate"})
"""Numbers that may be zero or negative."""


class BadFault(ValueError):
    """A fault that cannot be; the text says what is wrong and, where something is near, what was meant."""


class PlanUnreadable(Exception):
    """A plan that cannot be played; the text has a line for each problem, with file and fault."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The faults of one run. The same seed draws the same lots."""

    seed: int = _DEFAULT_SEED
    faults: tuple[Fault, ...] = ()


def read_plan(path: Path) -> Plan:
    """The plan of a TOML file: `seed`, and `[[fault]]` tables. Raises PlanUnreadable with every problem."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PlanUnreadable(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise PlanUnreadable(f"{path}: {error}") from None
    problems = [
        f"{path}: {_unknown('member', key, _PLAN_MEMBERS)}" for key in tree if key not in _PLAN_MEMBERS
    ]
    seed, tables = tree.get("seed", _DEFAULT_SEED), tree.get("fault", [])
    if type(seed) is not int or not 0 <= seed < _LARGEST_SEED:
        problems.append(f"{path}: seed must be a whole number from 0 on")
    if not isinstance(tables, list):
        raise PlanUnreadable(f"{path}: write each fault as a table of its own, [[fault]]")
    faults = []
    for number, table in enumerate(tables, 1):
        try:
            faults.append(parse_fault(table))
        except BadFault as error:
            problems.append(f"{path}, fault {number}: {error}")
    if problems:
        raise PlanUnreadable("\n".join(problems))
    return Plan(seed, tuple(faults))


def parse_fault(table: object) -> Fault:
    """The fault that a table or a JSON object describes. Raises BadFault."""
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise BadFault("a fault needs a name")
    called = table["name"]
    kind = BY_NAME.get(called)
    if kind is None:
        raise BadFault(_unknown("fault", called, BY_NAME))
    members = [one.name for one in msgspec.structs.fields(kind)]
    for member in table:
        if member not in (*members, "name"):
            raise BadFault(f"{called}: {_unknown('member', member, members)}")
    try:
        fault: Fault = msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise BadFault(f"{called}: {_reworded(str(error), table, kind)}") from None
    _check_words(called, fault)
    return fault


def check_symbol(fault: Fault, listed: Sequence[str]) -> None:
    """Raise BadFault when a fault names a symbol that the exchange does not list: it would never strike."""
    symbol = getattr(fault, "symbol", None)
    if symbol is not None and symbol not in listed:
        raise BadFault(f"{name(type(fault))}: {_unknown('symbol', symbol, listed)}")


def _check_words(called: str, fault: Fault) -> None:
    """Numbers can be reckoned with, sizes and prices are positive, and the words of the scopes exist."""
    for member, value in msgspec.structs.asdict(fault).items():
        if isinstance(value, int) and abs(value) > _LARGEST_WHOLE:
            raise BadFault(f"{called}: {member} must be at most {_LARGEST_WHOLE}")
        if isinstance(value, Decimal) and not value.is_finite():
            raise BadFault(f"{called}: {member} must be a number")
        if isinstance(value, Decimal) and value and abs(value.adjusted()) > _MOST_PLACES:
            raise BadFault(f"{called}: {member} must have {_MOST_PLACES} places at most")
        if isinstance(value, Decimal) and member not in _SIGNED and value <= 0:
            raise BadFault(f"{called}: {member} must be above 0")
        if member == "route" and value is not None and not any(is_route(value, path) for path in RestPath):
            routes = [path.rpartition("/")[2] for path in RestPath]
            raise BadFault(f"{called}: {_unknown('route', value, routes)}")
        if member == "channel" and value is not None and value not in _CHANNELS:
            raise BadFault(f"{called}: {_unknown('channel', value, _CHANNELS)}")


def _reworded(problem: str, table: Mapping[str, object], kind: type[Fault]) -> str:
    """msgspec's words with the member first, and the choices where there are some."""
    words, _, place = problem.replace("`", "").partition(" - at $.")
    member = place.partition("[")[0]
    choices = _choices(kind, member)
    if choices and isinstance(table.get(member), str):
        given = str(table[member])
        return f"{member}: {given!r} is none of {', '.join(choices)}{_meant(given, choices)}"
    words = words.replace("Object missing required field ", "missing member ")
    return f"{member}: {words[:1].lower()}{words[1:]}" if member else words


def _choices(kind: type[Fault], member: str) -> list[str]:
    """The words that a member may be, none when it is free."""
    declared: Any = next((one.type for one in msgspec.structs.fields(kind) if one.name == member), None)
    for one in (declared, *get_args(declared)):
        if isinstance(one, type) and issubclass(one, StrEnum):
            return list(one)
    return []


def _unknown(what: str, word: str, known: Iterable[str]) -> str:
    return f"unknown {what} {word!r}{_meant(word, known)}"


def _meant(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, [str(one) for one in known], 1)
    return f"; did you mean {near[0]!r}?" if near else ""


_CHANNELS: Final = frozenset({*Channel, *(f"{Channel.CANDLE}{granularity}" for granularity in GRANULARITIES)})
