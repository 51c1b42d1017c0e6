"""Orders over the private stream: Bitget's `op: trade`, which it opens to approved clients only.

Follows "Place-Order-Channel" and "Cancel-Order-Channel". An order means here what it means on REST; its
refusals are spelled with the codes of the unified account's list, which these channels share.
"""

import re
from typing import Final

from omega_tui.exchange.bitget.codes import Code, WsTradeCode
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.limits import Allowances
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest.entrance import check_access, spend_of_account
from omega_tui.sim.rest.request import Parameters, parse_body
from omega_tui.sim.rest.trade import ROUTES

Message = dict[str, object]

_ID: Final = re.compile(r"[0-9A-Za-z_:#+\s-]{1,40}")
_PATHS: Final = {"place-order": RestPath.PLACE_ORDER, "cancel-order": RestPath.CANCEL_ORDER}
_NAMED: Final = ("id", "instType", "channel", "instId")

_SPELLED: Final[dict[str, WsTradeCode]] = {
    Code.TOO_MANY_REQUESTS: WsTradeCode.TOO_MANY_REQUESTS,
    Code.PARAMETER_UNKNOWN: WsTradeCode.NO_SUCH_PAIR,
    Code.NOT_TRADING_YET: WsTradeCode.NOT_TRADING_YET,
    Code.UNDER_MAINTENANCE: WsTradeCode.UNDER_MAINTENANCE,
    Code.CONTRACT_REMOVED: WsTradeCode.CONTRACT_REMOVED,
    Code.OPENING_REFUSED: WsTradeCode.OPENING_REFUSED,
    Code.NO_API_TRADE: WsTradeCode.NO_API_TRADE,
    Code.BALANCE_EXCEEDED: WsTradeCode.INSUFFICIENT_MARGIN,
    Code.CANCEL_UNKNOWN_ORDER: WsTradeCode.ORDER_NOT_FOUND,
    Code.NO_LIQUIDITY: WsTradeCode.NO_LIQUIDITY,
    Code.CLIENT_OID_DUPLICATE: WsTradeCode.CLIENT_OID_DUPLICATE,
    Code.NOTHING_TO_CLOSE: WsTradeCode.POSITION_TOO_SMALL,
    Code.NO_POSITION_TO_CLOSE: WsTradeCode.NO_POSITION,
    Code.ABOVE_TIER: WsTradeCode.ABOVE_TIER,
    Code.MODE_MISMATCH: WsTradeCode.MODE_MISMATCH,
}
"""How a refusal of REST is spelled here; every other one is a validation error with REST's own words."""


def answer_orders(exchange: SimulatedExchange, allowances: Allowances, text: str) -> list[Message]:
    """One reply to each order or cancel of a message, which are acted upon one after the other."""
    try:
        wanted = parse_body(text.encode()).elements("args") or []
    except Refused as refused:
        return [_error({}, refused)]
    return [_answer(exchange, allowances, asked) for asked in wanted]


def _answer(exchange: SimulatedExchange, allowances: Allowances, asked: Parameters) -> Message:
    named: Message = {}
    try:
        named = {name: asked.text(name) for name in _NAMED}
        names = _act(exchange, allowances, asked)
    except Refused as refused:
        return _error(named, refused)
    return {"event": "trade", "arg": [{**named, "params": names}], "code": 0, "msg": "Success"}


def _act(exchange: SimulatedExchange, allowances: Allowances, asked: Parameters) -> object:
    """Do what is asked as REST would: access, outages and its allowance. Returns the order's names."""
    path = _PATHS.get(asked.required("channel"))
    if path is None:
        raise refusal(Code.PARAMETER_WRONG, "channel")
    if _ID.fullmatch(asked.required("id")) is None:
        raise refusal(Code.PARAMETER_WRONG, "id")
    exchange.condition.check(path, exchange.clock.now_ms())
    check_access(exchange.condition.persona, ROUTES[path], path)
    spend_of_account(allowances, exchange.condition.persona, path)
    where = {"symbol": asked.required("instId"), "productType": asked.required("instType")}
    return ROUTES[path].answer(exchange, asked.inner("params").with_values(**where))


def _error(named: Message, refused: Refused) -> Message:
    code = _SPELLED.get(refused.code)
    text = refused.message if code is None else code.text.replace("{0}", str(named.get("instId")))
    return {"event": "error", "arg": [named], "code": int(code or WsTradeCode.INVALID), "msg": text}
