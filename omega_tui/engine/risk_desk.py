"""Which profile's limits are in force, and the day that they are measured over."""

from omega_tui.engine.intents import Doors, Receipt, SelectProfile, UnlockDay


class RiskDesk:
    """Chooses the profile and unlocks a day that was closed by its loss."""

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {SelectProfile: self.select_profile, UnlockDay: self.unlock_day}

    def select_profile(self, intent: SelectProfile) -> Receipt:
        """Take up another profile."""
        return Receipt(False, "changing the profile is not possible yet")

    def unlock_day(self, intent: UnlockDay) -> Receipt:
        """Take new entries again today."""
        return Receipt(False, "the day is not locked")
