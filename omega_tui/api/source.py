"""What the API is served from: the engine's pictures, the one thing it may write, and kept answers."""

from collections.abc import Callable
from typing import Protocol

import msgspec
from pydantic import BaseModel

from omega_tui.api import answers
from omega_tui.clock import Clock, Ids
from omega_tui.domain.closed import ClosedPosition
from omega_tui.engine.views import Panel, Views

_encode = msgspec.json.Encoder(decimal_format="number").encode


class ServedEngine(Protocol):
    """The engine as the API sees it."""

    @property
    def views(self) -> Views:
        """The pictures."""
        ...

    async def add_closed(self, position: ClosedPosition) -> None:
        """Write down a position that was closed elsewhere. Raises JournalFailed."""
        ...

    @property
    def trades(self) -> bool:
        """Whether orders can be sent from here."""
        ...

    @property
    def refusals(self) -> int:
        """Intents that were refused since the start."""
        ...


def encode(model: BaseModel) -> bytes:
    """JSON with money as the exact number that it is, not as a float and not as a text."""
    return _encode(model.model_dump())


class Source:
    """Everything a route needs. `version` is the program's."""

    def __init__(
        self, engine: ServedEngine, clock: Clock, ids: Ids, version: str, cache_seconds: float
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.ids = ids
        self.version = version
        self._started = clock.monotonic()
        self._cache_seconds = cache_seconds
        self._metrics: tuple[float, bytes] | None = None
        self._kept: dict[str, tuple[tuple[int, ...], bytes]] = {}

    @property
    def views(self) -> Views:
        """The engine's pictures."""
        return self.engine.views

    @property
    def uptime_seconds(self) -> int:
        """How long the API has been served."""
        return int(self.clock.monotonic() - self._started)

    def metrics(self, *, refresh: bool) -> bytes:
        """The Fibonacci metrics, at most `cache_seconds` old unless asked anew. Raises `NotServed`."""
        now = self.clock.monotonic()
        if refresh or self._metrics is None or now - self._metrics[0] >= self._cache_seconds:
            body = encode(answers.fibonacci_metrics(self.views, self.clock.wall_ms()))
            self._metrics = (now, body)
        return self._metrics[1]

    def kept(self, name: str, build: Callable[[Views], BaseModel], *panels: Panel) -> bytes:
        """An answer that is built again only when one of its pictures changed. Raises `NotServed`."""
        versions = tuple(self.views.version(panel) for panel in panels)
        known = self._kept.get(name)
        if known is None or known[0] != versions:
            known = (versions, encode(build(self.views)))
            self._kept[name] = known
        return known[1]
