"""The HTTP API against its own description, by a tool that makes up requests, whole and broken ones."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.api.house import free_port
from tests.interop.environments import Unavailable, command_of
from tests.interop.judges import PYTHON, Judge

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]

_TOOL = Judge("schemathesis", "schemathesis", PYTHON, "", "`schemathesis`: every route by its description")
_START_SECONDS = 60.0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """`omega-tui api` on a simulator, as a process; its address and token."""
    port = free_port()
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "omega_tui", "api", "--port", str(port), "--schema"],
        env={**os.environ, **folders, "OMEGA_NO_BOOTSTRAP": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert "the token is in" in process.stderr.readline()
        token = (tmp_path / "STATE" / "omega-tui" / "api.token").read_text().strip()
        yield f"http://127.0.0.1:{port}", token
    finally:
        process.terminate()
        process.wait(timeout=20)


async def _until_known(url: str, token: str) -> None:
    """Until nothing answers 503 any more: what is not known yet is no fault."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for path in ("/api/bitget/bio-energy", "/api/bitget/position-history", "/api/health"):
            for _ in range(int(_START_SECONDS * 20)):
                async with session.get(url + path) as reply:
                    if reply.status == 200:
                        break
                await asyncio.sleep(0.05)


def test_every_route_keeps_what_its_description_says(served: tuple[str, str]) -> None:
    """Bug: a member that is null where the description has a number; a broken value answered with a 500."""
    url, token = served
    try:
        tool = command_of(_TOOL)[0]
    except Unavailable as reason:
        if "CI" in os.environ:
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))
    asyncio.run(_until_known(url, token))
    done = subprocess.run(
        [
            *(tool, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--no-color"),
            *("--header", f"Authorization: Bearer {token}", "--max-examples", "60", "--seed", "1"),
        ],
        cwd=Path(tool).parent,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    assert "No issues found" in done.stdout
