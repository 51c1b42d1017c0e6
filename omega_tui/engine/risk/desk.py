"""Which profile's limits are in force, and the day that its loss closes: REDUCE-ONLY until UTC midnight.

The limits themselves are judged by `caps`, before every order. Here is what outlasts one: a day stays closed
when equity comes back and when the cockpit starts again, until it ends or its unlock is typed out in full.
"""

import difflib
from collections.abc import Callable, Iterable

from omega_tui.domain.profiles import Profile
from omega_tui.engine.intents import Doors, Receipt, SelectProfile, UnlockDay
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.recorder import RISK, Recorder, RiskRow
from omega_tui.engine.risk.caps import day_loss
from omega_tui.engine.risk.limits import UNLOCK_PHRASE
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel

WATCH_SECONDS = 1.0
"""How often the day's loss is looked at; every entry looks at it too."""

_HOUR_MS = 3_600_000
_LASTING_SECONDS = 5.0
_UNREAD_SECONDS = 60.0
"""How long a loss that may be a withdrawal waits for bills that cannot be read."""


class RiskDesk:
    """Chooses the profile, closes a day by its loss and unlocks it. `cancel` asks for cancellations,
    `read_bills` for the bills."""

    def __init__(
        self,
        state: State,
        recorder: Recorder,
        cancel: Callable[[Iterable[Tracked]], int],
        read_bills: Callable[[], None],
    ) -> None:
        self._state = state
        self._recorder = recorder
        self._cancel = cancel
        self._read_bills = read_bills
        self._lost_since: float | None = None

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {SelectProfile: self.select_profile, UnlockDay: self.unlock_day}

    def restore(self, row: RiskRow) -> None:
        """Close the day again that an earlier run closed. Which profile is in force, the settings say."""
        risk = self._state.risk
        risk.locked_day, risk.unlocked_day, risk.lock_words = row.locked_day, row.unlocked_day, row.words
        if risk.is_locked(self._state.today):
            self._state.diary.warn(f"an earlier run closed the day: {row.words}")
        self._state.touch(Panel.STATUS)

    async def recall_entries(self) -> None:
        """Count what earlier runs entered within the hour: starting again gives no new room."""
        now_ms, now = self._state.clock.wall_ms(), self._state.clock.monotonic()
        entries = await self._recorder.entries_since(now_ms - _HOUR_MS)
        earlier = {key: now - max(0, now_ms - at) / 1000 for key, at in entries}
        self._state.risk.earlier_entries = earlier

    def select_profile(self, intent: SelectProfile) -> Receipt:
        """Take up another profile; what is open or rests stays as it is."""
        profiles, risk = self._state.options.profiles, self._state.risk
        chosen = profiles.get(intent.name)
        if chosen is None:
            return Receipt(False, f"no profile is called {intent.name!r}{_nearest(intent.name, profiles)}")
        if chosen == risk.profile:
            return Receipt(True, f"{chosen.name} is in force already")
        risk.profile = chosen
        self._write_down()
        self._state.touch(Panel.STATUS, Panel.ACCOUNT, Panel.LADDER)
        text = f"profile {chosen.name}: {_words(chosen)}"
        self._state.diary.write(text)
        return Receipt(True, text)

    def unlock_day(self, intent: UnlockDay) -> Receipt:
        """Take new entries again today."""
        risk, today = self._state.risk, self._state.today
        if not risk.is_locked(today):
            return Receipt(False, "the day is not locked")
        if " ".join(intent.phrase.split()).lower() != UNLOCK_PHRASE:
            return Receipt(False, f"that is not the phrase: type “{UNLOCK_PHRASE}”")
        risk.unlocked_day = today
        self._write_down()
        self._state.touch(Panel.STATUS)
        text = "the day is unlocked: new entries are possible, its loss is not limited any more"
        self._state.diary.warn(text)
        return Receipt(True, text)

    async def watch(self) -> None:
        """Close the day once it has lost what the profile lets it lose, and take back entries that rest."""
        risk, today = self._state.risk, self._state.today
        if risk.profile is None or risk.unlocked_day == today:
            return
        if not risk.is_locked(today):
            words = self._lasting_loss(risk.profile)
            if words is None:
                return
            risk.locked_day, risk.lock_words = today, words
            self._write_down()
            self._state.diary.error(f"daily loss limit reached: {words}; no new entries until 00:00 UTC")
            self._state.touch(Panel.STATUS)
        self._withdraw_entries()

    def _lasting_loss(self, profile: Profile) -> str | None:
        """The day's loss once it has lasted: between the report of a closed position and that of the balance
        its profit is in neither for a moment, and what is missing may have been moved out, which only a bill
        tells. A day must not be closed by either; entries are refused meanwhile."""
        words, now = day_loss(self._state, profile), self._state.clock.monotonic()
        if words is None:
            self._lost_since = None
            return None
        if self._lost_since is None:
            self._lost_since = now
        waited, read_at = now - self._lost_since, self._state.day.read_at
        if waited < _LASTING_SECONDS:
            return None
        if read_at is not None and read_at >= self._lost_since + _LASTING_SECONDS:
            return words
        self._read_bills()
        return words if waited >= _UNREAD_SECONDS else None

    def _withdraw_entries(self) -> None:
        """An entry that rests would be a new position tomorrow's limits never saw."""
        if self._state.options.hands_off:
            return
        resting = [each for each in self._state.ledger.unfinished() if each.order.may_add]
        asked = [each for each in resting if not each.cancel_requested]
        count = self._cancel(asked)
        if count:
            self._state.diary.warn(f"the day is closed: cancelling {count} entries that rest; stops stay")

    def _write_down(self) -> None:
        risk = self._state.risk
        name = risk.profile.name if risk.profile is not None else ""
        self._recorder.note(RISK, RiskRow(name, risk.locked_day, risk.unlocked_day, risk.lock_words))


def _nearest(name: str, names: Iterable[str]) -> str:
    known = sorted(names)
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else f": there are {', '.join(known)}"


def _words(profile: Profile) -> str:
    return (
        f"{profile.risk_percent} % at risk a trade, {profile.max_leverage}x at most, "
        f"{profile.most_positions} positions, {profile.day_loss_percent} % daily loss"
    )
