"""The command palette: actions found by words, with their keys and the reason why one cannot be done now."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omega_tui.ui.actions import Action, Situation, why_not

MOST_RECENT = 6
"""How many actions chosen last stand first while nothing is typed."""

_OWN = "palette"
_FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """One line: `words` say what the action does, `reason` why it cannot be done now, empty when it can.

    It is found by its `names` and, less closely, by how it is `described`."""

    id: str
    label: str
    words: str
    keys: str
    reason: str
    names: tuple[str, ...]
    described: tuple[str, ...]


def offers(actions: Sequence[Action], now: Situation) -> Iterator[Offer]:
    """Every action but the palette itself."""
    for action in actions:
        if action.id != _OWN:
            words = action.help or f"{action.label} {action.shown}"
            yield Offer(
                action.id,
                action.label,
                words,
                action.shown,
                why_not(action, now),
                names=_words(f"{action.label} {action.id}"),
                described=_words(f"{words} {action.group.value}"),
            )


def find(query: str, offered: Sequence[Offer], recent: Sequence[str] = ()) -> list[Offer]:
    """Offers that every word of `query` fits, best first; what can be done now before what cannot.

    Without a query all of them, those of `recent` first.
    """
    wanted = _words(query)
    if not wanted:
        order = {action_id: place for place, action_id in enumerate(recent)}
        return sorted(offered, key=lambda offer: (order.get(offer.id, MOST_RECENT), bool(offer.reason)))
    ranked = [(rank, offer) for offer in offered if (rank := _rank(wanted, offer)) is not None]
    return [offer for _, offer in sorted(ranked, key=lambda pair: (pair[0], bool(pair[1].reason)))]


def _rank(wanted: Sequence[str], offer: Offer) -> int | None:
    """How far the offer is from what was typed, None when a word of it fits nowhere."""
    ranks = []
    for word in wanted:
        fits = [rank for name in offer.names if (rank := _distance(word, name)) is not None]
        fits += [1 + (0 if word == name else 4) for name in offer.described if word in name]
        if word == offer.keys.lower():
            fits.append(0)
        if not fits:
            return None
        ranks.append(min(fits))
    return sum(ranks)


def _distance(typed: str, word: str) -> int | None:
    """Zero for the word itself; more for its beginning, its middle, and its letters in order."""
    if typed == word:
        return 0
    if word.startswith(typed):
        return 2
    if typed in word:
        return 4
    letters = iter(word)
    in_order = word[:1] == typed[:1] and all(letter in letters for letter in typed)
    return 6 if in_order and len(typed) >= _FEWEST_LETTERS else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\s.,;:()]+", text.lower()))
