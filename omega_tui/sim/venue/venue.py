"""The exchange's core: one account on several perpetuals, synchronous, in exact Decimal.

The protocol (`rest`, `streams`) asks and listens here; the market (`market`) is fed in with `on_market`.
Knows no asyncio, no sockets and no wire spelling. Every refusal is `Refused` with Bitget's code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import (
    BookDelta,
    BookSnapshot,
    Contract,
    MarginMode,
    MarketEvent,
    MarketFacts,
    PositionMode,
    PublicTrade,
)
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account, SymbolSettings
from omega_tui.sim.venue.agenda import Agenda
from omega_tui.sim.venue.book import VenueBook
from omega_tui.sim.venue.closing import Closer
from omega_tui.sim.venue.commitments import Commitments
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.forecasts import Forecasts
from omega_tui.sim.venue.funding import FundingOffice
from omega_tui.sim.venue.incidents import Incidents
from omega_tui.sim.venue.intake import Intake, Market
from omega_tui.sim.venue.ledger import (
    LedgerAccount,
    LedgerClosedPosition,
    LedgerEvent,
    LedgerFill,
    LedgerOrder,
    LedgerPosition,
    OrderSpec,
)
from omega_tui.sim.venue.listings import Listings
from omega_tui.sim.venue.margin_office import MarginOffice
from omega_tui.sim.venue.matching import Matcher
from omega_tui.sim.venue.modifying import Modifier
from omega_tui.sim.venue.order_store import LIVE, OrderStore
from omega_tui.sim.venue.plan_office import PlanOffice
from omega_tui.sim.venue.public_trades import PublicTrades
from omega_tui.sim.venue.quirks import Quirks
from omega_tui.sim.venue.risk import RiskOffice
from omega_tui.sim.venue.settings import SettingsOffice
from omega_tui.sim.venue.snowflake import Snowflakes
from omega_tui.sim.venue.statements import Statements
from omega_tui.sim.venue.tickers import Ticker, TickerState
from omega_tui.sim.venue.transfers import TransferOffice
from omega_tui.sim.venue.wallet import Business, Wallet

__all__ = ["SymbolSettings", "TickerState", "Venue", "VenueBook", "VenueSettings"]

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class VenueSettings:
    """How the account begins, `balance` in USDT, and what the exchange does where Bitget's word is open."""

    position_mode: PositionMode = PositionMode.ONE_WAY
    balance: Decimal = Decimal(10_000)
    default_leverage: int = 10
    default_margin_mode: MarginMode = MarginMode.CROSSED
    choices: Choices = field(default_factory=Choices)


