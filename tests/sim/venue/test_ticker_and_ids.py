"""Tickers say what the market stated and nothing it did not; ids grow whatever the clock does."""

from decimal import Decimal

from omega_tui.clock import ManualClock
from omega_tui.sim.facts import MarketFacts, TapeEnded
from omega_tui.sim.venue.snowflake import Snowflakes
from tests.sim.venue.scene import BUY, SELL, SYMBOL, Scene

D = Decimal


def test_unknown_figures_are_none() -> None:
    ticker = Scene().venue.ticker(SYMBOL)
    assert (ticker.last, ticker.index, ticker.change, ticker.high_24h, ticker.funding_rate) == (None,) * 5
    assert (ticker.bid, ticker.bid_size, ticker.ask, ticker.ask_size) == (D(100), D(1), D("100.1"), D(1))


def test_facts_stay_until_they_are_stated_anew() -> None:
    scene = Scene()
    scene.venue.on_market(MarketFacts(SYMBOL, scene.now, open_24h="80", high_24h="99", funding_rate="0.0001"))
    scene.trade("100", "1", BUY)
    scene.facts("101")
    ticker = scene.venue.ticker(SYMBOL)
    assert (ticker.mark, ticker.last, ticker.funding_rate) == (D(101), D(100), D("0.0001"))
    assert ticker.change == D("0.25")
    assert ticker.high_24h == D(100)


def test_the_best_prices_follow_the_traders_own_orders() -> None:
    scene = Scene()
    scene.snapshot((("99", "1"),), (("100.1", "1"),))
    scene.buy("0.5", "99.5")
    assert scene.venue.ticker(SYMBOL).bid == D("99.5")
    scene.buy("1")
    assert scene.venue.ticker(SYMBOL).ask is None


def test_the_end_of_the_tape_changes_nothing() -> None:
    scene = Scene()
    order = scene.buy("1", "99")
    scene.venue.on_market(TapeEnded(scene.now, 1, False))
    assert scene.venue.pending() == [order]
    assert scene.levels(SELL, 1) == [("100.1", "1")]


def test_ids_grow_when_the_clock_stands_still_or_steps_back() -> None:
    clock = ManualClock(1_790_000_000_000)
    ids = Snowflakes(clock.wall_ms)
    texts = [ids.next(), ids.next()]
    clock.step_wall(-5_000)
    texts.append(ids.next())
    clock.step_wall(60_000)
    texts.append(ids.next())
    assert texts == sorted(texts, key=int)
    assert len(set(texts)) == 4
    assert {len(text) for text in texts} == {19}


def test_ids_are_nineteen_digits_in_any_year() -> None:
    assert len(Snowflakes(lambda: 0).next()) == 19
    assert len(Snowflakes(lambda: 3_000_000_000_000).next()) == 19
