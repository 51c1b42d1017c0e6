"""Starts the simulated exchange as a child process that cannot outlive its parent.

The child holds the other end of a pipe open as its standard input; when this process dies, however it dies,
the pipe closes and the child leaves. The parent opens the port and makes up the key, so that clients know the
address before the child has finished starting: their first connection waits in the socket's queue. Nothing of
the exchange is imported here: the two processes meet only over sockets.
"""

import asyncio
import json
import os
import socket
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from omega_tui.clock import Ids

_HOST: Final = "127.0.0.1"
_LOCAL: Final = (_HOST, "localhost", "::1")
_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 3.0
_TOKEN_LENGTH: Final = 32
_BACKLOG: Final = 64
_REAL_KEYS: Final = "BITGET_"
_KEY_VARIABLES: Final = ("OMEGA_SIM_API_KEY", "OMEGA_SIM_SECRET", "OMEGA_SIM_PASSPHRASE")


class SimulatorFailed(Exception):
    """The simulator did not come up; the text says why in its own words."""


@dataclass(frozen=True, slots=True)
class SimulatorAddress:
    """Where the simulator listens and how to sign in."""

    rest: str
    ws_public: str
    ws_private: str
    api_key: str
    secret: str = field(repr=False)
    passphrase: str = field(repr=False)


class SimulatorUnreadable(ValueError):
    """A text that leads to no simulator; the message says what was expected."""


def read_address(text: str, environment: Mapping[str, str] = os.environ) -> SimulatorAddress:
    """The simulator that serves already: its first line, the file that holds it, or its REST address.

    An address alone takes the key from `OMEGA_SIM_API_KEY`, `OMEGA_SIM_SECRET` and `OMEGA_SIM_PASSPHRASE`.
    Raises SimulatorUnreadable.
    """
    address = _read_address(text, environment)
    for url in (address.rest, address.ws_public, address.ws_private):
        if not _is_local(url):
            raise SimulatorUnreadable(f"{url!r} is no address on this machine")
    return address


def _is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.hostname in _LOCAL and parts.port != 0
    except ValueError:
        return False


def _read_address(text: str, environment: Mapping[str, str]) -> SimulatorAddress:
    if text.startswith("http://"):
        return _address_at(text.rstrip("/"), environment)
    try:
        facts = json.loads(
            text if text.lstrip().startswith("{") else Path(text).read_text().partition("\n")[0]
        )
        return SimulatorAddress(**{each.name: str(facts[each.name]) for each in fields(SimulatorAddress)})
    except (OSError, ValueError, KeyError, TypeError):
        raise SimulatorUnreadable(
            "it is neither a simulator's first line nor a file that holds one"
        ) from None


def _address_at(rest: str, environment: Mapping[str, str]) -> SimulatorAddress:
    keys = [environment.get(name, "") for name in _KEY_VARIABLES]
    if not all(keys):
        raise SimulatorUnreadable(f"an address alone needs {', '.join(_KEY_VARIABLES)} in the environment")
    streams = "ws" + rest.removeprefix("http")
    return SimulatorAddress(rest, f"{streams}/v2/ws/public", f"{streams}/v2/ws/private", *keys)


class SimulatorProcess:
    """One simulator, started with the flags of `omega-tui sim`.

    `address` is valid from construction on.
    """

    def __init__(self, arguments: Sequence[str], ids: Ids) -> None:
        self._arguments = tuple(arguments)
        self._listener = socket.create_server((_HOST, 0), backlog=_BACKLOG)
        self.address = _address(self._listener.getsockname()[1], ids)
        self._process: asyncio.subprocess.Process | None = None
        self._narration: deque[str] = deque(maxlen=20)
        self._reader: asyncio.Task[None] | None = None
        self._serving = False

    @property
    def pid(self) -> int | None:
        """The child's process id, None before it was started."""
        return self._process.pid if self._process else None

    async def start(self, on_notice: Callable[[str], None]) -> None:
        """Start the child; it serves a moment later. Raises OSError.

        `on_notice` receives its announcements, such as the end of a recording, and its unexpected end.
        """
        pipe = asyncio.subprocess.PIPE
        descriptor = self._listener.fileno()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "omega_tui", "sim", "--with-parent", "--listen-fd", str(descriptor)),
            *self._arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            pass_fds=(descriptor,),
            env=_environment(self.address),
            start_new_session=True,
        )
        # The child alone must hold the port, or a client of a dead child would wait for ever.
        self._listener.close()
        if self._process.stderr is not None:
            self._reader = asyncio.create_task(self._read_narration(self._process.stderr, on_notice))

    async def ready(self) -> str:
        """Wait until the child serves; returns its market's label. Raises SimulatorFailed."""
        stdout = self._process.stdout if self._process else None
        if stdout is None:
            raise SimulatorFailed("the simulator was not started")
        try:
            line = await asyncio.wait_for(stdout.readline(), _START_SECONDS)
        except TimeoutError:
            raise SimulatorFailed(f"the simulator did not answer within {_START_SECONDS:.0f} s") from None
        if not line and self._reader is not None:
            await self._reader
            raise SimulatorFailed(" / ".join(self._narration) or "the simulator ended without a word")
        self._serving = True
        return _market_label(line)

    async def stop(self) -> None:
        """Ask the child to leave and make sure that it did."""
        self._listener.close()
        self._serving = False
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

    async def _read_narration(self, stderr: asyncio.StreamReader, on_notice: Callable[[str], None]) -> None:
        async for raw in stderr:
            line = raw.decode(errors="replace").strip()
            self._narration.append(line)
            notice = _parse_notice(line)
            if notice:
                on_notice(notice)
        if self._serving:
            on_notice("the simulated exchange ended, and its account with it: quit and start again")


def _address(port: int, ids: Ids) -> SimulatorAddress:
    return SimulatorAddress(
        rest=f"http://{_HOST}:{port}",
        ws_public=f"ws://{_HOST}:{port}/v2/ws/public",
        ws_private=f"ws://{_HOST}:{port}/v2/ws/private",
        api_key=f"bg_{ids.token(_TOKEN_LENGTH)}",
        secret=ids.token(_TOKEN_LENGTH),
        passphrase=ids.token(_TOKEN_LENGTH),
    )


def _environment(address: SimulatorAddress) -> dict[str, str]:
    """What the child inherits: everything but the keys of the real exchange, which it has no use for."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_REAL_KEYS)}
    return inherited | _key_variables(address)


def _key_variables(address: SimulatorAddress) -> dict[str, str]:
    return dict(zip(_KEY_VARIABLES, (address.api_key, address.secret, address.passphrase), strict=True))


def _market_label(line: bytes) -> str:
    try:
        return str(json.loads(line)["market"])
    except (ValueError, KeyError, TypeError):
        raise SimulatorFailed("the simulator's first line is not its address") from None


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
