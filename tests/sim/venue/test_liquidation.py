"""When the margin is spent the exchange closes positions, in Bitget's order and words, and no trader owes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Direction, HoldSide, MarginMode, MarketFacts, PositionMode, PublicTrade
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import Deleveraged, LedgerOrder, OrderChanged, PositionClosed
from tests.sim.venue.scene import BUY, CONTRACT, LONG, SELL, SHORT, SYMBOL, Scene

D = Decimal
ETH = "ETHUSDT"
ISOLATED, CROSSED = MarginMode.ISOLATED, MarginMode.CROSSED
DEEP = (("100", "90000"),), (("100.1", "90000"),)
KEEP = Choices(fund_takes_remainder=False)


def forced(scene: Scene) -> list[LedgerOrder]:
    """The exchange's own orders as they ended, oldest first."""
    orders = {
        event.order.order_id: event.order
        for event in scene.events
        if isinstance(event, OrderChanged) and event.order.enter_point_source == "SYS"
    }
    return list(orders.values())


def words(scene: Scene) -> list[str]:
    return [order.trade_side for order in forced(scene)]


def bills(scene: Scene) -> list[tuple[str, Decimal]]:
    return [(bill.business, bill.amount) for bill in scene.venue.wallet.bills()][::-1]


def heavy(scene: Scene, side: Direction, times: int, hold: HoldSide | None = None) -> None:
    """Build a large position out of the largest orders."""
    for _ in range(times):
        scene.place(scene.spec(side, "100", "100.1" if side is BUY else "100", hold=hold))


def test_isolated_nothing_happens_before_the_liquidation_price() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    price = scene.venue.positions()[0].liquidation_price
    assert price is not None
    scene.facts(str(price + D("0.001")))
    assert scene.venue.positions()[0].margin_ratio < 1
    assert forced(scene) == []
    scene.facts(str(price - D("0.001")))
    assert words(scene) == ["burst_sell_single"]


def test_isolated_loses_its_margin_and_nothing_else() -> None:
    """The rest of the margin after a close in a kind market is the fund's, as in a real account's bills."""
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    before = scene.venue.account()
    scene.delta(bids=(("100", "0"), ("99.9", "0"), ("99.8", "0"), ("91", "5")))
    scene.facts("90")
    (order,) = forced(scene)
    assert (order.order_source, order.average_price, order.status.value) == ("liquidation", D(91), "filled")
    assert (order.profit, order.fee) == (D("-9.1"), D("-0.0546"))
    assert bills(scene)[-2:] == [
        ("burst_sell", D("-9.1")),
        ("risk_captital_user_transfer", -(D("10.01") - D("9.1") - D("0.0546"))),
    ]
    after = scene.venue.account()
    assert after.balance == before.balance - before.isolated_margin
    assert (after.isolated_margin, after.equity) == (D(0), after.balance)


def test_the_remainder_may_stay_the_traders() -> None:
    scene = Scene(margin_mode=ISOLATED, choices=KEEP)
    scene.buy("1")
    before = scene.venue.account()
    scene.facts("90")
    assert scene.venue.account().balance == before.balance + forced(scene)[0].profit + forced(scene)[0].fee
    assert bills(scene)[-1][0] == "burst_sell"


def test_isolated_never_loses_more_than_its_margin() -> None:
    """A market that falls through the bankruptcy price costs the fund, whoever is asked."""
    for choices in (Choices(), KEEP):
        scene = Scene(margin_mode=ISOLATED, choices=choices)
        scene.buy("1")
        before = scene.venue.account()
        scene.snapshot((("60", "5"),), (("61", "5"),))
        scene.facts("60")
        assert forced(scene)[0].average_price == D(60)
        assert scene.venue.account().balance == before.balance - before.isolated_margin
        business, paid = bills(scene)[-1]
        assert business == "risk_captital_user_transfer"
        assert paid > 0


