"""What needs the trader's eyes now: alarms that stay until their cause is gone, and notices that stay until
they are seen. Who raises one decides when it ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alarm:
    """`text` names the cause and the way out. One that stays `until_seen` has no cause that could end."""

    text: str
    until_seen: bool = False


class Alarms:
    """Alarms by key; what happened to the account comes before what could."""

    def __init__(self) -> None:
        self._alarms: dict[str, Alarm] = {}

    def set(self, key: str, alarm: Alarm) -> bool:
        """Raise an alarm or word it anew; True when anything changed."""
        if self._alarms.get(key) == alarm:
            return False
        self._alarms[key] = alarm
        return True

    def clear(self, key: str) -> bool:
        """Its cause is gone; True when it was there."""
        return self._alarms.pop(key, None) is not None

    def acknowledge(self) -> int:
        """The trader has seen what only waited for that; returns how many."""
        seen = [key for key, alarm in self._alarms.items() if alarm.until_seen]
        for key in seen:
            del self._alarms[key]
        return len(seen)

    @property
    def text(self) -> str:
        """All of them in one line, empty for none."""
        ranked = sorted(self._alarms.values(), key=lambda alarm: not alarm.until_seen)
        return " · ".join(alarm.text for alarm in ranked)

    @property
    def waits_to_be_seen(self) -> bool:
        """Whether any of them ends when the trader says so."""
        return any(alarm.until_seen for alarm in self._alarms.values())
