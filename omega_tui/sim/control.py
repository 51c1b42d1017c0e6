"""The control face: what whoever runs the exchange may do to it, under `/sim/` on the exchange's own port.

No part of Bitget's protocol. Each part of the simulator that can be steered offers its routes here; this
module checks who asks and knows nothing of what a route does.
"""

import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
import orjson
from aiohttp import web

CONTROL_PREFIX: Final = "/sim/"
TOKEN_LENGTH: Final = 48
_JSON: Final = "application/json"
_BEARER: Final = b"Bearer "
_LOOPBACK: Final = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?")
_FOREIGN: Final = ("Origin", "Sec-Fetch-Site")
"""Headers that only a web page's request carries."""

Wanted = TypeVar("Wanted")


class ControlRefused(Exception):
    """What was asked for cannot be done; the text says why and is the reply's `error`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `tail` is what stood in place of a route's `*`, `body` the JSON that came along."""

    tail: str
    body: bytes

    def read(self, kind: type[Wanted]) -> Wanted:
        """The body as `kind`, an empty one as an object without members. Raises ControlRefused."""
        try:
            return msgspec.json.decode(self.body or b"{}", type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ControlRefused(str(error)) from None


Answer = Callable[[Asked], Awaitable[object]]
"""What a route does: returns what goes into the reply as JSON, or raises ControlRefused."""


class ControlFace:
    """Answers whoever knows `token`, on a connection from this machine and no web page."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._routes: dict[tuple[str, str], Answer] = {}

    def offer(self, method: str, path: str, answer: Answer) -> None:
        """Add a route; `path` follows the prefix, and a last part `*` stands for anything."""
        self._routes[method, path] = answer

    async def handle(self, request: web.Request) -> web.Response:
        """The answer to a request under the prefix: 403, 401 and 404 say nothing, 400 says why."""
        if not _is_local(request):
            return web.Response(status=403)
        if not self._knows(request):
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        answer, tail = self._find(request.method, request.path.removeprefix(CONTROL_PREFIX))
        if answer is None:
            return web.Response(status=404)
        try:
            return _reply(200, await answer(Asked(tail, await request.read())))
        except ControlRefused as refused:
            return _reply(400, {"error": str(refused)})
        except web.RequestPayloadError:
            return _reply(400, {"error": "the body cannot be read"})

    def _knows(self, request: web.Request) -> bool:
        """Whether the token came along; compared in a time that tells nothing of how much of it is right."""
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        return hmac.compare_digest(given, _BEARER + self._token)

    def _find(self, method: str, path: str) -> tuple[Answer | None, str]:
        exact = self._routes.get((method, path))
        if exact is not None:
            return exact, ""
        head, _, tail = path.rpartition("/")
        return self._routes.get((method, f"{head}/*")), tail


def _is_local(request: web.Request) -> bool:
    """Whether the request names this machine: a page of another site, re-bound to it, names the site."""
    local = _LOOPBACK.fullmatch(request.headers.get("Host", "")) is not None
    return local and not any(header in request.headers for header in _FOREIGN)


def _reply(status: int, content: object) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(content, default=str), content_type=_JSON)
