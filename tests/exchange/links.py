"""Between a sender and what acts and reads over it: the real limits, watch and dispatch."""

from collections.abc import Callable

from omega_tui.clock import Clock, CountingIds, SystemClock
from omega_tui.domain.events import Event
from omega_tui.exchange.bitget.rest.board import ActionsBoard
from omega_tui.exchange.bitget.rest.dispatch import Dispatch, Sender
from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.rest.request_log import RequestLog
from omega_tui.exchange.bitget.rest.service import Service


def _nothing() -> None:
    """Nobody measures the clock."""


def dispatch_over(
    sender: Sender,
    *,
    report: Callable[[Event], None] = lambda event: None,
    clock_refused: Callable[[], None] = _nothing,
    log: RequestLog | None = None,
    clock: Clock | None = None,
) -> Dispatch:
    """A dispatch on a clock of its own, whose jitter repeats."""
    clock = clock or SystemClock()
    limits, board = Limits(clock), ActionsBoard(report)
    service = Service(limits, board, clock, report, clock_refused)
    return Dispatch(sender, limits, service, clock, CountingIds(), log)
