"""The pictures: right figures, and a version that moves when, and only when, a picture would differ."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from omega_tui.domain.events import (
    BalanceReported,
    BookChanged,
    CandlesChanged,
    FillReported,
    NoticeGiven,
    OrderReported,
    PositionsReported,
    TickerChanged,
    TradesPrinted,
)
from omega_tui.domain.market import Candle, PublicTrade, Timeframe
from omega_tui.domain.orders import HoldSide, OrderState, OrderType, Side
from omega_tui.engine.market.series import CandleSeries
from omega_tui.engine.market.tape import Tape
from omega_tui.engine.pictures.view_ladder import group_levels
from omega_tui.engine.views import LogLevel, Panel
from omega_tui.exchange.port import Unknown
from tests.engine.fake_gateway import (
    BTC,
    EXCHANGE_MS,
    D,
    FakeGateway,
    balance,
    book,
    fill,
    order,
    position,
    ticker,
)
from tests.engine.rig import Rig, running

MINUTE = 60_000


def trade(number: int, size: str = "0.1", price: str = "60000", at: int = EXCHANGE_MS) -> PublicTrade:
    return PublicTrade(str(number), at + number, D(price), D(size), Side.BUY)


def candle(minute: int, high: float = 101.0, low: float = 99.0) -> Candle:
    return Candle(EXCHANGE_MS + minute * MINUTE, 100.0, high, low, 100.0, 1.0)


def _versions(rig: Rig) -> dict[Panel, int]:
    return {panel: rig.views.version(panel) for panel in Panel}


def _changed(rig: Rig, before: dict[Panel, int]) -> set[Panel]:
    return {panel for panel, version in _versions(rig).items() if version != before[panel]}


async def test_each_event_moves_the_versions_of_the_pictures_it_changes(tmp_path: Path) -> None:
    """A version that misses a change freezes a panel; one that moves without cause burns the link."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        now = rig.clock.wall_ms()
        for event, moved in [
            (BookChanged("BTCUSDT", book(), now), {Panel.LADDER}),
            (BookChanged("ETHUSDT", book(), now), set()),
            (TradesPrinted("BTCUSDT", (trade(1, price="60001"),), False), {Panel.TAPE, Panel.LADDER}),
            (TickerChanged(ticker("60100", "60002", at=now)), {Panel.STATUS, Panel.POSITIONS, Panel.ACCOUNT}),
            (CandlesChanged("BTCUSDT", Timeframe.M1, (candle(0),), False), {Panel.CHART}),
            (CandlesChanged("BTCUSDT", Timeframe.H1, (candle(0),), False), set()),
            (OrderReported(order("x")), {Panel.ORDERS, Panel.LADDER, Panel.CHART}),
            (OrderReported(order("x")), set()),
            (FillReported(fill("1", client_order_id="x")), {Panel.FILLS, Panel.ACCOUNT, Panel.ORDERS}),
            (BalanceReported(balance("9000")), {Panel.ACCOUNT}),
            (PositionsReported((), 1), {Panel.POSITIONS, Panel.LADDER, Panel.CHART, Panel.ACCOUNT}),
            (NoticeGiven("hello"), {Panel.LOG}),
        ]:
            before = _versions(rig)
            rig.gateway.emit(event)
            changed = _changed(rig, before)
            assert moved <= changed, event
            if not moved:
                assert not changed, event


async def test_nothing_happens_and_no_version_moves(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        before = _versions(rig)
        assert _changed(rig, before) == set()


async def test_profit_moves_with_our_newest_mark_in_exact_decimal(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position("0.3", entry="60000.1"),))) as rig:
        rig.gateway.emit(TickerChanged(ticker("60123.7", at=rig.clock.wall_ms())))
        [row] = rig.views.positions().rows
        assert row.unrealized == D("0.3") * D("123.6")
        assert row.unrealized_percent == D("37.08") / (D("0.3") * D("60000.1") / 10) * 100
        account = rig.views.account()
        assert account.equity == D("10000") + D("37.08")
        assert (account.long_notional, account.short_notional) == (D("0.3") * D("60123.7"), D(0))


