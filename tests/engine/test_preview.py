"""The ticket's preview: legal values, what changed, what forbids; and that nothing else is ever sent."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from omega_tui.clock import ManualClock
from omega_tui.domain.events import (
    BalanceReported,
    BookChanged,
    Health,
    HealthChanged,
    OrderReported,
    PositionsReported,
    SettingsReported,
    Surface,
    TickerChanged,
)
from omega_tui.domain.orders import HoldSide, MarginMode, OrderType, PositionMode, Side, TimeInForce
from omega_tui.domain.values import is_multiple
from omega_tui.engine.apply import apply_event
from omega_tui.engine.intents import PlaceOrder, TicketDraft, TicketPreview
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.orders.requests import build_request
from omega_tui.engine.risk.preview import build_preview
from omega_tui.engine.state import State
from tests.engine.fake_gateway import (
    BTC,
    EXCHANGE_MS,
    D,
    FakeGateway,
    balance,
    book,
    position,
    settings,
    ticker,
)
from tests.engine.plan_desk import plan_order
from tests.engine.rig import running


def a_state(mode: PositionMode = PositionMode.ONE_WAY, **options: object) -> State:
    state = State(ManualClock(), EngineOptions(venue="SIM", account="a", **options))  # type: ignore[arg-type]
    state.instruments = {"BTCUSDT": BTC}
    for surface in Surface:
        apply_event(state, HealthChanged(surface, Health.LIVE, ""))
    apply_event(state, TickerChanged(ticker()))
    apply_event(state, BookChanged("BTCUSDT", book(), EXCHANGE_MS))
    apply_event(state, BalanceReported(balance()))
    apply_event(state, SettingsReported(settings(mode=mode)))
    state.reconciled = True
    return state


def a_draft(**changes: object) -> TicketDraft:
    draft = TicketDraft("t", "BTCUSDT", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, D("0.01"), D("59000"))
    return replace(draft, **changes)  # type: ignore[arg-type]


MARKET: dict[str, object] = {"order_type": OrderType.MARKET, "price": None}


def test_a_plain_limit_order_is_priced_in_full() -> None:
    preview = build_preview(a_state(), a_draft())
    assert preview.problems == ()
    assert (preview.size, preview.price, preview.notional) == (D("0.01"), D("59000"), D("590.00"))
    assert (preview.margin, preview.fee) == (D("59"), D("-0.118"))
    assert preview.effect == "buy 0.01 BTCUSDT limit 59000, opens long"
    assert (preview.reduce_only, preview.hold_side, preview.changes) == (False, None, ())


def test_a_market_order_is_priced_by_walking_the_book() -> None:
    preview = build_preview(a_state(), a_draft(size=D("2"), **MARKET))
    assert preview.price is None
    assert preview.price_used == D("60000.15")
    assert preview.fee == -D("2") * D("60000.15") * D("0.0006")
    assert preview.effect == "buy 2 BTCUSDT at market, opens long"


def test_what_rounding_changed_is_said_in_words() -> None:
    preview = build_preview(a_state(), a_draft(size=D("0.0129"), price=D("59000.19")))
    assert (preview.size, preview.price) == (D("0.012"), D("59000.1"))
    assert preview.changes == (
        "size 0.0129 rounded down to 0.012: the lot is 0.001 BTC",
        "price 59000.19 rounded down to 59000.1: the tick is 0.1",
    )
    sell = build_preview(a_state(), a_draft(side=Side.SELL, price=D("61000.11")))
    assert sell.price == D("61000.2")


_numbers = st.decimals(min_value=D("0.0000001"), max_value=D("99999"), places=7)


@profile(max_examples=80, deadline=None)
@given(size=_numbers, price=_numbers, side=st.sampled_from(list(Side)))
def test_what_would_be_sent_is_legal_and_never_more_than_typed(
    size: Decimal, price: Decimal, side: Side
) -> None:
    state = a_state()
    preview = build_preview(state, a_draft(side=side, size=size, price=price))
    assert preview.size is not None
    assert preview.price is not None
    assert is_multiple(preview.size, BTC.lot)
    assert is_multiple(preview.price, BTC.tick)
    assert 0 <= size - preview.size < BTC.lot
    drift = price - preview.price if side is Side.BUY else preview.price - price
    assert 0 <= drift < BTC.tick
    assert (preview.size != size or preview.price != price) == bool(preview.changes)
    if preview.sendable:
        sent = build_request(state, a_draft(side=side, size=size, price=price), preview, "omg1")
        assert (sent.size, sent.price) == (preview.size, preview.price)
        assert sent.size >= BTC.min_size
        assert sent.size * preview.price >= BTC.min_notional


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": None}, "type a size"),
        ({"size": D("-1")}, "above zero"),
        ({"size": D("NaN")}, "above zero"),
        ({"size": D("0.0001")}, "least size is 0.001 BTC"),
        ({"size": D("0.001"), "price": D("4000")}, "worth 4 USDT, the least is 5"),
        ({"price": None}, "type a price"),
        ({"price": D("Infinity")}, "above zero"),
        ({"size": D("101"), "price": D("100")}, "the most a limit order takes is 100 BTC"),
        ({"size": D("41"), **MARKET}, "the most a market order takes is 40 BTC"),
        (
            {"size": D("2"), "price": D("59999")},
            "free margin: at most 1.656 BTC: 10000.00 USDT is available",
        ),
        ({"time_in_force": TimeInForce.POST_ONLY, "price": D("60000.1")}, "post-only would take"),
        ({"closes": True}, "no short position to close with a buy"),
        ({"symbol": "NOPEUSDT"}, "not in the list of contracts"),
        ({"symbol": "ETHUSDT"}, "not in the list of contracts"),
    ],
)
def test_what_forbids_sending_is_said_with_the_way_out(changes: dict[str, object], words: str) -> None:
    preview = build_preview(a_state(), a_draft(**changes))
    assert any(words in problem for problem in preview.problems), preview.problems
    assert not preview.sendable


def test_the_fee_is_the_takers_when_the_limit_crosses_the_book() -> None:
    assert build_preview(a_state(), a_draft(price=D("60000"))).fee == D("-0.12")
    assert build_preview(a_state(), a_draft(price=D("60001"))).fee == D("-0.360006")


def test_an_empty_side_has_no_market_price() -> None:
    state = a_state()
    one_sided = book()
    one_sided.reset([("59999.9", "1")], [])
    apply_event(state, BookChanged("BTCUSDT", one_sided, EXCHANGE_MS))
    assert any("no price" in each for each in build_preview(state, a_draft(**MARKET)).problems)


def test_in_one_way_mode_an_opposite_order_needs_margin_only_beyond_the_position() -> None:
    state = a_state()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    reducing = build_preview(state, a_draft(side=Side.SELL, size=D("0.2"), price=D("61000")))
    assert (reducing.margin, reducing.effect.split(", ", 1)[1]) == (D(0), "reduces long, not reduce-only")
    turning = build_preview(state, a_draft(side=Side.SELL, size=D("0.7"), price=D("61000")))
    assert (turning.margin, turning.effect.split(", ", 1)[1]) == (D("0.2") * 6100, "turns long into short")


@pytest.mark.parametrize(
    ("side", "closes", "hold_side", "consequence"),
    [
        (Side.BUY, False, HoldSide.LONG, "adds to long"),
        (Side.SELL, False, HoldSide.SHORT, "adds to short"),
        (Side.SELL, True, HoldSide.LONG, "reduces long"),
        (Side.BUY, True, HoldSide.SHORT, "reduces short"),
    ],
)
def test_hedge_mode_names_the_position_that_the_order_opens_or_closes(
    side: Side, closes: bool, hold_side: HoldSide, consequence: str
) -> None:
    """A close that names the wrong position opens a second one."""
    state = a_state(PositionMode.HEDGE)
    both = tuple(
        position(size, side, mode=PositionMode.HEDGE)
        for size, side in (("0.5", HoldSide.LONG), ("0.4", HoldSide.SHORT))
    )
    apply_event(state, PositionsReported(both, 1))
    draft = a_draft(side=side, closes=closes, size=D("0.1"), **MARKET)
    preview = build_preview(state, draft)
    assert preview.problems == ()
    assert (preview.hold_side, preview.reduce_only) == (hold_side, closes)
    assert preview.effect.endswith(consequence)
    sent = build_request(state, draft, preview, "omg1")
    assert (sent.side, sent.hold_side, sent.reduce_only) == (side, hold_side, closes)


def test_a_close_is_cut_to_the_position_and_needs_no_margin() -> None:
    state = a_state()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    preview = build_preview(state, a_draft(side=Side.SELL, size=D("3"), closes=True, **MARKET))
    assert (preview.size, preview.reduce_only, preview.margin, preview.problems) == (D("0.5"), True, D(0), ())
    assert "cut to the position's 0.5 BTC" in preview.changes[0]
    assert preview.effect.endswith("closes long")


def test_a_read_only_venue_forbids_even_closing() -> None:
    state = a_state(read_only=True)
    apply_event(state, PositionsReported((position("0.5"),), 1))
    preview = build_preview(state, a_draft(side=Side.SELL, closes=True, size=D("0.1"), **MARKET))
    assert any("read-only" in problem for problem in preview.problems)


def test_isolated_liquidation_follows_bitgets_formula_and_is_unknown_without_a_rate() -> None:
    state = a_state()
    isolated = replace(settings(), margin_mode=MarginMode.ISOLATED)
    apply_event(state, SettingsReported(isolated))
    price = build_preview(state, a_draft(size=D("1"), price=D("59000"))).liquidation_price
    assert price is not None
    margin = D("5900")
    assert price == (margin - 59000) / (D("0.004") + D("0.0006") - 1)
    apply_event(state, SettingsReported(replace(isolated, maintenance_rate=None)))
    assert build_preview(state, a_draft()).liquidation_price is None


def test_crossed_liquidation_uses_the_whole_equity() -> None:
    preview = build_preview(a_state(), a_draft(size=D("1"), price=D("60000")))
    rate = D("0.0046")
    assert preview.liquidation_price == 60000 - (10000 - rate * 60000)
    short = build_preview(a_state(), a_draft(side=Side.SELL, size=D("1"), price=D("60000.1")))
    assert short.liquidation_price is not None
    assert short.liquidation_price > 60000


def test_closing_everything_leaves_no_liquidation_price() -> None:
    state = a_state()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    whole = build_preview(state, a_draft(side=Side.SELL, size=D("0.5"), closes=True, **MARKET))
    half = build_preview(state, a_draft(side=Side.SELL, size=D("0.2"), closes=True, **MARKET))
    assert whole.liquidation_price is None
    assert half.liquidation_price is not None


@pytest.mark.parametrize(
    "changed",
    [{"size": D("0.02")}, {"price": D("59001")}, {"reduce_only": True}, {"hold_side": HoldSide.LONG}],
)
async def test_nothing_is_sent_that_the_preview_did_not_show(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    async with running(tmp_path) as rig:
        draft = rig.draft()
        shown: TicketPreview = replace(rig.views.preview(draft), **changed)  # type: ignore[arg-type]
        receipt = rig.engine.submit(PlaceOrder(draft, shown))
        assert not receipt.taken
        assert "the ticket showed" in receipt.text
        await rig.settle()
        assert rig.gateway.placed == []
        assert rig.place(draft).taken, "the ticket can be sent once it was shown again"


async def test_a_market_that_ran_away_since_the_preview_is_not_taken(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway()) as rig:
        draft = rig.draft(**MARKET)
        shown = rig.views.preview(draft)
        near = book([("60049.9", "1")], [("60050.1", "5")])
        rig.gateway.emit(BookChanged("BTCUSDT", near, rig.clock.wall_ms()))
        assert rig.engine.submit(PlaceOrder(draft, shown)).taken, "a small move is what a market order is for"
        draft = rig.draft(**MARKET)
        shown = rig.views.preview(draft)
        far = book([("60999.9", "1")], [("61000.1", "5")])
        rig.gateway.emit(BookChanged("BTCUSDT", far, rig.clock.wall_ms()))
        assert "moved" in rig.engine.submit(PlaceOrder(draft, shown)).text


def test_a_preview_with_problems_cannot_become_an_order() -> None:
    state = a_state()
    draft = a_draft(size=None)
    with pytest.raises(ValueError):
        build_request(state, draft, build_preview(state, draft), "omg1")


@pytest.mark.parametrize("doubt", ["no book", "falling"])
async def test_a_market_close_needs_neither_a_book_nor_a_second_look(tmp_path: Path, doubt: str) -> None:
    """In a crash the book is gone or half a percent lower by the time the key is pressed; out is out."""
    async with running(tmp_path, FakeGateway(positions=(position("0.5"),))) as rig:
        draft = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)
        shown = rig.views.preview(draft)
        at = rig.clock.wall_ms()
        if doubt == "no book":
            rig.gateway.emit(
                HealthChanged(Surface.BOOK, Health.RESYNC, "a gap", "BTCUSDT"),
                BookChanged("BTCUSDT", book(bids=[("0.1", "0.001")], asks=[("60000.1", "1")]), at),
            )
        else:
            rig.gateway.emit(BookChanged("BTCUSDT", book(bids=[("50000", "9")], asks=[("50001", "9")]), at))
        assert rig.engine.submit(PlaceOrder(draft, shown)).taken


def test_a_market_close_on_an_empty_book_can_be_sent() -> None:
    state = a_state()
    state.positions = (position("0.5"),)
    state.market.book = None
    state.market.shown_levels = {Side.BUY: [], Side.SELL: []}
    close = a_draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)
    assert build_preview(state, close).problems == ()
    entry = a_draft(order_type=OrderType.MARKET, price=None)
    assert any("book is empty" in problem for problem in build_preview(state, entry).problems)


@pytest.mark.parametrize(
    ("trigger", "price", "stop", "words"),
    [
        ("58500", "59000", "58500", "stop at 58500 as the position has it"),
        ("59500", "59000", "56640", "(4 %) from the profile strategic"),
        (None, "59000", "56640", "(4 %) from the profile strategic"),
    ],
)
def test_adding_keeps_the_stop_that_the_position_has(
    trigger: str | None, price: str, stop: str, words: str
) -> None:
    """Bug: adding to a position loosens its stop to the profile's distance, because the exchange moves the
    whole position's stop to the one that the filled order brought along."""
    state = a_state(profile="strategic")
    apply_event(state, PositionsReported((position(),), EXCHANGE_MS))
    state.orders_read_at = 0.0
    if trigger is not None:
        apply_event(state, OrderReported(plan_order("sl", trigger)))
    preview = build_preview(state, a_draft(price=D(price), size=D("0.001")))
    assert preview.stop_loss == D(stop)
    assert any(words in change for change in preview.changes)
