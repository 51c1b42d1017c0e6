"""What stands behind the protocol: the venue, the candles and the recent trades of one market, one clock.

REST and streams read it, the pump feeds it. It knows no wire spelling and no socket.
"""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal

from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.condition import Condition
from omega_tui.sim.facts import Contract, MarketEvent, MarketFacts, MarketSource, PublicTrade
from omega_tui.sim.market.live_candles import CandleBook
from omega_tui.sim.market.price_candles import PriceCandles
from omega_tui.sim.venue.venue import Venue, VenueSettings

_KEPT_TRADES = 2000
_BITCOIN = "BTCUSDT"
_UTC_DAY = "1Dutc"
_DAY_MS = 86_400_000


class SimulatedExchange:
    """One market with one account trading on it; `condition` is who its caller is and whether it works.

    `candles` are those of trades; `mark_candles` and `index_candles` those of what the ticker states.
    """

    def __init__(self, source: MarketSource, settings: VenueSettings, clock: ExchangeClock) -> None:
        self.source = source
        self.clock = clock
        self._list(tuple(source.contracts))
        self.venue = Venue(self.contracts, settings, clock.now_ms)
        self.condition = Condition(settings.choices)
        self.candles = CandleBook(source)
        self.mark_candles, self.index_candles = PriceCandles(source), PriceCandles(source)
        self._trades: dict[str, deque[PublicTrade]] = {
            symbol: deque(maxlen=_KEPT_TRADES) for symbol in self.symbols
        }
        self.next_event_ms: int | None = None
        """When the market's next event falls, for whoever plays it to state; it may be late already."""
        self._day_opens: dict[str, tuple[int, Decimal]] = {}
        self.venue.listen_trades(self._on_trade)
        self._state_last_prices()

    def apply(self, event: MarketEvent) -> None:
        """Take over one event of the market."""
        self.venue.on_market(event)
        if isinstance(event, MarketFacts):
            stated = ((self.mark_candles, event.mark_price), (self.index_candles, event.index_price))
            for candles, price in stated:
                if price is not None:
                    candles.state(event.symbol, event.ts, price)

    def change_contract(self, contract: Contract) -> None:
        """Put other rules in force for a listed symbol."""
        self.venue.incidents.change_contract(contract)
        self._list(tuple(contract if one.symbol == contract.symbol else one for one in self.contracts))

    def delist(self, symbol: str) -> None:
        """Take a symbol off the list; what trades in it stays as it is."""
        self._list(tuple(one for one in self.contracts if one.symbol != symbol))

    def market_ms(self) -> int:
        """How far the market has been played: up to now, or to its next event when that is late."""
        now = self.clock.now_ms()
        return now if self.next_event_ms is None else min(now, self.next_event_ms)

    def recent_trades(self, symbol: str) -> Sequence[PublicTrade]:
        """The last trades of a listed symbol, newest first."""
        return self._trades[symbol]

    def day_open(self, symbol: str) -> Decimal | None:
        """The price at which the present UTC day opened, None when the market has no candle of it."""
        day = self.clock.now_ms() // _DAY_MS
        known = self._day_opens.get(symbol)
        if known is not None and known[0] == day:
            return known[1]
        candle = self.candles.current(symbol, _UTC_DAY)
        if candle is None:
            return None
        opened = Decimal(candle[1])
        self._day_opens[symbol] = (day, opened)
        return opened

    def bitcoin_price(self) -> Decimal | None:
        """BTC in USDT, None when this market does not trade it."""
        return self.venue.ticker(_BITCOIN).last if _BITCOIN in self.symbols else None

    def _list(self, contracts: tuple[Contract, ...]) -> None:
        self.contracts = contracts
        self.symbols = tuple(contract.symbol for contract in contracts)

    def _on_trade(self, trade: PublicTrade) -> None:
        self.candles.on_trade(trade)
        self._trades[trade.symbol].appendleft(trade)

    def _state_last_prices(self) -> None:
        """A listed market has a last price from the first moment on: the close of its past."""
        for symbol in self.symbols:
            newest = self.candles.current(symbol, "1m")
            if newest is not None:
                self.venue.on_market(MarketFacts(symbol, self.clock.start_ms, last_price=newest[4]))
