"""The signature of a private stream's login. Pure: time and key are handed in.

HMAC-SHA256 over a prehash, in base64, as Bitget's WebSocket introduction ("Login") defines it. Requests are
signed by ccxt.
"""

import base64
import hashlib
import hmac


def sign_login(secret: str, timestamp_s: int) -> str:
    """The `sign` of a login; its timestamp is in seconds."""
    prehash = f"{timestamp_s}GET/user/verify"
    digest = hmac.new(secret.encode(), prehash.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
