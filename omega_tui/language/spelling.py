"""Commands back to text: what `parse` reads as the same command."""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.orders import MarginMode, PositionMode, TimeInForce
from omega_tui.domain.values import decimal_text
from omega_tui.language import commands as say
from omega_tui.language.terms import Fib, Leg, Measure, Place, Price, Shift, Size, Unit

_HUNDRED = Decimal(100)
TIMES_IN_FORCE = {
    "po": TimeInForce.POST_ONLY,
    "ioc": TimeInForce.IOC,
    "fok": TimeInForce.FOK,
    "gtc": TimeInForce.GTC,
}
"""How each is written."""


def spell_price(price: Price) -> str:
    """`fib:0.618+3t`."""
    return ("" if price.place is None else _place(price.place)) + "".join(map(_shift, price.shifts))


def spell_leg(leg: Leg) -> str:
    """`1%`, `2.618r`, or a price."""
    return spell_price(leg) if isinstance(leg, Price) else _measured(leg.number, leg.measure)


def spell_size(size: Size) -> str:
    """`500$`."""
    number = decimal_text(size.number)
    share = decimal_text(size.number * _HUNDRED)
    match size.unit:
        case Unit.BASE:
            return number + size.coin.lower()
        case Unit.QUOTE:
            return f"{number}$"
        case Unit.BALANCE:
            return f"{share}%bal"
        case Unit.POSITION:
            return f"{share}%pos"
        case Unit.RISK:
            return f"risk {share}%"
        case Unit.R:
            return f"{number}r"


def spell(command: say.Command) -> str:
    """The command as a line."""
    return " ".join(_words(command))


def spell_script(steps: tuple[say.Step, ...]) -> str:
    """The commands of a line."""
    text = ""
    for index, step in enumerate(steps):
        text += ("; " if step.after else " & ") if index else ""
        text += spell(step.command)
    return text


def _words(command: say.Command) -> Iterator[str]:
    match command:
        case say.Entry():
            yield from _entry(command, "at")
        case say.TriggerEntry(order, above, when, by):
            yield "trigger"
            yield from _head(order)
            yield from ("above" if above else "below", spell_price(when))
            yield from [by.value] if by is not None else []
            yield from ("limit", spell_price(order.price)) if order.price is not None else ()
            yield from _tail(order)
        case say.TrailEntry(callback, start, size):
            yield from ("trail", _percent(callback))
            yield from ("from", spell_price(start)) if start is not None else ()
            yield from ("size", spell_size(size)) if size is not None else ()
        case say.Scale(order, count, first, last, shape, weight):
            yield "scale"
            yield from _head(order)
            yield from ("into", str(count), "from", spell_price(first), "to", spell_price(last))
            yield from [shape.value] if shape.value else []
            yield from [decimal_text(weight)] if weight is not None else []
            yield from _tail(order)
        case say.FibScale(order, low, high):
            yield "scale"
            yield from _head(order)
            yield from ("across", "fib", f"{decimal_text(low)}..{decimal_text(high)}")
            yield from _tail(order)
        case _:
            yield from _short(command)


def _short(command: say.Command) -> Iterator[str]:
    match command:
        case say.Close(hold_side, share):
            yield "close"
            yield from [hold_side.value] if hold_side is not None else []
            yield from [_percent(share)] if share != 1 else []
        case say.FlattenAll(symbol, everything):
            yield "flatten"
            yield from ["all"] if everything else [symbol] if symbol is not None else []
        case say.Cancel(what):
            yield from ("cancel", what.value if isinstance(what, say.CancelWhat) else what)
        case say.Move(order, price):
            yield from ("move", *([order] if order else []), spell_price(price))
        case say.Bump(order, shift):
            yield from ("bump", *([order] if order else []), _shift(shift))
        case say.Guard():
            yield from _guard(command)
        case _:
            yield from _setting(command)


def _setting(command: say.Command) -> Iterator[str]:
    match command:
        case say.Swing(lookback, points):
            yield "swing"
            yield from map(decimal_text, points or ())
            if points is None:
                yield "auto" if lookback is None else str(lookback)
        case say.Leverage(leverage):
            yield from ("leverage", str(leverage))
        case say.Margin(margin):
            yield from ("margin", "isolated" if margin is MarginMode.ISOLATED else "crossed")
        case say.Mode(mode):
            yield from ("mode", "hedge" if mode is PositionMode.HEDGE else "oneway")
        case say.Profile(name):
            yield from ("profile", name)
        case say.Symbol(name):
            yield from ("symbol", name)
        case _:
            yield from _plain(command)


def _plain(command: say.Command) -> Iterator[str]:
    match command:
        case say.TurnRound():
            yield "reverse"
        case say.Undo():
            yield "undo"
        case say.Wait(seconds):
            yield from ("wait", "fill", f"{seconds}s")
        case say.Alias(name, text):
            yield from ("alias", name, "=", text) if text else ("unalias", name)
        case say.Let(name, text):
            yield from ("let", name, "=", text) if text else ("unlet", name)
        case say.Explain(text):
            yield from ("explain", text)
        case say.Note(text, tag):
            yield from ("tag", text) if tag else ("note", f'"{text}"')
        case say.Stand(halted):
            yield "halt" if halted else "resume"
        case say.Later(verb, text):
            yield from (verb, *([text] if text else []))


def _entry(order: say.Entry, at: str) -> Iterator[str]:
    yield from _head(order)
    yield from (at, spell_price(order.price)) if order.price is not None else ()
    yield from _tail(order)


def _head(order: say.Entry) -> Iterator[str]:
    yield from (order.side.value, spell_size(order.size))


def _tail(order: say.Entry) -> Iterator[str]:
    written = {value: key for key, value in TIMES_IN_FORCE.items()}
    yield from [written[order.time_in_force]] if order.time_in_force is not None else []
    yield from ["reduce"] if order.reduce else []
    yield from ("sl", spell_leg(order.stop)) if order.stop is not None else ()
    if order.targets:
        yield "tp"
        yield ", ".join(_target(target, index) for index, target in enumerate(order.targets))


def _target(target: say.Target, index: int) -> str:
    share = _percent(target.share) if target.share is not None else "rest" if index else ""
    return f"{spell_leg(target.at)} {share}".rstrip()


def _guard(guard: say.Guard) -> Iterator[str]:
    yield "protect"
    yield from ("sl", "off") if guard.stop_off else ()
    yield from ("sl", spell_leg(guard.stop)) if guard.stop is not None else ()
    yield from ("tp", "off") if guard.target_off else ()
    yield from ("tp", spell_leg(guard.target)) if guard.target is not None else ()
    yield from [guard.by.value] if guard.by is not None else []


def _place(place: Place) -> str:
    if isinstance(place, Fib):
        where = f"@{place.timeframe.value.lower()}" if place.timeframe is not None else ""
        return f"fib{where}:{decimal_text(place.ratio)}"
    return decimal_text(place) if isinstance(place, Decimal) else place.value


def _shift(shift: Shift) -> str:
    sign = "-" if shift.number < 0 else "+"
    return sign + _measured(abs(shift.number), shift.measure)


def _measured(number: Decimal, measure: Measure) -> str:
    return decimal_text(number * _HUNDRED if measure is Measure.SHARE else number) + measure.value


def _percent(share: Decimal) -> str:
    return f"{decimal_text(share * _HUNDRED)}%"
