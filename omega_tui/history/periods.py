"""Spans of time as people write them: `today`, `7d`, `2026-11`, `2026-11-27`, `2026`, `all`. In UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DAYS = re.compile(r"(\d{1,4})d")
_DAY_MS = 86_400_000
_FORMS = "today, 7d, 2026-11-27, 2026-11, 2026 or all"


class UnknownPeriod(ValueError):
    """A text that names no span; the message gives the forms there are."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since_ms` on and before `until_ms`, None for no bound; `words` is how it was written."""

    words: str
    since_ms: int | None = None
    until_ms: int | None = None

    def holds(self, ms: int) -> bool:
        """Whether a moment lies in it."""
        after = self.since_ms is None or ms >= self.since_ms
        return after and (self.until_ms is None or ms < self.until_ms)


def parse_period(text: str, now_ms: int) -> Period:
    """The span that `text` names. Raises `UnknownPeriod`."""
    word = text.strip().lower()
    midnight = now_ms - now_ms % _DAY_MS
    if word == "all":
        return Period(word)
    if word == "today":
        return Period(word, midnight)
    days = _DAYS.fullmatch(word)
    if days is not None and int(days[1]) > 0:
        # Whole days: today and those before it.
        return Period(word, midnight - (int(days[1]) - 1) * _DAY_MS)
    for form, step in (("%Y-%m-%d", "day"), ("%Y-%m", "month"), ("%Y", "year")):
        try:
            start = datetime.strptime(word, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return Period(word, _ms(start), _ms(_next(start, step)))
    raise UnknownPeriod(f"{text!r} is no period: write {_FORMS}")


def _next(start: datetime, step: str) -> datetime:
    if step == "day":
        return start + timedelta(days=1)
    if step == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start.replace(year=start.year + 1)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
