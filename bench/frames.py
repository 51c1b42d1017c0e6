"""A run of Bitget V2 `books` frames with correct sequence numbers and checksums, made from a seed.

The shape is that of the live channel: 400 levels a side, about 20 level changes an update, every 100 ms.
"""

import json
import random
import zlib
from dataclasses import dataclass

SYMBOL = "BTCUSDT"
LEVELS = 400
CHANGES = 20
_ARG = {"instType": "USDT-FUTURES", "channel": "books", "instId": SYMBOL}


@dataclass(frozen=True)
class Frames:
    """The snapshot, the updates, and what the book must be at the end (price text to size text)."""

    snapshot: str
    updates: list[str]
    bids: dict[str, str]
    asks: dict[str, str]


def build_frames(count: int, seed: int = 7) -> Frames:
    """`count` updates after a snapshot."""
    rng = random.Random(seed)
    middle = 650_000
    bids = {_text(middle - 1 - i): _size(rng) for i in range(LEVELS)}
    asks = {_text(middle + i): _size(rng) for i in range(LEVELS)}
    sequence = 1_000
    snapshot = _frame("snapshot", bids.items(), asks.items(), bids, asks, sequence, 0)
    updates = []
    for _ in range(count):
        changed_bids = _change(rng, bids, middle - 1, -1)
        changed_asks = _change(rng, asks, middle, 1)
        previous, sequence = sequence, sequence + rng.randint(1, 40)
        updates.append(_frame("update", changed_bids, changed_asks, bids, asks, sequence, previous))
    return Frames(snapshot, updates, bids, asks)


def _text(ticks: int) -> str:
    whole, tenth = divmod(ticks, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def _size(rng: random.Random) -> str:
    return f"{rng.lognormvariate(0, 1.5):.4f}"


def _change(rng: random.Random, side: dict[str, str], best: int, step: int) -> list[tuple[str, str]]:
    changes = []
    for _ in range(CHANGES // 2):
        price = _text(best + step * min(LEVELS - 1, int(rng.expovariate(1 / 30))))
        size = "0" if price in side and rng.random() < 0.3 and len(side) > LEVELS // 2 else _size(rng)
        if size == "0":
            side.pop(price)
        else:
            side[price] = size
        changes.append((price, size))
    return changes


def _frame(action, bid_changes, ask_changes, bids, asks, sequence, previous) -> str:
    data = {
        "asks": [list(level) for level in ask_changes],
        "bids": [list(level) for level in bid_changes],
        "checksum": _checksum(bids, asks),
        "seq": sequence,
        "pseq": previous,
        "ts": str(1_700_000_000_000 + sequence),
    }
    return json.dumps(
        {"action": action, "arg": _ARG, "data": [data], "ts": 1_700_000_000_000 + sequence},
        separators=(",", ":"),
    )


def _checksum(bids: dict[str, str], asks: dict[str, str]) -> int:
    best_bids = sorted(bids.items(), key=lambda level: -float(level[0]))[:25]
    best_asks = sorted(asks.items(), key=lambda level: float(level[0]))[:25]
    parts = []
    for bid, ask in zip(best_bids, best_asks, strict=True):
        parts += [*bid, *ask]
    unsigned = zlib.crc32(":".join(parts).encode())
    return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned
