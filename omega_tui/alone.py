"""`omega-tui api`: the HTTP API and the dashboard as a program of its own, which looks and never trades."""

import asyncio
import signal
from typing import TYPE_CHECKING

from omega_tui.commands.answer import narrate
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.domain.closed import ClosedPosition
from omega_tui.engine.engine import Engine
from omega_tui.engine.views import Views
from omega_tui.history.records import ADDED
from omega_tui.journal import JournalFailed, JournalInUse, JournalRefused, append_at_once
from omega_tui.serving import served, token_path
from omega_tui.settings import Settings
from omega_tui.sim.child import SimulatorFailed, SimulatorUnreadable, read_address

if TYPE_CHECKING:
    from omega_tui.wiring import Desk


def run_api(settings: Settings, sim: str | None) -> int:
    """Serve until a signal or ctrl+c; returns the exit code."""
    return asyncio.run(_run(settings, sim))


async def _run(settings: Settings, sim: str | None) -> int:
    from omega_tui.api.options import ApiRefused
    from omega_tui.logs import log_to_file
    from omega_tui.wiring import open_desk

    try:
        running = read_address(sim) if sim is not None else None
        # Looking only: whoever serves must never keep the cockpit from the account's journal.
        async with open_desk(settings, running, sends=False, keeps_history=True) as desk:
            log_to_file(settings.paths.state, desk.redact)
            ended = _signalled()
            async with served(_Beside(desk), desk.clock, desk.ids, settings) as options:
                narrate(f"{options.place}/dashboard; the token is in {token_path(settings)}; ctrl+c ends it")
                await _run_until(ended, desk)
    except (ApiRefused, SimulatorUnreadable) as error:
        narrate(str(error))
        return ExitCode.USAGE
    except SimulatorFailed as error:
        narrate(str(error))
        return ExitCode.UNREACHABLE
    return ExitCode.OK


async def _run_until(ended: asyncio.Event, desk: "Desk") -> None:
    """Let data flow, which may take as long as an exchange is away: what is not known is told as such."""
    starting, ending = asyncio.create_task(desk.start()), asyncio.create_task(ended.wait())
    try:
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await ending
    finally:
        starting.cancel()
        ending.cancel()


def _signalled() -> asyncio.Event:
    """Set once somebody wants an end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    return ended


class _Beside:
    """The engine of a program that only looks: what is written down takes the journal for a moment."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    @property
    def views(self) -> Views:
        return self._engine.views

    @property
    def trades(self) -> bool:
        return False

    @property
    def refusals(self) -> int:
        return self._engine.refusals

    @property
    def _engine(self) -> Engine:
        return self._desk.engine

    async def add_closed(self, position: ClosedPosition) -> None:
        await asyncio.to_thread(self._write, position)
        self._engine.read_history_again()

    def _write(self, position: ClosedPosition) -> None:
        try:
            append_at_once(self._desk.journal_file, self._desk.clock, [(ADDED, position)])
        except JournalInUse:
            raise JournalFailed(
                "the cockpit writes this account's journal now: serve the API there (omega-tui --api)"
            ) from None
        except JournalRefused as error:
            raise JournalFailed(str(error)) from None