def test_a_thin_market_leaves_no_position_behind() -> None:
    """The exchange takes over what nobody bids for; else the trader's loss would go on without margin."""
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("2")
    scene.snapshot((("89", "0.5"),), ())
    scene.facts("90")
    assert scene.venue.positions() == []
    assert forced(scene)[0].average_price == (D("0.5") * 89 + D("1.5") * 90) / 2


def test_the_exchange_takes_over_at_a_price_that_can_be_traded() -> None:
    """A mark of many digits would leave more digits in the wallet than any client can sum."""
    scene = Scene(margin_mode=ISOLATED, choices=KEEP)
    scene.buy("1")
    scene.snapshot((), ())
    scene.facts("90.123456789012345678901234567")
    (order,) = forced(scene)
    assert (order.average_price, order.profit, order.fee) == (D("90.1"), D(-10), D("-0.05406"))
    assert bills(scene)[-1] == ("risk_captital_user_transfer", D("0.04406"))


def test_the_public_never_hears_of_a_liquidation() -> None:
    scene = Scene(margin_mode=ISOLATED)
    heard: list[PublicTrade] = []
    scene.buy("1")
    scene.venue.listen_trades(heard.append)
    last = scene.venue.ticker(SYMBOL).last
    scene.facts("90")
    assert forced(scene)
    assert heard == []
    assert scene.venue.ticker(SYMBOL).last == last


def test_isolated_cancels_the_orders_of_that_position_only() -> None:
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED)
    scene.open(LONG, "1")
    own = [scene.open(LONG, "1", "85"), scene.close(LONG, "1", "120")]
    other = scene.open(SHORT, "1", "115")
    scene.facts("90")
    assert words(scene) == ["burst_close_long"]
    assert [scene.state_of(each).cancel_reason for each in own] == ["delegated_risk_order_cancel"] * 2
    assert scene.state_of(other).status.value == "live"
    assert bills(scene)[-2][0] == "burst_long_loss_query"


def test_isolated_positions_do_not_pull_each_other_down() -> None:
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED)
    scene.open(LONG, "1")
    scene.open(SHORT, "1")
    scene.facts("90")
    (position,) = scene.venue.positions()
    assert position.hold_side is SHORT
    assert words(scene) == ["burst_close_long"]


def test_a_liquidated_position_is_history() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    scene.facts("90")
    (closed,) = scene.venue.closed_positions()
    assert closed.closed_size == D(1)
    assert closed.profit == forced(scene)[0].profit
    told = [event.position for event in scene.events if isinstance(event, PositionClosed)]
    assert told == [closed]


def test_crossed_lives_on_all_of_the_money() -> None:
    scene = Scene(balance="100", leverage=20)
    scene.snapshot(*DEEP)
    scene.buy("10")
    scene.facts("91.1")
    assert forced(scene) == []
    assert scene.venue.account().crossed_risk_rate < 1
    scene.facts("90.4")
    assert words(scene) == ["burst_sell_single"]
    assert scene.venue.account().balance == 0


def test_crossed_cancels_every_order_first() -> None:
    """Orders of isolated symbols too: the page says so."""
    scene = Scene(balance="100", leverage=20)
    scene.snapshot(*DEEP)
    scene.snapshot(*DEEP, symbol=ETH)
    scene.buy("9")
    resting = [
        scene.buy("0.1", "96"),
        scene.place(scene.spec(BUY, "0.1", "96", symbol=ETH, margin_mode=ISOLATED)),
    ]
    scene.facts("89")
    assert [scene.state_of(each).cancel_reason for each in resting] == ["delegated_risk_order_cancel"] * 2
    assert words(scene) == ["burst_sell_single"]


def test_crossed_nets_a_hedge_before_it_sells() -> None:
    scene = Scene(PositionMode.HEDGE, balance="100", leverage=20)
    scene.snapshot(*DEEP)
    scene.open(LONG, "12")
    scene.open(SHORT, "2")
    scene.facts("90")
    assert words(scene) == ["offset_close_long", "offset_close_short", "burst_close_long"]
    long, short, rest = forced(scene)
    assert (long.size, short.size, rest.size) == (D(2), D(2), D(10))
    assert (long.average_price, short.average_price, long.fee, short.fee) == (D(90), D(90), D(0), D(0))
    assert [business for business, _ in bills(scene)[-4:]] == [
        "force_close_long",
        "force_close_short",
        "burst_long_loss_query",
        "risk_captital_user_transfer",
    ]