async def test_an_older_ticker_does_not_take_the_mark_back(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(TickerChanged(ticker("61000", "61000", at=EXCHANGE_MS + 500)))
        rig.gateway.emit(TickerChanged(ticker("60000", "60000", at=EXCHANGE_MS + 400)))
        status = rig.views.status()
        assert (status.mark_price, status.last_price, status.direction) == (D(61000), D(61000), 1)


async def test_the_ladder_shows_book_orders_and_marks_in_ticks(tmp_path: Path) -> None:
    held = replace(position(), break_even_price=D("60072.04"), liquidation_price=D("48000"))
    async with running(tmp_path, FakeGateway(positions=(held,))) as rig:
        rig.gateway.emit(OrderReported(order("x", filled="0.004", state=OrderState.PARTIALLY_FILLED)))
        view = rig.views.ladder(1, 2)
        assert view.bids == ((599_999, 1.0), (599_998, 2.0))
        assert view.asks == ((600_001, 1.0), (600_002, 2.0))
        assert (view.spread_ticks, view.best_bid_ticks, view.best_ask_ticks) == (2, 599_999, 600_001)
        assert view.imbalance == 0.0
        assert [(each.ticks, each.size, each.key) for each in view.orders] == [(590_000, D("0.006"), "x")]
        marks = {mark.kind: mark.ticks for mark in view.marks}
        assert marks == {"entry": 600_000, "break-even": 600_720, "liquidation": 480_000, "last": 600_000}
        with pytest.raises(ValueError):
            rig.views.ladder(0, 5)


def test_grouped_rows_never_promise_a_better_price_than_their_levels() -> None:
    """Bids round down and asks up: a row at 60000 must not contain an ask of 60000.1 or a bid of 59999.9."""
    bids = [("100.9", "1"), ("100.1", "2"), ("100.0", "3"), ("99.9", "4")]
    asks = [("101.0", "1"), ("101.1", "2"), ("102.0", "3"), ("102.1", "4")]
    assert group_levels(bids, D("0.1"), 10, 5, Side.BUY) == ((100, 6.0), (99, 4.0))
    assert group_levels(asks, D("0.1"), 10, 5, Side.SELL) == ((101, 1.0), (102, 5.0), (103, 4.0))
    assert group_levels(asks, D("0.1"), 10, 2, Side.SELL) == ((101, 1.0), (102, 5.0))


@profile(max_examples=60, deadline=None)
@given(
    ticks=st.lists(st.integers(1, 5000), min_size=1, max_size=60, unique=True),
    group=st.sampled_from([1, 5, 10, 50, 100]),
    side=st.sampled_from(list(Side)),
)
def test_grouping_loses_no_size_and_keeps_the_order(ticks: list[int], group: int, side: Side) -> None:
    ordered = sorted(ticks, reverse=side is Side.BUY)
    levels = [(str(Decimal(each) / 10), "2") for each in ordered]
    rows = group_levels(levels, D("0.1"), group, 10_000, side)
    assert sum(size for _, size in rows) == 2.0 * len(ticks)
    prices = [row for row, _ in rows]
    assert prices == sorted(set(prices), reverse=side is Side.BUY)
    best = prices[0] * group
    assert best <= ordered[0] if side is Side.BUY else best >= ordered[0]


def test_large_prints_are_judged_against_the_sizes_before_them() -> None:
    tape = Tape()
    tape.add(trade(number, "1") for number in range(100))
    tape.add([trade(100, "50"), trade(101, "1")])
    rows = tape.view("BTCUSDT", BTC, 3).rows
    assert [(row.size, row.large) for row in rows] == [("1.000", False), ("50.000", True), ("1.000", False)]
    assert rows[0].price == "60000.0"


def test_a_print_told_twice_is_shown_once_and_a_new_run_replaces_the_old() -> None:
    tape = Tape()
    tape.add([trade(1), trade(2), trade(2)])
    assert len(tape.view("BTCUSDT", None, 10).rows) == 2
    tape.replace([trade(2), trade(3)])
    assert [row.exchange_ms - EXCHANGE_MS for row in tape.view("BTCUSDT", BTC, 10).rows] == [3, 2]
    tape.add([trade(number) for number in range(10, 800)])
    assert len(tape.view("BTCUSDT", BTC, 5000).rows) == 500


def test_pushed_candles_replace_the_running_one_and_join_the_history() -> None:
    series = CandleSeries(Timeframe.M1)
    assert not series.update([candle(5), candle(6)])
    series.add_history([candle(minute) for minute in range(6)])
    assert not series.update([candle(6, high=105.0), candle(7)])
    starts = [(each.start_ms - EXCHANGE_MS) // MINUTE for each in series.candles]
    assert starts == list(range(8))
    assert series.candles[6].high == 105.0


def test_candles_after_a_gap_do_not_pretend_to_join_the_old_ones() -> None:
    series = CandleSeries(Timeframe.M1)
    series.update([candle(0), candle(1)])
    assert series.update([candle(60), candle(61)])
    assert [each.start_ms for each in series.candles] == [candle(60).start_ms, candle(61).start_ms]


def test_the_swing_rests_on_closed_candles_only() -> None:
    """A swing that moves within an unfinished candle would repaint."""
    series = CandleSeries(Timeframe.M1)
    start = [candle(minute) for minute in range(-16, -2)]
    fall = [candle(-2, 130.0, 100.0), candle(-1, 104.0, 80.0)]
    series.update(
        [*start, *fall, *(candle(minute, 82.0 + 3 * minute, 80.5 + 3 * minute) for minute in range(20))]
    )
    series.update([candle(20, 110.0, 20.0)])
    before = series.swing
    series.update([candle(20, 110.0, 10.0)])
    assert series.swing == before
    series.update([candle(21, 30.0, 25.0)])
    assert series.swing != before, "once closed, the fall confirms the high before it"


async def test_an_order_sits_at_one_level_of_a_small_swing(tmp_path: Path) -> None:
    """Bug: in a quiet market one entry was said to sit at four neighbouring levels."""
    gateway = FakeGateway()
    async with running(tmp_path, gateway) as rig:
        quiet = [(60_000.0, 59_999.8)] * 16
        rise = [(60_000.0 + 0.4 * step, 59_999.8 + 0.4 * step) for step in range(1, 51)]
        fall = [(60_020.0 - 0.6 * step, 60_019.8 - 0.6 * step) for step in range(1, 6)]
        legs = [*quiet[:-1], (60_001.2, 60_001.0), (60_000.0, 59_999.6), *rise, *fall]
        candles = tuple(
            Candle(EXCHANGE_MS + index * MINUTE, low, high, low, (high + low) / 2, 1.0)
            for index, (high, low) in enumerate(legs)
        )
        gateway.emit(CandlesChanged("BTCUSDT", Timeframe.M1, candles, True))
        half = next(row.price for row in rig.views.fibonacci().rows if row.ratio == "0.5")
        gateway.emit(OrderReported(order("x", price=f"{half}")))
        assert [row.ratio for row in rig.views.fibonacci().rows if row.sitting] == ["0.5"]


async def test_fibonacci_rows_carry_distance_and_what_sits_there(tmp_path: Path) -> None:
    gateway = FakeGateway()
    async with running(tmp_path, gateway) as rig:
        assert (
            "no confirmed swing" in rig.views.fibonacci().note or "no candles" in rig.views.fibonacci().note
        )
        quiet = [(60_000.0, 59_990.0)] * 16
        rise = [(60_000.0 + 20 * step, 59_990.0 + 20 * step) for step in range(1, 51)]
        fall = [(61_000.0 - 30 * step, 60_990.0 - 30 * step) for step in range(1, 6)]
        legs = [*quiet[:-1], (60_060.0, 60_050.0), (60_000.0, 59_980.0), *rise, *fall]
        candles = tuple(
            Candle(EXCHANGE_MS + index * MINUTE, low, high, low, (high + low) / 2, 1.0)
            for index, (high, low) in enumerate(legs)
        )
        gateway.emit(CandlesChanged("BTCUSDT", Timeframe.M1, candles, True))
        view = rig.views.fibonacci()
        assert (view.direction, view.low, view.high, view.note) == ("up", D("59980.0"), D("61000.0"), "")
        rows = {row.ratio: row for row in view.rows}
        assert rows["0.618"].price == D("60369.6")
        assert rows["0.618"].distance_ticks == 3696
        assert sum(row.nearest for row in view.rows) == 1
        gateway.emit(OrderReported(order("x", price="60369.0")))
        assert {row.ratio for row in rig.views.fibonacci().rows if "buy 0.01" in row.sitting} == {"0.618"}
        assert {mark.kind for mark in rig.views.ladder(1, 1).marks} >= {"fib"}
        kinds = {line.kind for line in rig.views.chart(10).lines}
        assert kinds >= {"fib", "buy"}
        assert len(rig.views.chart(10).candles) == 10


async def test_unknown_orders_come_first_with_what_settles_them(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(on_place=lambda request: Unknown("timed out"))) as rig:
        rig.place()
        await rig.until(
            lambda: rig.views.orders().rows and rig.views.orders().rows[0].state is OrderState.UNKNOWN
        )
        rig.gateway.emit(OrderReported(order("later")))
        first = rig.views.orders().rows[0]
        assert first.state is OrderState.UNKNOWN
        assert "timed out" in first.evidence
        assert "clean not-found" in first.evidence
        rig.clock.advance(7)
        assert rig.views.orders().rows[0].age_seconds == 7


async def test_texts_from_outside_are_harmless_in_the_log(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(NoticeGiven("\x1b]52;c;AAAA\x07" + "x" * 1000, warning=True))
        row = rig.views.log(1).rows[0]
        assert "\x1b" not in row.text
        assert len(row.text) <= 300
        assert row.level is LogLevel.WARNING
        assert rig.views.log(0).rows == ()


async def test_fills_are_newest_first_and_limited(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        for number in (2, 3, 1):
            rig.gateway.emit(FillReported(fill(str(number), at=EXCHANGE_MS + number)))
        assert [row.exchange_ms - EXCHANGE_MS for row in rig.views.fills(2).rows] == [3, 2]


async def test_a_short_position_is_measured_as_one(tmp_path: Path) -> None:
    short = replace(position("0.5", HoldSide.SHORT), liquidation_price=D("66000"))
    async with running(tmp_path, FakeGateway(positions=(short,))) as rig:
        rig.gateway.emit(TickerChanged(ticker("60000", at=rig.clock.wall_ms())))
        [row] = rig.views.positions().rows
        assert (row.unrealized, row.liquidation_distance_percent) == (D(0), D(10))


async def test_slippage_is_measured_from_the_price_that_the_order_saw(tmp_path: Path) -> None:
    """Bug: a market order that walks the book looks as good as one that did not."""
    async with running(tmp_path) as rig:
        draft = rig.draft(order_type=OrderType.MARKET, price=None, side=Side.BUY)
        assert rig.place(draft).taken
        await rig.until(lambda: rig.gateway.placed)
        await rig.settle()
        key = rig.gateway.placed[0].client_order_id
        filled = fill("1", "0.01", price="60000.6", client_order_id=key)
        rig.gateway.emit(FillReported(filled))
        await rig.settle()
        link = rig.views.link()
        # The best ask was 60000.1: five ticks of 0.1 worse.
        assert (link.slips, link.slippage_p50, link.slippage_p99) == (1, 5, 5)
        rig.gateway.emit(FillReported(filled))
        assert rig.views.link().slips == 1
