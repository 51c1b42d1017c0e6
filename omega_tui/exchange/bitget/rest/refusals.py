"""What a refusal of Bitget's proves, and what to do about it. Pure; the codes stand in the tables beside it.

A code that no table knows proves nothing: Bitget adds and re-uses codes, and "error creating order" is in its
list too. Such an action stays unknown until the order itself is looked up, which costs half a minute; taking
it for refused could cost a second order.
"""

from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.rest import refusal_kinds as kinds
from omega_tui.exchange.bitget.rest import refusals_of_content as content


class Kind(StrEnum):
    """What a refusal proves. The value says it in words."""

    CONTENT = "refused: what was asked for cannot be had"
    CLOCK = "refused: the timestamp was off"
    LIMIT = "refused before it was looked at: too many requests; a cancel or an amendment stays unknown"
    KEY = "refused: the key or its signature was not accepted"
    PERMISSION = "refused: the key may not do this"
    MAINTENANCE = "refused: the contract is closed for now"
    NOTHING_TO_CLOSE = "refused: there is nothing to close"
    NOTHING_TO_CANCEL = "unknown: nothing rests, which does not say what became of one order"
    INTERNAL = "unknown: it may have happened before the trouble"
    DUPLICATE = "unknown: an earlier attempt with this id may be live"
    NOT_FOUND = "unknown: it may be filled, of another kind or not visible yet"
    FINISHED = "unknown: the same request may have done it a moment ago"
    UNLISTED = "unknown: nobody knows what this code proves"


_TABLES: Final = {
    Kind.CLOCK: (kinds.CLOCK,),
    Kind.LIMIT: (kinds.LIMIT,),
    Kind.KEY: (kinds.KEY,),
    Kind.PERMISSION: (kinds.PERMISSION,),
    Kind.MAINTENANCE: (kinds.MAINTENANCE,),
    Kind.INTERNAL: (kinds.INTERNAL,),
    Kind.DUPLICATE: (kinds.DUPLICATE,),
    Kind.NOTHING_TO_CLOSE: (kinds.NOTHING_TO_CLOSE,),
    Kind.NOTHING_TO_CANCEL: (kinds.NOTHING_TO_CANCEL,),
    Kind.NOT_FOUND: (kinds.NOT_FOUND,),
    Kind.FINISHED: (kinds.FINISHED,),
    Kind.CONTENT: (content.REQUEST, content.QUERY, content.ORDER, content.TPSL, content.SETTING),
}

KINDS: Final = {code: kind for kind, tables in _TABLES.items() for table in tables for code in table}
"""The kind of every code that is known."""

MEANINGS: Final = {
    code: meaning for tables in _TABLES.values() for table in tables for code, meaning in table.items()
}
"""What every known code really means, in a few words."""

DEFINITE: Final = frozenset(
    {Kind.CONTENT, Kind.CLOCK, Kind.KEY, Kind.PERMISSION, Kind.MAINTENANCE, Kind.NOTHING_TO_CLOSE}
)
"""Kinds that prove for every action that nothing happened."""

_BY_KIND: Final = {
    Kind.CONTENT: "",
    Kind.CLOCK: "the clock is off: it is being measured again, then try once more",
    Kind.LIMIT: "too many requests: wait a second before the next one",
    Kind.KEY: "the key does not work here: check its three parts with omega-tui doctor signature",
    Kind.PERMISSION: "the key or the account may not do this: see omega-tui doctor",
    Kind.MAINTENANCE: "the contract is closed for now: orders stay as they are, try again later",
    Kind.NOTHING_TO_CLOSE: "nothing is left to close: positions are read again",
    Kind.NOTHING_TO_CANCEL: "nothing was resting",
    Kind.INTERNAL: "the exchange has trouble: what became of it is being looked up",
    Kind.DUPLICATE: "the order with this id is being looked up; it is never sent under another id",
    Kind.NOT_FOUND: "orders, history and fills are being looked up",
    Kind.FINISHED: "the order is already finished, or being finished: it is being looked up",
    Kind.UNLISTED: "what became of it is being looked up",
}

_BY_CODE: Final = {
    "40009": "the secret does not belong to the key, or was copied with a mistake",
    "40012": "the passphrase is not the one the key was made with",
    "40036": "the passphrase is not the one the key was made with",
    "40006": "the key is unknown: revoked, expired or copied with a mistake",
    "40037": "the key is unknown: revoked, expired or copied with a mistake",
    "40014": "the API key lacks the permission to trade",
    "40025": "the API key lacks the permission to trade",
    "40018": "this address is not on the API key's whitelist",
    "40038": "this address is not on the API key's whitelist",
    "22010": "this address is not on the API key's whitelist",
    "40084": "this is a classic account: the unified routes are closed to it",
    "40085": "this is a unified account: classic futures need a classic account's key",
    "40099": "a demo key was used on the live exchange, or the reverse",
    "40200": "the exchange is being upgraded: orders stay as they are, new risk waits until it is back",
    "40731": "others copy this account: its position mode cannot change",
    "40762": "reduce the size or the leverage",
    "40774": "the account's position mode differs from the order's",
    "40939": "cancel or change resting reduce-only orders first",
    "41114": "the symbol is under maintenance",
    "43012": "reduce the size",
    "43115": "trading opens soon",
    "45021": "the account's position mode differs from the order's",
    "43075": "the account's position mode differs from the order's",
    "25236": "the account's position mode differs from the order's",
    "45110": "the order is worth less than the minimum; close-position takes dust",
    "40917": "the stop of a long position belongs below the mark price",
    "45122": "the stop of a short position belongs above the mark price",
}


def kind_of(code: str) -> Kind:
    """What the code proves; `Kind.UNLISTED` when nobody knows."""
    return KINDS.get(code, Kind.UNLISTED)


def advice(code: str) -> str:
    """What to do about a refusal, in plain words; an empty text when there is nothing to add."""
    return _BY_CODE.get(code) or _BY_KIND[kind_of(code)]


def codes_of(*wanted: Kind) -> frozenset[str]:
    """Every known code of these kinds."""
    return frozenset(code for code, kind in KINDS.items() if kind in wanted)
