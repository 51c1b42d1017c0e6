"""The simulator's control face, for drivers that make things happen: faults, and time that passes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class Control:
    """Asks the control face that the simulator's first line named."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._address = task["control"].rstrip("/")
        self._headers = {"Authorization": f"Bearer {task['control_token']}"}

    async def ask(self, method: str, route: str, body: object = None) -> Any:
        """The reply to one request, which must succeed."""
        async with (
            aiohttp.ClientSession(headers=self._headers) as session,
            session.request(method, f"{self._address}/{route}", json=body) as reply,
        ):
            assert reply.status < 300, await reply.text()
            return await reply.json()

    async def pass_time(self, milliseconds: int) -> None:
        """Return when everything within that time has happened."""
        await self.ask("POST", "clock", {"step_ms": milliseconds})

    @asynccontextmanager
    async def fault(self, name: str, **members: object) -> AsyncIterator[None]:
        """One fault for as long as the block lasts; it must have struck."""
        await self.ask("POST", "faults", {"name": name, **members})
        try:
            yield
            (told,) = (await self.ask("GET", "faults"))["faults"]
            assert told["fired"] > 0, told
        finally:
            await self.ask("DELETE", "faults")
