"""Bitget's refusals that need telling apart, by what they prove, each with its real meaning.

From "RestAPI error code" and its unified sibling, real replies, and codes that left the page and still occur;
the real meaning is not always the page's words. What follows from a kind is said in `refusals`, not here.
"""

from typing import Final

CLOCK: Final = {
    "40004": "timestamp expired (older twin of 40008)",
    "40005": "timestamp header unparsable or missing",
    "40008": "timestamp more than 30 s off",
    "40078": "outside receiveWindow",
}
"""The timestamp was not accepted: refused for certain, and the clock is measured again."""

LIMIT: Final = {
    "429": "more requests than the endpoint takes",
}
"""Too many requests. Refused before the engine, though a cancel or an amendment is looked up all the same."""

KEY: Final = {
    "40001": "key header missing",
    "40002": "signature header missing",
    "40003": "signature header missing (older twin)",
    "40006": "key header does not look like a known key",
    "40009": "signature does not match",
    "40011": "passphrase header missing",
    "40012": "key or passphrase wrong",
    "40036": "passphrase wrong",
    "40037": "key does not exist",
}
"""The key, its passphrase or its signature was not accepted."""

PERMISSION: Final = {
    "22010": "caller's address not on the key's list",
    "40000": "not offered in this country",
    "40013": "user status abnormal",
    "40014": "key lacks the needed permission",
    "40018": "caller IP not allowed",
    "40022": "account business restricted",
    "40024": "account frozen; also seen where the region is locked",
    "40025": "user lacks this permission",
    "40031": "account cancelled",
    "40038": "IP not in the key whitelist",
    "40084": "classic account called a V3 route",
    "40085": "UTA account called a V2 route",
    "40099": "demo/live environment does not match the key",
}
"""The key is right, and may not do this, from here or in this environment."""

MAINTENANCE: Final = {
    "25101": "pair not open for trading yet (unified)",
    "25102": "pair under maintenance (unified)",
    "25103": "pair opens soon (unified)",
    "25106": "suspended for settlement or maintenance (unified)",
    "40844": "contract under temporary maintenance",
    "41114": "symbol under maintenance",
    "43115": "trading opens soon",
    "45043": "suspended for settlement or maintenance",
}
"""The contract is closed: refused for certain, and the way back is waiting."""

INTERNAL: Final = {
    "25000": "system error (unified)",
    "25001": "timed out inside the exchange (unified)",
    "25003": "two operations at once (unified)",
    "40010": "timed out inside the exchange; ccxt calls it a signature error",
    "40015": "the exchange's system is abnormal",
    "40200": "the exchange is being upgraded",
    "40725": "a service behind the exchange failed",
    "40910": "timed out inside the exchange",
    "43059": "the exchange asks to try again",
    "45001": "an error the exchange cannot name",
}
"""Trouble inside the exchange, which may come after the action was taken."""

DUPLICATE: Final = {
    "25212": "the client id was used before (unified)",
    "40708": "the client id was used before",
    "40786": "the client id was used before (older code, unlisted)",
    "43118": "the client id was used before (spot)",
    "45034": "the client id was used before",
    "50060": "the client id was used before",
}
"""The client id was seen before: the earlier attempt may be the live one."""

NOTHING_TO_CLOSE: Final = {
    "22002": "no position to close",
    "25227": "no position to close (unified)",
    "40757": "not enough closable position",
}
"""There is no position to close, or no more of it."""

NOTHING_TO_CANCEL: Final = {
    "22001": "nothing to cancel",
    "43004": "no order to cancel",
}
"""No order to cancel: an answer to a cancel of everything, no proof about a single order."""

NOT_FOUND: Final = {
    "25204": "no such order (unified)",
    "31007": "order does not exist",
    "40109": "order data not found (detail query)",
    "40768": "no such order (unlisted)",
    "43001": "order does not exist",
    "43020": "TP/SL order does not exist",
    "43025": "plan order does not exist",
    "43033": "trailing order does not exist",
    "45057": "order does not exist",
}
"""The exchange knows no such order: it may be filled, of another kind, or not visible yet."""

FINISHED: Final = {
    "40922": "only resting orders can be modified",
    "43021": "TP/SL order already closed",
    "43026": "plan order already closed",
    "45031": "order already final",
    "45055": "status does not allow cancel",
    "45129": "same order cancelled again within a second",
}
"""The order is past being canceled or changed, which may be the work of this very request sent twice."""
