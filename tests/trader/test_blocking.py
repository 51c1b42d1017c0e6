"""The trader for scripts without an event loop: the same answers, and nothing left running behind it."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from omega_tui import BitGetTrader
from omega_tui.domain.orders import OrderState
from omega_tui.trader import ExchangeUnavailable, InvalidInput, TraderClosed
from omega_tui.trader.blocking import LoopThread
from tests.support.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]


def folders(tmp_path: Path) -> dict[str, object]:
    return {f"paths.{name}": str(tmp_path / name) for name in ("config", "data", "state", "cache")}


def children() -> set[int]:
    """The processes that this one started."""
    return {child.pid for child in psutil.Process().children()}


def test_a_script_trades_on_a_simulator_of_its_own_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Bug: a thread, a loop or an exchange that goes on after the with block."""
    before, threads = children(), threading.active_count()
    with BitGetTrader(venue="sim", initial_capital=2500.5, settings=folders(tmp_path)) as trader:
        assert trader.get_account_balance().equity == Decimal("2500.5")
        assert len(children() - before) == 1
        order = trader.place_order(symbol="BTCUSDT", side="BUY", quantity="0.002", stop_loss=64500)
        assert order.state is OrderState.FILLED
    assert children() == before
    assert threading.active_count() == threads
    trader.close()
    with pytest.raises(TraderClosed):
        trader.get_account_balance()


def test_several_threads_may_share_one_trader(exchange: Simulator, tmp_path: Path) -> None:
    with (
        BitGetTrader(venue="sim", sim=exchange.line, settings=folders(tmp_path)) as trader,
        ThreadPoolExecutor(4) as pool,
    ):
        asked = [
            pool.submit(
                trader.place_order, "BTCUSDT", "BUY", "LIMIT", 0.001, price, stop_loss=60000, post_only=True
            )
            for price in (63000, 63100, 63200, 63300)
        ]
        placed = {each.result().id for each in asked}
        assert {each.id for each in trader.get_open_orders()} == placed
        assert len(placed) == 4


def test_an_interrupt_ends_the_waiting_and_not_what_was_sent(exchange: Simulator, tmp_path: Path) -> None:
    """Bug: ctrl+c that takes the sending down with it, or a trader that is of no use afterwards."""
    exchange.lose_the_next_order()
    program = textwrap.dedent(f"""
        import sys
        from omega_tui import BitGetTrader
        with BitGetTrader(venue="sim", sim=sys.stdin.readline(), settings={folders(tmp_path)!r}) as trader:
            try:
                trader.place_order("BTCUSDT", "BUY", quantity=0.002, stop_loss=64500, seconds=60)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            sys.stdin.readline()
            print(*(each.size for each in trader.get_positions()), len(trader.get_fills()))
    """)
    pipe = subprocess.PIPE
    script = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert script.stdin is not None
    assert script.stdout is not None
    script.stdin.write(exchange.line + "\n")
    script.stdin.flush()
    exchange.until_fired("lost_answer")
    script.send_signal(signal.SIGINT)
    assert script.stdout.readline() == "interrupted\n"
    exchange.mend()
    assert script.communicate("go on\n", timeout=40)[0] == "0.002 1\n"


def test_a_call_that_meets_the_end_is_told_so_and_never_waits_for_ever() -> None:
    """Bug: work that is handed over between the loop's last turn and its end is waited for for ever."""

    async def work() -> None:
        await asyncio.sleep(0.001)

    def call_until_closed(loop: LoopThread) -> None:
        while True:
            loop.run(work())

    for _ in range(20):
        loop = LoopThread()
        with ThreadPoolExecutor(4) as pool:
            ends = [pool.submit(call_until_closed, loop) for _ in range(4)]
            time.sleep(0.01)
            loop.close()
            assert {type(end.exception(timeout=5)) for end in ends} == {TraderClosed}


def test_one_that_cannot_open_leaves_nothing_behind(tmp_path: Path) -> None:
    before, threads = children(), threading.active_count()
    with pytest.raises(ExchangeUnavailable, match=r"nowhere\.gz"):
        BitGetTrader(venue="sim", settings={**folders(tmp_path), "sim.tape": "nowhere.gz"})
    with pytest.raises(InvalidInput, match=r"did you mean 'sim\.speed'"):
        BitGetTrader(venue="sim", settings={"sim.spede": "1"})
    assert children() == before
    assert threading.active_count() == threads


@pytest.mark.parametrize("ending", ["", "raise SystemExit(0)", "del trader; import gc; gc.collect()"])
def test_a_script_that_forgets_to_close_still_ends_with_its_exchange(tmp_path: Path, ending: str) -> None:
    """Bug: an interpreter that hangs at its exit on a thread, or an exchange that outlives it."""
    program = textwrap.dedent(f"""
        from omega_tui import BitGetTrader
        trader = BitGetTrader(venue="sim", settings={folders(tmp_path)!r})
        print(trader.get_account_balance().equity, trader._trader._session.desk.simulator.pid, flush=True)
        {ending}
    """)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    equity, pid = ran.stdout.split()
    assert equity == "10000"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_importing_the_package_stays_cheap_until_a_trader_is_asked_for() -> None:
    program = (
        "import sys, omega_tui\n"
        "print('asyncio' in sys.modules, 'omega_tui.engine' in sys.modules)\n"
        "from omega_tui import BitGetTrader\n"
        "print([name for name in ('textual', 'rich', 'ccxt') if name in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["False False", "[]"]
