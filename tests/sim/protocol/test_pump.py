"""The pace of the market: nothing early, nothing twice, in exchange time, to the end of the recording."""

from omega_tui.clock import ManualClock
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import MarketEvent, TapeEnded
from omega_tui.sim.pump import Pump, Timeline
from omega_tui.sim.rest.face import ROUTES
from omega_tui.sim.rest.request import parse_query
from omega_tui.sim.venue.venue import VenueSettings
from tests.sim.protocol.scripted import BTC, ScriptedSource, trade


def build(
    clock: ManualClock, speed: int, *later: MarketEvent
) -> tuple[SimulatedExchange, Pump, list[TapeEnded]]:
    exchange_clock = ExchangeClock(clock, speed)
    source = ScriptedSource(exchange_clock.start_ms, later)
    exchange = SimulatedExchange(source, VenueSettings(), exchange_clock)
    ended: list[TapeEnded] = []
    return exchange, Pump(exchange, Timeline(exchange, ended.append)), ended


def seconds_to_funding(exchange: SimulatedExchange) -> float:
    """After its market's last event the exchange waits for nothing but the next settlement."""
    due = exchange.venue.ticker(BTC).next_funding_ms
    assert due is not None
    return exchange.clock.seconds_until(due)


def test_events_wait_for_their_moment() -> None:
    clock = ManualClock()
    start = clock.wall_ms()
    later = [trade(BTC, start + 1000 * n, "60000", f"{n}", n) for n in (1, 2, 3)]
    exchange, pump, _ = build(clock, 1, *later)
    assert pump.apply_due() == 1.0
    assert exchange.recent_trades(BTC)[0].size == "0.75"
    clock.advance(0.999)
    pump.apply_due()
    assert exchange.recent_trades(BTC)[0].size == "0.75"
    clock.advance(1.5)
    assert pump.apply_due() is not None
    assert [each.size for each in exchange.recent_trades(BTC)][:3] == ["2", "1", "0.75"]


def test_a_faster_market_runs_faster_and_stamps_its_own_time() -> None:
    clock = ManualClock()
    start = clock.wall_ms()
    exchange, pump, _ = build(clock, 100, trade(BTC, start + 10_000, "61000", "1", 1))
    assert pump.apply_due() == 0.1
    clock.advance(0.1)
    assert pump.apply_due() == seconds_to_funding(exchange)
    assert exchange.clock.now_ms() == start + 10_000
    assert exchange.venue.ticker(BTC).ts == start + 10_000


def test_the_end_of_a_recording_is_told_and_the_exchange_lives_on() -> None:
    clock = ManualClock()
    start = clock.wall_ms()
    exchange, pump, ended = build(clock, 1, TapeEnded(start + 500, 1, False))
    pump.apply_due()
    assert ended == []
    clock.advance(0.5)
    assert pump.apply_due() == seconds_to_funding(exchange)
    assert ended == [TapeEnded(start + 500, 1, False)]
    assert exchange.venue.ticker(BTC).last is not None


def test_exchange_time_never_steps_with_the_wall_clock() -> None:
    """A corrected wall clock must not send the market back or stop it."""
    clock = ManualClock()
    exchange_clock = ExchangeClock(clock)
    before = exchange_clock.now_ms()
    clock.step_wall(-3_600_000)
    clock.advance(1)
    assert exchange_clock.now_ms() == before + 1000
    assert exchange_clock.seconds_until(before + 3000) == 2.0


def test_there_is_a_last_price_before_the_first_trade() -> None:
    """A client that connects at once would read an empty price, which Bitget never sends."""
    clock = ManualClock()
    exchange, _, _ = build(clock, 1)
    newest = exchange.candles.current(BTC, "1m")
    assert newest is not None
    assert str(exchange.venue.ticker(BTC).last) == newest[4]


async def test_a_trade_that_is_played_late_stays_in_its_own_minute() -> None:
    """At a hundred times the speed a late turn is seconds late; volume must not slip into the next candle."""
    clock = ManualClock(1_699_999_980_000)
    start = clock.wall_ms()
    exchange, pump, _ = build(clock, 1, trade(BTC, start + 59_900, "61000", "7", 1))
    pump.apply_due()
    clock.advance(61)
    asked = ROUTES["/api/v2/mix/market/candles"].answer
    query = parse_query(f"symbol={BTC}&productType=usdt-futures&granularity=1m&limit=1")
    asked(exchange, query)
    pump.apply_due()
    exchange.candles.on_time(exchange.market_ms())
    before, forming = exchange.candles.rows(BTC, "1m", 1 << 53, 2)
    assert (before[0], before[4], before[5]) == (start, "61000", "8"), "one was traded in the opening"
    assert (forming[0], forming[5]) == (start + 60_000, "0")


class SlowClock(ManualClock):
    """Every look at it takes a millisecond, as work does."""

    def monotonic(self) -> float:
        self.advance(0.001)
        return super().monotonic()


def test_a_market_that_is_far_behind_lets_others_run_in_between() -> None:
    """Ten thousand late events in one go would keep every order waiting."""
    clock = SlowClock()
    start = clock.wall_ms()
    later = [trade(BTC, start + number, "60000", "1", number) for number in range(1, 1000)]
    exchange, pump, _ = build(clock, 1, *later)
    clock.advance(10)
    turns = 1
    while pump.apply_due() == 0.0:
        turns += 1
    assert turns > 10
    assert len(exchange.recent_trades(BTC)) > 990
