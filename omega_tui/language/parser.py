"""From a line to its commands: chains, aliases, variables, and a market's name alone.

`;` waits until the command before was taken, `&` does not. `alias`, `explain` and `when` take the whole rest
of the line.
"""

import re
from collections.abc import Iterator

from omega_tui.language import commands as say
from omega_tui.language.commands import Step
from omega_tui.language.managing import LATER, VERBS, read_later
from omega_tui.language.mistakes import Mistake, nearest
from omega_tui.language.vocabulary import Vocabulary
from omega_tui.language.words import Word, Words, split_words

LONGEST = 1000
"""Most characters of a line."""

_MOST_STEPS = 50
_DEEPEST = 8
_SEPARATOR = re.compile(r'"[^"]*"|[;&]')
_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_WHOLE_REST = frozenset({"alias", "explain", "when"})
_NAMING = ("alias", "unalias", "let", "unlet", "explain")
VERB_NAMES = (*VERBS, *_NAMING, *LATER)
"""Every word that can begin a command."""


def parse(text: str, vocabulary: Vocabulary) -> tuple[Step, ...]:
    """The commands of a line, in order; none for an empty one. Raises Mistake."""
    if len(text) > LONGEST:
        raise Mistake(LONGEST, len(text), f"a line has at most {LONGEST} characters")
    for place, character in enumerate(text):
        if not character.isprintable():
            raise Mistake(place, place + 1, "there is an invisible character here: type it anew")
    steps = tuple(_steps(text, vocabulary, 0))
    if len(steps) > _MOST_STEPS:
        raise Mistake(0, len(text), f"a line has at most {_MOST_STEPS} commands")
    return steps


def _steps(text: str, vocabulary: Vocabulary, depth: int) -> Iterator[Step]:
    for part, start, after in _parts(text):
        words = split_words(part, start)
        if not words:
            continue
        end = words[-1].end
        first = words[0]
        if first.key in vocabulary.aliases and first.key not in VERBS:
            yield from _unfolded(words, vocabulary, depth, after)
        else:
            command = _command(first, part[first.end - start :], first.end, end, vocabulary)
            yield Step(command, first.start, end, after)


def _parts(text: str) -> Iterator[tuple[str, int, bool]]:
    """Each command's text, its place, and whether it waits for the one before."""
    start, after = 0, True
    for match in _SEPARATOR.finditer(text):
        if match[0] not in ";&":
            continue
        if _takes_the_rest(text[start:]):
            break
        yield text[start : match.start()], start, after
        start, after = match.end(), match[0] == ";"
    yield text[start:], start, after


def _takes_the_rest(text: str) -> bool:
    words = text.split(maxsplit=1)
    return bool(words) and words[0].lower() in _WHOLE_REST


def _unfolded(words: list[Word], vocabulary: Vocabulary, depth: int, after: bool) -> Iterator[Step]:
    """The commands that an alias stands for, in its place."""
    name = words[0]
    if len(words) > 1:
        raise Mistake(words[1].start, words[-1].end, f"nothing can follow the alias {name.text!r}")
    if depth >= _DEEPEST:
        raise Mistake(name.start, name.end, f"the alias {name.text!r} leads back to itself")
    try:
        steps = list(_steps(vocabulary.aliases[name.key], vocabulary, depth + 1))
    except Mistake as mistake:
        raise Mistake(name.start, name.end, f"alias {name.text}: {mistake.text}", mistake.nearest) from None
    for index, step in enumerate(steps):
        yield Step(step.command, name.start, name.end, step.after if index else after)


def _command(first: Word, rest: str, start: int, end: int, vocabulary: Vocabulary) -> say.Command:
    """The command that begins with `first`; `rest` is the text behind it, which begins at `start`."""
    verb = first.key
    if verb in _NAMING:
        return _naming(first, rest, start)
    words = Words(split_words(rest, start, vocabulary.variables), end)
    if verb in VERBS:
        return VERBS[verb][0](words, vocabulary)
    if verb in LATER:
        return read_later(verb, words, rest)
    if (market := vocabulary.market(first.text)) is not None:
        words.done()
        return say.Symbol(market)
    near = nearest(verb, (*VERB_NAMES, *vocabulary.aliases, *(each.lower() for each in vocabulary.markets)))
    raise Mistake(first.start, first.end, f"{first.text!r} is no command", near or ("buy", "sell", "cancel"))


def _naming(first: Word, rest: str, start: int) -> say.Command:
    verb, text = first.key, rest.strip()
    place = start + len(rest) - len(rest.lstrip())
    if verb == "explain":
        if not text:
            raise Mistake(first.start, first.end, "what shall be explained?", ("explain buy 500$",))
        return say.Explain(text)
    forgets = verb in ("unalias", "unlet")
    name, equals, value = (text, "=", "") if forgets else text.partition("=")
    name, value = name.strip().lower().removeprefix("$"), value.strip()
    if _NAME.fullmatch(name) is None or (verb == "alias" and name in VERB_NAMES):
        raise Mistake(place, place + max(1, len(name)), f"{name!r} can be no name", (f"{verb} z = …",))
    if not equals or not (value or forgets):
        raise Mistake(place, start + len(rest) + 1, "what shall it stand for?", (f"{verb} {name} = …",))
    return say.Alias(name, value) if verb.endswith("alias") else say.Let(name, value)
