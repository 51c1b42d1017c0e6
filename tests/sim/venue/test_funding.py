"""At a symbol's hour longs pay shorts, or the other way round; wallet, bills and position agree."""

from decimal import Decimal
from itertools import pairwise

import pytest

from omega_tui.sim.facts import HoldSide, MarginMode, MarketFacts, PositionMode
from omega_tui.sim.venue.ledger import AccountChanged, PositionsChanged
from tests.sim.venue.scene import LONG, SHORT, SYMBOL, Scene

D = Decimal
HOUR_MS = 3_600_000


def state_rate(scene: Scene, rate: str, next_ms: int | None = None) -> None:
    scene.venue.on_market(MarketFacts(SYMBOL, scene.now, funding_rate=rate, next_funding_ms=next_ms))


def due(scene: Scene) -> int:
    next_ms = scene.venue.ticker(SYMBOL).next_funding_ms
    assert next_ms is not None
    return next_ms


def pass_funding(scene: Scene) -> int:
    """Let the next settlement happen; returns when it did."""
    moment = due(scene)
    scene.clock.advance((moment - scene.now) / 1000)
    scene.venue.on_time(moment)
    return moment


@pytest.mark.parametrize(
    ("side", "rate", "paid"),
    [
        (LONG, "0.0001", "-0.02"),
        (LONG, "-0.0001", "0.02"),
        (SHORT, "0.0001", "0.02"),
        (SHORT, "-0.0003", "-0.06"),
    ],
)
def test_who_pays_whom(side: HoldSide, rate: str, paid: str) -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(side, "2")
    state_rate(scene, rate)
    before = scene.venue.account().balance
    pass_funding(scene)
    (position,) = scene.venue.positions()
    bill = next(scene.venue.wallet.bills())
    assert position.funding == bill.amount == D(paid)
    assert (bill.business, bill.symbol, bill.fee) == ("contract_settle_fee", SYMBOL, D(0))
    assert scene.venue.account().balance == before + D(paid) == bill.balance


def test_the_mark_and_not_the_entry_values_the_position() -> None:
    scene = Scene()
    scene.buy("1")
    scene.facts("200")
    state_rate(scene, "0.001")
    pass_funding(scene)
    assert scene.venue.positions()[0].funding == D("-0.2")


def test_both_sides_of_a_hedge_are_settled_by_themselves() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "2")
    scene.open(SHORT, "1")
    state_rate(scene, "0.0001")
    pass_funding(scene)
    assert [position.funding for position in scene.venue.positions()] == [D("-0.02"), D("0.01")]


def test_a_settlement_is_announced_once() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    scene.open(SHORT, "1")
    state_rate(scene, "0.0001")
    scene.events.clear()
    pass_funding(scene)
    assert [type(event) for event in scene.events] == [PositionsChanged, AccountChanged]


def test_a_flat_account_hears_nothing_and_the_rate_is_history() -> None:
    scene = Scene()
    state_rate(scene, "0.00012")
    scene.events.clear()
    moment = pass_funding(scene)
    assert scene.events == []
    (settlement,) = scene.venue.funding.history(SYMBOL)
    assert (settlement.symbol, settlement.rate, settlement.ts) == (SYMBOL, D("0.00012"), moment)


def test_funding_goes_on_by_the_interval_when_the_market_is_silent() -> None:
    """A recording that ended must not stop the hours: positions would be held for nothing."""
    scene = Scene()
    scene.buy("1")
    state_rate(scene, "0.0001")
    moments = [pass_funding(scene) for _ in range(3)]
    assert [later - earlier for earlier, later in pairwise(moments)] == [8 * HOUR_MS] * 2
    assert moments[0] % (8 * HOUR_MS) == 0
    assert [each.ts for each in scene.venue.funding.history(SYMBOL)] == moments[::-1]
    assert scene.venue.positions()[0].funding == D("-0.03")


def test_the_market_may_move_a_settlement() -> None:
    scene = Scene()
    scene.buy("1")
    grid = due(scene)
    state_rate(scene, "0.0001", scene.now + 60_000)
    pass_funding(scene)
    assert scene.venue.positions()[0].funding == D("-0.01")
    scene.venue.on_time(scene.now + 1)
    assert due(scene) == grid


def test_a_time_that_is_settled_is_not_settled_again() -> None:
    """A source that repeats the old time in every statement would charge the trader for each of them."""
    scene = Scene()
    scene.buy("1")
    state_rate(scene, "0.0001")
    moment = pass_funding(scene)
    state_rate(scene, "0.0001", moment)
    scene.venue.on_time(scene.now + 1000)
    assert scene.venue.positions()[0].funding == D("-0.01")
    assert due(scene) == moment + 8 * HOUR_MS


def test_without_a_rate_nothing_is_paid() -> None:
    scene = Scene()
    scene.buy("1")
    pass_funding(scene)
    assert scene.venue.positions()[0].funding == 0
    assert list(scene.venue.funding.history(SYMBOL)) == []


def test_an_isolated_position_pays_from_its_own_margin() -> None:
    """Its liquidation price moves with every settlement, as a real short's did in October 2022."""
    scene = Scene(margin_mode=MarginMode.ISOLATED)
    scene.buy("1")
    before = scene.venue.positions()[0]
    state_rate(scene, "0.0001")
    pass_funding(scene)
    after = scene.venue.positions()[0]
    assert after.margin == before.margin - D("0.01")
    assert after.liquidation_price is not None
    assert before.liquidation_price is not None
    assert after.liquidation_price > before.liquidation_price


def test_a_closed_position_tells_what_funding_it_paid() -> None:
    scene = Scene()
    scene.buy("1")
    state_rate(scene, "0.0001")
    pass_funding(scene)
    scene.events.clear()
    scene.sell("1")
    closed = next(event.position for event in scene.events if hasattr(event, "position"))
    assert closed.funding == D("-0.01")
    assert closed.net_profit == closed.profit + closed.open_fee + closed.close_fee - D("0.01")
