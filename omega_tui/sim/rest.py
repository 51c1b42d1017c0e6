"""The REST face: finds a request's route, checks who asks, answers in Bitget's envelope.

Every refusal is a JSON envelope: HTTP 404 for an unknown route, 400 for all others. What a route does is the
business of `rest_market`, `rest_account`, `rest_trade` and `rest_orders`.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import orjson
from aiohttp import web

from omega_tui.exchange.bitget.wire import SUCCESS, SUCCESS_MESSAGE, UNIFIED_PREFIX, Code, RestPath
from omega_tui.sim import rest_account, rest_market, rest_orders, rest_trade
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import Refused
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest_request import Parameters, parse_body, parse_query
from omega_tui.sim.security import Guard, SignedRequest

Answer = Callable[[SimulatedExchange, Parameters], object]

_GET: Final = "GET"
_POST: Final = "POST"
_JSON: Final = "application/json"
_UNIFIED_PUBLIC = (f"{UNIFIED_PREFIX}market/", f"{UNIFIED_PREFIX}public/")


class Route(NamedTuple):
    """One route: a signed one needs the account's key."""

    method: str
    signed: bool
    answer: Answer


ROUTES: Final[dict[str, Route]] = {
    RestPath.TIME: Route(_GET, False, rest_market.server_time),
    RestPath.SPOT_COINS: Route(_GET, False, rest_market.no_rows),
    RestPath.SPOT_SYMBOLS: Route(_GET, False, rest_market.no_rows),
    RestPath.MARGIN_CURRENCIES: Route(_GET, False, rest_market.no_rows),
    RestPath.CONTRACTS: Route(_GET, False, rest_market.contracts),
    RestPath.TICKER: Route(_GET, False, rest_market.ticker),
    RestPath.TICKERS: Route(_GET, False, rest_market.tickers),
    RestPath.MERGE_DEPTH: Route(_GET, False, rest_market.merge_depth),
    RestPath.CANDLES: Route(_GET, False, rest_market.candles),
    RestPath.HISTORY_CANDLES: Route(_GET, False, rest_market.history_candles),
    RestPath.MARKET_FILLS: Route(_GET, False, rest_market.market_fills),
    RestPath.MARKET_FILLS_HISTORY: Route(_GET, False, rest_market.market_fills_history),
    RestPath.SYMBOL_PRICE: Route(_GET, False, rest_market.symbol_price),
    RestPath.CURRENT_FUND_RATE: Route(_GET, False, rest_market.current_fund_rate),
    RestPath.FUNDING_TIME: Route(_GET, False, rest_market.funding_time),
    RestPath.OPEN_INTEREST: Route(_GET, False, rest_market.open_interest),
    RestPath.POSITION_LEVER: Route(_GET, False, rest_market.position_lever),
    RestPath.ACCOUNT: Route(_GET, True, rest_account.account),
    RestPath.ACCOUNTS: Route(_GET, True, rest_account.accounts),
    RestPath.TRADE_RATE: Route(_GET, True, rest_account.trade_rate),
    RestPath.SET_LEVERAGE: Route(_POST, True, rest_account.set_leverage),
    RestPath.SET_MARGIN_MODE: Route(_POST, True, rest_account.set_margin_mode),
    RestPath.SET_POSITION_MODE: Route(_POST, True, rest_account.set_position_mode),
    RestPath.SINGLE_POSITION: Route(_GET, True, rest_account.single_position),
    RestPath.ALL_POSITION: Route(_GET, True, rest_account.all_position),
    RestPath.PLACE_ORDER: Route(_POST, True, rest_trade.place_order),
    RestPath.BATCH_PLACE_ORDER: Route(_POST, True, rest_trade.batch_place_order),
    RestPath.CANCEL_ORDER: Route(_POST, True, rest_trade.cancel_order),
    RestPath.BATCH_CANCEL_ORDERS: Route(_POST, True, rest_trade.batch_cancel_orders),
    RestPath.CANCEL_ALL_ORDERS: Route(_POST, True, rest_trade.cancel_all_orders),
    RestPath.CLOSE_POSITIONS: Route(_POST, True, rest_trade.close_positions),
    RestPath.ORDER_DETAIL: Route(_GET, True, rest_orders.order_detail),
    RestPath.ORDERS_PENDING: Route(_GET, True, rest_orders.orders_pending),
    RestPath.ORDERS_HISTORY: Route(_GET, True, rest_orders.orders_history),
    RestPath.ORDER_FILLS: Route(_GET, True, rest_orders.order_fills),
}
"""Every route of the exchange by its path."""


class RestFace:
    """Answers HTTP requests for one exchange."""

    def __init__(self, exchange: SimulatedExchange, guard: Guard) -> None:
        self._exchange = exchange
        self._guard = guard

    async def handle(self, request: web.Request) -> web.Response:
        """The answer to any request that is not for a stream."""
        try:
            body = await _body(request)
            return self._reply(200, SUCCESS, SUCCESS_MESSAGE, self._answer(request, body))
        except Refused as refused:
            status = 404 if refused.code == Code.NO_ROUTE else 400
            return self._reply(status, refused.code, refused.message, None)

    def _answer(self, request: web.Request, body: bytes) -> object:
        target = request.raw_path
        path, _, query = target.partition("?")
        if path.startswith(UNIFIED_PREFIX) and not path.startswith(_UNIFIED_PUBLIC):
            raise refusal(Code.CLASSIC_ACCOUNT)
        route = ROUTES.get(path)
        if route is None or route.method != request.method:
            raise refusal(Code.NO_ROUTE)
        if route.signed:
            self._guard.check_request(request.headers, SignedRequest(request.method, target, body))
        if request.method == _GET:
            return route.answer(self._exchange, parse_query(query))
        if request.content_type != _JSON:
            raise refusal(Code.CONTENT_TYPE_WRONG)
        return route.answer(self._exchange, parse_body(body))

    def _reply(self, status: int, code: str, message: str, data: object) -> web.Response:
        envelope = {
            "code": str(code),
            "msg": message,
            "requestTime": self._exchange.clock.now_ms(),
            "data": data,
        }
        return web.Response(status=status, body=orjson.dumps(envelope), content_type=_JSON)


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise refusal(Code.VERIFICATION_FAILED, "body") from None
