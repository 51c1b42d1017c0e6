"""Whether an order asks for a second key: by what it risks, not by habit."""

from decimal import Decimal
from functools import lru_cache

from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import TicketPreview


@lru_cache(maxsize=16)
def policy_words(unasked: Decimal) -> str:
    """The policy of a profile for the trader; `unasked` is a share of the equity."""
    if unasked <= 0:
        return "every order asks"
    return f"orders that risk over {decimal_text(unasked * 100)}% ask"


def asks_first(preview: TicketPreview, equity: Decimal | None, unasked: Decimal) -> bool:
    """True unless the order loses at most `unasked` of the equity (a share, 0 asks always) at its stop, or
    only closes under a profile that lets small ones pass. What is not known asks."""
    if preview.reduce_only:
        return unasked <= 0
    return loss_asks(preview.loss_at_stop, equity, unasked)


def loss_asks(loss: Decimal | None, equity: Decimal | None, unasked: Decimal) -> bool:
    """True unless `loss` is known and at most `unasked` (a share, 0 asks always) of the equity."""
    if unasked <= 0 or loss is None or equity is None or equity <= 0:
        return True
    return loss > unasked * equity
