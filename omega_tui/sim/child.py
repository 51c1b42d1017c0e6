"""Starts the simulated exchange as a child process that cannot outlive its parent.

The child holds our end of its standard input open; when this process dies, however it dies, the pipe closes
and the child leaves. Nothing of the exchange is imported here: the two processes meet only over sockets.
"""

import asyncio
import json
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_START_SECONDS = 30.0
_STOP_SECONDS = 3.0


class SimulatorFailed(Exception):
    """The simulator did not come up; the text says why in its own words."""


@dataclass(frozen=True, slots=True)
class SimulatorAddress:
    """Where the simulator listens, how to sign in, and what market it plays."""

    rest: str
    ws_public: str
    ws_private: str
    api_key: str
    secret: str = field(repr=False)
    passphrase: str = field(repr=False)
    symbols: tuple[str, ...]
    market: str


class SimulatorProcess:
    """One running simulator. `on_notice` receives its announcements, such as the end of a tape."""

    def __init__(self, arguments: Sequence[str], on_notice: Callable[[str], None]) -> None:
        self._arguments = tuple(arguments)
        self._on_notice = on_notice
        self._process: asyncio.subprocess.Process | None = None
        self._narration: deque[str] = deque(maxlen=20)
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> SimulatorAddress:
        """Start the child and wait until it serves. Raises SimulatorFailed with the child's own words."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "omega_tui", "sim", "--with-parent", *self._arguments),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
        stdout, stderr = self._process.stdout, self._process.stderr
        if stdout is None or stderr is None:
            raise SimulatorFailed("the simulator was started without its pipes")
        self._reader = asyncio.create_task(self._read_narration(stderr))
        return _parse_address(await self._first_line(stdout))

    async def stop(self) -> None:
        """Ask the child to leave and make sure that it did."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._reader is not None:
            await self._reader

    async def _first_line(self, stdout: asyncio.StreamReader) -> bytes:
        try:
            line = await asyncio.wait_for(stdout.readline(), _START_SECONDS)
        except TimeoutError:
            raise SimulatorFailed(f"the simulator did not answer within {_START_SECONDS:.0f} s") from None
        if not line:
            if self._reader is not None:
                await self._reader
            raise SimulatorFailed(" / ".join(self._narration) or "the simulator ended without a word")
        return line

    async def _read_narration(self, stderr: asyncio.StreamReader) -> None:
        async for raw in stderr:
            line = raw.decode(errors="replace").strip()
            self._narration.append(line)
            notice = _parse_notice(line)
            if notice:
                self._on_notice(notice)


def _parse_address(line: bytes) -> SimulatorAddress:
    try:
        facts = json.loads(line)
        return SimulatorAddress(
            rest=facts["rest"],
            ws_public=facts["ws_public"],
            ws_private=facts["ws_private"],
            api_key=facts["api_key"],
            secret=facts["secret"],
            passphrase=facts["passphrase"],
            symbols=tuple(facts["symbols"]),
            market=facts["market"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SimulatorFailed(
            f"the simulator's first line is not its address: {type(error).__name__}"
        ) from None


def _parse_notice(line: str) -> str:
    """The words for an announcement of the child, empty for narration."""
    try:
        facts = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(facts, dict) or facts.get("event") != "end_of_tape":
        return ""
    lap = facts.get("lap")
    if facts.get("looping"):
        return f"end of tape: lap {lap} is over, the recording starts again"
    return "end of tape: the recorded market is over and stands still"
