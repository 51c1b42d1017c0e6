"""The HTTP API of a desk. The web framework is imported only by those who switch it on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from omega_tui import __version__
from omega_tui.clock import Clock, Ids
from omega_tui.domain.events import Health
from omega_tui.engine.engine import Engine
from omega_tui.settings import Settings

if TYPE_CHECKING:
    from omega_tui.api.options import ApiOptions
    from omega_tui.api.source import ServedEngine

TOKEN_NAME = "api.token"  # noqa: S105 - the name of its file
_FACE = "api"


async def serve_beside(engine: Engine, clock: Clock, ids: Ids, settings: Settings) -> None:
    """Serve for the cockpit until cancelled; what keeps it from that is told, and nothing else stops."""
    from omega_tui.api.options import ApiRefused

    try:
        async with served(engine, clock, ids, settings) as options:
            engine.note_face(_FACE, Health.LIVE, options.place)
            await asyncio.Event().wait()
    except ApiRefused as error:
        engine.note_face(_FACE, Health.DOWN, str(error))
        engine.tell(f"the HTTP API is DOWN: {error}")


@asynccontextmanager
async def served(
    engine: "ServedEngine", clock: Clock, ids: Ids, settings: Settings
) -> AsyncIterator["ApiOptions"]:
    """The API of an engine for the length of the block. Raises ApiRefused."""
    from omega_tui.api.server import serving
    from omega_tui.api.source import Source

    options = _options(ids, settings)
    source = Source(engine, clock, ids, __version__, options.cache_seconds)
    async with serving(source, options):
        yield options


def _options(ids: Ids, settings: Settings) -> "ApiOptions":
    from omega_tui.api.options import ApiOptions
    from omega_tui.api.tokens import read_token, write_token

    api, own = settings.api, settings.api.token_file is not None
    options = ApiOptions(
        token=b"",
        own_token=own,
        host=api.host,
        port=api.port,
        socket=api.socket,
        beyond_loopback=api.beyond_loopback,
        hosts=api.hosts,
        origins=api.origins,
        schema=api.schema,
    )
    options.check()
    path = token_path(settings)
    return options.with_token(read_token(path) if own else write_token(path, ids))


def token_path(settings: Settings) -> Path:
    """Where the token lies."""
    return settings.api.token_file or settings.paths.state / TOKEN_NAME
