"""In which state the exchange is and whom it takes its caller for: what may change while it runs.

`become` and `enter` are for whoever plays the exchange's operator. REST and streams ask here; it knows
neither of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.personas import Persona
from omega_tui.sim.refusals import refusal

_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_CHINA_MS: Final = 8 * _HOUR_MS
_EPOCH_WEEKDAY: Final = 3
_RELEASE_DAYS: Final = (1, 2, 3)
_RELEASE_HOURS: Final = range(14, 17)


class Status(StrEnum):
    """How the exchange is doing."""

    NORMAL = "normal"
    MAINTENANCE = "maintenance"
    """Announced: every route says so, the streams are gone."""
    UPGRADING = "upgrading"
    """A release in progress: the four codes of the release window by turns, the streams are gone."""
    ABNORMAL = "abnormal"
    """Trouble inside: every route says to try again, the streams go on."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What fails: codes that requests get by turns, on which paths (none for all), and whether streams do."""

    codes: tuple[Code, ...]
    paths: frozenset[str] = frozenset()
    streams: bool = True


_RELEASE_CODES: Final = (
    *(Code.UNKNOWN_ERROR, Code.SERVICE_ERROR, Code.PARAMETER_EXCEPTION, Code.SYSTEM_ABNORMAL),
)
"""What REST may answer during the weekly release ("Quick Start", release window)."""

OUTAGES: Final[dict[Status, Outage | None]] = {
    Status.NORMAL: None,
    Status.MAINTENANCE: Outage((Code.SERVER_UPGRADE,)),
    Status.UPGRADING: Outage(_RELEASE_CODES),
    Status.ABNORMAL: Outage((Code.SYSTEM_ABNORMAL,), streams=False),
}
"""What each status does unless told otherwise."""


class Condition:
    """The state of one exchange; `persona` is the present caller, `status` the present state."""

    def __init__(self, choices: Choices) -> None:
        self._release_every = choices.release_window_every
        self._outage: Outage | None = None
        self._turn = count()
        self._listeners: list[Callable[[], None]] = []
        self.persona = Persona()
        self.status = Status.NORMAL

    @property
    def streams_down(self) -> bool:
        """Whether stream connections are ended and refused."""
        return self._outage is not None and self._outage.streams

    def become(self, persona: Persona) -> None:
        """From now on take the caller for this persona."""
        self.persona = persona
        self._tell()

    def enter(self, status: Status, outage: Outage | None = None) -> None:
        """Change the state; `outage` says what fails when it is not the status's own."""
        self.status = status
        self._outage = outage or OUTAGES[status]
        self._tell()

    def listen(self, tell: Callable[[], None]) -> None:
        """Call `tell` after every change of state or persona."""
        self._listeners.append(tell)

    def _tell(self) -> None:
        for tell in self._listeners:
            tell()

    def check(self, path: str, now_ms: int) -> None:
        """Raise Refused when a request to `path` fails for the exchange's own reasons at `now_ms`."""
        outage = self._outage
        if outage is not None and (not outage.paths or path in outage.paths):
            raise refusal(outage.codes[next(self._turn) % len(outage.codes)])
        if self._release_every and _is_release(now_ms):
            turn, rest = divmod(next(self._turn), self._release_every)
            if rest == self._release_every - 1:
                raise refusal(_RELEASE_CODES[turn % len(_RELEASE_CODES)])


def _is_release(now_ms: int) -> bool:
    """Whether this is Tuesday, Wednesday or Thursday between 14:00 and 17:00 in China."""
    day, time = divmod(now_ms + _CHINA_MS, _DAY_MS)
    return (day + _EPOCH_WEEKDAY) % 7 in _RELEASE_DAYS and time // _HOUR_MS in _RELEASE_HOURS
