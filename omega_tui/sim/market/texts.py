"""Number texts as the simulated exchange publishes them: plain decimals without trailing zeros.

Bitget's 2026 captures print "63961" on a 0.1 tick and "0" for an empty level; every source of this package
brings its texts to that form. It knows nothing of what a number means.
"""

from decimal import Decimal


def plain(text: str) -> str:
    """The same number without trailing zeros: "113.50" is "113.5", "0.000" is "0"."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_decimal(number: Decimal) -> str:
    """A Decimal as plain text, never in exponent form."""
    return plain(format(number, "f"))


def decimals(text: str) -> int:
    """How many digits a plain text has after its point."""
    return len(text) - text.index(".") - 1 if "." in text else 0


class StepText:
    """Turns whole numbers of a step (a tick or a lot) into plain text; remembers the texts in use.

    The memory is emptied when it grows past `_KEPT` entries, so an endless market stays small.
    """

    _KEPT = 4_000

    def __init__(self, step: Decimal) -> None:
        self._step = step
        self._texts: dict[int, str] = {}

    def __call__(self, count: int) -> str:
        """Text of `count` steps."""
        text = self._texts.get(count)
        if text is None:
            if len(self._texts) >= self._KEPT:
                self._texts.clear()
            text = self._texts[count] = plain_decimal(count * self._step)
        return text
