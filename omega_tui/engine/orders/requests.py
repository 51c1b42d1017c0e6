"""From a preview that may be sent to the request that leaves: every order of ours is built here. Pure."""

from omega_tui.domain.orders import OrderRequest
from omega_tui.engine.intents import TicketDraft, TicketPreview
from omega_tui.engine.state import State


def build_request(
    state: State, draft: TicketDraft, preview: TicketPreview, client_order_id: str
) -> OrderRequest:
    """The order that a sendable preview stands for. Raises ValueError for one that is not."""
    settings = state.settings.get(draft.symbol)
    if settings is None or preview.size is None or preview.problems:
        raise ValueError("this preview cannot be sent")
    return OrderRequest(
        client_order_id=client_order_id,
        symbol=draft.symbol,
        side=draft.side,
        order_type=draft.order_type,
        size=preview.size,
        price=preview.price,
        time_in_force=draft.time_in_force,
        reduce_only=preview.reduce_only,
        margin_mode=settings.margin_mode,
        hold_side=preview.hold_side,
        plan=preview.plan,
        take_profit=preview.take_profit,
        stop_loss=preview.stop_loss,
    )
