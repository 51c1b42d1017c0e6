"""What the API server is told once, when it is built. It reads no settings itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ApiRefused(Exception):
    """The API must not be served as asked; the message says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """Where to serve and what to let in.

    With `socket` a Unix socket is served instead of `host` and `port`. `origins` are web pages elsewhere that
    may read the answers, each as browsers name it in `Origin`; `hosts` are further names this server is
    called by. An address beyond loopback needs `beyond_loopback` and a token of the user's own. With `schema`
    the OpenAPI description is served.
    """

    token: bytes = field(repr=False)
    own_token: bool = False
    host: str = "127.0.0.1"
    port: int = 8002
    socket: Path | None = None
    beyond_loopback: bool = False
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    schema: bool = False
    requests_a_second: int = 1000
    cache_seconds: float = 60.0

    def with_token(self, token: bytes) -> "ApiOptions":
        """The same with the token that opens it."""
        return replace(self, token=token)

    def check(self) -> None:
        """Raises `ApiRefused` for an address that must not be served."""
        if self.socket is not None or self.host in LOOPBACK:
            return
        if not self.beyond_loopback:
            raise ApiRefused(
                f"{self.host} can be reached from other machines: serve 127.0.0.1 and forward it by SSH, or"
                " say --beyond-loopback and give a token of your own with --token-file"
            )
        if not self.own_token:
            raise ApiRefused(f"serving {self.host} needs a token of your own: --token-file FILE")

    @property
    def place(self) -> str:
        """Where it is served, for a person."""
        if self.socket is not None:
            return f"unix:{self.socket}"
        return f"http://{_bracketed(self.host)}:{self.port}"

    def names(self) -> Iterator[str]:
        """Every value of the Host header that is this server's own."""
        for name in ("127.0.0.1", "localhost", "[::1]", _bracketed(self.host), *self.hosts):
            yield f"{name}:{self.port}".lower()
        if self.socket is not None:
            yield "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
