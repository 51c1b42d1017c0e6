"""A key that trades acts only when a person pressed it once: it waits a moment to see that it is alone."""

from collections.abc import Callable

from omega_tui.ui.arming import CONFIRM_SETTLE_SECONDS, SETTLE_SECONDS, KeyTiming

_TOO_FAST = "keys came faster than a person types: nothing was done"


class DeliberateKeys:
    """`start_timer` runs a callback after some seconds, `say` shows a styled sentence, `done` repaints."""

    def __init__(
        self,
        timing: KeyTiming,
        start_timer: Callable[[float, Callable[[], None]], object],
        say: Callable[[str, str], None],
        done: Callable[[], None],
    ) -> None:
        self._timing = timing
        self._start_timer = start_timer
        self._say = say
        self._done = done

    def trade(self, act: Callable[[], None]) -> None:
        """Run `act` unless the key just pressed is part of a burst, a paste or a held key."""
        self._settle(act, SETTLE_SECONDS)

    def confirm(self, act: Callable[[], None]) -> None:
        """The same for ENTER on an armed question, which waits longer than the usual key repeat."""
        self._settle(act, CONFIRM_SETTLE_SECONDS)

    def _settle(self, act: Callable[[], None], seconds: float) -> None:
        if not self._timing.last_was_alone:
            self._say(_TOO_FAST, "warn")
            return
        presses = self._timing.presses

        def fire() -> None:
            if self._timing.presses == presses:
                act()
            else:
                self._say(_TOO_FAST, "warn")
            self._done()

        self._start_timer(seconds, fire)
