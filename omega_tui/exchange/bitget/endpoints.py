"""Where Bitget lives, and the keys that open it: the one place that builds hosts.

Hosts are those of Bitget's "Classic account" API introduction (REST `api.bitget.com`, streams
`ws.bitget.com`; demo trading keeps the REST host, adds the header `paptrading: 1` and streams from
`wspap.bitget.com`). It knows nothing of files or environment variables: settings hand the values in.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

_BITGET_HOSTS = {
    False: ("https://api.bitget.com", "wss://ws.bitget.com", "wss://ws.bitget.com"),
    True: ("https://api.bitget.com", "wss://wspap.bitget.com", "wss://wspap.bitget.com"),
}
"""By whether it is demo trading: its header on REST and its host of streams belong together."""
_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class ForbiddenHost(ValueError):
    """A request was about to leave for a host that is not one of this environment's endpoints."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API key with its secret and passphrase; printing one never shows any part of it."""

    api_key: str
    secret: str
    passphrase: str

    def __repr__(self) -> str:
        return "Credentials(***)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> str:
        raise TypeError("credentials are never pickled")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The three base addresses of one environment. `rest` has no path, the streams are whole URLs.

    `demo_trading` asks for the demo-trading header on every REST request.
    """

    rest: str
    ws_public: str
    ws_private: str
    demo_trading: bool = False

    def __post_init__(self) -> None:
        """Raise ForbiddenHost unless all three are this machine's, or one of Bitget's environments."""
        urls = (self.rest, self.ws_public, self.ws_private)
        if any(url and urlsplit(url).hostname not in _LOOPBACK_HOSTS for url in urls):
            bases = tuple(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in urls)
            if bases != _BITGET_HOSTS[self.demo_trading]:
                raise ForbiddenHost(f"{', '.join(bases)} are not the hosts of one environment")

    @classmethod
    def live(cls) -> "Endpoints":
        """The exchange itself: real money."""
        return cls(
            rest="https://api.bitget.com",
            ws_public="wss://ws.bitget.com/v2/ws/public",
            ws_private="wss://ws.bitget.com/v2/ws/private",
        )

    @classmethod
    def demo(cls) -> "Endpoints":
        """Bitget's demo trading: ordinary symbols in a separate environment with its own keys."""
        return cls(
            rest="https://api.bitget.com",
            ws_public="wss://wspap.bitget.com/v2/ws/public",
            ws_private="wss://wspap.bitget.com/v2/ws/private",
            demo_trading=True,
        )

    @classmethod
    def loopback(cls, rest: str, ws_public: str, ws_private: str) -> "Endpoints":
        """An exchange on this machine. Raises ForbiddenHost for an address that is not loopback."""
        for url in (rest, ws_public, ws_private):
            if urlsplit(url).hostname not in _LOOPBACK_HOSTS:
                raise ForbiddenHost(f"{urlsplit(url).hostname} is not this machine")
        return cls(rest=rest.rstrip("/"), ws_public=ws_public, ws_private=ws_private)

    def check_rest(self, url: str) -> None:
        """Raise ForbiddenHost unless `url` has the scheme, host and port of `rest`."""
        target, base = urlsplit(url), urlsplit(self.rest)
        if (target.scheme, target.hostname, target.port) != (base.scheme, base.hostname, base.port):
            raise ForbiddenHost(f"{target.scheme}://{target.hostname} is not {base.scheme}://{base.hostname}")