def test_only_the_larger_side_of_a_crossed_hedge_needs_maintenance() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.snapshot(*DEEP)
    scene.open(LONG, "12")
    alone = scene.venue.account()
    scene.open(SHORT, "2")
    both = scene.venue.account()
    maintenance = alone.crossed_risk_rate * alone.equity
    assert abs(both.crossed_risk_rate * both.equity - maintenance) < D("1e-12")


def test_a_large_crossed_position_is_reduced_before_it_is_lost() -> None:
    """Two tiers at a time: from the third of this contract to the first, which its money can carry."""
    scene = Scene(balance="57000", leverage=20, choices=KEEP)
    scene.snapshot(*DEEP)
    heavy(scene, BUY, 110)
    assert scene.venue.positions()[0].keep_margin_rate == D("0.02")
    scene.facts("95.7")
    assert forced(scene) == []
    scene.facts("95.5")
    (order,) = forced(scene)
    assert (order.trade_side, order.order_source) == ("reduce_sell_single", "reduce_offset")
    (position,) = scene.venue.positions()
    assert position.size * D("95.5") <= 200_000 < (position.size + D("0.001")) * D("95.5")
    assert order.size == D(11_000) - position.size
    assert position.margin_ratio < 1
    assert bills(scene)[-1][0] == "force_sell"


def test_a_reduction_that_does_not_help_ends_in_liquidation() -> None:
    scene = Scene(balance="60000", leverage=20)
    scene.snapshot(*DEEP)
    heavy(scene, BUY, 110)
    scene.snapshot((("94", "90000"),), (("94.1", "90000"),))
    scene.facts("94")
    assert words(scene) == ["reduce_sell_single", "burst_sell_single"]
    assert scene.venue.positions() == []
    assert scene.venue.account().balance == 0
    assert bills(scene)[-1][1] > 0


def test_crossed_liquidation_spares_isolated_margin() -> None:
    scene = Scene(balance="110", leverage=20)
    scene.snapshot(*DEEP)
    scene.snapshot(*DEEP, symbol=ETH)
    scene.venue.on_market(MarketFacts(ETH, scene.now, mark_price="100"))
    scene.place(scene.spec(BUY, "1", symbol=ETH, margin_mode=ISOLATED))
    bound = scene.venue.account().isolated_margin
    scene.buy("9")
    scene.facts("80")
    assert words(scene) == ["burst_sell_single"]
    (position,) = scene.venue.positions()
    assert (position.symbol, position.margin) == (ETH, bound)
    assert scene.venue.account().balance == bound


def test_the_account_is_told_once_after_a_liquidation() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    scene.buy("1", "85")
    scene.events.clear()
    scene.facts("90")
    assert [type(event).__name__ for event in scene.events] == [
        *("OrderChanged", "OrderChanged", "OrderChanged"),
        *("PositionClosed", "PositionsChanged", "AccountChanged"),
    ]


def test_funding_can_be_the_last_straw() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    price = scene.venue.positions()[0].liquidation_price
    assert price is not None
    scene.facts(str(round(price + D("0.01"), 3)))
    scene.venue.on_market(MarketFacts(SYMBOL, scene.now, funding_rate="0.001"))
    assert forced(scene) == []
    due = scene.venue.ticker(SYMBOL).next_funding_ms
    assert due is not None
    scene.venue.on_time(due)
    assert words(scene) == ["burst_sell_single"]


