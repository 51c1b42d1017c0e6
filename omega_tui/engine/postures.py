"""HALT and the way back, and letting orders leave for the real exchange."""

from omega_tui.engine.intents import ArmLive, Doors, Halt, Receipt, Resume
from omega_tui.engine.orders import OrderManager
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel


class PostureDesk:
    """Changes what the trader may change about the posture."""

    def __init__(self, state: State, orders: OrderManager) -> None:
        self._state = state
        self._orders = orders

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {Halt: self.halt, Resume: self.resume, ArmLive: self.arm_live}

    def halt(self, intent: Halt) -> Receipt:
        """No new risk from now on; entries are cancelled, stops and closes stay."""
        self._state.halted = True
        self._state.touch(Panel.STATUS)
        entries = [each for each in self._state.ledger.unfinished() if not each.order.reduce_only]
        count = 0 if self._state.options.read_only else self._orders.cancel_many(entries)
        text = f"HALT: no new risk; cancelling {count} entries; stops and closes stay"
        self._state.diary.warn(text)
        return Receipt(True, text)

    def resume(self, intent: Resume) -> Receipt:
        """Leave HALT."""
        symbols = tuple(self._state.halted_symbols)
        if not self._state.halted and not symbols:
            return Receipt(False, "not halted")
        self._state.halted = False
        for symbol in symbols:
            self._state.release_symbol(symbol)
        self._state.touch(Panel.STATUS)
        self._state.diary.write("resumed: new risk is possible again")
        return Receipt(True, "resumed")

    def arm_live(self, intent: ArmLive) -> Receipt:
        """Let orders leave for the real exchange."""
        return Receipt(False, "this venue needs no phrase")
