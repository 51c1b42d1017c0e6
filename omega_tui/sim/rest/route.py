"""What a route is: its method, who may call it, what answers it. The modules beside this one define them."""

from collections.abc import Callable
from typing import Final, NamedTuple

from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.rest.request import Parameters

GET: Final = "GET"
POST: Final = "POST"

Answer = Callable[[SimulatedExchange, Parameters], object]
"""What a route does with a request: returns the reply's `data`, or raises Refused."""

Around = Callable[[Answer, SimulatedExchange, Parameters], object]
"""What stands between an admitted request and its route: returns the reply's `data`, or raises Refused."""


class Route(NamedTuple):
    """One route; a signed one needs the account's key."""

    method: str
    signed: bool
    answer: Answer


def public(answer: Answer) -> Route:
    """A route that anybody may read."""
    return Route(GET, False, answer)


def read(answer: Answer) -> Route:
    """A route that reads the account."""
    return Route(GET, True, answer)


def act(answer: Answer) -> Route:
    """A route that changes the account, after what the exchange had planned for up to now.

    However late its agenda is played, nobody pays for a settlement from before he traded.
    """

    def in_time(exchange: SimulatedExchange, parameters: Parameters) -> object:
        exchange.venue.on_time(exchange.clock.now_ms())
        return answer(exchange, parameters)

    return Route(POST, True, in_time)


def plainly(answer: Answer, exchange: SimulatedExchange, parameters: Parameters) -> object:
    """Nothing stands between: the route answers."""
    return answer(exchange, parameters)
