"""Requests about many orders at once, and the two lists that answer them."""

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import BATCH_LIMIT
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest.request import Parameters


def batch(parameters: Parameters, name: str, too_many: Refused) -> list[Parameters] | None:
    """A list of one to fifty objects, None when absent; an empty one is no way to say "all"."""
    elements = parameters.elements(name)
    if elements is not None and not elements:
        raise refusal(Code.PARAMETER_WRONG, name)
    if elements is not None and len(elements) > BATCH_LIMIT:
        raise too_many
    return elements


def lists_row(succeeded: list[Row], failed: list[Row]) -> Row:
    """What became of each element, in two lists."""
    return {"successList": succeeded, "failureList": failed}


def failure_row(refused: Refused, order_id: str | None, client_oid: str | None) -> Row:
    """One row of `failureList`."""
    return {
        "orderId": order_id or "",
        "clientOid": client_oid or "",
        "errorMsg": refused.message,
        "errorCode": str(refused.code),
    }


def given_text(parameters: Parameters, name: str) -> str | None:
    """A name as it was given, None when it is no text."""
    try:
        return parameters.text(name)
    except Refused:
        return None
