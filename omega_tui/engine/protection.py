"""Keeping positions protected: stops that rest at the exchange, confirmed, for as much as is open."""

from omega_tui.engine.intents import Doors, Protect, Receipt


class Protector:
    """Places and replaces the stops of positions."""

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {Protect: self.protect}

    def protect(self, intent: Protect) -> Receipt:
        """Take up stop and target of a position."""
        return Receipt(False, "protecting is not possible yet")
