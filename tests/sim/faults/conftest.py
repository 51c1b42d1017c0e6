"""A running exchange to which tests do harm, and raw clients that see it."""

from collections.abc import Callable
from typing import Any

import pytest

from omega_tui.sim.faults.desk import ActiveFault
from omega_tui.sim.faults.plan import parse_fault
from omega_tui.sim.server import SimServer
from tests.sim.protocol.conftest import http, private, public, rest, server

__all__ = ["http", "private", "public", "rest", "server"]

Harm = Callable[..., ActiveFault]


@pytest.fixture
def harm(server: SimServer) -> Harm:
    """Puts a fault in force by its name and members, as the control face does."""

    def ask_for(name: str, **members: Any) -> ActiveFault:
        return server.faults.add(parse_fault({"name": name, **members}))

    return ask_for
