"""Requests to Bitget by ccxt, and proof of how far each one came. No ccxt value leaves this module.

ccxt signs and sends; its own retries, its own limiter and its account-type probe are off. It is imported in
a thread, because that takes half a second. Instead of its exceptions this module reports what the transport
saw: whether a connection was ever made, and the reply's status and text as received.
"""

import asyncio
import importlib
import logging
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints, ForbiddenHost
from omega_tui.exchange.bitget.rest.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.rest.routes import http_method, is_public
from omega_tui.exchange.bitget.wire import HEADER_REMAINING, HEADER_SIGN, HEADER_TIMESTAMP, RestPath

if TYPE_CHECKING:
    import aiohttp

_TIMEOUT_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 300.0
_CONNECTIONS = 16
_REDIRECTS = range(300, 400)

_COMMON_PATHS = frozenset({RestPath.TIME, RestPath.TRADE_RATE})

# ccxt's debug lines hold the signed headers.
_silent = logging.Logger("omega_tui.rest.requests", level=logging.CRITICAL + 1)


class RedirectRefused(ValueError):
    """The exchange answered with a redirect, which is never followed: an order would be sent twice."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request would carry: the path with its query, the timestamp and the signature."""

    target: str
    timestamp: str
    signature: str


@dataclass(slots=True)
class _Call:
    """What the transport saw of one request; the hooks find it through the context of its task."""

    connected: bool = False
    status: int | None = None
    body: str = ""
    words: str = ""
    retry_after: float | None = None
    remaining: int | None = None

    def evidence(self) -> Evidence:
        if self.status is not None:
            told = (self.retry_after, self.remaining)
            return Evidence(Transport.ANSWERED, self.status, self.body, "", *told)
        if self.connected:
            return Evidence(Transport.LOST, words=self.words or "the reply was lost")
        return Evidence(Transport.NO_BYTE_LEFT, words=self.words or "no connection")


_call: ContextVar[_Call | None] = ContextVar("omega_tui_rest_call", default=None)


class CcxtClient:
    """One ccxt object on one environment.

    `now_ms` is the clock that requests are stamped with; a request without an answer for `timeout` seconds
    counts as lost. With `read_only` nothing but GET leaves, whatever is asked.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        credentials: Credentials | None,
        now_ms: Callable[[], int],
        timeout: float = _TIMEOUT_SECONDS,
        *,
        read_only: bool = False,
    ) -> None:
        self._read_only = read_only
        self._timeout_ms = round(timeout * 1000)
        self._endpoints = endpoints
        self._credentials = credentials
        self._now_ms = now_ms
        self._client: Any = None
        self._session: aiohttp.ClientSession | None = None
        self._failures: tuple[type[Exception], ...] = ()
        self._loading: asyncio.Task[str] | None = None
        self._closed = False

    async def ready(self) -> str:
        """Wait until requests can be sent; returns why they never will be, or an empty text."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        return await asyncio.shield(self._loading)

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        """Send one request once and report what was seen. Never raises for anything the wire does."""
        if self._read_only and http_method(path) != "GET":
            return Evidence(Transport.NO_BYTE_LEFT, words="read-only: only GET leaves", lasting=True)
        failure = await self.ready()
        if failure or self._session is None or self._session.closed:
            words = failure or "the session is closed"
            return Evidence(Transport.NO_BYTE_LEFT, words=words, lasting=True)
        call = _Call()
        token = _call.set(call)
        try:
            await self._client.request(*_route(path), params)
        except self._failures as error:
            call.words = _words(error)
        finally:
            _call.reset(token)
        return call.evidence()

    async def signed(self, path: RestPath, params: dict[str, Any]) -> Signed:
        """How ccxt would sign a request, which is not sent. Raises RuntimeError when it cannot be used."""
        if failure := await self.ready():
            raise RuntimeError(failure)
        request = self._client.sign(*_route(path), params)
        target = request["url"].removeprefix(self._endpoints.rest)
        headers = request["headers"]
        return Signed(target, headers[HEADER_TIMESTAMP], headers[HEADER_SIGN])

    async def close(self) -> None:
        """Close the connections; requests after this are not sent."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._client.session = None

    async def _load(self) -> str:
        try:
            self._client, context = await asyncio.to_thread(_build_client, self._configuration())
        except (ImportError, OSError) as error:
            return f"ccxt cannot be used: {_words(error)}"
        if self._closed:
            return "the session is closed"
        self._failures = _failures()
        self._session = self._open_session(context)
        self._client.own_session = False
        self._client.session = self._session
        self._client.nonce = self._now_ms
        self._client.on_rest_response = _keep_reply
        return ""

    def _configuration(self) -> dict[str, Any]:
        keys = self._credentials
        return {
            "apiKey": keys.api_key if keys else "",
            "secret": keys.secret if keys else "",
            "password": keys.passphrase if keys else "",
            "enableRateLimit": False,
            "timeout": self._timeout_ms,
            "logger": _silent,
            "options": {
                "uta": False,
                "maxRetriesOnFailure": 0,
                "sandboxMode": self._endpoints.demo_trading,
            },
            "omega_base_url": self._endpoints.rest,
        }

    def _open_session(self, context: ssl.SSLContext) -> "aiohttp.ClientSession":
        import aiohttp

        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(_mark_connected)
        trace.on_connection_reuseconn.append(_mark_connected)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context, limit=_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[trace],
            middlewares=(self._fence,),
        )

    async def _fence(
        self,
        request: "aiohttp.ClientRequest",
        handler: "Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]",
    ) -> "aiohttp.ClientResponse":
        """Keep every request on this environment's host, and a read-only environment unchanged."""
        if self._read_only and request.method != "GET":
            raise ForbiddenHost(f"{request.method} in a read-only environment")
        self._endpoints.check_rest(str(request.url))
        response = await handler(request)
        if response.status in _REDIRECTS:
            response.close()
            raise RedirectRefused(f"HTTP {response.status} wants to send the request elsewhere")
        return response


