"""What a script says of an order, read once and strictly. Pure: nothing is asked and nothing is sent here."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from omega_tui.domain.orders import HoldSide, MarginMode, OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.domain.symbols import UnknownSymbol, parse_symbol
from omega_tui.engine.intents import PlanDraft, TicketDraft
from omega_tui.trader.amounts import Amount, read_amount
from omega_tui.trader.errors import InvalidInput
from omega_tui.trader.numbers import read_optional, read_share, read_whole

_Word = TypeVar("_Word", bound=StrEnum)

_FORCES = {
    "normal": TimeInForce.GTC,
    "gtc": TimeInForce.GTC,
    "post_only": TimeInForce.POST_ONLY,
    "fok": TimeInForce.FOK,
    "ioc": TimeInForce.IOC,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order as a script wants it, every word understood; sizes and prices are not fitted to steps yet.

    `leverage` and `margin_mode` are what the script takes for granted, None when it leaves them as they are.
    """

    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    amount: Amount | None
    price: Decimal | None
    reduce_only: bool
    plan: PlanDraft | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    risk: Decimal | None
    leverage: int | None
    margin_mode: MarginMode | None

    def draft(self, ticket_id: str, size: Decimal | None) -> TicketDraft:
        """The engine's ticket for it, `size` in base units."""
        return TicketDraft(
            ticket_id=ticket_id,
            symbol=self.symbol,
            side=self.side,
            order_type=self.order_type,
            time_in_force=self.time_in_force,
            size=size,
            price=self.price,
            closes=self.reduce_only,
            plan=self.plan,
            take_profit=self.take_profit,
            stop_loss=self.stop_loss,
            risk=self.risk,
        )


def read_order(
    symbol: str,
    side: str,
    order_type: str = "MARKET",
    quantity: object = None,
    price: object = None,
    leverage: object = None,
    margin_mode: str | None = None,
    time_in_force: str = "normal",
    reduce_only: bool = False,
    post_only: bool = False,
    stop_loss: object = None,
    take_profit: object = None,
    trigger_price: object = None,
    trigger_by: str = "mark",
    callback_rate: object = None,
    risk: object = None,
) -> Wanted:
    """The order that these words ask for. Raises InvalidInput for the first that cannot be."""
    kind = read_word(order_type, OrderType, "order_type")
    if (quantity is None) == (risk is None):
        raise InvalidInput("quantity", "give either a quantity or a risk", "leave the other one out")
    limit = read_optional(price, "price")
    _check_price(kind, limit)
    return Wanted(
        symbol=read_symbol(symbol),
        side=read_word(side, Side, "side"),
        order_type=kind,
        time_in_force=_read_force(kind, time_in_force, post_only),
        amount=None if quantity is None else read_amount(quantity, "quantity"),
        price=limit,
        reduce_only=_read_flag(reduce_only, "reduce_only"),
        plan=_read_plan(trigger_price, trigger_by, callback_rate),
        take_profit=read_optional(take_profit, "take_profit"),
        stop_loss=read_optional(stop_loss, "stop_loss"),
        risk=None if risk is None else read_share(risk, "risk"),
        leverage=None if leverage is None else read_whole(leverage, "leverage"),
        margin_mode=None if margin_mode is None else read_word(margin_mode, MarginMode, "margin_mode"),
    )


def read_leg(leg: Mapping[str, object] | Wanted, index: int) -> Wanted:
    """One of several orders: a mapping with the names of `place_order`. Raises InvalidInput."""
    if isinstance(leg, Wanted):
        return leg
    try:
        return read_order(**leg)  # type: ignore[arg-type]
    except TypeError as error:
        words = str(error).replace("read_order()", "an order")
        raise InvalidInput(f"order {index}", words, "use the names of place_order") from None


def read_symbol(text: object) -> str:
    """The contract's name in Bitget's V2 spelling, from any notation. Raises InvalidInput."""
    try:
        return parse_symbol(text if isinstance(text, str) else "").name
    except UnknownSymbol as error:
        fix = f"write {error.suggestion}" if error.suggestion else "write it like BTCUSDT"
        raise InvalidInput("symbol", str(error).partition("; ")[0], fix) from None


def read_word(word: object, kind: type[_Word], field: str) -> _Word:
    """A word of a fixed list, in either case. Raises InvalidInput with the list."""
    for each in kind:
        if isinstance(word, str) and word.lower() == each.value:
            return each
    raise InvalidInput(field, f"{word!r} is none", f"use {' or '.join(each.value for each in kind)}")


def read_hold_side(word: object) -> HoldSide:
    """The side of a position, "LONG" or "SHORT". Raises InvalidInput."""
    return read_word(word, HoldSide, "side")


def _check_price(kind: OrderType, price: Decimal | None) -> None:
    if kind is OrderType.LIMIT and price is None:
        raise InvalidInput("price", "a limit order needs one", "give a price, or order_type MARKET")
    if kind is OrderType.MARKET and price is not None:
        raise InvalidInput("price", "a market order has none", "leave it out, or use order_type LIMIT")


def _read_force(kind: OrderType, word: object, post_only: object) -> TimeInForce:
    force = _FORCES.get(word.lower()) if isinstance(word, str) else None
    if force is None:
        raise InvalidInput("time_in_force", f"{word!r} is none", f"use {', '.join(_FORCES)}")
    if _read_flag(post_only, "post_only"):
        if force not in (TimeInForce.GTC, TimeInForce.POST_ONLY):
            raise InvalidInput("post_only", f"it contradicts {word!r}", "leave one of them out")
        force = TimeInForce.POST_ONLY
    if kind is OrderType.LIMIT:
        return force
    if force is TimeInForce.POST_ONLY:
        raise InvalidInput("post_only", "a market order cannot rest", "use order_type LIMIT")
    if force is TimeInForce.FOK:
        raise InvalidInput("time_in_force", "a market order cannot be fok", "use order_type LIMIT")
    return TimeInForce.IOC


def _read_flag(value: object, field: str) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidInput(field, f"{value!r} is neither True nor False", "give one of them")


def _read_plan(trigger_price: object, trigger_by: object, callback_rate: object) -> PlanDraft | None:
    by = read_word(trigger_by, TriggerBy, "trigger_by")
    if by is TriggerBy.INDEX:
        raise InvalidInput("trigger_by", "no order can be asked to wait for the index", "use mark or last")
    if trigger_price is None:
        if callback_rate is not None:
            raise InvalidInput(
                "trigger_price", "a trailing order needs one", "give where it begins to follow"
            )
        return None
    price = read_optional(trigger_price, "trigger_price")
    if callback_rate is None:
        return PlanDraft(PlanKind.TRIGGER, price, by)
    return PlanDraft(PlanKind.TRAILING, price, by, read_share(callback_rate, "callback_rate"))
