"""Seeded randomness of the simulated market: the same words, the same numbers, on every machine."""

from random import Random


def seeded(*words: object) -> Random:
    """A generator that depends on the words alone."""
    return Random("|".join(map(str, words)))  # noqa: S311 - a market to practise on guards no secret
