"""Bitget's signatures: HMAC-SHA256 over a prehash, in base64. Pure: time and keys are handed in.

As Bitget's API introduction ("Signature") and WebSocket introduction ("Login") define them.
"""

import base64
import hashlib
import hmac

_LOGIN_TARGET = "GET/user/verify"


def sign_request(secret: str, timestamp_ms: int, method: str, target: str, body: str = "") -> str:
    """The `ACCESS-SIGN` of a REST request.

    `target` is the path with `?query` when there is a query; `body` is the exact text sent, empty for GET.
    """
    return _sign(secret, f"{timestamp_ms}{method.upper()}{target}{body}")


def sign_login(secret: str, timestamp_s: int) -> str:
    """The `sign` of a private stream's login; its timestamp is in seconds."""
    return _sign(secret, f"{timestamp_s}{_LOGIN_TARGET}")


def _sign(secret: str, prehash: str) -> str:
    digest = hmac.new(secret.encode(), prehash.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
