"""Refusals in Bitget's words: the one place where a code becomes what the caller is told."""

from omega_tui.exchange.bitget.wire import Code
from omega_tui.sim.facts import Refused


def refusal(code: Code, culprit: str = "") -> Refused:
    """The refusal for `code`, with the culprit's name where its text has a place for it."""
    text = code.text.replace("{0}", culprit)
    return Refused(code, text if culprit else text.strip())
