"""`BitGetTrader`: the async trader for scripts without an event loop.

One thread owns an event loop and everything that lives on it; calls are handed over and waited for. How a
trader trades is not known here.
"""

import asyncio
import atexit
import threading
import weakref
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack
from functools import partial, wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from omega_tui.trader.asynchronous import AsyncBitGetTrader
from omega_tui.trader.errors import TraderClosed
from omega_tui.trader.numbers import Number
from omega_tui.trader.session import PATIENCE

_P = ParamSpec("_P")
_R = TypeVar("_R")

_GRACE_SECONDS = 5.0


class LoopThread:
    """A thread with an event loop of its own, until `close`.

    It is a daemon: a script that forgets to close still ends, and closes on its way out.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ending = False
        # Whoever hands work over must not find the loop ended between the look and the handing over. The
        # collector may close a trader at any line, on this thread too.
        self._gate = threading.RLock()
        self._thread = threading.Thread(target=self._run, name="omega-tui trader", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _R]) -> _R:
        """The result of `work`, done on the loop. An interrupt stops the waiting, never what was sent."""
        with self._gate:
            if self._ending or threading.current_thread() is self._thread:
                work.close()
                raise TraderClosed("this trader was closed, or is called from inside itself")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except CancelledError:
            raise TraderClosed("this trader was closed while it was waited for") from None
        finally:
            future.cancel()

    def close(self) -> None:
        """End the loop and wait for the thread. Safe to call twice."""
        with self._gate:
            if not self._ending:
                self._ending = True
                self._loop.call_soon_threadsafe(self._loop.stop)
        # A collector that runs on the loop's own thread cannot wait for its end.
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._wind_up())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _wind_up(self) -> None:
        """Let what an interrupt cut short clean up after itself, then end what is left."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            await asyncio.wait(left, timeout=_GRACE_SECONDS)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _blocking(
    method: Callable[Concatenate[AsyncBitGetTrader, _P], Coroutine[Any, Any, _R]],
) -> Callable[Concatenate["BitGetTrader", _P], _R]:
    """The same method for a caller who waits."""

    @wraps(method)
    def call(self: "BitGetTrader", /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return self._thread.run(method(self._trader, *args, **kwargs))

    return call


class BitGetTrader:
    """One account on one venue, open from construction to `close`; use it in a `with` block.

    The arguments and every method are those of `AsyncBitGetTrader`, where they are described. It may be used
    from several threads. Raises what `AsyncBitGetTrader.open` does.
    """

    def __init__(
        self,
        profile_type: str = "strategic",
        api_key: str | None = None,
        secret_key: str | None = None,
        passphrase: str | None = None,
        use_testnet: bool = True,
        initial_capital: Number = 10000.0,
        *,
        venue: str | None = None,
        symbol: str | None = None,
        live_phrase: str | None = None,
        sim: str | None = None,
        settings: Mapping[str, object] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._trader = AsyncBitGetTrader(
            profile_type,
            api_key,
            secret_key,
            passphrase,
            use_testnet,
            initial_capital,
            venue=venue,
            symbol=symbol,
            live_phrase=live_phrase,
            sim=sim,
            settings=settings,
            patience=patience,
        )
        self._thread = LoopThread()
        self._at_exit = partial(_close, weakref.ref(self))
        atexit.register(self._at_exit)
        with ExitStack() as undo:
            undo.callback(self.close)
            self._thread.run(self._trader.open())
            undo.pop_all()

    def __repr__(self) -> str:
        return repr(self._trader).replace("Async", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if "_at_exit" in self.__dict__:
            self.close()

    def close(self) -> None:
        """Stop the engine and what was started with it; what is on the exchange stays. Safe to call twice."""
        atexit.unregister(self._at_exit)
        try:
            self._thread.run(self._trader.close())
        except TraderClosed:
            return
        finally:
            self._thread.close()

    get_status = _blocking(AsyncBitGetTrader.get_status)
    get_market_settings = _blocking(AsyncBitGetTrader.get_market_settings)
    find_orders = _blocking(AsyncBitGetTrader.find_orders)
    get_fills = _blocking(AsyncBitGetTrader.get_fills)
    preview_leverage = _blocking(AsyncBitGetTrader.preview_leverage)
    preview_protection = _blocking(AsyncBitGetTrader.preview_protection)
    symbols = _blocking(AsyncBitGetTrader.symbols)
    get_market_ticker = _blocking(AsyncBitGetTrader.get_market_ticker)
    get_orderbook = _blocking(AsyncBitGetTrader.get_orderbook)
    get_recent_trades = _blocking(AsyncBitGetTrader.get_recent_trades)
    get_account_balance = _blocking(AsyncBitGetTrader.get_account_balance)
    get_positions = _blocking(AsyncBitGetTrader.get_positions)
    get_position_risk = _blocking(AsyncBitGetTrader.get_position_risk)
    get_open_orders = _blocking(AsyncBitGetTrader.get_open_orders)
    get_order = _blocking(AsyncBitGetTrader.get_order)
    wait_for_order = _blocking(AsyncBitGetTrader.wait_for_order)
    place_order = _blocking(AsyncBitGetTrader.place_order)
    preview_order = _blocking(AsyncBitGetTrader.preview_order)
    execute_orders = _blocking(AsyncBitGetTrader.execute_orders)
    amend_order = _blocking(AsyncBitGetTrader.amend_order)
    cancel_order = _blocking(AsyncBitGetTrader.cancel_order)
    execute_cancellations = _blocking(AsyncBitGetTrader.execute_cancellations)
    close_position = _blocking(AsyncBitGetTrader.close_position)
    protect = _blocking(AsyncBitGetTrader.protect)
    set_stop_loss = _blocking(AsyncBitGetTrader.set_stop_loss)
    set_take_profit = _blocking(AsyncBitGetTrader.set_take_profit)
    set_leverage = _blocking(AsyncBitGetTrader.set_leverage)
    set_margin_mode = _blocking(AsyncBitGetTrader.set_margin_mode)
    halt = _blocking(AsyncBitGetTrader.halt)
    resume = _blocking(AsyncBitGetTrader.resume)


def _close(trader: "weakref.ref[BitGetTrader]") -> None:
    left = trader()
    if left is not None:
        left.close()
