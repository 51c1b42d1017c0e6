"""What a contract demands of an order and an account of its settings, with Bitget's codes and words.

Pure checks: each raises `Refused` or returns nothing. Codes and message templates are those of Bitget's
"RestAPI error codes" page and of captured replies.
"""

from decimal import Decimal

from omega_tui.domain.values import decimal_text, is_multiple
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import CLIENT_OID_LENGTH
from omega_tui.sim.facts import Contract, Direction, OrderType, PositionMode
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.venue.ledger import OrderSpec

_FARTHEST_PRICE = 100
"""Times the reference price; Bitget names a "risk price" and does not say where it lies."""


def unknown_symbol(symbol: str) -> Refused:
    """No such contract."""
    return refusal(Code.PARAMETER_UNKNOWN, symbol)


def check_mode(spec: OrderSpec, mode: PositionMode) -> None:
    """A hedge account needs to know which side an order opens or closes (Bitget's `tradeSide`)."""
    if mode is PositionMode.HEDGE and spec.hold_side is None:
        raise refusal(Code.MODE_MISMATCH)


def check_client_oid(client_oid: str | None, known: bool) -> None:
    """A client id is short and never used twice."""
    if client_oid and len(client_oid) > CLIENT_OID_LENGTH:
        raise refusal(Code.CLIENT_OID_TOO_LONG)
    if known:
        raise refusal(Code.CLIENT_OID_DUPLICATE)


def check_count(of_symbol: int, of_all: int, contract: Contract) -> None:
    """No more live orders than `contracts` announces, per symbol and in all."""
    if of_symbol >= contract.max_symbol_orders:
        raise refusal(Code.ORDERS_TOO_MANY, str(contract.max_symbol_orders))
    if of_all >= contract.max_product_orders:
        raise refusal(Code.UNFILLED_TOO_MANY)


def check_size(spec: OrderSpec, contract: Contract, *, dust: bool = False) -> None:
    """Positive, on the step, within the contract's bounds for its order type; `dust` may be smaller."""
    size = spec.size
    if size <= 0:
        raise refusal(Code.PARAMETER_EXCEPTION, f"delegate count {decimal_text(size)} > 0 ")
    if not dust and not is_multiple(size, contract.size_multiplier):
        culprit = f"size checkBDScale error value={decimal_text(size)} checkScale={contract.volume_place}"
        raise refusal(Code.PARAMETER_EXCEPTION, culprit)
    if not dust and size < contract.min_trade_num:
        raise refusal(Code.BELOW_MIN_SIZE)
    market = spec.order_type is OrderType.MARKET
    largest = contract.max_market_order_qty if market else contract.max_order_qty
    if largest and size > largest:
        raise refusal(Code.ABOVE_MAX_SIZE)


def check_price(spec: OrderSpec, contract: Contract, reference: Decimal | None) -> None:
    """A limit price lies on the tick, within the band around `reference` (mark price) and in its reach."""
    if spec.order_type is OrderType.MARKET:
        return
    if spec.price is None:
        raise refusal(Code.PARAMETER_EMPTY, "price")
    if spec.price <= 0 or not is_multiple(spec.price, contract.tick):
        raise refusal(Code.PRICE_OFF_TICK, decimal_text(contract.tick))
    if reference is None:
        return
    highest = reference * (1 + contract.buy_limit_price_ratio)
    lowest = reference * (1 - contract.sell_limit_price_ratio)
    if spec.direction is Direction.BUY and spec.price > highest:
        raise refusal(Code.PRICE_TOO_HIGH)
    if spec.direction is Direction.SELL and spec.price < lowest:
        raise refusal(Code.PRICE_TOO_LOW)
    if spec.price > reference * _FARTHEST_PRICE:
        raise refusal(Code.PRICE_ABOVE_RISK)


def check_market_price(
    direction: Direction, best: Decimal, contract: Contract, reference: Decimal | None
) -> None:
    """A market order opens nothing at a best price outside the band around `reference` (mark price)."""
    if reference is None:
        return
    if direction is Direction.BUY and best > reference * (1 + contract.buy_limit_price_ratio):
        raise refusal(Code.MARKET_ABOVE_RISK)
    if direction is Direction.SELL and best < reference * (1 - contract.sell_limit_price_ratio):
        raise refusal(Code.MARKET_BELOW_RISK)


def check_notional(size: Decimal, price: Decimal, contract: Contract) -> None:
    """An order that opens is worth at least the contract's minimum."""
    if size * price < contract.min_trade_usdt:
        raise refusal(Code.BELOW_MIN_VALUE, decimal_text(contract.min_trade_usdt))


def check_leverage(leverage: int, contract: Contract) -> None:
    """Within the contract's range."""
    if leverage < contract.min_lever:
        raise refusal(Code.LEVERAGE_TOO_LOW)
    if leverage > contract.max_lever:
        raise refusal(Code.LEVERAGE_TOO_HIGH)
