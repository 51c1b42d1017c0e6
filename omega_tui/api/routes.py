"""The routes: each turns one picture into one answer. Nothing here trades."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from fastapi.security import HTTPBearer

from omega_tui.api import answers, models
from omega_tui.api.additions import closed_position
from omega_tui.api.answers import NotServed
from omega_tui.api.exposition import exposition
from omega_tui.api.options import ApiOptions
from omega_tui.api.source import Source, encode
from omega_tui.api.stream import Stream
from omega_tui.domain.text import safe_text
from omega_tui.engine.views import Panel
from omega_tui.history.additions import BadAddition
from omega_tui.journal import JournalFailed

_JSON = "application/json"
_FILES = {
    "index.html": "text/html; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_FOLDER = Path(__file__).parent / "dashboard"
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "a Host that is not this server's"},
    401: {"description": "no token, or a wrong one"},
    403: {"description": "sent by a web page of somebody else"},
    413: {"description": "more than 16 KiB"},
    429: {"description": "too many requests"},
    503: {"model": models.Problem, "description": "not known now; the reason says what is missing"},
}

Answer = Callable[[], Response]


def build_app(source: Source, options: ApiOptions) -> FastAPI:
    """The application without its guard, which `server` puts around it."""
    app = FastAPI(
        title="Omega TUI",
        version=source.version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if options.schema else None,
        responses=_REFUSALS,
    )
    app.add_exception_handler(NotServed, _not_served)
    app.add_exception_handler(RequestValidationError, _not_valid)
    _add_contract(app, source)
    _add_history(app, source)
    _add_pictures(app, source)
    _add_watching(app, source)
    _add_dashboard(app)
    return app


async def _not_served(_: Request, error: Exception) -> Response:
    return _problem(503, str(error), {"retry-after": "1"})


async def _not_valid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    reasons = (f"{'.'.join(map(str, each['loc'][1:])) or 'body'}: {each['msg']}" for each in error.errors())
    return _problem(422, safe_text("; ".join(reasons), 500))


def _problem(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    body = encode(models.Problem(detail=words))
    return Response(body, status_code=status, media_type=_JSON, headers=headers)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status_code=status, media_type=_JSON)


_TOKEN = [Depends(HTTPBearer(auto_error=False, description="the token of this start"))]
"""Only described here: the guard asks for it before any route is looked for."""

_UNPROCESSABLE: dict[int | str, dict[str, Any]] = {
    422: {"model": models.Problem, "description": "a value that cannot be meant; the reason names it"}
}


def _add_contract(app: FastAPI, source: Source) -> None:
    """The routes whose paths and members existing dashboards rely on."""

    @app.get("/api/status", response_model=models.Status, dependencies=_TOKEN)
    async def status() -> Response:
        """Whether the server answers, and for how long it has."""
        known = source.views.history().known
        found = models.Status(
            status="online",
            calculator_initialized=known,
            uptime_seconds=source.uptime_seconds,
            version=source.version,
        )
        return _json(encode(found))

    @app.get(
        "/api/bitget/fibonacci-metrics",
        response_model=models.FibonacciMetrics,
        responses=_UNPROCESSABLE,
        dependencies=_TOKEN,
    )
    async def fibonacci_metrics(
        refresh: Annotated[bool, Query(description="anew, not up to 60 s old")] = False,
    ) -> Response:
        """Scores of the open positions and of the closed ones."""
        return _json(source.metrics(refresh=refresh))

    @app.get("/api/bitget/bio-energy", response_model=models.BioEnergy, dependencies=_TOKEN)
    async def bio_energy() -> Response:
        """The day's range and the positions, out of ten."""
        return _json(encode(answers.bio_energy(source.views)))


def _add_history(app: FastAPI, source: Source) -> None:
    """The rest of them: closed positions, and the one thing that can be written."""

    @app.get(
        "/api/bitget/position-history",
        response_model=models.PositionHistory,
        responses=_UNPROCESSABLE,
        dependencies=_TOKEN,
    )
    async def position_history(
        limit: Annotated[int, Query(ge=1, le=1000)] = 20,
        offset: Annotated[int, Query(ge=0, le=100_000_000)] = 0,
    ) -> Response:
        """Closed positions, newest first."""
        return _json(encode(answers.position_history(source.views, limit, offset)))

    conflict: dict[int | str, dict[str, Any]] = {
        409: {"model": models.Problem, "description": "it is in the history, or contradicts itself"}
    }

    @app.post(
        "/api/bitget/history/add",
        response_model=models.HistoryAdded,
        responses=_UNPROCESSABLE | conflict,
        dependencies=_TOKEN,
    )
    async def history_add(added: models.HistoryAdd) -> Response:
        """Write down a position that was closed elsewhere; it is marked as added by hand."""
        try:
            position = closed_position(added, source)
            await source.engine.add_closed(position)
        except BadAddition as error:
            return _problem(409, str(error))
        except JournalFailed as error:
            raise NotServed(f"nothing was written: {error}") from None
        told = models.HistoryAdded(success=True, id=position.position_id, message="Position added to history")
        return _json(encode(told))


def _add_pictures(app: FastAPI, source: Source) -> None:
    """What the contract does not have."""

    @app.get("/api/positions", response_model=models.Positions, dependencies=_TOKEN)
    async def positions() -> Response:
        """Open positions with their protection and their levels."""
        return _json(source.kept("positions", answers.positions, Panel.POSITIONS, Panel.FIBONACCI))

    @app.get("/api/orders", response_model=models.Orders, dependencies=_TOKEN)
    async def orders() -> Response:
        """Every order that is not finished."""
        return _json(source.kept("orders", answers.orders, Panel.ORDERS))

    @app.get("/api/account", response_model=models.Account, dependencies=_TOKEN)
    async def account() -> Response:
        """The account's money and what holds it."""
        return _json(source.kept("account", answers.account, Panel.ACCOUNT, Panel.STATUS))

    @app.get("/api/performance", response_model=models.PerformanceReport, dependencies=_TOKEN)
    async def performance() -> Response:
        """Every statistic of the closed positions."""
        return _json(source.kept("performance", answers.performance_report, Panel.HISTORY))


def _add_watching(app: FastAPI, source: Source) -> None:
    """For programs that watch this one."""
    stream = Stream(source)

    @app.get("/api/health", response_model=models.Health, responses={503: {"model": models.Health}})
    async def health() -> Response:
        """Freshness by surface; 503 while one that trading needs is not live. Open without a token."""
        found = answers.health(source.views, source.engine.trades)
        return _json(encode(found), 200 if found.status == "ok" else 503)

    @app.get("/metrics", response_class=Response, dependencies=_TOKEN)
    async def metrics() -> Response:
        """Prometheus text."""
        body, kind = exposition(source)
        return Response(body, media_type=kind)

    app.add_api_websocket_route("/api/stream", stream.serve)


def _add_dashboard(app: FastAPI) -> None:
    """The page's files; a name that is none of them is not found."""

    @app.get("/dashboard", include_in_schema=False)
    @app.get("/dashboard/", include_in_schema=False)
    async def page() -> Response:
        return _file("index.html")

    @app.get("/dashboard/{name}", include_in_schema=False)
    async def file(name: str) -> Response:
        return _file(name)


def _file(name: str) -> Response:
    if name not in _FILES:
        return _problem(404, "there is no such page")
    return FileResponse(_FOLDER / name, media_type=_FILES[name])
