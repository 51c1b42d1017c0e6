"""A line cut into words that know their place, and the hand that takes them one by one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omega_tui.language.mistakes import Mistake, nearest

_WORD = re.compile(r'"[^"]*"|[^\s,"]+(?:(?<=[0-9]),(?=[0-9])[^\s,"]+)*|,|"')
_VARIABLE = re.compile(r"\$([a-z_][a-z0-9_]*)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """`text` as typed, `key` in lower case."""

    text: str
    start: int
    length: int

    @property
    def key(self) -> str:
        """What keywords are compared with."""
        return self.text.lower()

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + self.length


def split_words(text: str, start: int = 0, variables: Mapping[str, str] | None = None) -> list[Word]:
    """The words of a text that begins at `start` of a longer one; quotes hold spaces together.

    With `variables`, `$name` becomes what it stands for, in the place of the word that named it. Raises
    Mistake for a name that nobody gave a value.
    """
    words: list[Word] = []
    for match in _WORD.finditer(text):
        place, length = start + match.start(), len(match[0])
        filled = match[0] if variables is None else _filled(match[0], place, variables)
        parts = [filled] if filled == match[0] else [part[0] for part in _WORD.finditer(filled)]
        words += [Word(part, place, length) for part in parts]
    return words


def _filled(text: str, start: int, variables: Mapping[str, str]) -> str:
    if text.startswith('"'):
        return text

    def value(match: re.Match[str]) -> str:
        name = match[1].lower()
        if name not in variables:
            near = [f"${each}" for each in nearest(name, variables)]
            raise Mistake(start, start + len(text), f"${name} stands for nothing yet", near or ("let",))
        return variables[name]

    return _VARIABLE.sub(value, text)


class Words:
    """Takes words from the front. `end` is where the text ends, for what is missing there."""

    def __init__(self, words: list[Word], end: int) -> None:
        self._words = words
        self._end = end
        self._next = 0

    @property
    def left(self) -> bool:
        """Whether any word is left."""
        return self._next < len(self._words)

    def peek(self) -> str:
        """The next word in lower case, empty at the end."""
        return self._words[self._next].key if self.left else ""

    def take(self) -> Word:
        """The next word. Call it only when one is `left`."""
        self._next += 1
        return self._words[self._next - 1]

    def need(self, what: str, examples: Iterable[str] = ()) -> Word:
        """The next word. Raises Mistake saying `what` is missing."""
        if not self.left:
            raise Mistake(self._end, self._end + 1, f"{what} is missing", examples)
        return self.take()

    def taken(self, *keys: str) -> bool:
        """Take the next word when it is one of these."""
        if self.peek() in keys:
            self._next += 1
            return True
        return False

    def expect(self, key: str) -> None:
        """Take this word. Raises Mistake when another one stands there."""
        word = self.need(f"{key!r}", (key,))
        if word.key != key:
            raise Mistake(word.start, word.end, f"{word.text!r} stands where {key!r} belongs", (key,))

    def done(self, known: Iterable[str] = ()) -> None:
        """Raises Mistake when a word is left that nobody took; `known` are those that could stand there."""
        if self.left:
            word = self.take()
            near = nearest(word.key, known) or tuple(known)[:3]
            raise Mistake(word.start, word.end, f"{word.text!r} does not belong here", near)
