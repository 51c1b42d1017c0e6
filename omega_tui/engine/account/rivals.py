"""Another cockpit on the same account: orders that carry our mark and that our journal never saw.

Two cockpits that do not know of each other count each other's risk as foreign and take each other's stops for
their own. So this one stops taking risk, says why, and goes on when the trader says so.
"""

from omega_tui.engine.orders.ledger import Tracked, is_marked
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.journal import JournalDamaged, JournalFailed


class Rivals:
    """Judges each marked order from elsewhere once."""

    def __init__(self, state: State, recorder: Recorder) -> None:
        self._state = state
        self._recorder = recorder
        self._judged: set[str] = set()

    async def look(self) -> None:
        """Judge what was adopted since the last look; without a readable journal nothing can be judged."""
        if self._state.options.read_only:
            return
        new = [each for each in self._state.ledger.unfinished() if self._is_suspect(each)]
        if not new:
            return
        try:
            sent = await self._recorder.intended(*(each.key for each in new))
        except (JournalFailed, JournalDamaged):
            return
        for tracked in new:
            self._judged.add(tracked.key)
            if tracked.key in sent:
                self._state.ledger.claim(tracked)
            else:
                self._stop(tracked)

    def _is_suspect(self, tracked: Tracked) -> bool:
        order = tracked.order
        return order.foreign and is_marked(order.client_order_id) and tracked.key not in self._judged

    def _stop(self, tracked: Tracked) -> None:
        order = tracked.order
        self._state.rival = (
            f"another cockpit trades this account: it sent {order.side} {order.size:f} {order.symbol} "
            f"({order.client_order_id}); end one of the two, then resume"
        )
        self._state.diary.error(self._state.rival)
        self._state.touch(Panel.STATUS)
