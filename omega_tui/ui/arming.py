"""Nothing that moves money happens on one key: what is armed, for how long, and which key press may confirm
it.

Two pure parts. `Armed` is a question with its scope that ENTER answers. `KeyTiming` tells a person's key
press from a paste, a burst and a key that is held down. Times are seconds on any clock that never steps back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from omega_tui.engine.intents import Intent, Receipt

CONFIRM_SECONDS = 3.0
"""How long an armed question waits for ENTER."""

EARLIEST_CONFIRM_SECONDS = 0.15
"""A confirmation sooner than this is not an answer: nobody has read the question."""

BURST_SECONDS = 0.015
"""Keys closer together than this were pasted or injected, not typed."""

REPEAT_SECONDS = 0.1
"""The same key again within this time is being held down."""

SETTLE_SECONDS = 0.02
"""How long a trading key waits to see that it is alone."""

CONFIRM_SETTLE_SECONDS = 0.06
"""How long ENTER on an armed question waits: longer than the usual key repeat, so a held key never sends."""


class Answer(Enum):
    """What ENTER means for an armed question right now."""

    YES = "yes"
    TOO_EARLY = "too early"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Armed:
    """A question on the screen: `scope` says in words what ENTER would do, `intent` is exactly that, or `act`
    does it where it is more than one intent."""

    scope: str
    intent: Intent | None
    since: float
    act: Callable[[], Receipt | None] | None = None

    def answer(self, now: float) -> Answer:
        """What ENTER pressed at `now` means."""
        waited = now - self.since
        if waited >= CONFIRM_SECONDS:
            return Answer.EXPIRED
        return Answer.TOO_EARLY if waited < EARLIEST_CONFIRM_SECONDS else Answer.YES

    def seconds_left(self, now: float) -> float:
        """Time until the question is withdrawn."""
        return max(0.0, self.since + CONFIRM_SECONDS - now)


class KeyTiming:
    """Sees every key press and every paste, and says whether the newest press was one person's one press."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._last_key = ""
        self._alone = True
        self.presses = 0

    def saw(self, key: str, at: float) -> None:
        """A key press (or a paste, with an empty key) that happened at `at`."""
        gap = None if self._last is None else at - self._last
        burst = gap is not None and gap < BURST_SECONDS
        held = gap is not None and key == self._last_key and gap < REPEAT_SECONDS
        self._alone = not (burst or held)
        self._last, self._last_key = at, key
        self.presses += 1

    @property
    def last_was_alone(self) -> bool:
        """False when the newest press followed another so closely that no person typed it."""
        return self._alone
