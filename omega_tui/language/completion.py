"""What may stand at the cursor of a line, best first, each with its meaning in a few words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from omega_tui.analytics.fibonacci import RATIOS
from omega_tui.domain.values import decimal_text
from omega_tui.language.commands import CancelWhat
from omega_tui.language.entries import TAIL
from omega_tui.language.managing import LATER, VERBS
from omega_tui.language.vocabulary import Vocabulary

_MOST = 12
_PRICES = (
    ("bid", "best bid"),
    ("ask", "best ask"),
    ("mid", "between them"),
    ("last", "last trade"),
    ("mark", "mark price"),
    ("entry", "entry of the position"),
    ("-0.1%", "below the touch"),
    ("+5t", "five ticks above the touch"),
)
_SIZES = (
    ("500$", "notional"),
    ("10%bal", "share of equity"),
    ("50%pos", "share of the position"),
    ("risk 1%", "equity lost at the stop"),
    ("1r", "the profile's risk"),
)
_LEGS = (("1%", "away from the entry"), ("50t", "ticks away"), ("2r", "times the stop's distance"))
_MEANINGS = {
    "at": "limit price",
    "po": "post-only",
    "ioc": "immediate or cancel",
    "fok": "fill or kill",
    "gtc": "until cancelled",
    "reduce": "only closes",
    "sl": "stop",
    "tp": "targets",
}
_NAMING = (
    ("alias z = …", "another name for a line"),
    ("let big = 5000$", "$big stands for it"),
    ("explain …", "say what a line would do"),
)


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` takes the place of the line from `start` to `end`."""

    start: int
    end: int
    text: str
    meaning: str


def complete(text: str, cursor: int, vocabulary: Vocabulary) -> tuple[Completion, ...]:
    """What could stand at `cursor`."""
    before = text[:cursor]
    begin = max(before.rfind(";"), before.rfind("&")) + 1
    words = before[begin:].split()
    typing = words.pop() if words and not before[-1:].isspace() else ""
    start = cursor - len(typing)
    found = _candidates([word.lower() for word in words], vocabulary)
    return tuple(Completion(start, cursor, word, meaning) for word, meaning in _fitting(typing, found))


def _fitting(typing: str, found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that begin with what is typed, then those that hold its letters in order."""
    key = typing.lower()
    each = list(dict.fromkeys(found))
    first = [one for one in each if one[0].lower().startswith(key)]
    others = [one for one in each if one not in first and _holds(one[0].lower(), key)]
    return [one for one in (*first, *others) if one[0] != typing][:_MOST]


def _holds(word: str, letters: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _candidates(words: list[str], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if not words:
        yield from _verbs(vocabulary)
        return
    verb, last = words[0], words[-1]
    if verb in ("buy", "sell", "scale", "trigger"):
        yield from _in_an_order(verb, words)
    elif verb == "cancel":
        yield from ((what.value, "which orders") for what in CancelWhat)
        yield from ((order, "this order") for order in vocabulary.orders)
    elif verb in ("move", "bump"):
        yield from ((order, "this order") for order in vocabulary.orders if last == verb)
        yield from _prices()
    elif verb in ("stop", "sl", "pstop", "tp", "protect", "trail"):
        yield from _about_legs(last)
    else:
        yield from _about_settings(verb, vocabulary)


def _verbs(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    yield from ((verb, form) for verb, (_, form) in VERBS.items())
    yield from ((name, f"alias of {text}") for name, text in vocabulary.aliases.items())
    yield from ((market, "show this market") for market in vocabulary.markets)
    yield from _NAMING
    yield from ((verb, "comes with the algorithms") for verb in LATER)


def _in_an_order(verb: str, words: list[str]) -> Iterator[tuple[str, str]]:
    last = words[-1]
    if verb in ("scale", "trigger") and last == verb:
        yield from (("buy", "side"), ("sell", "side"))
    elif last in ("buy", "sell"):
        yield from _SIZES
    elif last in ("at", "limit", "above", "below", "from", "to"):
        yield from _prices()
    elif last in ("sl", "stop", "tp", "target"):
        yield from (*_LEGS, *_prices())
    elif last == "risk":
        yield ("1%", "of equity lost at the stop")
    else:
        yield from _joints(verb, words)


def _joints(verb: str, words: list[str]) -> Iterator[tuple[str, str]]:
    if verb == "scale" and "into" not in words and "across" not in words:
        yield from (("into", "how many orders"), ("across fib 0.382..0.786", "one at each level"))
    elif verb == "scale" and "into" in words:
        yield from (("from", "first price"), ("to", "last price"), ("linear", "weights"), ("fib", "weights"))
    elif verb == "trigger" and not {"above", "below"} & set(words):
        yield from (("above", "waits for a rise"), ("below", "waits for a fall"))
    yield from ((word, _MEANINGS[word]) for word in TAIL if word not in words)


def _about_legs(last: str) -> Iterator[tuple[str, str]]:
    if last in ("stop", "sl", "pstop", "tp", "from", "trail"):
        yield from (*_LEGS, *_prices(), ("off", "take it away"))
    yield from (("sl", "stop"), ("tp", "target"), ("mark", "trigger by mark"), ("last", "trigger by last"))


def _about_settings(verb: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    choices = {
        "close": ("long", "short", "50%"),
        "flatten": ("all", *vocabulary.markets),
        "margin": ("isolated", "crossed"),
        "mode": ("hedge", "oneway"),
        "profile": vocabulary.profiles,
        "symbol": vocabulary.markets,
        "wait": ("fill", "fill 5m"),
        "leverage": ("3", "5", "10"),
    }
    meaning = VERBS[verb][1] if verb in VERBS else ""
    yield from ((choice, meaning) for choice in choices.get(verb, ()))


def _prices() -> Iterator[tuple[str, str]]:
    yield from _PRICES
    yield from ((f"fib:{decimal_text(ratio)}", "Fibonacci level") for ratio in RATIOS)
