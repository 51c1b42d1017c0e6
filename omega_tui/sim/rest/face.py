"""The REST face: reads requests and answers them in Bitget's envelope, refusals included.

Who gets in is decided by `entrance`; what a route does is the business of the modules beside this one.
"""

from typing import Final

import orjson
from aiohttp import web

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import SUCCESS, SUCCESS_MESSAGE
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.faults.desk import FaultDesk
from omega_tui.sim.faults.rest import RestTamper
from omega_tui.sim.limits import Allowances
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest import (
    account,
    assets,
    bills,
    candles,
    forecasts,
    funding,
    identity,
    market,
    orders,
    plan_lists,
    plans,
    positions,
    rates,
    settings,
    trade,
)
from omega_tui.sim.rest.entrance import Call, Entrance
from omega_tui.sim.rest.request import Parameters, parse_body, parse_query
from omega_tui.sim.rest.route import GET, Around, Route, plainly
from omega_tui.sim.rest.statuses import http_status
from omega_tui.sim.security import Guard

_JSON: Final = "application/json"

ROUTES: Final[dict[str, Route]] = {
    **market.ROUTES,
    **candles.ROUTES,
    **funding.ROUTES,
    **rates.ROUTES,
    **account.ROUTES,
    **assets.ROUTES,
    **bills.ROUTES,
    **forecasts.ROUTES,
    **identity.ROUTES,
    **positions.ROUTES,
    **settings.ROUTES,
    **trade.ROUTES,
    **orders.ROUTES,
    **plans.ROUTES,
    **plan_lists.ROUTES,
}
"""Every route of the exchange by its path."""


class RestFace:
    """Answers HTTP requests for one exchange."""

    def __init__(
        self, exchange: SimulatedExchange, guard: Guard, allowances: Allowances, faults: FaultDesk
    ) -> None:
        self._exchange = exchange
        self._entrance = Entrance(exchange, guard, allowances, ROUTES)
        self._faults = faults
        self._tamper = RestTamper(faults, exchange)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer to any request that is not for a stream."""
        try:
            call = await _read(request)
        except Refused as refused:
            return self._refuse({}, refused)

        def respond(around: Around) -> web.Response:
            return self._respond(request, call, around)

        if self._faults.watches_requests:
            return await self._tamper.answer(request, call.body, respond)
        return respond(plainly)

    def _respond(self, request: web.Request, call: Call, around: Around) -> web.Response:
        headers: dict[str, str] = {}
        try:
            admission = self._entrance.admit(call)
            headers = admission.headers
            data = around(admission.route.answer, self._exchange, _parameters(request, call))
        except Refused as refused:
            return self._refuse(headers, refused)
        return self._reply(200, headers, SUCCESS, SUCCESS_MESSAGE, data)

    def _refuse(self, headers: dict[str, str], refused: Refused) -> web.Response:
        status = http_status(refused.code, self._exchange.venue.choices)
        return self._reply(status, headers, refused.code, refused.message, None)

    def _reply(
        self, status: int, headers: dict[str, str], code: str, message: str, data: object
    ) -> web.Response:
        envelope = {
            "code": str(code),
            "msg": message,
            "requestTime": self._exchange.clock.now_ms(),
            "data": data,
        }
        return web.Response(status=status, headers=headers, body=orjson.dumps(envelope), content_type=_JSON)


async def _read(request: web.Request) -> Call:
    try:
        body = await request.read()
    except (web.HTTPRequestEntityTooLarge, web.RequestPayloadError):
        raise refusal(Code.VERIFICATION_FAILED, "body") from None
    return Call(request.method, request.raw_path, request.headers, body, request.remote or "")


def _parameters(request: web.Request, call: Call) -> Parameters:
    if call.method == GET:
        return parse_query(call.query)
    if request.content_type != _JSON:
        raise refusal(Code.CONTENT_TYPE_WRONG)
    return parse_body(call.body)
