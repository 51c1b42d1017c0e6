"""Reads over a sender that answers from a script, and what the exchange wraps its answers in."""

import json
from collections.abc import Callable
from typing import Any

from omega_tui.clock import Clock
from omega_tui.exchange.bitget.rest.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.wire import RestPath
from tests.exchange.links import dispatch_over


class Script:
    """A sender that answers from a function of path and parameters."""

    def __init__(self, answer: Callable[[RestPath, dict[str, Any]], Evidence]) -> None:
        self._answer = answer
        self.asked: list[dict[str, Any]] = []

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        self.asked.append(params)
        return self._answer(path, params)


def body(data: Any, code: str = "00000", status: int = 200) -> Evidence:
    """An answer with these data."""
    text = json.dumps({"code": code, "msg": "success", "requestTime": 1, "data": data})
    return Evidence(Transport.ANSWERED, status, text)


def scripted_reads(
    answer: Callable[[RestPath, dict[str, Any]], Evidence], clock: Clock | None = None
) -> tuple[RestReads, Script]:
    """Reads over such a sender."""
    script = Script(answer)
    return RestReads(dispatch_over(script), clock=clock), script
