"""What the public hears of trades: the trader's executions too, each lot once, ids and times in order."""

from decimal import Decimal

import pytest

from omega_tui.sim.facts import MarketFacts, PublicTrade
from tests.sim.venue.scene import ASKS, SELL, SYMBOL, Scene

D = Decimal


class Public(Scene):
    """A scene with somebody who listens to its public trades."""

    def __init__(self) -> None:
        super().__init__()
        self.snapshot((("99.9", "2"),), ASKS)
        self.told: list[PublicTrade] = []
        self.venue.listen_trades(self.told.append)

    @property
    def prints(self) -> list[tuple[str, str, str]]:
        return [(each.price, each.size, each.side.value) for each in self.told]


def test_a_taker_prints_at_every_level_it_took() -> None:
    """Without this the last price stood still while the trader swept the book."""
    scene = Public()
    scene.buy("2.5")
    assert scene.prints == [("100.1", "1", "buy"), ("100.2", "1.5", "buy")]
    assert [each.trade_id for each in scene.told] == [fill.trade_id for fill in scene.fills]
    assert scene.venue.ticker(SYMBOL).last == D("100.2")


def test_a_trade_that_fills_the_trader_is_told_in_parts() -> None:
    """Printed whole beside the fill, its volume would count twice."""
    scene = Public()
    scene.buy("1", "100")
    scene.trade("100", "2.5", SELL)
    assert scene.prints == [("100", "1", "sell"), ("100", "1.5", "sell")]
    assert sum(D(each.size) for each in scene.told) == D("2.5")
    assert sum(fill.size for fill in scene.fills) == 1


def test_a_trade_that_went_to_the_trader_alone_is_told_once() -> None:
    scene = Public()
    scene.buy("1", "100")
    scene.trade("99.9", "0.4", SELL)
    assert scene.prints == [("100", "0.4", "sell")]


def test_a_trade_that_reaches_nobody_of_ours_is_told_as_it_came() -> None:
    scene = Public()
    scene.buy("1", "99")
    scene.trade("100", "0.250", SELL)
    assert scene.prints == [("100", "0.250", "sell")]


def test_a_book_that_moves_through_an_order_prints_its_fill() -> None:
    scene = Public()
    scene.buy("1", "100")
    scene.delta(asks=(("100", "0.3"),))
    assert scene.prints == [("100", "0.3", "sell")]


def test_ids_and_times_never_step_back() -> None:
    """At a hundred times the speed the market is applied late: its trades come after our later fills."""
    scene = Public()
    scene.trade("100", "1", SELL)
    scene.clock.advance(2)
    scene.buy("1")
    late = PublicTrade(SYMBOL, scene.now - 1500, "100", "1", SELL)
    scene.venue.on_market(late)
    ids = [int(each.trade_id) for each in scene.told]
    times = [each.ts for each in scene.told]
    assert ids == sorted(set(ids))
    assert len({len(each.trade_id) for each in scene.told}) == 1
    assert times == sorted(times)


@pytest.mark.parametrize("maker", [False, True])
def test_the_days_figures_take_in_what_the_market_did_not_count(maker: bool) -> None:
    """A sweep is the high of the day even after the price came back, and every lot counts once."""
    scene = Public()
    scene.venue.on_market(
        MarketFacts(
            SYMBOL,
            scene.now,
            open_24h="100",
            high_24h="100.1",
            low_24h="99",
            base_volume_24h="50",
            quote_volume_24h="5000",
        )
    )
    if maker:
        scene.buy("1", "100")
        scene.trade("100", "1", SELL)
    else:
        scene.buy("4")
        scene.trade("100", "1", SELL)
    ticker = scene.venue.ticker(SYMBOL)
    assert ticker.last is not None
    assert ticker.base_volume_24h == (D(50) if maker else D(54))
    assert ticker.high_24h == (D("100.1") if maker else D("100.3"))
    quote = D("100.1") + 2 * D("100.2") + D("100.3")
    assert ticker.quote_volume_24h == (D(5000) if maker else 5000 + quote)
    scene.clock.advance(25 * 3600)
    scene.facts("100")
    later = scene.venue.ticker(SYMBOL)
    assert (later.high_24h, later.base_volume_24h) == (D("100.1"), D(50))
