"""What a contract demands of an order and an account of its settings, with Bitget's codes and words.

Pure checks: each raises `Refused` or returns nothing. Codes and message templates are those of Bitget's
"RestAPI error codes" page and of captured replies.
"""

from decimal import Decimal

from omega_tui.domain.values import decimal_text, is_multiple
from omega_tui.sim.facts import Contract, Direction, OrderSpec, OrderType, PositionMode, Refused

_LONGEST_CLIENT_OID = 50


def unknown_symbol(symbol: str) -> Refused:
    """No such contract."""
    return Refused("40034", f"Parameter {symbol} does not exist")


def check_mode(spec: OrderSpec, mode: PositionMode) -> None:
    """A hedge account needs to know which side an order opens or closes (Bitget's `tradeSide`)."""
    if mode is PositionMode.HEDGE and spec.hold_side is None:
        raise Refused(
            "40774", "The order type for unilateral position must also be the unilateral position type."
        )


def check_client_oid(client_oid: str | None, known: bool) -> None:
    """A client id is short and never used twice."""
    if client_oid and len(client_oid) > _LONGEST_CLIENT_OID:
        raise Refused("40304", "clientOid or clientOrderId cannot be longer than 50 characters")
    if known:
        raise Refused("45034", "clientOid duplicate")


def check_size(spec: OrderSpec, contract: Contract) -> None:
    """Positive, on the step, within the contract's bounds for its order type."""
    size = spec.size
    if size <= 0:
        raise Refused("40808", f"Parameter verification exception delegate count {decimal_text(size)} > 0 ")
    if not is_multiple(size, contract.size_multiplier):
        raise Refused(
            "40808",
            f"Parameter verification exception size checkBDScale error value={decimal_text(size)}"
            f" checkScale={contract.volume_place}",
        )
    if size < contract.min_trade_num:
        raise Refused("45111", "less than the minimum order quantity")
    market = spec.order_type is OrderType.MARKET
    largest = contract.max_market_order_qty if market else contract.max_order_qty
    if largest and size > largest:
        raise Refused("45112", "more than the maximum order quantity")


def check_price(spec: OrderSpec, contract: Contract, reference: Decimal | None) -> None:
    """A limit price lies on the tick and within the band around `reference` (mark price)."""
    if spec.order_type is OrderType.MARKET:
        return
    if spec.price is None:
        raise Refused("40019", "Parameter price cannot be empty")
    if spec.price <= 0 or not is_multiple(spec.price, contract.tick):
        tick = decimal_text(contract.tick)
        raise Refused("45115", f"The price you enter should be a multiple of {tick}")
    if reference is None:
        return
    highest = reference * (1 + contract.buy_limit_price_ratio)
    lowest = reference * (1 - contract.sell_limit_price_ratio)
    if spec.direction is Direction.BUY and spec.price > highest:
        raise Refused("40815", "The order price is higher than the highest bid price")
    if spec.direction is Direction.SELL and spec.price < lowest:
        raise Refused("40816", "The order price is lower than the lowest selling price")


def check_notional(size: Decimal, price: Decimal, contract: Contract) -> None:
    """An order that opens is worth at least the contract's minimum."""
    if size * price < contract.min_trade_usdt:
        least = decimal_text(contract.min_trade_usdt)
        raise Refused("45110", f"less than the minimum amount {least} USDT")


def check_leverage(leverage: int, contract: Contract) -> None:
    """Within the contract's range."""
    if leverage < contract.min_lever:
        raise Refused("45044", "Leverage is not within the suitable range after adjustment")
    if leverage > contract.max_lever:
        raise Refused("45045", "Exceeds the maximum possible leverage")
