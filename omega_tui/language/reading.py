"""Reads single prices, legs and sizes. What could be misread is refused with the right form.

Numbers are plain ASCII digits with a point; separators only in whole groups of three (`63,900.5`).
"""

import re
from decimal import Decimal

from omega_tui.domain.market import Timeframe
from omega_tui.domain.values import InvalidNumber, parse_decimal
from omega_tui.language.mistakes import Mistake, nearest
from omega_tui.language.terms import Anchor, Distance, Fib, Leg, Measure, Place, Price, Shift, Size, Unit

_HUNDRED = Decimal(100)
_LARGEST = Decimal(10) ** 15
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_FIB = re.compile(r"fib(?:@(?P<timeframe>[^:]*))?:(?P<ratio>.*)", re.DOTALL)
_PIECE = re.compile(r"[+-]|[^+-]+")
_TIMEFRAMES = {each.value.lower(): each for each in Timeframe}
_PLACES = (*(each.value for each in Anchor), "fib:0.618")
_SIZE = re.compile(r"(?P<front>\$)?(?P<number>[^a-z$%]*)(?P<unit>.*)", re.DOTALL)
_QUOTE_UNITS = frozenset({"$", "usdt", "usd"})
_MEASURES = {"%": Measure.SHARE, "t": Measure.TICKS, "r": Measure.RISK}


def read_number(text: str, start: int = 0, what: str = "number") -> Decimal:
    """The exact number that `text` writes; `start` is its place in a longer text. Raises Mistake."""
    end = start + len(text)
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    try:
        number = parse_decimal(plain, what)
    except InvalidNumber as problem:
        raise Mistake(start, end, str(problem)) from None
    if number.is_signed():
        raise Mistake(start, end, f"{what}: {text} has a minus sign")
    if number >= _LARGEST:
        raise Mistake(start, end, f"{what}: {text} is larger than any")
    return number


def read_price(text: str, start: int = 0) -> Price:
    """The price that `text` asks for. Raises Mistake."""
    lowered = text.lower()
    pieces = [(match[0], start + match.start()) for match in _PIECE.finditer(lowered)]
    if not pieces:
        raise Mistake(start, start + 1, "a price is missing", ("63900", "bid", "-0.1%"))
    place: Place | None = None
    if pieces[0][0] not in "+-":
        place = _read_place(*pieces.pop(0))
    shifts = []
    while pieces:
        sign, at = pieces.pop(0)
        if sign not in "+-" or not pieces or pieces[0][0] in "+-":
            raise Mistake(at, at + len(sign), f"{sign!r} needs a step behind it", ("+100", "-0.1%", "+2t"))
        shifts.append(_read_shift(*pieces.pop(0), negative=sign == "-"))
    return Price(place, tuple(shifts))


def read_leg(text: str, start: int = 0) -> Leg:
    """Where a stop or a target goes: a price, or a distance such as `1%`, `50t` or `2.618r`. Raises
    Mistake."""
    lowered = text.lower()
    measure = _MEASURES.get(lowered[-1:])
    if measure is None or lowered[:1] in ("+", "-") or not lowered[:1].isdigit():
        return read_price(text, start)
    if "+" in lowered or "-" in lowered:
        return read_price(text, start)
    number = read_number(lowered[:-1], start, "distance")
    if not number:
        raise Mistake(start, start + len(text), "a distance must be above zero")
    if measure is Measure.TICKS:
        _require_whole(number, start, text)
    return Distance(number / _HUNDRED if measure is Measure.SHARE else number, measure)


def read_size(text: str, start: int = 0, *, bare: Unit | None = None) -> Size:
    """The size that `text` asks for.

    A bare number counts in `bare`, or is refused with the readings it could have. Raises Mistake.
    """
    lowered = text.lower()
    end = start + len(text)
    parts = _SIZE.fullmatch(lowered)
    if parts is None or not parts["number"]:
        raise Mistake(start, end, f"{text!r} is no size", ("500$", "0.01btc", "10%bal"))
    front, digits, unit = parts["front"] or "", parts["number"], parts["unit"]
    number = read_number(digits, start + len(front), "size")
    if not number:
        raise Mistake(start, end, "the size must be above zero")
    if front and unit:
        raise Mistake(start, end, f"{text} has two units", ("500$", "$500"))
    if front or unit in _QUOTE_UNITS:
        return Size(number, Unit.QUOTE)
    if not unit:
        if bare is not None:
            return Size(_counted(number, bare), bare)
        raise Mistake(
            start,
            end,
            f"{digits} could be coins, money or a share of the balance",
            (f"{digits}$", f"{digits}btc", f"{digits}%bal"),
        )
    return _with_unit(number, unit, text, start)


