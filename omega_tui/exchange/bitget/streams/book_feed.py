"""Whether a book may be shown: sequence, checksum and crossing of one symbol's `books` pushes.

A snapshot replaces everything. An update must continue the last one (`pseq` equals the `seq` before it, when
the exchange states them) and leave a book whose checksum (when stated and not zero) and prices are right.
Anything else condemns the book until the next snapshot. Source: Bitget's Order-Book-Channel; recordings from
2022 carry a checksum and no sequence, those from 2026 the reverse, so each is checked when it is there.
"""

from enum import Enum

from omega_tui.domain.book import OrderBook
from omega_tui.exchange.bitget.streams.frames import BookRow
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
        if action == SNAPSHOT:
            verdict = self._snapshot(row)
        elif self.valid:
            verdict = self._update(row)
        else:
            return _IGNORED
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
        if row.pseq is None or row.pseq != self._seq:
            verdict = self._out_of_order(row)
            if verdict is not None:
                return verdict
        try:
            self.book.apply(row.bids, row.asks)
        except ValueError:
            return Verdict.MALFORMED
        self._seq, self._joining = row.seq, False
        return self._judge(row)

    def _out_of_order(self, row: BookRow) -> Verdict | None:
        """The verdict on an update that does not plainly continue the last one; None: apply it."""
        seq, pseq, last = row.seq, row.pseq, self._seq
        if seq is None or last is None:
            return None
        # A previous sequence of zero on an update announces that counting began anew.
        if seq <= last and pseq != 0:
            return _IGNORED
        if pseq is None or (self._joining and 0 < pseq <= last):
            return None
        return Verdict.GAP

    def _judge(self, row: BookRow) -> Verdict:
        checksum, book = row.checksum, self.book
        if checksum and checksum != book.checksum():
            return Verdict.WRONG_CHECKSUM
        return _CROSSED if book.crossed else _CHANGED
