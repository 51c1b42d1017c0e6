"""Refusals in Bitget's words: the one place where a code becomes what the caller is told."""

from omega_tui.exchange.bitget.codes import Code

_UNFILLED = frozenset({Code.LONG_LOSS_ABOVE_MARK})
"""Texts whose place for the culprit Bitget leaves as it is, captured in 2026."""


class Refused(Exception):
    """The exchange says no: Bitget's code and the text that comes with it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


def refusal(code: Code, culprit: str = "") -> Refused:
    """The refusal for `code`, with the culprit's name where its text has a place for it."""
    if code in _UNFILLED:
        return Refused(code, code.text)
    text = code.text.replace("{0}", culprit)
    return Refused(code, text if culprit else text.strip())
