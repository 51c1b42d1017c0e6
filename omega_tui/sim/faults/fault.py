"""What every fault has in common: a name, the situations that it serves, and when it strikes.

A fault is a frozen struct that a plan's table or a JSON object becomes. What its kinds do to requests,
frames, links or the account stands in the modules beside this one.
"""

import re
from enum import StrEnum
from random import Random
from typing import Annotated, ClassVar

import msgspec

NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Chance = Annotated[float, msgspec.Meta(gt=0, le=1)]
Named = Annotated[str, msgspec.Meta(min_length=1)]
Digits = Annotated[str, msgspec.Meta(pattern="^[0-9]+$")]


def name_of(kind: str) -> str:
    """The name of a fault in plans, from its class: `LostAnswer` is `lost_answer`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


class Ending(StrEnum):
    """How a connection ends, or does not: in good order, with a reset, or never, without another byte."""

    CLOSE = "close"
    RESET = "reset"
    SILENCE = "silence"


class Address(StrEnum):
    """Which connections: those of requests, of the public or of the private stream."""

    REST = "rest"
    PUBLIC = "public"
    PRIVATE = "private"


class Direction(StrEnum):
    """Which way bytes go."""

    TO_CLIENT = "to_client"
    TO_SERVER = "to_server"
    BOTH = "both"


class Fault(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="name", tag=name_of
):
    """One fault of a plan, in force from `at_ms` on, for `for_ms` (exchange ms, since it was asked for).

    Of the occasions in scope it lets the first `after` pass, strikes each later one with `probability`, and
    is used up after striking `count` times.
    """

    serves: ClassVar[tuple[str, ...]] = ()
    """Ids of the `situations` that this fault makes."""

    after: NotNegative = 0
    count: Positive | None = None
    probability: Chance = 1.0
    at_ms: NotNegative = 0
    for_ms: Positive | None = None


class Dice:
    """The randomness of one fault: what it draws depends on its seed alone."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def hits(self, probability: float) -> bool:
        """Whether an occasion is struck; draws also when it is certain, so that both cases continue alike."""
        return self._random.random() < probability

    def seconds(self, ms: int, jitter_ms: int) -> float:
        """A delay of `ms`, up to `jitter_ms` more or less but never negative."""
        return max(0.0, ms + self._random.uniform(-jitter_ms, jitter_ms)) / 1000

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return self._random.randrange(limit)
