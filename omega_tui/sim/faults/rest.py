"""Carries out the faults of requests: waits, answers in the exchange's place, garbles and breaks off."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from aiohttp import hdrs, web

from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.faults.answers import ClockSkew
from omega_tui.sim.faults.desk import FaultDesk, Strike
from omega_tui.sim.faults.fault import Dice, Ending
from omega_tui.sim.faults.proxy import LinkTransport, reset
from omega_tui.sim.faults.requests import Call, Reply, RequestFault, order_facts
from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest.request import Parameters, parse_body, parse_query
from omega_tui.sim.rest.route import GET, Answer, Around

Proceed = Callable[[Parameters], object]
Respond = Callable[[Around], web.Response]
"""How the REST face answers the request, with faults around its route."""


class RestTamper:
    """Stands around the REST face of one exchange."""

    def __init__(self, desk: FaultDesk, exchange: SimulatedExchange) -> None:
        self._desk = desk
        self._exchange = exchange

    async def answer(self, request: web.Request, body: bytes, respond: Respond) -> web.StreamResponse:
        """What the faults make of a request and of the answer to it."""
        parameters = _parameters(request, body)
        struck = self._desk.on_request(order_facts(request.path, parameters))
        await _wait(sum(fault.delay_before(dice) for fault, dice in struck))
        reply = next((one for fault, _ in struck if (one := fault.instead(self._now_ms()))), None)
        if reply is None:
            reply = self._carry_out(request.path, respond, struck)
        await _wait(sum(fault.delay_after(dice) for fault, dice in struck))
        return await _send(request, reply)

    def _carry_out(self, path: str, respond: Respond, struck: Sequence[Strike[RequestFault]]) -> Reply:
        def around(answer: Answer, exchange: SimulatedExchange, parameters: Parameters) -> object:
            return _through(struck, path, answer, exchange, parameters)

        response = respond(around)
        text = response.body if isinstance(response.body, bytes) else b""
        reply = Reply(response.status, text, response.content_type, dict(_kept(response)))
        for fault, _ in struck:
            reply = fault.rewrite(reply, self._now_ms())
        if any(isinstance(fault, ClockSkew) for fault, _ in struck):
            reply = _with_time(reply, self._now_ms() + skew_ms(self._desk))
        return reply

    def _now_ms(self) -> int:
        return self._exchange.clock.now_ms()


def skew_ms(desk: FaultDesk) -> int:
    """How far the exchange's clock is off by the faults in force."""
    now = desk.now_ms()
    return sum(
        active.fault.off_ms(now - active.starts_ms)
        for active in desk.of_kind(ClockSkew)
        if isinstance(active.fault, ClockSkew) and active.in_force(now)
    )


def _with_time(reply: Reply, told_ms: int) -> Reply:
    """The reply with another time wherever it tells the exchange's."""
    data = reply.envelope().get("data")
    if isinstance(data, dict) and "serverTime" in data:
        return reply.with_envelope(requestTime=told_ms, data={"serverTime": str(told_ms)})
    return reply.with_envelope(requestTime=told_ms)


def _through(
    struck: Sequence[Strike[RequestFault]],
    path: str,
    answer: Answer,
    exchange: SimulatedExchange,
    parameters: Parameters,
) -> object:
    """The route's answer with the faults around it, the first one outermost."""

    proceed: Proceed = partial(answer, exchange)
    for fault, dice in reversed(struck):
        proceed = _within(fault, dice, path, exchange, proceed)
    return proceed(parameters)


def _within(
    fault: RequestFault,
    dice: Dice,
    path: str,
    exchange: SimulatedExchange,
    proceed: Proceed,
) -> Proceed:
    return lambda given: fault.around(Call(exchange, path, given, proceed, dice))


def _parameters(request: web.Request, body: bytes) -> Parameters:
    """What the request asks for, as far as it can be read; whether it may is not our business."""
    try:
        return parse_query(request.query_string) if request.method == GET else parse_body(body)
    except Refused:
        return Parameters({})


def _kept(response: web.Response) -> Iterator[tuple[str, str]]:
    """The headers that say more than what the body is."""
    for name, value in response.headers.items():
        if name not in (hdrs.CONTENT_LENGTH, hdrs.CONTENT_TYPE):
            yield name, value


async def _wait(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)


async def _send(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Send a reply as far as it goes, and end the connection in its way."""
    if reply.ending is None:
        return web.Response(
            status=reply.status, body=reply.body, content_type=reply.content_type, headers=reply.headers
        )
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_type = reply.content_type
    response.content_length = len(reply.body)
    if reply.sent is not None:
        await response.prepare(request)
        await response.write(reply.body[: reply.sent])
    await _end(request.transport, reply.ending)
    return response


async def _end(transport: asyncio.Transport | None, ending: Ending) -> None:
    """End a request's connection; silence lasts until the client has had enough of it."""
    if not isinstance(transport, LinkTransport):
        return
    if ending is Ending.SILENCE:
        await transport.gone.wait()
    elif ending is Ending.RESET:
        reset(transport)
    else:
        transport.close()
