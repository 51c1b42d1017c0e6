"""The simulator must never outlive the cockpit that started it, however the cockpit dies."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from omega_tui.clock import RandomIds
from omega_tui.sim.child import SimulatorFailed, SimulatorProcess

_PARENT = textwrap.dedent("""
    import asyncio
    from omega_tui.clock import RandomIds
    from omega_tui.sim.child import SimulatorProcess

    async def main():
        simulator = SimulatorProcess(["--seed", "3", "--symbols", "BTCUSDT"], RandomIds())
        await simulator.start(print)
        await simulator.ready()
        print(simulator.pid, flush=True)
        await asyncio.sleep(60)

    asyncio.run(main())
""")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def _gone(pid: int) -> bool:
    for _ in range(100):
        if not _alive(pid):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_killed_parent_takes_the_simulator_with_it() -> None:
    """Bug: an orphaned exchange that burns a core for ever after the SSH session was cut."""
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE)  # noqa: ASYNC220
    assert parent.stdout is not None
    child = int(await asyncio.to_thread(parent.stdout.readline))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert await _gone(child)


async def test_the_simulator_inherits_no_key_of_the_real_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug: a process that has no use for them holds the keys of real money in its environment."""
    monkeypatch.setenv("BITGET_MAINNET_SECRET_KEY", "canary-in-the-environment")
    simulator = SimulatorProcess(["--symbols", "BTCUSDT"], RandomIds())
    await simulator.start(print)
    try:
        await simulator.ready()
        inherited = Path(f"/proc/{simulator.pid}/environ").read_bytes()  # noqa: ASYNC240
    finally:
        await simulator.stop()
    assert b"canary" not in inherited
    assert b"OMEGA_SIM_SECRET=" in inherited


async def test_start_and_stop_leave_nothing_behind() -> None:
    """Bug: quitting the cockpit leaves the port and the process behind."""
    simulator = SimulatorProcess(["--seed", "3", "--symbols", "BTCUSDT"], RandomIds())
    await simulator.start(lambda text: None)
    pid = simulator.pid
    assert pid is not None
    assert "synthetic" in (await simulator.ready()).lower()
    await simulator.stop()
    assert not _alive(pid)


async def test_a_simulator_that_cannot_start_says_why() -> None:
    """Bug: a wrong tape path that shows as an endless CONNECTING."""
    simulator = SimulatorProcess(["--tape", "no-such-file.gz"], RandomIds())
    await simulator.start(lambda text: None)
    with pytest.raises(SimulatorFailed, match=r"no-such-file\.gz"):
        await simulator.ready()
    await simulator.stop()


async def test_a_simulator_that_dies_is_reported_once() -> None:
    """Bug: a cockpit that reconnects for ever to an exchange that does not exist any more."""
    notices: list[str] = []
    told = asyncio.Event()

    def tell(text: str) -> None:
        notices.append(text)
        told.set()

    simulator = SimulatorProcess(["--seed", "3", "--symbols", "BTCUSDT"], RandomIds())
    await simulator.start(tell)
    await simulator.ready()
    assert simulator.pid is not None
    os.kill(simulator.pid, signal.SIGKILL)
    await asyncio.wait_for(told.wait(), 10)
    await simulator.stop()
    assert notices == ["the simulated exchange ended, and its account with it: quit and start again"]
