"""A simulated exchange that outlives traders, and folders that a trader of a test may write to."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from omega_tui import AsyncBitGetTrader
from tests.support.simulator import Simulator, simulator

Opened = Callable[..., AsyncBitGetTrader]


@pytest.fixture
def exchange() -> Iterator[Simulator]:
    with simulator("--seed", "5") as serving:
        yield serving


@pytest.fixture
def hedged() -> Iterator[Simulator]:
    with simulator("--seed", "5", "--position-mode", "hedge") as serving:
        yield serving


@pytest.fixture
def trader(tmp_path: Path) -> Opened:
    """Makes a trader on a serving simulator; whoever takes it opens it."""

    def make(exchange: Simulator, **arguments: Any) -> AsyncBitGetTrader:
        settings = {f"paths.{name}": str(tmp_path / name) for name in ("config", "data", "state", "cache")}
        return AsyncBitGetTrader(venue="sim", sim=exchange.line, settings=settings, **arguments)

    return make
