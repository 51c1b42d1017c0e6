"""What is wrong with a text: where, why, and what was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from omega_tui.domain.market import Timeframe


class Mistake(ValueError):
    """A text that is no command. `start` and `end` are the wrong part's place in it, `nearest` the forms that
    come near, best first; the message is one sentence for the trader."""

    def __init__(self, start: int, end: int, text: str, nearest: Iterable[str] = ()) -> None:
        super().__init__(text)
        self.start = start
        self.end = end
        self.text = text
        self.nearest = tuple(nearest)

    @property
    def words(self) -> str:
        """The sentence with the nearest forms."""
        return self.text + (f"; did you mean {' or '.join(self.nearest)}?" if self.nearest else "")


class Unresolved(ValueError):
    """A price or a size that cannot be worked out here and now; the message says what is missing."""


class SwingNotLoaded(Unresolved):
    """A level of a timeframe that is not the chart's, whose candles have not been fetched."""

    def __init__(self, timeframe: Timeframe) -> None:
        super().__init__(f"there is no swing on {timeframe} candles yet: they come when a command names them")
        self.timeframe = timeframe


def nearest(word: str, words: Iterable[str], most: int = 2) -> tuple[str, ...]:
    """The known words that come near a misspelt one."""
    return tuple(get_close_matches(word, list(words), most, 0.6))