def test_deleveraging_takes_a_position_without_a_fee() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "2")
    scene.facts("110")
    balance = scene.venue.account().balance
    scene.events.clear()
    scene.venue.risk.deleverage(SYMBOL, LONG, D("0.5"), D(108))
    (order,) = forced(scene)
    assert (order.trade_side, order.fee, order.average_price) == ("dte_sys_adl_close_long", D(0), D(108))
    assert bills(scene)[-1] == ("adl_close_long", order.profit)
    assert scene.venue.account().balance == balance + order.profit
    told = [event for event in scene.events if isinstance(event, Deleveraged)]
    assert told == [Deleveraged(SYMBOL, SELL, D(108), D("0.5"), scene.now)]
    assert scene.venue.positions()[0].size == D("1.5")


def test_deleveraging_names_the_direction_in_one_way_mode() -> None:
    scene = Scene()
    scene.sell("1")
    scene.venue.risk.deleverage(SYMBOL, SHORT)
    assert words(scene) == ["dte_sys_adl_buy_in_single_side_mode"]
    assert forced(scene)[0].average_price == D(100)
    assert bills(scene)[-1][0] == "adl_buy_in_single_side_mode"
    assert scene.venue.positions() == []


def test_closing_orders_never_exceed_what_deleveraging_left() -> None:
    """A resting close larger than its position would turn the position round when it fills."""
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "2")
    first, second = scene.close(LONG, "1", "105"), scene.close(LONG, "1", "106")
    scene.venue.risk.deleverage(SYMBOL, LONG, D(1))
    assert scene.state_of(first).status.value == "canceled"
    assert scene.state_of(second).status.value == "live"
    (position,) = scene.venue.positions()
    assert position.locked == position.size == D(1)


def test_profit_stands_first_in_the_line_of_deleveraging() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    scene.open(SHORT, "1")
    scene.facts("110")
    long, short = scene.venue.positions()
    assert scene.venue.risk.adl_rank(long) > D("0.5") > scene.venue.risk.adl_rank(short) >= 0
    scene.facts("120")
    assert scene.venue.risk.adl_rank(scene.venue.positions()[0]) > scene.venue.risk.adl_rank(long)


@pytest.mark.parametrize(("side", "price", "code"), [(LONG, "99.4", "40820"), (SHORT, "101.1", "40821")])
def test_an_isolated_position_is_not_closed_beyond_its_liquidation_price(
    side: HoldSide, price: str, code: str
) -> None:
    """Its margin could not pay for that; a crossed one has the whole account."""
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED, leverage=100)
    scene.open(side, "1")
    with pytest.raises(Refused) as refused:
        scene.close(side, "1", price)
    assert refused.value.code == code
    assert scene.close(side, "1").status.value == "filled"
    crossed = Scene(PositionMode.HEDGE, leverage=100)
    crossed.open(side, "1")
    assert crossed.close(side, "1", price)
    one_way = Scene(margin_mode=ISOLATED, leverage=100)
    opens, closes = (BUY, SELL) if side is LONG else (SELL, BUY)
    one_way.place(one_way.spec(opens, "1"))
    with pytest.raises(Refused) as refused:
        one_way.place(one_way.spec(closes, "1", price, reduce_only=True))
    assert refused.value.code == code


def test_changed_rules_liquidate_at_once() -> None:
    """A mark price that stands still must not hide that more margin is asked for now."""
    scene = Scene(balance="100", leverage=100, margin_mode=ISOLATED)
    scene.buy("1")
    scene.venue.incidents.change_contract(replace(CONTRACT, taker_fee_rate=D("0.02")))
    assert words(scene) == ["burst_sell_single"]


@pytest.mark.parametrize("margin_mode", list(MarginMode))
def test_a_trader_who_holds_nothing_owes_nothing(margin_mode: MarginMode) -> None:
    """He closed by himself into an empty book, which took more than he had."""
    scene = Scene(balance="10", margin_mode=margin_mode)
    scene.buy("0.5")
    scene.snapshot((("1", "100"),), (("1000", "100"),))
    scene.sell("0.5")
    assert scene.venue.account().balance == 0
    business, amount = bills(scene)[-1]
    assert business == "risk_captital_user_transfer"
    assert amount > 39
