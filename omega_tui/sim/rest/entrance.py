"""The entrance to REST: which route a request is for, and whether its caller may use it, now and this often.

In the order Bitget checks: the address's share, the exchange's own state, the route, the proof of the key,
what the key and its account may do, the endpoint's share.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import (
    COPY_TRADER_ORDERS_PER_SECOND,
    HEADER_DEMO,
    HEADER_REMAINING,
    REQUESTS_PER_SECOND,
    RETIRED_PREFIXES,
    UNIFIED_PREFIX,
    RestPath,
)
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.limits import Allowances
from omega_tui.sim.personas import AccountKind, Environment, Permission, Persona, Standing
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest.route import POST, Route
from omega_tui.sim.security import READ_WORDS, TRADE_WORDS, Guard, SignedRequest

REGION_TEXT: Final = "The currency is a regional currency and does not meet the purchase conditions."
"""The text of 40024 captured in December 2025."""

_UNIFIED_PUBLIC: Final = (f"{UNIFIED_PREFIX}market/", f"{UNIFIED_PREFIX}public/")
_NOT_IN_DEMO: Final = frozenset({RestPath.FILL_HISTORY})
_OPENING: Final = frozenset({RestPath.PLACE_ORDER, RestPath.BATCH_PLACE_ORDER, RestPath.PLACE_PLAN_ORDER})
_WITHOUT_PERMISSION: Final = frozenset({RestPath.SPOT_ACCOUNT_INFO})


class Call(NamedTuple):
    """One request as it came: `target` is path and query, `address` the caller's."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    address: str

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The target's query, empty for none."""
        return self.target.partition("?")[2]


class Admission(NamedTuple):
    """The route that a request may use, and what its reply's headers have to say."""

    route: Route
    headers: dict[str, str]


class Entrance:
    """Lets the requests to one exchange in or refuses them."""

    def __init__(
        self,
        exchange: SimulatedExchange,
        guard: Guard,
        allowances: Allowances,
        routes: Mapping[str, Route],
    ) -> None:
        self._exchange = exchange
        self._guard = guard
        self._allowances = allowances
        self._routes = routes

    def admit(self, call: Call) -> Admission:
        """The route for `call`; raises Refused with the code of the first thing wrong."""
        self._allowances.count_address(call.address)
        self._exchange.condition.check(call.path, self._exchange.clock.now_ms())
        route = self._find(call)
        if route.signed:
            self._prove(call)
            check_access(self._exchange.condition.persona, route, call.path)
        return Admission(route, self._spend(call, route))

    def _find(self, call: Call) -> Route:
        if call.path.startswith(RETIRED_PREFIXES):
            raise refusal(self._exchange.venue.choices.retired_routes_code)
        persona = self._exchange.condition.persona
        classic = persona.account is not AccountKind.UNIFIED
        if classic and call.path.startswith(UNIFIED_PREFIX) and not call.path.startswith(_UNIFIED_PUBLIC):
            self._prove(call)
            raise refusal(Code.CLASSIC_ACCOUNT)
        route = self._routes.get(call.path)
        if route is None or route.method != call.method:
            raise refusal(Code.NO_ROUTE)
        return route

    def _prove(self, call: Call) -> None:
        """The key is the right one, used where it may be and in its own environment."""
        self._guard.check_request(call.headers, SignedRequest(call.method, call.target, call.body))
        persona = self._exchange.condition.persona
        if not persona.is_known_at(call.address):
            listed = self._exchange.venue.choices.ip_refusal_names_list
            raise refusal(Code.IP_NOT_LISTED if listed else Code.IP_REFUSED)
        if (call.headers.get(HEADER_DEMO) == "1") is not (persona.environment is Environment.DEMO):
            raise refusal(Code.ENVIRONMENT_WRONG)

    def _spend(self, call: Call, route: Route) -> dict[str, str]:
        persona = self._exchange.condition.persona
        if route.signed:
            left = spend_of_account(self._allowances, persona, call.path)
        else:
            per_second = REQUESTS_PER_SECOND[RestPath(call.path)]
            left = self._allowances.spend(call.path, call.address, per_second)
        return {} if left is None else {HEADER_REMAINING: str(left)}


def spend_of_account(allowances: Allowances, persona: Persona, path: str) -> int | None:
    """Take one request off the account's allowance for a signed route, as `Allowances.spend`."""
    per_second = REQUESTS_PER_SECOND[RestPath(path)]
    if path == RestPath.PLACE_ORDER and persona.account is AccountKind.COPY_TRADER:
        per_second = COPY_TRADER_ORDERS_PER_SECOND
    return allowances.spend(path, persona.uid, per_second)


def check_access(persona: Persona, route: Route, path: str) -> None:
    """Raise Refused unless the key and its account may use a signed route."""
    if persona.standing is Standing.FROZEN:
        raise refusal(Code.ACCOUNT_FROZEN)
    if persona.account is AccountKind.UNIFIED and not path.startswith(UNIFIED_PREFIX):
        raise refusal(Code.UNIFIED_ACCOUNT)
    acts = route.method == POST
    if path not in _WITHOUT_PERMISSION and not persona.may(Permission.TRADE if acts else Permission.READ):
        raise refusal(Code.NO_PERMISSION, TRADE_WORDS if acts else READ_WORDS)
    if persona.environment is Environment.DEMO and path in _NOT_IN_DEMO:
        raise refusal(Code.NOT_IN_DEMO)
    if persona.account is AccountKind.COPY_TRADER and path == RestPath.SET_POSITION_MODE:
        raise refusal(Code.COPY_TRADING_LOCK)
    if persona.standing is Standing.REGION_LOCKED and path in _OPENING:
        raise Refused(Code.ACCOUNT_FROZEN, REGION_TEXT)
