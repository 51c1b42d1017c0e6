"""What a reader of a recorded format says, line by line, in the recording's own time.

Texts are plain (`texts.plain`); times are the recorded exchange's milliseconds and may step back a little
between streams; trade ids are empty. `tape` gives all of it the simulated exchange's time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from omega_tui.sim.facts import BookDelta, BookSnapshot, CandleRow, Level, MarketFacts, PublicTrade
from omega_tui.sim.market.tape_lines import TapeLine
from omega_tui.sim.market.texts import plain


@dataclass(frozen=True, slots=True)
class TapeCandles:
    """Finished one-minute candles that the recording carries, ascending, in the recording's time."""

    symbol: str
    rows: tuple[CandleRow, ...]


TapeRecord = BookSnapshot | BookDelta | PublicTrade | MarketFacts | TapeCandles


class TapeReader(Protocol):
    """Reads one recorded format; holds what it must remember between lines, so one pass takes one reader."""

    format_name: str
    """What the mode line calls recordings of this format, such as "Bitget v1"."""

    def records(self, line: TapeLine) -> Iterable[TapeRecord]:
        """What this line says, possibly nothing.

        Raises `TapeUnreadable` for a line that breaks the recording and KeyError, IndexError, TypeError or
        ValueError for a frame that lacks a member; the caller names the line.
        """
        ...


def plain_levels(levels: Iterable[Any]) -> tuple[Level, ...]:
    """Book levels `[price, size]` as every recorded exchange sends them, texts made plain."""
    return tuple((plain(level[0]), plain(level[1])) for level in levels)


def plain_or_none(text: str | None) -> str | None:
    """Plain text of a member that may be absent or empty."""
    return plain(text) if text else None
