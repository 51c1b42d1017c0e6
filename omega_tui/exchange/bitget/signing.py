"""The signatures of requests and of a private stream's login. Pure: time and key are handed in.

HMAC-SHA256 over a prehash, in base64, as Bitget's API introduction ("Signature") and its WebSocket
introduction ("Login") define them. Requests are signed by ccxt; `sign_request` is the second opinion that the
doctor and the tests hold against it.
"""

import base64
import hashlib
import hmac
from typing import Final, NamedTuple

from omega_tui.exchange.bitget.wire import LOGIN_PREHASH


class Vector(NamedTuple):
    """A text, the secret it is signed with, and the signature that must come out."""

    secret: str
    prehash: str
    signature: str


VECTORS: Final = (
    Vector(
        "bg_secret",
        "1700000000000GET/api/v2/mix/position/single-position"
        "?marginCoin=USDT&productType=USDT-FUTURES&symbol=BTCUSDT",
        "8wSPmgD0M9gXGrZlPZ3iNVyyFGzRrzOiyb3czfTffL4=",
    ),
    Vector(
        "bg_secret",
        '1700000000000POST/api/v2/mix/order/place-order{"symbol":"BTCUSDT","orderType":"limit",'
        '"price":"60000","force":"GTC","marginCoin":"USDT","size":"0.001","productType":"USDT-FUTURES",'
        '"clientOid":"demo-0001","marginMode":"crossed","side":"buy"}',
        "JTd+oVDG0TMPFu3VjhyUnTYG+O0in7Byr8H/ivroOl0=",
    ),
    Vector("bg_secret", f"1700000000{LOGIN_PREHASH}", "C18rGy9omAXwN+pe8erJKzUEU87V1F1G8jzC34SX9KY="),
)
"""A read, an order and a login whose signatures are known; the secret opens nothing."""


def sign(secret: str, prehash: str) -> str:
    """The signature of any text."""
    digest = hmac.new(secret.encode(), prehash.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def request_prehash(timestamp_ms: int, method: str, target: str, body: str = "") -> str:
    """The text that a request signs: `target` is the path with its query as sent, `body` the JSON as sent."""
    return f"{timestamp_ms}{method}{target}{body}"


def sign_login(secret: str, timestamp_s: int) -> str:
    """The `sign` of a login; its timestamp is in seconds."""
    return sign(secret, f"{timestamp_s}{LOGIN_PREHASH}")
