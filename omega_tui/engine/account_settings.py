"""How the account trades: leverage, margin mode and position mode, changed on request and never by itself."""

from omega_tui.engine.intents import Doors, Receipt, SetLeverage, SetMarginMode, SetPositionMode


class SettingsDesk:
    """Changes settings at the exchange."""

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {
            SetLeverage: self.set_leverage,
            SetMarginMode: self.set_margin_mode,
            SetPositionMode: self.set_position_mode,
        }

    def set_leverage(self, intent: SetLeverage) -> Receipt:
        """Take up another leverage."""
        return Receipt(False, "changing the leverage is not possible yet")

    def set_margin_mode(self, intent: SetMarginMode) -> Receipt:
        """Take up another margin mode."""
        return Receipt(False, "changing the margin mode is not possible yet")

    def set_position_mode(self, intent: SetPositionMode) -> Receipt:
        """Take up another position mode."""
        return Receipt(False, "changing the position mode is not possible yet")
