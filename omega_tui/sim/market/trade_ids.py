"""Trade ids in the shape of Bitget's: long decimal strings that grow with time.

Recorded ids are not reused: a looping tape would repeat them, and other venues' ids have other shapes.
"""

_EPOCH_MS = 1_420_070_400_000
_SEQUENCE_BITS = 22


class TradeIds:
    """Hands out ids whose high bits are the trade's time and whose low bits keep them apart."""

    def __init__(self) -> None:
        self._last = 0

    def next_id(self, ts: int) -> str:
        """An id for a trade at `ts` (exchange ms), greater than every id before it."""
        self._last = max(self._last + 1, (ts - _EPOCH_MS) << _SEQUENCE_BITS)
        return str(self._last)
