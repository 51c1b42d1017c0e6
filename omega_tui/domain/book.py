"""A level-2 order book kept the way the feed sends it: texts for the checksum, sorted keys for speed.

The book knows levels, nothing of channels or sequence numbers; whether it may be shown is the session's
verdict.
"""

from collections.abc import Iterable

Level = tuple[str, str]
"""Price text and size text as received."""


class OrderBook:
    """Bids and asks of one symbol, best first.

    Keys are floats for ordering only; every text that is shown or hashed is the received one.
    """
