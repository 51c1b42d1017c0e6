"""The language of request faults: what a request is to a fault, and the four moments at which one may act.

Nothing is done here; `rest` carries out what the faults of `answers` and `engine` decide.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import orjson

from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.faults.fault import Dice, Ending, Fault, Named
from omega_tui.sim.rest.request import Parameters

JSON = "application/json"
HTML = "text/html"
WRITES = frozenset(path for path in RestPath if "/order/" in path)


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a fault's scope looks at: the path, and of the parameters the symbol and the client ids."""

    path: str
    symbol: str | None = None
    client_oids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is sent: all of `body`, or its first `sent` bytes, and then perhaps an `ending`."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    ending: Ending | None = None

    def envelope(self) -> dict[str, object]:
        """The members of the body, none when a fault has made something else of it."""
        try:
            decoded = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return decoded if isinstance(decoded, dict) else {}

    def with_envelope(self, **changes: object) -> "Reply":
        """The same reply with other members in its envelope, if it has one."""
        envelope = self.envelope()
        return replace(self, body=orjson.dumps(envelope | changes)) if envelope else self


@dataclass(frozen=True, slots=True)
class Call:
    """A request at the door of its route, all checks of the caller passed; `proceed` carries it out.

    `proceed` returns the reply's data or raises Refused.
    """

    exchange: SimulatedExchange
    path: str
    parameters: Parameters
    proceed: Callable[[Parameters], object]
    dice: Dice

    def carry_out(self) -> object:
        """As the client asked."""
        return self.proceed(self.parameters)


class RequestFault(Fault, frozen=True, kw_only=True):
    """A fault of requests: of one route, symbol or beginning of the client's order id, or of all.

    `route` is a path or its last parts, such as `place-order` or `order/detail`.
    """

    paths: ClassVar[frozenset[RestPath]] = frozenset()
    """The routes that it can concern; all when empty."""

    route: Named | None = None
    symbol: Named | None = None
    client_oid_prefix: Named | None = None

    def concerns(self, facts: RequestFacts) -> bool:
        """Whether a request is in scope."""
        if self.paths and facts.path not in self.paths:
            return False
        if self.route is not None and not is_route(self.route, facts.path):
            return False
        if self.symbol is not None and self.symbol != facts.symbol:
            return False
        prefix = self.client_oid_prefix
        return prefix is None or any(given.startswith(prefix) for given in facts.client_oids)

    def delay_before(self, dice: Dice) -> float:
        """Seconds that the request takes to arrive."""
        return 0.0

    def delay_after(self, dice: Dice) -> float:
        """Seconds that the answer takes to leave."""
        return 0.0

    def instead(self, now_ms: int) -> Reply | None:
        """What answers in place of the exchange, which then never hears of the request."""
        return None

    def around(self, call: Call) -> object:
        """The reply's data, with or without carrying the request out; raises Refused."""
        return call.carry_out()

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        """The answer as it leaves."""
        return reply


def is_route(route: str, path: str) -> bool:
    """Whether `route` names `path`, wholly or by its last parts."""
    return path == route or path.endswith("/" + route.removeprefix("/"))


def order_facts(path: str, parameters: Parameters) -> RequestFacts:
    """What of a request's parameters the scopes look at; malformed ones name nothing."""
    values = parameters.values
    rows: list[Mapping[str, object]] = [values]
    for name in ("orderList", "orderIdList"):
        listed = values.get(name)
        rows += [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    client_oids = tuple(str(row["clientOid"]) for row in rows if row.get("clientOid"))
    symbol = values.get("symbol")
    return RequestFacts(path, str(symbol).upper() if symbol else None, client_oids)
