"""Whether a book may be shown: sequence, checksum and crossing of one symbol's `books` pushes.

A snapshot replaces everything. An update must continue the last one (`pseq` equals the `seq` before it, when
the exchange states them) and leave a book whose checksum (when stated and not zero) and prices are right.
Anything else condemns the book until the next snapshot. Source: Bitget's Order-Book-Channel; recordings from
2022 carry a checksum and no sequence, those from 2026 the reverse, so each is checked when it is there.
"""

from enum import Enum

from omega_tui.domain.book import OrderBook
from omega_tui.exchange.bitget.frames import BookRow
from omega_tui.exchange.bitget.wire import SNAPSHOT


class Verdict(Enum):
    """What became of a push. All but CHANGED and IGNORED mean: take the book off the screen, resubscribe."""

    CHANGED = "changed"
    IGNORED = "ignored"
    GAP = "a push was lost"
    WRONG_CHECKSUM = "the checksum differs"
    CROSSED = "the book is crossed"
    MALFORMED = "a level makes no sense"


_CHANGED, _IGNORED, _CROSSED = Verdict.CHANGED, Verdict.IGNORED, Verdict.CROSSED  # looked up at every push


class BookFeed:
    """The book of one symbol and the verdict on it. `book` is right exactly while `valid` is True."""

    def __init__(self) -> None:
        self.book = OrderBook()
        self.valid = False
        self._seq: int | None = None
        self._joining = False

    def distrust(self) -> None:
        """Wait for a snapshot: the connection changed, or somebody asked for a new one."""
        self.valid = False
        self._seq = None

    def push(self, action: str, row: BookRow) -> Verdict:
        """Apply one push and judge the result."""
        verdict = self._snapshot(row) if action == SNAPSHOT else self._update(row)
        if verdict is not _CHANGED and verdict is not _IGNORED:
            self.distrust()
        return verdict

    def _snapshot(self, row: BookRow) -> Verdict:
        try:
            self.book.reset(row.bids, row.asks)
        except ValueError:
            return Verdict.MALFORMED
        self._seq, self._joining, self.valid = row.seq, True, True
        return self._judge(row)

    def _update(self, row: BookRow) -> Verdict:
        if not self.valid:
            return _IGNORED
        if row.seq is not None and self._seq is not None:
            if row.seq <= self._seq and not self._restarted(row):
                return _IGNORED
            if not self._continues(row):
                return Verdict.GAP
        try:
            self.book.apply(row.bids, row.asks)
        except ValueError:
            return Verdict.MALFORMED
        self._seq, self._joining = row.seq, False
        return self._judge(row)

    def _restarted(self, row: BookRow) -> bool:
        # A previous sequence of zero on an update announces that counting began anew.
        return row.pseq == 0

    def _continues(self, row: BookRow) -> bool:
        if row.pseq is None or self._seq is None:
            return True
        if self._joining:
            return 0 < row.pseq <= self._seq
        return row.pseq == self._seq

    def _judge(self, row: BookRow) -> Verdict:
        if row.checksum and row.checksum != self.book.checksum():
            return Verdict.WRONG_CHECKSUM
        return _CROSSED if self.book.crossed else _CHANGED
