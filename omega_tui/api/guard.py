"""What stands before every route: who may ask, from where, how often and how much. Pure ASGI.

It judges by raw header bytes and never by a URL that a framework put together (CVE-2026-48710). Refusals tell
nothing but their status.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hmac import compare_digest
from typing import Any

from omega_tui.api.options import ApiOptions
from omega_tui.clock import Clock

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

STREAM_PROTOCOL = "omega.stream"
"""The WebSocket subprotocol; browsers cannot send a header, so theirs stands beside it in the same list."""

TOKEN_PROTOCOL = b"omega.token."
OPEN_PATHS = ("/api/health",)
OPEN_FOLDER = "/dashboard"
"""Open without the token: the health words, and the dashboard's files, which are the same for everybody and
hold nothing."""

LARGEST_BODY = 16_384
_MOST_HEADERS = 64
_LARGEST_HEAD = 8_192
_WRONG_TOKENS_A_SECOND = 20

_SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        b" base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


class Guard:
    """Wraps the application."""

    def __init__(self, app: App, options: ApiOptions, clock: Clock) -> None:
        self._app = app
        self._token = options.token
        self._hosts = frozenset(name.encode("ascii", "ignore") for name in options.names())
        self._origins = frozenset(origin.encode("ascii", "ignore") for origin in options.origins)
        self._rate = _Bucket(clock, options.requests_a_second)
        self._wrong = _Bucket(clock, _WRONG_TOKENS_A_SECOND)
        self.refused: dict[int, int] = {}
        """How many requests were refused, by status."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge a request and hand it on, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = _Headers(scope["headers"])
        status = self._judge(scope, headers)
        if status is not None:
            await self._refuse(scope, send, status)
            return
        origin = headers.only(b"origin")
        await self._serve(scope, receive, send, origin if origin in self._origins else None)

    def _judge(self, scope: Scope, headers: "_Headers") -> int | None:
        """The status of a refusal; None for a request that may go on."""
        if headers.count > _MOST_HEADERS or headers.size > _LARGEST_HEAD:
            return 431
        host = headers.only(b"host")
        if host is None or host.lower() not in self._hosts:
            return 400
        if not self._rate.take():
            return 429
        if not self._is_from_here(headers, host.lower()):
            return 403
        if scope.get("method") == "OPTIONS" and headers.only(b"origin") in self._origins:
            return 204
        return None if self._is_open(scope) else self._judge_token(scope, headers)

    def _is_from_here(self, headers: "_Headers", host: bytes) -> bool:
        """Whether no web page of somebody else sends it."""
        origin = headers.only(b"origin")
        if origin is None:
            return headers.only(b"sec-fetch-site") not in (b"cross-site", b"same-site")
        return origin in (b"http://" + host, b"https://" + host) or origin in self._origins

    @staticmethod
    def _is_open(scope: Scope) -> bool:
        path: str = scope["path"]
        reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        inside = path == OPEN_FOLDER or path.startswith(OPEN_FOLDER + "/")
        return reads and (path in OPEN_PATHS or inside)

    def _judge_token(self, scope: Scope, headers: "_Headers") -> int | None:
        given = headers.token(browser=scope["type"] == "websocket")
        # Bytes: a text with other letters than ASCII would raise instead of being wrong.
        if given is None:
            return 401
        if compare_digest(given, self._token):
            return None
        # Only a token that is wrong is a guess.
        return 401 if self._wrong.take() else 429

    async def _refuse(self, scope: Scope, send: Send, status: int) -> None:
        self.refused[status] = self.refused.get(status, 0) + 1
        kind = "http.response"
        if scope["type"] == "websocket":
            if "websocket.http.response" not in scope.get("extensions", {}):
                await send({"type": "websocket.close", "code": 1008})
                return
            kind = "websocket.http.response"
        headers = [*_SECURITY_HEADERS, (b"content-length", b"0")]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        if status == 429:
            headers.append((b"retry-after", b"1"))
        if status == 204:
            headers += _preflight(_Headers(scope["headers"]).only(b"origin") or b"")
        await send({"type": f"{kind}.start", "status": status, "headers": headers})
        await send({"type": f"{kind}.body", "body": b""})

    async def _serve(self, scope: Scope, receive: Receive, send: Send, origin: bytes | None) -> None:
        body = _Body(receive, _declared(scope))

        async def sending(message: Message) -> None:
            if body.too_large:
                # Whatever the application makes of a body that was cut off.
                return
            if message["type"] == "http.response.start":
                own = [*message.get("headers", ()), *_SECURITY_HEADERS]
                message["headers"] = own if origin is None else [*own, *_shared_with(origin)]
            await send(message)

        await self._app(scope, body.take if scope["type"] == "http" else receive, sending)
        if body.too_large:
            await self._refuse(scope, send, 413)


class _Body:
    """A request's body, as far as it is taken."""

    def __init__(self, receive: Receive, declared: int) -> None:
        self._receive = receive
        self._left = LARGEST_BODY
        self.too_large = declared > LARGEST_BODY

    async def take(self) -> Message:
        """The next part; the client counts as gone once there is too much of it."""
        if not self.too_large:
            message = await self._receive()
            self._left -= len(message.get("body", b""))
            self.too_large = self._left < 0
        return {"type": "http.disconnect"} if self.too_large else message


def _declared(scope: Scope) -> int:
    text = _Headers(scope["headers"]).only(b"content-length") or b"0"
    return int(text) if text.isdigit() and len(text) < 12 else LARGEST_BODY + 1


def _shared_with(origin: bytes) -> Iterable[tuple[bytes, bytes]]:
    return ((b"access-control-allow-origin", origin), (b"vary", b"origin"))


def _preflight(origin: bytes) -> Iterable[tuple[bytes, bytes]]:
    return (
        *_shared_with(origin),
        (b"access-control-allow-headers", b"authorization, content-type"),
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-max-age", b"600"),
    )


class _Headers:
    """Request headers as they came."""

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._pairs = list(pairs)
        self.count = len(self._pairs)
        self.size = sum(len(name) + len(value) for name, value in self._pairs)

    def only(self, name: bytes) -> bytes | None:
        """The value of a header that came once; None for one that did not, or came twice."""
        values = [value for key, value in self._pairs if key.lower() == name]
        return values[0] if len(values) == 1 else None

    def token(self, *, browser: bool) -> bytes | None:
        """The token of the Authorization header; of a WebSocket also that of the subprotocols."""
        kind, _, given = (self.only(b"authorization") or b"").partition(b" ")
        if kind.lower() == b"bearer":
            return given.strip()
        offered = (self.only(b"sec-websocket-protocol") or b"").split(b",") if browser else ()
        found = [each.strip() for each in offered if each.strip().startswith(TOKEN_PROTOCOL)]
        return found[0].removeprefix(TOKEN_PROTOCOL) if found else None


class _Bucket:
    """At most `rate` in a second, as many at once."""

    def __init__(self, clock: Clock, rate: int) -> None:
        self._clock = clock
        self._rate = rate
        self._left = float(rate)
        self._at = clock.monotonic()

    def take(self) -> bool:
        """Whether one more may go."""
        now = self._clock.monotonic()
        self._left = min(float(self._rate), self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
