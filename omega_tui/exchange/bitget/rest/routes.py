"""How each REST path is reached: which ones need a signature, and which ones are posted.

From the method and "Authentication" lines of each endpoint's page in Bitget's documentation.
"""

from omega_tui.exchange.bitget.wire import RestPath

_POSTED = frozenset(
    {
        RestPath.PLACE_ORDER,
        RestPath.BATCH_PLACE_ORDER,
        RestPath.CANCEL_ORDER,
        RestPath.BATCH_CANCEL_ORDERS,
        RestPath.CANCEL_ALL_ORDERS,
        RestPath.MODIFY_ORDER,
        RestPath.CLICK_BACKHAND,
        RestPath.CLOSE_POSITIONS,
        RestPath.PLACE_PLAN_ORDER,
        RestPath.MODIFY_PLAN_ORDER,
        RestPath.PLACE_TPSL_ORDER,
        RestPath.MODIFY_TPSL_ORDER,
        RestPath.CANCEL_PLAN_ORDER,
        RestPath.SET_LEVERAGE,
        RestPath.SET_MARGIN_MODE,
        RestPath.SET_POSITION_MODE,
    }
)


def is_public(path: RestPath) -> bool:
    """True when the path answers without a key."""
    return "/market/" in path or "/public/" in path


def http_method(path: RestPath) -> str:
    """`GET` or `POST`: Bitget uses no others."""
    return "POST" if path in _POSTED else "GET"
