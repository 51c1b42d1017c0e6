"""Reads the commands that can open a position: buy, sell, trigger, trail, scale."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from omega_tui.domain.orders import Side
from omega_tui.domain.plans import TriggerBy
from omega_tui.language.commands import Entry, FibScale, Scale, Shape, Target, TrailEntry, TriggerEntry
from omega_tui.language.mistakes import Mistake, nearest
from omega_tui.language.reading import read_leg, read_number, read_price, read_risk, read_share, read_size
from omega_tui.language.spelling import TIMES_IN_FORCE
from omega_tui.language.terms import Leg, Price, Size
from omega_tui.language.words import Word, Words

_TIMES = TIMES_IN_FORCE | dict.fromkeys(("post", "postonly", "post-only"), TIMES_IN_FORCE["po"])
_REDUCE = ("reduce", "ro", "reduce-only")
STOPS = ("sl", "stop")
TARGETS = ("tp", "target")
TAIL = ("at", *TIMES_IN_FORCE, "reduce", "sl", "tp")
"""What may follow the size of an order."""
_SIDES = ("buy", "sell")
_MOST_LEGS = 50


def read_entry(side: Side, words: Words) -> Entry:
    """What follows `buy` or `sell`. Raises Mistake."""
    return read_tail(Entry(side, take_size(words)), words, priced=True)


def read_trigger(words: Words) -> TriggerEntry:
    """What follows `trigger`. Raises Mistake."""
    order = _head(words)
    word = words.need("'above' or 'below'", ("above", "below"))
    if word.key not in ("above", "below"):
        raise Mistake(word.start, word.end, f"{word.text!r} is neither above nor below", ("above", "below"))
    when = take_price(words)
    by = take_trigger_by(words)
    if words.taken("limit"):
        order = replace(order, price=take_price(words))
    return TriggerEntry(read_tail(order, words, priced=False), word.key == "above", when, by)


def read_trail(words: Words) -> TrailEntry:
    """What follows `trail`. Raises Mistake."""
    word = words.need("how far price may turn back", ("0.8%",))
    callback = read_share(word.text, word.start)
    start = take_price(words) if words.taken("from") else None
    size = take_size(words) if words.taken("size") else None
    words.done(("from", "size"))
    return TrailEntry(callback, start, size)


def read_scale(words: Words) -> Scale | FibScale:
    """What follows `scale`. Raises Mistake."""
    order = _head(words)
    if words.taken("across"):
        return _across(order, words)
    words.expect("into")
    word = words.need("the number of orders", ("10",))
    count = _count(word)
    words.expect("from")
    first = take_price(words)
    words.expect("to")
    last = take_price(words)
    shape = next((each for each in Shape if each.value and words.taken(each.value)), Shape.EQUAL)
    weight = None
    if shape is Shape.CUBIC and words.peek()[:1].isdigit():
        number = words.take()
        weight = read_number(number.text, number.start, "weight")
    return Scale(read_tail(order, words, priced=False), count, first, last, shape, weight)


def take_size(words: Words) -> Size:
    """A size, `risk 1%` among them. Raises Mistake."""
    word = words.need("a size", ("500$", "0.01btc", "risk 1%"))
    if word.key == "risk":
        share = words.need("the share of equity at risk", ("risk 1%",))
        return read_risk(share.text, share.start)
    return read_size(word.text, word.start)


def take_price(words: Words) -> Price:
    """A price. Raises Mistake."""
    word = words.need("a price", ("63900", "bid", "-0.1%"))
    return read_price(word.text, word.start)


def take_leg(words: Words) -> Leg:
    """Where a stop or a target goes. Raises Mistake."""
    word = words.need("where it goes", ("1%", "63000", "fib:0.786"))
    return read_leg(word.text, word.start)


def take_trigger_by(words: Words) -> TriggerBy | None:
    """`mark` or `last`, when it stands next."""
    return next((each for each in (TriggerBy.MARK, TriggerBy.LAST) if words.taken(each.value)), None)


def read_tail(order: Entry, words: Words, *, priced: bool) -> Entry:
    """Price, time in force, reduce, stop and targets in any order, each once. Raises Mistake."""
    seen: set[str] = set()
    while words.left:
        word = words.take()
        name, changes = _option(word, words, priced)
        if name in seen:
            raise Mistake(word.start, word.end, f"{word.text!r} stands here twice")
        seen.add(name)
        order = replace(order, **changes)
    return order


def _option(word: Word, words: Words, priced: bool) -> tuple[str, dict[str, Any]]:
    if priced and word.key in ("at", "limit", "@"):
        return "at", {"price": take_price(words)}
    if word.key in _TIMES:
        return "time", {"time_in_force": _TIMES[word.key]}
    if word.key in _REDUCE:
        return "reduce", {"reduce": True}
    if word.key in STOPS:
        return "stop", {"stop": take_leg(words)}
    if word.key in TARGETS:
        return "target", {"targets": _take_targets(words)}
    if priced and word.key == "market":
        return "at", {}
    known = TAIL if priced else TAIL[1:]
    raise Mistake(
        word.start, word.end, f"{word.text!r} does not belong here", nearest(word.key, known) or known
    )


def _take_targets(words: Words) -> tuple[Target, ...]:
    targets: list[Target] = []
    total = Decimal(0)
    while True:
        leg = take_leg(words)
        share, last = _target_share(words, total)
        targets.append(Target(leg, share))
        total += share or 0
        if last or not words.taken(","):
            return tuple(targets)


def _target_share(words: Words, total: Decimal) -> tuple[Decimal | None, bool]:
    """The share behind a target, None for the rest; and whether nothing can follow it."""
    if words.taken("rest"):
        return None, True
    if not words.peek().endswith("%"):
        return None, True
    word = words.take()
    share = read_share(word.text, word.start)
    if total + share > 1:
        raise Mistake(word.start, word.end, "the targets close more than the whole position")
    return share, False


def _across(order: Entry, words: Words) -> FibScale:
    words.expect("fib")
    word = words.need("two ratios", ("0.382..0.786",))
    low, dots, high = word.text.partition("..")
    if not dots:
        raise Mistake(word.start, word.end, f"{word.text!r} is no range", ("0.382..0.786",))
    first = read_number(low, word.start, "ratio")
    second = read_number(high, word.start + len(low) + 2, "ratio")
    if first >= second:
        raise Mistake(word.start, word.end, "the smaller ratio comes first", (f"{high}..{low}",))
    return FibScale(read_tail(order, words, priced=False), first, second)


def _head(words: Words) -> Entry:
    word = words.need("'buy' or 'sell'", _SIDES)
    if word.key not in _SIDES:
        raise Mistake(word.start, word.end, f"{word.text!r} is neither buy nor sell", _SIDES)
    return Entry(Side(word.key), take_size(words))


def _count(word: Word) -> int:
    number = read_number(word.text, word.start, "number of orders")
    if number != number.to_integral_value() or not 2 <= number <= _MOST_LEGS:
        raise Mistake(word.start, word.end, f"the number of orders is from 2 to {_MOST_LEGS}")
    return int(number)
