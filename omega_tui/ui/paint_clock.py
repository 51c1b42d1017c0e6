"""The one clock that paints: how often each panel may redraw, and when a slow terminal skips a frame."""

import os
import select
from collections.abc import Iterable, Mapping

from omega_tui.engine.views import Views
from omega_tui.ui.panels.base import ViewPanel

LOCAL_RATE = 20.0
"""Frames a second on a local terminal."""


def over_ssh(environment: Mapping[str, str]) -> bool:
    """Whether this terminal is at the far end of an SSH connection, where frames cost bandwidth."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


class PaintClock:
    """Counts frames and repaints each panel at most as often as its own rate; a change is drawn at once when
    the panel has been quiet for longer than that."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._frame = 0
        self._last: dict[int, int] = {}

    def paint(self, panels: Iterable[ViewPanel], views: Views) -> int:
        """One frame: repaint the displayed panels that are due and have changed; the number repainted."""
        self._frame += 1
        painted = 0
        for panel in panels:
            wait = max(1, round(self.rate / panel.RATE))
            due = self._frame - self._last.get(id(panel), -wait) >= wait
            if (due or panel.outdated) and panel.in_sight and panel.paint(views):
                self._last[id(panel)] = self._frame
                painted += 1
        return painted

    def at_once(self) -> None:
        """Forget the rates for the next frame: everything is due."""
        self._last.clear()


class TerminalGate:
    """Whether the terminal has taken what was written before. `descriptor` None means that nobody can say."""

    def __init__(self, descriptor: int | None) -> None:
        self._poll = None if descriptor is None else select.poll()
        if self._poll is not None and descriptor is not None:
            self._poll.register(descriptor, select.POLLOUT)
        self.gone = False

    @property
    def ready(self) -> bool:
        """False while earlier output still waits in the terminal; `gone` turns True when it has hung up."""
        if self._poll is None:
            return True
        for _, event in self._poll.poll(0):
            self.gone = self.gone or bool(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL))
            return bool(event & select.POLLOUT) and not self.gone
        return False


def terminal_gate(descriptor: int) -> TerminalGate:
    """A gate for a descriptor when it is a terminal, else one that is always open."""
    return TerminalGate(descriptor if os.isatty(descriptor) else None)
