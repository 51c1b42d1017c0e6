"""What the exchange will do later: actions by the exchange time at which they are due.

Knows neither clocks nor what an action does; whoever moves time on runs what is due.
"""

from collections.abc import Callable
from heapq import heappop, heappush

Action = Callable[[], None]


def _nobody_waits() -> None:
    """Nobody sleeps until the next action."""


class Agenda:
    """Actions in the order of their times; those of the same millisecond in the order they were asked for.

    `on_sooner` is called whenever something is planned before all that was planned so far.
    """

    def __init__(self) -> None:
        self.on_sooner: Action = _nobody_waits
        self._waiting: list[tuple[int, int, Action]] = []
        self._asked = 0

    def at(self, due_ms: int, action: Action) -> None:
        """Do `action` once time has reached `due_ms`."""
        self._asked += 1
        is_first = not self._waiting or due_ms < self._waiting[0][0]
        heappush(self._waiting, (due_ms, self._asked, action))
        if is_first:
            self.on_sooner()

    @property
    def next_ms(self) -> int | None:
        """When the next action is due, None when nothing waits."""
        return self._waiting[0][0] if self._waiting else None

    def run_due(self, now_ms: int) -> bool:
        """Do what is due by `now_ms`, what that asks for included; whether anything was."""
        ran = False
        while self._waiting and self._waiting[0][0] <= now_ms:
            *_, action = heappop(self._waiting)
            action()
            ran = True
        return ran