def _build_client(configuration: dict[str, Any]) -> tuple[Any, ssl.SSLContext]:
    """Runs in a thread: import ccxt, make its Bitget object and the TLS context."""
    module = importlib.import_module("ccxt.async_support")
    base_url = configuration.pop("omega_base_url")
    _require_the_real_thing(module.bitget)
    client = module.bitget(configuration)
    client.urls["api"] = dict.fromkeys(client.urls["api"], base_url)
    context = ssl.create_default_context(cafile=client.cafile)
    client.ssl_context = context
    return client, context


def _require_the_real_thing(client_class: type) -> None:
    """A look-alike of ccxt once replaced `sign`, and sent orders and keys to somebody else."""
    name = "ccxt.async_support.bitget"
    home = Path(getattr(sys.modules.get(name), "__file__", None) or "").as_posix()
    sign = vars(client_class).get("sign")
    written = Path(getattr(getattr(sign, "__code__", None), "co_filename", "")).as_posix()
    if (
        client_class.__module__ != name
        or not home.endswith("/ccxt/async_support/bitget.py")
        or written != home
    ):
        raise ImportError("the signing code of ccxt is not its own; install the program anew")


def _failures() -> tuple[type[Exception], ...]:
    import aiohttp
    from ccxt.base.errors import BaseError

    return (BaseError, aiohttp.ClientError, ForbiddenHost, OSError, ValueError, RecursionError)


def _route(path: RestPath) -> tuple[str, list[str], str]:
    access = "public" if is_public(path) else "private"
    family = "common" if path in _COMMON_PATHS else "spot" if "/spot/" in path else "mix"
    return path.removeprefix("/api/"), [access, family], http_method(path)


def _keep_reply(
    status: int,
    reason: str,
    url: str,
    method: str,
    headers: Mapping[str, str],
    body: str,
    *requested: object,
) -> str:
    """ccxt's hook for each whole reply; what it returns is what ccxt goes on with."""
    call = _call.get()
    if call is not None:
        told = {name.lower(): value for name, value in headers.items()}
        call.status, call.body = status, body
        call.retry_after = _whole(told.get("retry-after"))
        call.remaining = _whole(told.get(HEADER_REMAINING))
    return body


def _whole(text: str | None) -> int | None:
    """A small whole number of a header; None for anything else, a date among it."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None


async def _mark_connected(session: object, context: object, params: object) -> None:
    call = _call.get()
    if call is not None:
        call.connected = True


def _words(error: Exception) -> str:
    # ccxt's own words repeat the address; the cause says what happened.
    cause = error.__cause__ or error
    certificate = getattr(getattr(cause, "certificate_error", None), "verify_message", "")
    if certificate:
        return safe_text(f"the certificate is refused: {certificate}", 160)
    return safe_text(f"{type(cause).__name__}: {cause}", 160)
