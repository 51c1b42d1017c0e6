"""Words and numbers of Bitget's wire in the domain's vocabulary: what all translators share.

Pure. A word that decides what an order or position is must be known and fails loudly otherwise; a word that
merely describes degrades. A number that is absent is None, never zero.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import TypeVar

from omega_tui.domain.orders import Forced, MarginMode, PositionMode, Side
from omega_tui.domain.text import safe_text
from omega_tui.domain.values import InvalidNumber, parse_decimal

_Word = TypeVar("_Word", bound=Enum)

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_MARGIN_MODES = {
    "crossed": MarginMode.CROSSED,
    "cross": MarginMode.CROSSED,
    "isolated": MarginMode.ISOLATED,
    "fixed": MarginMode.ISOLATED,
}
_POSITION_MODES = {mode.value: mode for mode in PositionMode}
_FORCED = {
    "reduce_": Forced.REDUCTION,
    "burst_": Forced.LIQUIDATION,
    "offset_": Forced.NETTING,
    "dte_sys_adl_": Forced.DELEVERAGING,
    "delivery_": Forced.DELIVERY,
}
_TIME_DIGITS = 17
_ZERO = Decimal(0)


class TranslationError(ValueError):
    """A payload, or a request, that has no meaning in the other vocabulary; the message names the member."""


def parse_word(words: Mapping[str, _Word], text: str | None, member: str) -> _Word:
    """The meaning of a word that must be known, whatever its case. Raises `TranslationError`."""
    word = words.get((text or "").lower())
    if word is None:
        raise TranslationError(f"{member} is {safe_text(text or '', 40)!r}, which is not known here")
    return word


def parse_side(text: str | None, member: str = "side") -> Side:
    """`buy` or `sell` as written; what it is the side of depends on the payload."""
    return parse_word(_SIDES, text, member)


def parse_margin_mode(text: str | None) -> MarginMode:
    """The margin mode; some pages of Bitget's documentation print `cross` and `fixed`."""
    return parse_word(_MARGIN_MODES, text, "marginMode")


def parse_position_mode(text: str | None) -> PositionMode:
    """The position mode."""
    return parse_word(_POSITION_MODES, text, "posMode")


def parse_forced(trade_side: str | None) -> Forced | None:
    """Why the exchange itself made an order, by how its `tradeSide` begins; None for one that was placed."""
    word = (trade_side or "").lower()
    return next((cause for start, cause in _FORCED.items() if word.startswith(start)), None)


def parse_symbol_name(*candidates: str | None) -> str:
    """The first symbol given, in capitals. Raises `TranslationError` when none is printable."""
    symbol = next((name for name in candidates if name), "").upper()
    if not symbol or safe_text(symbol, 40) != symbol:
        raise TranslationError(f"symbol {safe_text(symbol, 40)!r} is not one")
    return symbol


def parse_number(text: str | int | None, member: str) -> Decimal:
    """A number that must be there. Raises `TranslationError`."""
    number = parse_optional(text, member)
    if number is None:
        raise TranslationError(f"{member} is missing")
    return number


def parse_optional(text: str | int | None, member: str) -> Decimal | None:
    """A number, or None for a missing member, null and the empty text. Raises `TranslationError`."""
    try:
        return _number(text)
    except InvalidNumber as error:
        raise TranslationError(f"{member}: {safe_text(str(error))}") from None


def parse_positive(text: str | int | None, member: str) -> Decimal | None:
    """A number above zero; zero and less mean "none" here (prices)."""
    try:
        return _positive(text)
    except InvalidNumber as error:
        raise TranslationError(f"{member}: {safe_text(str(error))}") from None


def parse_integer(text: str | int | None, member: str) -> int:
    """A whole number that must be there: leverages, hours. Raises `TranslationError`."""
    number = parse_number(text, member)
    if number != int(number):
        raise TranslationError(f"{member} is not a whole number")
    return int(number)


def parse_time(text: str | int | None, member: str) -> int | None:
    """Milliseconds since the epoch; None for absent, "0" and "-1", which mean "not scheduled".

    Raises `TranslationError`.
    """
    if text is None or text in {"", "-1", -1}:
        return None
    digits = str(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) < _TIME_DIGITS):
        raise TranslationError(f"{member} is not a time in milliseconds")
    milliseconds = int(digits)
    return milliseconds if milliseconds > 0 else None


def _read(text: str | int | None) -> Decimal | None:
    if text is None or text == "":
        return None
    return parse_decimal(text if isinstance(text, str) else str(text))


def _read_positive(text: str | int | None) -> Decimal | None:
    number = _read(text)
    return number if number is not None and number > _ZERO else None


# Most numbers of a push repeat those of the last one, so remembering them halves the cost of a ticker.
_number = lru_cache(maxsize=4096)(_read)
_positive = lru_cache(maxsize=4096)(_read_positive)
