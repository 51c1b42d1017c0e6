"""A closed position as a person writes it on the command line."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from omega_tui.clock import RandomIds
from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.values import InvalidNumber, parse_decimal
from omega_tui.history.additions import BadAddition, by_hand

_NEEDED = ("entry", "exit", "opened", "closed")


def closed_by_hand(arguments: Mapping[str, Any], now_ms: int) -> ClosedPosition:
    """The position of `history add SYMBOL SIDE SIZE --entry … --exit … --opened … --closed …`.

    Raises `BadAddition`.
    """
    words = (arguments.get("subject", ""), *arguments.get("words", ()))
    missing = [f"--{name}" for name in _NEEDED if name not in arguments]
    if len(words) != 3 or missing:
        wanted = "write add SYMBOL long|short SIZE --entry PRICE --exit PRICE --opened TIME --closed TIME"
        raise BadAddition(f"{wanted}{'; missing: ' + ', '.join(missing) if missing else ''}")
    symbol, side, size = words
    if side not in ("long", "short"):
        raise BadAddition(f"{side!r} is no side: long or short")
    amount, entry, left = (
        _positive(text, what)
        for text, what in ((size, "the size"), (arguments["entry"], "--entry"), (arguments["exit"], "--exit"))
    )
    opened, closed = (_time(arguments[flag], f"--{flag}") for flag in ("opened", "closed"))
    return by_hand(
        *(symbol, HoldSide(side), amount, (entry, left), (opened, closed)),
        _signed(arguments.get("fees"), "--fees"),
        now_ms=now_ms,
        ids=RandomIds(),
    )


def _positive(text: str, what: str) -> Decimal:
    number = _number(text, what)
    if number <= 0:
        raise BadAddition(f"{what} must be above 0")
    return number


def _signed(text: str | None, what: str) -> Decimal | None:
    return None if text is None else _number(text, what)


def _number(text: str, what: str) -> Decimal:
    try:
        return parse_decimal(text)
    except InvalidNumber as error:
        raise BadAddition(f"{what}: {error}") from None


def _time(text: str, what: str) -> int:
    """Milliseconds of an ISO 8601 time; one without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadAddition(f"{what}: {text!r} is no time: write 2026-11-27T12:00Z") from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