def read_risk(text: str, start: int = 0) -> Size:
    """The size whose loss at the stop is a share of equity, from its percentage (`1%`). Raises Mistake."""
    if not text.endswith("%"):
        raise Mistake(start, start + len(text), f"{text!r} is no share of equity", ("risk 1%",))
    share = read_number(text[:-1], start, "risk") / _HUNDRED
    if not 0 < share < 1:
        raise Mistake(start, start + len(text), "the risk must be above 0 and below 100 %")
    return Size(share, Unit.RISK)


def read_share(text: str, start: int = 0) -> Decimal:
    """A share of something from its percentage, above 0 and at most all of it. Raises Mistake."""
    if not text.endswith("%"):
        raise Mistake(start, start + len(text), f"{text!r} is no share", ("50%",))
    share = read_number(text[:-1], start, "share") / _HUNDRED
    if not 0 < share <= 1:
        raise Mistake(start, start + len(text), "a share is above 0 and at most 100 %")
    return share


def _with_unit(number: Decimal, unit: str, text: str, start: int) -> Size:
    end = start + len(text)
    if unit in ("%bal", "%pos"):
        kind = Unit.BALANCE if unit == "%bal" else Unit.POSITION
        if number > _HUNDRED and kind is Unit.POSITION:
            raise Mistake(start, end, "a share of the position is at most 100 %")
        return Size(_counted(number, kind), kind)
    if unit.startswith("%"):
        raise Mistake(start, end, f"{text} is a share of what?", (f"{text[:-1]}%bal", f"{text[:-1]}%pos"))
    if unit == "r":
        return Size(number, Unit.R)
    if not (unit.isascii() and unit.isalnum()):
        raise Mistake(start, end, f"{text!r} is no size", ("500$", "0.01btc", "10%bal"))
    return Size(number, Unit.BASE, unit.upper())


def _counted(number: Decimal, unit: Unit) -> Decimal:
    return number / _HUNDRED if unit in (Unit.BALANCE, Unit.POSITION, Unit.RISK) else number


def _read_place(text: str, start: int) -> Place:
    if text in list(Anchor):
        return Anchor(text)
    if (fib := _FIB.fullmatch(text)) is not None:
        return _read_fib(fib["ratio"], fib["timeframe"], start, text)
    if text[:1].isdigit() or text[:1] == ".":
        if text[-1:] in _MEASURES:
            raise Mistake(start, start + len(text), f"{text} from where?", (f"+{text}", f"-{text}"))
        price = read_number(text, start, "price")
        if not price:
            raise Mistake(start, start + len(text), "the price must be above zero")
        return price
    near = nearest(text, _PLACES) or ("63900", "bid", "fib:0.618")
    raise Mistake(start, start + len(text), f"{text!r} is no price", near)


def _read_fib(ratio: str, timeframe: str | None, start: int, text: str) -> Fib:
    number = read_number(ratio, start + len(text) - len(ratio), "ratio")
    if timeframe is None:
        return Fib(number)
    if timeframe not in _TIMEFRAMES:
        near = nearest(timeframe, _TIMEFRAMES) or ("4h",)
        raise Mistake(
            start + 4,
            start + 4 + len(timeframe),
            f"{timeframe!r} is no timeframe",
            (f"fib@{near[0]}:{ratio}",),
        )
    return Fib(number, _TIMEFRAMES[timeframe])


def _read_shift(text: str, start: int, *, negative: bool) -> Shift:
    measure = _MEASURES.get(text[-1:], Measure.AMOUNT)
    if measure is Measure.RISK:
        raise Mistake(start, start + len(text), f"{text} counts only as a target by itself", ("tp 2r",))
    digits = text if measure is Measure.AMOUNT else text[:-1]
    number = read_number(digits, start, "step")
    if measure is Measure.TICKS:
        _require_whole(number, start, text)
    if measure is Measure.SHARE:
        number /= _HUNDRED
    return Shift(-number if negative and number else number, measure)


def _require_whole(ticks: Decimal, start: int, text: str) -> None:
    if ticks != ticks.to_integral_value():
        raise Mistake(start, start + len(text), f"{text}: ticks are whole")
