"""The routes of accounts with several assets, sub-accounts or debts: this one has USDT and none of these.

Each function answers one route with the reply's `data`, in the documented shape.
"""

from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.paging import time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, act, read

_NOTHING: Final = "0"
_HOUR_MS: Final = 3_600_000
_LONGEST_SPAN_DAYS: Final = 30


def sub_account_assets(_exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`sub-account-assets`: there are no sub-accounts ("Get-Sub-Account-Contract-Assets")."""
    parameters.product_type()
    return []


def isolated_symbols(_exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`isolated-symbols`: every symbol here takes crossed margin too ("Get-Isolated-Symbols")."""
    parameters.product_type()
    return []


def interest_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`interest-history`: nothing is borrowed, so nothing was charged ("Interest-History")."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        raise refusal(Code.PARAMETER_WRONG, "productType")
    for bound in ("startTime", "endTime"):
        parameters.required(bound)
    time_span(parameters, _LONGEST_SPAN_DAYS)
    now = exchange.clock.now_ms()
    return {
        "nextSettleTime": str(now - now % _HOUR_MS + _HOUR_MS),
        "borrowAmount": _NOTHING,
        "borrowLimit": _NOTHING,
        "interestList": None if exchange.venue.choices.empty_lists_null else [],
        "endId": None,
    }


def transfer_limits(_exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`transfer-limits`: no other coin comes in ("Get-Union-Transfer-Limits")."""
    return {"coin": parameters.required("coin").upper(), "maxTransferIn": _NOTHING}


def union_config(_exchange: SimulatedExchange, _parameters: Parameters) -> Row:
    """`union-config`: the rates that the page fixes, and no right to borrow ("Get-Union-Config")."""
    return {"imr": "0.1", "mmr": "0.05", "individualLimit": _NOTHING, "individualLimitRatio": "0.8"}


def switch_union_usdt(_exchange: SimulatedExchange, _parameters: Parameters) -> Row:
    """`switch-union-usdt`: a single-asset account need not pay to become one ("Get-Switch-Union-USDT")."""
    return {"usdtAmount": _NOTHING}


def union_convert(_exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`union-convert`: there is no other coin to convert; always refused ("Union-Convert")."""
    parameters.required("coin")
    parameters.required_decimal("amount")
    raise refusal(Code.UNSUPPORTED)


ROUTES: Final[dict[str, Route]] = {
    RestPath.SUB_ACCOUNT_ASSETS: read(sub_account_assets),
    RestPath.ISOLATED_SYMBOLS: read(isolated_symbols),
    RestPath.INTEREST_HISTORY: read(interest_history),
    RestPath.TRANSFER_LIMITS: read(transfer_limits),
    RestPath.UNION_CONFIG: read(union_config),
    RestPath.SWITCH_UNION_USDT: read(switch_union_usdt),
    RestPath.UNION_CONVERT: act(union_convert),
}
"""The routes of this module by their paths."""