class Venue:
    """The exchange. `now_ms` is exchange time; ids and ledger records are stamped with it.

    Listeners are called synchronously and in order; they may read the venue but must not act on it.
    """

    def __init__(
        self, contracts: Sequence[Contract], settings: VenueSettings, now_ms: Callable[[], int]
    ) -> None:
        self.choices = choices = settings.choices
        self.agenda, self.listings, self.quirks = Agenda(), Listings(contracts), Quirks()
        self._contracts = {contract.symbol: contract for contract in contracts}
        self._listeners: list[Callable[[LedgerEvent], None]] = []
        self._markets: dict[str, Market] = {}
        self._orders = orders = OrderStore()
        ids = Snowflakes(now_ms)
        self._trades = PublicTrades(self._markets, ids.next)

        self._account = account = _open_account(self._contracts, settings, ids, now_ms)
        self.wallet = account.wallet
        commitments = Commitments(self._contracts, account.positions)
        statements = Statements(account, self._contracts, self._mark, commitments, choices)
        self._statements = statements

        door = (account, statements, orders, commitments, self.listings, choices, ids, now_ms, self.quirks)
        desk = Desk(
            *(self._markets, account, orders, commitments, Intake(*door), ids, now_ms),
            *(self._emit, self._trades),
        )
        self._desk = desk
        for contract in contracts:
            matcher = Matcher(desk.execute, desk.give_way)
            self._markets[contract.symbol] = Market(contract, matcher, Ticker(contract, matcher.book))

        given = (self._contracts, account, statements, orders)
        self.closer = Closer(account, desk, self._settle)
        self.settings = SettingsOffice(*given, commitments, desk, self._plans_wait, choices, self._announce)
        self.margins = MarginOffice(account, statements, self._announce)
        self.transfers = TransferOffice(self.wallet, statements, self._announce)
        self.risk = RiskOffice(*given, desk, self.margins, choices, self._emit, self._settle)
        self.forecasts = Forecasts(self._markets, account, statements, commitments)
        self.funding = FundingOffice(self._markets, account, desk, self.agenda, now_ms)
        self.plans = PlanOffice(
            *(self._markets, account, orders, desk, self.listings, ids, now_ms, choices),
            *(self._emit, self._settle),
        )
        self.modifier = Modifier(
            account, orders, desk, self.agenda, choices, now_ms, self.plans.check_presets, self._settle
        )
        self.incidents = Incidents(desk, orders, self._contracts, self._markets, self._settle)
        self.listen(self.plans.runner.on_ledger)
        self._reactions = (self.risk.react, self.plans.runner.react)

    def listen(self, listener: Callable[[LedgerEvent], None]) -> None:
        """Call `listener` with every ledger event: orders as they change, then positions, then money."""
        self._listeners.append(listener)

    def listen_trades(self, listener: Callable[[PublicTrade], None]) -> None:
        """Call `listener` with every trade as the public hears of it, the trader's own included."""
        self._trades.listen(listener)

    def on_market(self, event: MarketEvent) -> None:
        """Apply what the market did: the book, the ticker, and the resting orders that it reached."""
        if isinstance(event, BookDelta | BookSnapshot):
            self._desk.market(event.symbol).matcher.apply_book(event)
        elif isinstance(event, PublicTrade):
            filled = self._desk.market(event.symbol).matcher.apply_trade(event)
            self._trades.tell_market_trade(event, filled)
        elif isinstance(event, MarketFacts):
            self._desk.market(event.symbol).ticker.facts(event)
            self.funding.expect(event.symbol)
        self._settle()

    def on_time(self, now_ms: int) -> None:
        """Do what is due by `now_ms`."""
        if self.agenda.run_due(now_ms):
            self._settle()

    def place(self, spec: OrderSpec) -> LedgerOrder:
        """Accept an order and work it; returns it as accepted, fills follow through `listen` before that.

        `spec.direction` is the true direction. In one-way mode `hold_side` and `closes` are ignored. In
        hedge mode `hold_side` None (no `tradeSide` on the wire) is refused with 40774, and `reduce_only` is
        ignored. The caller reads `position_mode` to know how to read the wire's `side`.
        """
        self.plans.check_presets(spec)
        try:
            return self._desk.place(spec)
        finally:
            self._settle()

    def cancel(self, symbol: str, order_id: str | None, client_oid: str | None) -> LedgerOrder:
        """Cancel a live order by id, or by client id when there is no id."""
        self._desk.market(symbol)
        order = self._orders.find(symbol, order_id, client_oid)
        if order is None:
            raise refusal(Code.CANCEL_UNKNOWN_ORDER)
        if order.status not in LIVE:
            raise refusal(Code.NOT_CANCELLABLE)
        gone = self._desk.cancel(order)
        self._settle()
        return gone

    def cancel_many(self, symbol: str | None = None) -> list[LedgerOrder]:
        """Cancel all live orders, of one symbol or of all; Refused 22001 when there are none."""
        if symbol is not None:
            self._desk.market(symbol)
        live = self._orders.live(symbol)
        if not live:
            raise refusal(Code.NO_ORDER_TO_CANCEL)
        gone = [self._desk.cancel(order) for order in live]
        self._settle()
        return gone

    @property
    def position_mode(self) -> PositionMode:
        """The account's position mode."""
        return self._account.position_mode

    def contract(self, symbol: str) -> Contract:
        """The contract of a symbol; Refused 40034 when unknown."""
        return self._desk.market(symbol).contract

    def order(self, symbol: str, order_id: str | None, client_oid: str | None) -> LedgerOrder | None:
        """An order by id (wins) or client id."""
        return self._orders.find(symbol, order_id, client_oid)

    def pending(self, symbol: str | None = None) -> list[LedgerOrder]:
        """Live orders, newest first."""
        return self._orders.live(symbol)[::-1]

    def finished(self, symbol: str | None = None) -> list[LedgerOrder]:
        """Filled and cancelled orders, newest first."""
        return self._orders.finished(symbol)

    def fills(self, symbol: str | None = None, order_id: str | None = None) -> list[LedgerFill]:
        """Fills, newest first."""
        return self._orders.fills(symbol, order_id)

    def positions(self, symbol: str | None = None) -> list[LedgerPosition]:
        """Open positions."""
        return self._statements.positions(symbol)

    def closed_positions(self) -> Sequence[LedgerClosedPosition]:
        """Positions that are closed for good, newest first."""
        return self._account.positions.closed

    def account(self) -> LedgerAccount:
        """The account's money now."""
        return self._statements.account()

    def leverage(self, symbol: str) -> SymbolSettings:
        """Margin mode and leverages of a symbol; Refused 40034 when unknown."""
        return self._account.settings(self.contract(symbol).symbol)

    def ticker(self, symbol: str) -> TickerState:
        """The ticker of a symbol; Refused 40034 when unknown."""
        return self._desk.market(symbol).ticker.state()

    def book(self, symbol: str) -> VenueBook:
        """The public book of a symbol; Refused 40034 when unknown."""
        return self._desk.market(symbol).matcher.book

    def _settle(self) -> None:
        """Complete an action: let the exchange react until nothing is left to do, then announce the sums.

        A reaction looks at prices and positions, acts where it must and says whether it did.
        """
        while any(react() for react in self._reactions):
            pass
        self._desk.flush()

    def _announce(self) -> None:
        """Settings have moved money or what is shown of positions."""
        self._desk.money_moved()
        self._settle()

    def _plans_wait(self) -> bool:
        return bool(self.plans.pending())

    def _mark(self, symbol: str) -> Decimal:
        """The price that values a position: a position cannot exist before a book, so zero is never seen."""
        return self._markets[symbol].ticker.mark or _ZERO

    def _emit(self, event: LedgerEvent) -> None:
        for listener in self._listeners:
            listener(event)


def _open_account(
    contracts: Mapping[str, Contract], settings: VenueSettings, ids: Snowflakes, now_ms: Callable[[], int]
) -> Account:
    """The account as it begins: with its deposit, and the same leverage everywhere."""
    wallet, leverage = Wallet(ids.next, now_ms), settings.default_leverage
    if settings.balance:
        wallet.book("", Business.DEPOSIT, settings.balance)
    default = SymbolSettings(settings.default_margin_mode, leverage, leverage, leverage)
    return Account(contracts, wallet, settings.position_mode, default, ids.next)
