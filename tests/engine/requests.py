"""Order requests as the engine builds them."""

from omega_tui.domain.orders import MarginMode, OrderRequest, OrderType, Side, TimeInForce
from tests.engine.fake_gateway import D


def request(client_order_id: str, *, size: str = "0.010", price: str | None = "59000") -> OrderRequest:
    return OrderRequest(
        client_order_id=client_order_id,
        symbol="BTCUSDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT if price else OrderType.MARKET,
        size=D(size),
        price=D(price) if price else None,
        time_in_force=TimeInForce.GTC,
        reduce_only=False,
        margin_mode=MarginMode.CROSSED,
    )
