"""The contract list kept on disk between starts: tick and lot are known before the first request.

A convenience and never the truth: an unreadable, old or foreign file is as good as none.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from omega_tui.clock import Clock
from omega_tui.exchange.bitget.translation.market import ContractRow

_MAX_AGE_MS = 24 * 3_600_000
_LAYOUT = 2  # what earlier versions stored lacks the markups, and would read as if there were none


class _Stored(msgspec.Struct, frozen=True):
    rest: str
    saved_ms: int
    rows: list[ContractRow]


class ContractsCache:
    """The contracts of one environment (`rest`) in `directory`; without a directory nothing is kept."""

    def __init__(self, directory: Path | None, rest: str, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        name = f"contracts-{_LAYOUT}-{sha256(rest.encode()).hexdigest()[:12]}.json"
        self._path = directory / name if directory is not None else None

    def load(self) -> list[ContractRow] | None:
        """What was saved within the last day, or None."""
        if self._path is None:
            return None
        try:
            stored = msgspec.json.decode(self._path.read_bytes(), type=_Stored)
        except (OSError, msgspec.DecodeError):
            return None
        age = self._clock.wall_ms() - stored.saved_ms
        return stored.rows if stored.rest == self._rest and 0 <= age < _MAX_AGE_MS else None

    def save(self, rows: list[ContractRow]) -> None:
        """Keep the rows; a disk that refuses is no reason to stop."""
        if self._path is None:
            return
        stored = _Stored(self._rest, self._clock.wall_ms(), rows)
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._path.with_suffix(f".{os.getpid()}")
            draft.write_bytes(msgspec.json.encode(stored))
            draft.chmod(0o600)
            draft.replace(self._path)
