"""The pace of the market: nothing early, nothing twice, in exchange time, to the end of the recording."""

from omega_tui.clock import ManualClock
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import MarketEvent, TapeEnded
from omega_tui.sim.pump import Pump, Timeline
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
