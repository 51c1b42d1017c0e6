"""Whether an order asks for a second key: by what it risks, not by habit."""

from decimal import Decimal

from omega_tui.engine.intents import TicketPreview


def asks_first(preview: TicketPreview, equity: Decimal | None, unasked: Decimal) -> bool:
    """True unless the order loses at most `unasked` of the equity (a share, 0 asks always) at its stop, or
    only closes under a profile that lets small ones pass. What is not known asks."""
    if unasked <= 0:
        return True
    if preview.reduce_only:
        return False
    if preview.loss_at_stop is None or equity is None or equity <= 0:
        return True
    return preview.loss_at_stop > unasked * equity
