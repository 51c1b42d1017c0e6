"""Reads the commands about what is there already: positions, orders, settings, the session itself."""

import re
from collections.abc import Callable, Mapping

from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode, Side
from omega_tui.language import commands as say
from omega_tui.language.entries import (
    STOPS,
    TARGETS,
    read_entry,
    read_scale,
    read_trail,
    read_trigger,
    take_leg,
    take_price,
    take_size,
    take_trigger_by,
)
from omega_tui.language.mistakes import Mistake, nearest
from omega_tui.language.reading import read_number, read_price, read_share
from omega_tui.language.terms import Leg
from omega_tui.language.vocabulary import Vocabulary
from omega_tui.language.words import Word, Words

Read = Callable[[Words, Vocabulary], say.Command]

_ID = re.compile(r"[a-z0-9_-]{2,50}", re.IGNORECASE | re.ASCII)
_TIME = re.compile(r"(?P<number>[0-9]{1,5})(?P<unit>[smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DEFAULT_WAIT = 300
_WHATS = {each.value: each for each in say.CancelWhat} | {"triggers": say.CancelWhat.TRIGGERS}
_MARGINS = {"isolated": MarginMode.ISOLATED, "crossed": MarginMode.CROSSED, "cross": MarginMode.CROSSED}
_MODES = {
    "hedge": PositionMode.HEDGE,
    "oneway": PositionMode.ONE_WAY,
    "one-way": PositionMode.ONE_WAY,
}
_MOST_LOOKBACK = 1000
LATER = ("chase", "twap", "tasks", "kill", "alert", "when")
"""Verbs of engines that are still to come."""


def _close(words: Words, _: Vocabulary) -> say.Command:
    side = next((each for each in HoldSide if words.taken(each.value)), None)
    share = say.Close().share
    if words.left:
        word = words.take()
        share = read_share(word.text, word.start)
    words.done(("long", "short", "50%"))
    return say.Close(side, share)


def _flatten(words: Words, vocabulary: Vocabulary) -> say.Command:
    if not words.left:
        return say.FlattenAll()
    if words.taken("all"):
        words.done()
        return say.FlattenAll(everything=True)
    symbol = _market(words.take(), vocabulary)
    words.done()
    return say.FlattenAll(symbol)


def _reverse(words: Words, _: Vocabulary) -> say.Command:
    words.done()
    return say.TurnRound()


def _cancel(words: Words, vocabulary: Vocabulary) -> say.Command:
    if not words.left:
        return say.Cancel()
    word = words.take()
    words.done()
    if word.key in _WHATS:
        return say.Cancel(_WHATS[word.key])
    return say.Cancel(_order(word, vocabulary, tuple(_WHATS)))


def _move(words: Words, vocabulary: Vocabulary) -> say.Command:
    first = words.need("an order, or a price for the newest", ("move 63900",))
    if not words.left:
        return say.Move("", read_price(first.text, first.start))
    order = _order(first, vocabulary)
    price = take_price(words)
    words.done()
    return say.Move(order, price)


def _bump(words: Words, vocabulary: Vocabulary) -> say.Command:
    first = words.need("a step", ("-5t", "+0.1%"))
    order, word = ("", first) if not words.left else (_order(first, vocabulary), words.take())
    words.done()
    price = read_price(word.text, word.start)
    if price.place is not None or len(price.shifts) != 1:
        raise Mistake(word.start, word.end, f"{word.text} is no step", ("-5t", "+10", "+0.1%"))
    return say.Bump(order, price.shifts[0])


def _undo(words: Words, _: Vocabulary) -> say.Command:
    words.done()
    return say.Undo()


def _protect(words: Words, _: Vocabulary) -> say.Command:
    return _legs(words, say.Guard())


def _stop(words: Words, _: Vocabulary) -> say.Command:
    return _legs(words, _stop_leg(words, say.Guard()))


def _target(words: Words, _: Vocabulary) -> say.Command:
    return _legs(words, _target_leg(words, say.Guard()))


def _legs(words: Words, guard: say.Guard) -> say.Guard:
    while words.left:
        if (by := take_trigger_by(words)) is not None:
            guard = say.Guard(guard.stop, guard.target, by, guard.stop_off, guard.target_off)
        elif words.taken(*STOPS):
            guard = _stop_leg(words, guard)
        elif words.taken(*TARGETS):
            guard = _target_leg(words, guard)
        else:
            words.done(("sl", "tp", "mark", "last"))
    if guard.stop is None and guard.target is None and not (guard.stop_off or guard.target_off):
        words.need("a stop or a target", ("sl 1%", "tp 2%"))
    return guard


def _stop_leg(words: Words, guard: say.Guard) -> say.Guard:
    leg = _leg_or_off(words)
    return say.Guard(leg, guard.target, guard.by, leg is None, guard.target_off)


def _target_leg(words: Words, guard: say.Guard) -> say.Guard:
    leg = _leg_or_off(words)
    return say.Guard(guard.stop, leg, guard.by, guard.stop_off, leg is None)


def _leg_or_off(words: Words) -> Leg | None:
    return None if words.taken("off", "none") else take_leg(words)


def _leverage(words: Words, _: Vocabulary) -> say.Command:
    word = words.need("a leverage", ("5",))
    words.done()
    text = word.key.removesuffix("x")
    number = read_number(text, word.start, "leverage")
    if number != number.to_integral_value() or not 1 <= number <= 125:
        raise Mistake(word.start, word.end, "a leverage is a whole number from 1 to 125")
    return say.Leverage(int(number))


def _swing(words: Words, _: Vocabulary) -> say.Command:
    first = words.need("a swing", ("auto", "100", "61200 64850"))
    second = words.take() if words.left else None
    words.done()
    if first.key == "auto" and second is None:
        return say.Swing()
    number = read_number(first.key.replace(",", ""), first.start, "swing")
    if second is not None:
        other = read_number(second.key.replace(",", ""), second.start, "price")
        if number == other or min(number, other) <= 0:
            raise Mistake(second.start, second.end, "a swing runs between two different prices")
        return say.Swing(points=(number, other))
    if number != number.to_integral_value() or not 2 <= number <= _MOST_LOOKBACK:
        raise Mistake(first.start, first.end, f"a swing looks back over 2 to {_MOST_LOOKBACK} candles")
    return say.Swing(int(number))


def _margin(words: Words, _: Vocabulary) -> say.Command:
    return say.Margin(_MARGINS[_one_of(words, _MARGINS)])


def _mode(words: Words, _: Vocabulary) -> say.Command:
    return say.Mode(_MODES[_one_of(words, _MODES)])


def _profile(words: Words, vocabulary: Vocabulary) -> say.Command:
    names = {name.lower(): name for name in vocabulary.profiles}
    return say.Profile(names[_one_of(words, names)])


def _symbol(words: Words, vocabulary: Vocabulary) -> say.Command:
    name = _market(words.need("a market", vocabulary.markets[:2]), vocabulary)
    words.done()
    return say.Symbol(name)


def _wait(words: Words, _: Vocabulary) -> say.Command:
    words.expect("fill")
    if not words.left:
        return say.Wait(_DEFAULT_WAIT)
    word = words.take()
    words.done()
    match = _TIME.fullmatch(word.key)
    if match is None or not int(match["number"]):
        raise Mistake(word.start, word.end, f"{word.text!r} is no time", ("30s", "5m", "1h"))
    return say.Wait(int(match["number"]) * _SECONDS[match["unit"]])


def _note(words: Words, _: Vocabulary) -> say.Command:
    word = words.need("what to note", ('note "why"',))
    words.done()
    if not (text := word.text.strip('"').strip()):
        raise Mistake(word.start, word.end, "the note is empty")
    return say.Note(text)


def _tag(words: Words, _: Vocabulary) -> say.Command:
    word = words.need("a word", ("tag breakout",))
    words.done()
    if word.text in (",", '"') or word.text.startswith('"'):
        raise Mistake(word.start, word.end, "a tag is one word", ("tag breakout",))
    return say.Note(word.text, tag=True)


def _halt(words: Words, _: Vocabulary) -> say.Command:
    words.done()
    return say.Stand(True)


def _resume(words: Words, _: Vocabulary) -> say.Command:
    words.done()
    return say.Stand(False)


def _one_of(words: Words, known: Mapping[str, object]) -> str:
    word = words.need("a choice", known)
    words.done()
    if word.key not in known:
        raise Mistake(
            word.start,
            word.end,
            f"{word.text!r} is not one of them",
            nearest(word.key, known) or tuple(known),
        )
    return word.key


def _market(word: Word, vocabulary: Vocabulary) -> str:
    name = vocabulary.market(word.text)
    if name is None:
        near = nearest(word.text.upper(), vocabulary.markets)
        raise Mistake(word.start, word.end, f"{word.text!r} is no market here", near)
    return name


def _order(word: Word, vocabulary: Vocabulary, others: tuple[str, ...] = ()) -> str:
    ids = {each.lower(): each for each in vocabulary.orders}
    if word.key in ids:
        return ids[word.key]
    near = nearest(word.key, (*others, *vocabulary.orders)) or (*others, *vocabulary.orders)[:3]
    raise Mistake(word.start, word.end, f"there is no order {word.text!r}", near)


VERBS: dict[str, tuple[Read, str]] = {
    "buy": (lambda words, _: read_entry(Side.BUY, words), "buy SIZE [at PRICE] [sl …] [tp …]"),
    "sell": (lambda words, _: read_entry(Side.SELL, words), "sell SIZE [at PRICE] [sl …] [tp …]"),
    "scale": (lambda words, _: read_scale(words), "scale buy SIZE into N from PRICE to PRICE"),
    "trigger": (lambda words, _: read_trigger(words), "trigger buy SIZE above PRICE [limit PRICE]"),
    "trail": (lambda words, _: read_trail(words), "trail 0.8% [from PRICE]: close when price turns back"),
    "close": (_close, "close [long|short] [50%]: a part of the position at market"),
    "flatten": (_flatten, "flatten [symbol|all]: cancel orders, close positions"),
    "reverse": (_reverse, "reverse: turn the position round"),
    "cancel": (_cancel, "cancel [id|buys|sells|stops|triggers|all|everything]"),
    "move": (_move, "move [id] PRICE: an order to another price"),
    "bump": (_bump, "bump [id] -5t: an order by a step"),
    "undo": (_undo, "undo: cancel what the newest command placed"),
    "stop": (_stop, "stop 1% [mark|last] [tp …]: the position's stop"),
    "sl": (_stop, "sl 1%: the position's stop"),
    "pstop": (_stop, "pstop 1%: a stop that follows the position's size"),
    "tp": (_target, "tp 2%: the position's target"),
    "protect": (_protect, "protect sl … tp …: stop and target of the position"),
    "leverage": (_leverage, "leverage 5: with what it does to liquidation"),
    "swing": (_swing, "swing auto|100|61200 64850: what the levels hang on"),
    "margin": (_margin, "margin isolated|crossed"),
    "mode": (_mode, "mode hedge|oneway"),
    "profile": (_profile, "profile NAME: whose limits"),
    "symbol": (_symbol, "symbol NAME: another market"),
    "wait": (_wait, "wait fill [5m]: go on once it is filled"),
    "note": (_note, 'note "words": kept in the log'),
    "tag": (_tag, "tag WORD: kept in the log"),
    "halt": (_halt, "halt: no new risk, entries cancelled"),
    "resume": (_resume, "resume: leave HALT"),
}
"""Every verb: how what follows it is read, and how it is written, for the trader."""


def read_later(verb: str, words: Words, text: str) -> say.Later:
    """A verb of an engine that is still to come; its beginning is checked already. Raises Mistake."""
    if verb in ("chase", "twap"):
        word = words.need("'buy' or 'sell'", ("buy", "sell"))
        if word.key not in ("buy", "sell"):
            raise Mistake(word.start, word.end, f"{word.text!r} is neither buy nor sell", ("buy", "sell"))
        take_size(words)
    return say.Later(verb, " ".join(text.split()))
