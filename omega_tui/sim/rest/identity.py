"""Who the key's owner is: the routes that a client's start-up checks read.

Each function answers one route with the reply's `data`.
"""

from typing import Final

from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.identity import account_info_row, unified_settings_row
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read


def account_info(exchange: SimulatedExchange, _: Parameters) -> Row:
    """`spot/account/info`: the account's number, what its key may do and where from."""
    return account_info_row(exchange.condition.persona, exchange.clock.start_ms)


def unified_settings(exchange: SimulatedExchange, _: Parameters) -> Row:
    """`v3/account/settings`, the one unified route there is: clients learn here which protocol to speak."""
    return unified_settings_row(exchange.condition.persona, exchange.venue.position_mode)


ROUTES: Final[dict[str, Route]] = {
    RestPath.SPOT_ACCOUNT_INFO: read(account_info),
    RestPath.UNIFIED_SETTINGS: read(unified_settings),
}
"""The routes of this module by their paths."""
