"""HALT and the way back, and letting orders leave for the real exchange.

HALT is a state, not an act: while it lasts, whatever could add to a position and turns out to live is
cancelled, again and again until its end is proven; stops and closes stay. It outlives a crash, because a
cockpit that stopped for a reason must not trade again only because it was started again.
"""

from omega_tui.engine.intents import AcknowledgeAlarms, ArmLive, Doors, Halt, Receipt, Resume
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.orders.manager import OrderManager
from omega_tui.engine.recorder import POSTURE, PostureRow, Recorder
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel

SWEEP_SECONDS = 1.0
"""How often HALT looks for entries that live."""

_AGAIN_SECONDS = 5.0
"""How long a cancellation may go without proof before it is asked for again."""

_REFUSED_SECONDS = 2.0
"""The same for one that was refused or did not leave."""


_ENTRY = ("entries", "entry")


class PostureDesk:
    """Changes what the trader may change about the posture, and enforces HALT."""

    def __init__(self, state: State, orders: OrderManager, recorder: Recorder) -> None:
        self._state = state
        self._orders = orders
        self._recorder = recorder
        self._asked: dict[str, float] = {}
        self._written = PostureRow(False, {})

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {
            Halt: self.halt,
            Resume: self.resume,
            ArmLive: self.arm_live,
            AcknowledgeAlarms: self.acknowledge,
        }

    def restore(self, row: PostureRow) -> None:
        """Halt again what an earlier run had halted."""
        self._written = row
        self._state.halted = row.halted
        self._state.halted_symbols.update(row.symbols)
        if row.halted:
            self._state.diary.warn("halted by an earlier run: no new risk until resume")
        for symbol, reason in row.symbols.items():
            self._state.diary.warn(f"{symbol} was halted by an earlier run: {reason}")
        self._state.touch(Panel.STATUS)

    def halt(self, intent: Halt) -> Receipt:
        """No new risk from now on; entries are cancelled, stops and closes stay. Again is no news."""
        before, self._state.halted = self._state.halted, True
        self._state.touch(Panel.STATUS)
        self._write_down()
        count = self._cancel_entries()
        again = "HALT stays" if before else "HALT"
        text = f"{again}: no new risk; cancelling {count} {_ENTRY[count == 1]}; stops and closes stay"
        self._state.diary.warn(text)
        return Receipt(True, text)

    async def sweep(self) -> None:
        """Cancel what lives although it is halted, and write a change of what is halted down."""
        self._write_down()
        if self._state.halted or self._state.halted_symbols:
            self._cancel_entries()
        else:
            self._asked.clear()

    def _cancel_entries(self) -> int:
        if self._state.options.read_only:
            return 0
        now = self._state.clock.monotonic()
        entries = [each for each in self._state.ledger.unfinished() if self._has_to_go(each, now)]
        self._asked.update((each.key, now) for each in entries)
        return self._orders.cancel_many(entries)

    def _has_to_go(self, tracked: Tracked, now: float) -> bool:
        if not tracked.order.may_add or not self._state.is_halted(tracked.order.symbol):
            return False
        asked = self._asked.get(tracked.key)
        patience = _AGAIN_SECONDS if tracked.cancel_requested else _REFUSED_SECONDS
        return asked is None or now - asked >= patience

    def _write_down(self) -> None:
        row = PostureRow(self._state.halted, dict(self._state.halted_symbols))
        if row != self._written:
            self._written = row
            self._recorder.note(POSTURE, row)

    def resume(self, intent: Resume) -> Receipt:
        """Leave HALT, of the account and of every symbol."""
        symbols = tuple(self._state.halted_symbols)
        if not self._state.halted and not symbols and not self._state.rival:
            return Receipt(False, "not halted")
        self._state.halted, self._state.rival = False, ""
        for symbol in symbols:
            self._state.release_symbol(symbol)
        self._write_down()
        self._state.touch(Panel.STATUS)
        self._state.diary.write("resumed: new risk is possible again")
        return Receipt(True, "resumed")

    def arm_live(self, intent: ArmLive) -> Receipt:
        """Let orders that add risk leave for the real exchange, until the cockpit ends."""
        wanted = self._state.live_phrase
        if not wanted:
            return Receipt(False, "nothing is locked: no phrase is needed here")
        if " ".join(intent.phrase.split()).lower() != wanted.lower():
            return Receipt(False, f"that is not the phrase: type “{wanted}”")
        self._state.live_phrase = ""
        self._state.touch(Panel.STATUS)
        self._state.diary.warn("LIVE is unlocked for this session: orders trade real money")
        return Receipt(True, "LIVE is unlocked: orders trade real money")

    def acknowledge(self, intent: AcknowledgeAlarms) -> Receipt:
        """The trader has seen what happened; alarms with a cause stay until it is gone."""
        if not self._state.alarms.acknowledge():
            return Receipt(False, "no alarm waits to be seen")
        self._state.touch(Panel.STATUS)
        return Receipt(True, "seen")
