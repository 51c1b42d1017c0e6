"""An engine that works for a script: opened, waited for, closed. One event loop owns it.

The engine watches one market at a time, so whatever needs a market goes one after the other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TypeVar

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.events import Health
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.text import safe_text
from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.engine import Engine
from omega_tui.engine.intents import Intent, Receipt, SelectSymbol, SetLeverage, SetMarginMode
from omega_tui.engine.views import StatusView, Views
from omega_tui.exchange.port import ReadFailed, Reads
from omega_tui.logs import log_to_file
from omega_tui.settings import Settings, Venue
from omega_tui.sim.child import SimulatorAddress, SimulatorFailed
from omega_tui.trader.errors import (
    ExchangeUnavailable,
    InvalidInput,
    NotProven,
    OrderNotFound,
    OrderRefused,
    ReadOnly,
    TraderClosed,
    TraderError,
)
from omega_tui.trader.results import OrderResult
from omega_tui.wiring import Desk, open_desk

_Answer = TypeVar("_Answer")

_LOOK_SECONDS = 0.02
_COMPARE_SECONDS = 5.0
_CHANGE_SECONDS = 10.0
_OUT_SECONDS = 3.0
_HEARD = (Health.LIVE, Health.POLLING)
PATIENCE = 20.0
"""How long data may take to come, in seconds, before it counts as out of reach."""


class Session:
    """Opens the desk of `settings` and answers for what it takes to use it.

    `running` is a simulator that serves already, `patience` how many seconds data may take to come. With
    `logs` the process's warnings go to our log file; a script's own are left alone. Unless it `sends`,
    nothing leaves, not even what an earlier run left to be done.
    """

    def __init__(
        self,
        settings: Settings,
        running: SimulatorAddress | None,
        patience: float,
        *,
        logs: bool = False,
        sends: bool = True,
    ) -> None:
        self.settings = settings
        self._patience = patience
        self._logs = logs
        self._sends = sends
        self._running = running
        self._ends: AsyncExitStack | None = None
        self._desk: Desk | None = None
        self._market = asyncio.Lock()
        self._compared = False

    async def open(self) -> None:
        """Start the engine; returns when requests can be sent. Raises ExchangeUnavailable."""
        if self._desk is not None:
            raise TraderError("this trader is open already")
        async with AsyncExitStack() as ends:
            try:
                desk = await ends.enter_async_context(
                    open_desk(self.settings, self._running, sends=self._sends)
                )
                if self._logs:
                    log_to_file(self.settings.paths.state, desk.redact)
                await desk.start()
            except (SimulatorFailed, OSError) as error:
                raise ExchangeUnavailable(f"the simulated exchange did not start: {error}") from None
            self._ends, self._desk = ends.pop_all(), desk

    async def close(self) -> None:
        """Stop everything that was started. What is on the exchange stays there. Safe to call twice."""
        ends, self._ends, self._desk = self._ends, None, None
        if ends is not None:
            await ends.aclose()

    @property
    def desk(self) -> Desk:
        """The open desk. Raises TraderClosed."""
        if self._desk is None:
            raise TraderClosed("this trader is not open: use it in a with block, or open it first")
        return self._desk

    @property
    def engine(self) -> Engine:
        """The running engine. Raises TraderClosed."""
        return self.desk.engine

    @property
    def views(self) -> Views:
        """Its pictures. Raises TraderClosed."""
        return self.engine.views

    @property
    def reads(self) -> Reads:
        """Questions to the exchange. Raises TraderClosed."""
        return self.desk.reads

    def submit(self, intent: Intent) -> Receipt:
        """Hand over an intent. Raises OrderRefused with the engine's words, ReadOnly where nothing can."""
        self.require_writable()
        receipt = self.engine.submit(intent)
        if not receipt.taken:
            raise OrderRefused(receipt.text)
        return receipt

    def require_writable(self) -> None:
        """Raise ReadOnly where nothing can be changed, InvalidInput without a key."""
        self.require_key()
        if self.desk.only_looks:
            raise ReadOnly(self.desk.only_looks)

    def require_key(self) -> None:
        """Raise InvalidInput when there is no key to ask for the account with."""
        if self.settings.venue is not Venue.SIM and self.settings.api_keys is None:
            raise InvalidInput(
                "api_key",
                "the account cannot be asked for without a key",
                "give api_key, secret_key and passphrase, or set the BITGET_… variables",
            )

    @asynccontextmanager
    async def market(self, symbol: str, *, adds_risk: bool = True) -> AsyncIterator[Instrument]:
        """Watch `symbol`, live and with its rules known, for as long as the block runs.

        Raises InvalidInput for a contract that is not listed, ExchangeUnavailable when the market or the
        account stays out of reach of what adds risk.
        """
        async with self._market:
            yield await self._select(symbol, adds_risk)

    async def _select(self, symbol: str, adds_risk: bool) -> Instrument:
        await self.until(self.views.symbols, "the list of contracts")
        # What is listed no more can still be got out of.
        known = symbol in self.views.symbols() or not adds_risk
        if not known or not self.engine.submit(SelectSymbol(symbol)).taken:
            raise InvalidInput("symbol", f"{symbol} is not listed here", "see symbols() for what is")
        patience = self._patience if adds_risk else min(self._patience, _OUT_SECONDS)
        await self.wait(lambda: _ready(self.views.status(), symbol), patience)
        status = self.views.status()
        if status.instrument is None or status.position_mode is None:
            raise ExchangeUnavailable(f"what the account is set to for {symbol} cannot be read")
        if adds_risk and (doubt := _doubt(status)):
            raise ExchangeUnavailable(doubt)
        await self.compared(again=adds_risk)
        return status.instrument

    async def compared(self, *, again: bool = False) -> None:
        """Wait until the engine has compared the account with the exchange for the first time.

        Only with `again` also after a stream was lost: whoever wants out must not be held up then, and what
        rests is known. It raises nothing.
        """
        status = self.views.status
        if not (status().compared or status().read_only or (self._compared and not again)):
            await self.wait(lambda: status().private.health in _HEARD, self._patience)
            await self.wait(lambda: status().compared, _COMPARE_SECONDS)
        self._compared = True

    def describe(self, key: str, notes: tuple[str, ...] = ()) -> OrderResult:
        """The newest knowledge of an order. Raises OrderNotFound."""
        order = self.engine.order(key)
        if order is None:
            raise OrderNotFound(f"no order is known as {safe_text(key, 60)!r}")
        row = self.row(key)
        if row is None:
            return OrderResult.of(order, notes=notes)
        return OrderResult.of(replace(order, state=row.state), row.evidence, notes)

    def row(self, name: str) -> OrderRow | None:
        """The unfinished order of either id."""
        for row in self.views.orders().rows:
            order = self.engine.order(row.key)
            if name == row.key or (order is not None and name in (order.order_id, order.client_order_id)):
                return row
        return None

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for `condition`. Raises ExchangeUnavailable naming `what` when it does not come true."""
        if not await self.wait(condition, self._patience):
            raise ExchangeUnavailable(f"waited {self._patience:g} s for {what}{self.last_warning()}")

    async def wait(self, condition: Callable[[], object], seconds: float) -> bool:
        """Wait for `condition`; False when it does not come true in time."""
        try:
            async with asyncio.timeout(seconds):
                # Pictures are pulled and announce nothing; asking is cheap.
                while not condition():  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            return bool(condition())
        return True

    async def change(
        self, intent: SetLeverage | SetMarginMode, done: Callable[[SymbolSettings], bool]
    ) -> None:
        """Change a setting of the account and wait until the exchange says that it is `done`.

        Raises OrderRefused when a guard forbids it, NotProven when the exchange does not say so.
        """
        self.submit(intent)
        await self.wait(lambda: not self.views.status().changing, _CHANGE_SECONDS)
        try:
            settings = await self.ask(self.reads.settings(intent.symbol))
        except ExchangeUnavailable as error:
            raise NotProven(f"the change was asked for and cannot be read back: {error}") from None
        if not done(settings):
            raise NotProven(f"the exchange did not take the change{self.last_warning()}")

    async def ask(self, question: Awaitable[_Answer]) -> _Answer:
        """The answer of a read. Raises ExchangeUnavailable."""
        try:
            return await question
        except ReadFailed as error:
            raise ExchangeUnavailable(str(error)) from None

    def last_warning(self) -> str:
        """The engine's newest warning, for a text that has to say why something did not happen."""
        loud = [row.text for row in self.views.log(20).rows if row.level in ("warning", "error")]
        return f": {loud[-1]}" if loud else ""


def _ready(status: StatusView, symbol: str) -> bool:
    """Whether market and account have both arrived."""
    known = status.symbol == symbol and status.instrument is not None and status.position_mode is not None
    return known and status.book.health is Health.LIVE and status.private.health in _HEARD


def _doubt(status: StatusView) -> str:
    """Why nothing may be added on this picture, empty when the surfaces are live."""
    for what, surface in (("the market", status.book), ("the account", status.private)):
        if surface.health not in _HEARD:
            because = f": {surface.reason}" if surface.reason else ""
            return f"{what} of {status.symbol} is {surface.health.upper()}{because}"
    return ""
