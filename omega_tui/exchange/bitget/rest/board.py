"""Whether actions can be taken, gathered from all that may stand against it, and told when it changes."""

from omega_tui.domain.events import Health, HealthChanged, Surface
from omega_tui.exchange.port import Sink

KEY, WITHDRAWAL, MAINTENANCE = "key", "withdrawal", "maintenance"
"""The obstacles, the graver ones first."""
_ORDER = (KEY, WITHDRAWAL, MAINTENANCE)


class ActionsBoard:
    """The health of `Surface.ACTIONS`: what REST itself is worth, unless an obstacle stands in the way."""

    def __init__(self, report: Sink) -> None:
        self._report = report
        self._link: tuple[Health, str] | None = None
        self._obstacles: dict[str, tuple[Health, str]] = {}
        self._told: tuple[Health, str] | None = None

    @property
    def hindered(self) -> bool:
        """Whether an obstacle stands."""
        return bool(self._obstacles)

    def link(self, health: Health, reason: str) -> None:
        """What requests in general are worth; the reason of a state is told once."""
        if self._link is None or health is not self._link[0]:
            self._link = (health, reason)
            self._tell()

    def hinder(self, obstacle: str, health: Health, reason: str) -> bool:
        """Something stands against actions; True when that is news."""
        if obstacle in self._obstacles:
            return False
        self._obstacles[obstacle] = (health, reason)
        self._tell()
        return True

    def clear(self, obstacle: str) -> bool:
        """It is over; True when it had stood."""
        stood = self._obstacles.pop(obstacle, None) is not None
        if stood:
            self._tell()
        return stood

    def _tell(self) -> None:
        found = next((self._obstacles[each] for each in _ORDER if each in self._obstacles), self._link)
        if found is not None and found != self._told:
            self._told = found
            self._report(HealthChanged(Surface.ACTIONS, *found))
