"""The REST face: finds a request's route, checks who asks, answers in Bitget's envelope.

Every refusal is a JSON envelope: HTTP 404 for an unknown route, 400 for all others. What a route does is the
business of the modules beside this one.
"""

from typing import Final

import orjson
from aiohttp import web

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import SUCCESS, SUCCESS_MESSAGE, UNIFIED_PREFIX
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest import account, bills, market, orders, trade
from omega_tui.sim.rest.request import parse_body, parse_query
from omega_tui.sim.rest.route import GET, Route
from omega_tui.sim.security import Guard, SignedRequest

_JSON: Final = "application/json"
_UNIFIED_PUBLIC = (f"{UNIFIED_PREFIX}market/", f"{UNIFIED_PREFIX}public/")

ROUTES: Final[dict[str, Route]] = {
    **market.ROUTES,
    **account.ROUTES,
    **bills.ROUTES,
    **trade.ROUTES,
    **orders.ROUTES,
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
        if request.method == GET:
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
