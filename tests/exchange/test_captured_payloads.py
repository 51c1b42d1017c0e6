"""Every captured or documented payload that this client reads goes through the reader it would meet live."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from omega_tui.domain.events import (
    BalanceReported,
    BookChanged,
    CandlesChanged,
    Event,
    FillReported,
    NoticeGiven,
    OrderReported,
    PositionsReported,
    TickerChanged,
    TradesPrinted,
)
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide, OrderState, Side
from omega_tui.exchange.bitget.rest.outcomes import Action, Evidence, Transport, classify, parse_envelope
from omega_tui.exchange.bitget.streams.account_feed import AccountFeed
from omega_tui.exchange.bitget.streams.frames import decode_push, require_strict
from omega_tui.exchange.bitget.streams.market_feed import MarketFeed
from omega_tui.exchange.bitget.translation.account import (
    BalanceRow,
    PositionRow,
    SettingsRow,
    parse_balance,
    parse_positions,
    parse_settings,
)
from omega_tui.exchange.bitget.translation.market import ContractRow, parse_candles, parse_instruments
from omega_tui.exchange.bitget.translation.orders import FillRow, OrderRow, parse_order, parse_rest_fill
from omega_tui.exchange.bitget.translation.plans import PlanRow, parse_plan
from omega_tui.exchange.port import Accepted, Rejected, Unknown
from tests.exchange.payloads import lines, pushes, replies
from tests.support.shared import needs_shared, shared_path

pytestmark = needs_shared


def _account_events(channel: str) -> list[Event]:
    events: list[Event] = []
    feed = AccountFeed(events.append, lambda: True)
    for frame in pushes(channel):
        require_strict(frame)
        feed.push(decode_push(frame), 0.0)
    return events


def _market_events(channel: str, timeframe: Timeframe = Timeframe.M1) -> list[Event]:
    events: list[Event] = []
    feed = MarketFeed(events.append, lambda topic, now, delay: None)
    feed.watch("BTCUSDT", timeframe)
    for frame in pushes(channel):
        feed.push(decode_push(frame), 0.0)
    return events


def _of(events: list[Event], kind: type[Any]) -> list[Any]:
    assert not [event for event in events if isinstance(event, NoticeGiven)]
    return [event for event in events if isinstance(event, kind)]


def test_orders_pushed() -> None:
    orders = [event.order for event in _of(_account_events("orders"), OrderReported)]
    assert len(orders) == len(pushes("orders"))
    accepted, filled = orders[1], orders[2]
    assert (accepted.state, accepted.filled, accepted.price) == (OrderState.WORKING, Decimal(0), None)
    assert (filled.state, filled.filled, filled.fee) == (
        OrderState.FILLED,
        Decimal("0.001"),
        Decimal("-0.03842754"),
    )
    assert filled.average_price == Decimal("64045.9")


def test_plan_orders_pushed() -> None:
    orders = [event.order for event in _of(_account_events("orders-algo"), OrderReported)]
    assert len(orders) == len(pushes("orders-algo"))
    for order in orders:
        assert (order.side, order.size, order.price) == (Side.BUY, Decimal("0.02"), None)
        assert order.plan is not None
        assert order.plan.trigger_price == 27000


def test_fills_pushed() -> None:
    fills = [event.fill for event in _of(_account_events("fill"), FillReported)]
    assert len(fills) == len(pushes("fill"))
    assert [(fill.side, fill.profit) for fill in fills[1:3]] == [
        (Side.BUY, Decimal(0)),
        (Side.SELL, Decimal("-0.0182")),
    ]


def test_positions_and_balance_pushed() -> None:
    positions = _of(_account_events("positions"), PositionsReported)
    assert [len(event.positions) for event in positions] == [1, 1]
    assert positions[0].positions[0].symbol == "ETHUSDT"
    balances = _of(_account_events("account"), BalanceReported)
    assert [event.balance.equity for event in balances] == [Decimal("11.98545761"), Decimal("11489.96841069")]


def test_tickers_trades_and_candles_pushed() -> None:
    tickers = [event.ticker for event in _of(_market_events("ticker"), TickerChanged)]
    assert (tickers[-1].last_price, tickers[-1].next_funding_ms) == (Decimal("63997.5"), 1786550400000)
    runs = _of(_market_events("trade"), TradesPrinted)
    assert [run.replaces for run in runs] == [True, True, False]
    for run in runs:
        stamps = [trade.exchange_ms for trade in run.trades]
        assert stamps == sorted(stamps)
    assert [trade.trade_id for trade in runs[1].trades][-1] == "1471423022176681986"
    candles = _of(_market_events("candle"), CandlesChanged)
    assert [event.replaces for event in candles] == [True, True, False, False]
    assert candles[-1].candles[0].close == 63989.0


def test_a_real_v2_snapshot_of_the_book_is_shown_and_its_updates_chain() -> None:
    path = shared_path("tapes", "ws", "bitget_v2_v3_frames_2025_2026.jsonl")
    frames = [json.loads(line) for line in path.read_text().splitlines()]
    books = [f["raw"].encode() for f in frames if f["wire"] == "v2" and '"channel":"books"' in f["raw"]]
    books = [frame for frame in books if b'"action"' in frame]
    assert books
    symbol = json.loads(books[0])["arg"]["instId"]
    events: list[Event] = []
    feed = MarketFeed(events.append, lambda topic, now, delay: None)
    feed.watch(symbol, Timeframe.M1)
    for frame in books:
        feed.push(decode_push(frame), 0.0)
    assert [event for event in events if isinstance(event, BookChanged)]


def test_orders_fills_positions_and_accounts_from_rest() -> None:
    for name in ("GET.mix.order.orders-pending", "GET.mix.order.orders-history"):
        for data in replies(name):
            rows = msgspec.convert(data["entrustedList"], list[OrderRow])
            assert [parse_order(row) for row in rows]
    for data in replies("GET.mix.order.detail"):
        assert parse_order(msgspec.convert(data, OrderRow)).size
    for name in ("GET.mix.order.fills", "GET.mix.order.fill-history"):
        for data in replies(name):
            assert [parse_rest_fill(row) for row in msgspec.convert(data["fillList"], list[FillRow])]
    for name in ("GET.mix.position.all-position", "GET.mix.position.single-position"):
        for data in replies(name):
            assert len(parse_positions(msgspec.convert(data, list[PositionRow]))) == 1
    for data in replies("GET.mix.account.accounts"):
        assert parse_balance(msgspec.convert(data, list[BalanceRow]), None).coin == "USDT"
    for data in replies("GET.mix.account.account"):
        assert parse_settings(msgspec.convert(data, SettingsRow), "BTCUSDT").crossed_leverage in {10, 20}


def test_plan_orders_from_rest() -> None:
    for name in ("GET.mix.order.orders-plan-pending", "GET.mix.order.orders-plan-history"):
        for data in replies(name):
            plans = [parse_plan(row) for row in msgspec.convert(data["entrustedList"], list[PlanRow])]
            assert all(plan.plan and plan.hold_side is HoldSide.LONG for plan in plans)


def test_a_real_hedge_close_is_shown_as_the_sale_it_was() -> None:
    captured = replies("GET.mix.order.fills")[1]["fillList"]
    fill = parse_rest_fill(msgspec.convert(captured[0], FillRow))
    assert (fill.side, fill.maker, fill.fee) == (Side.SELL, False, Decimal("-0.02236284"))


def test_contracts_and_candles_from_rest() -> None:
    captured = replies("GET.mix.market.contracts")[-1]
    (bitcoin,) = parse_instruments(msgspec.convert(captured, list[ContractRow]))
    assert (bitcoin.tick, bitcoin.lot, bitcoin.min_notional) == (Decimal("0.1"), Decimal("0.001"), Decimal(5))
    assert bitcoin.tradable
    assert (bitcoin.open_cost_markup, bitcoin.fee_markup) == (Decimal("0.01"), Decimal("0.005"))
    for data in replies("GET.mix.market.candles") + replies("GET.mix.market.history-candles"):
        candles = parse_candles(data)
        assert [c.start_ms for c in candles] == sorted(c.start_ms for c in candles)


def test_todays_contracts_are_read() -> None:
    payload = json.loads(shared_path("tapes", "ws", "bitget_v2_rest_20260925.json").read_text())
    found = [value for value in _walk(payload) if isinstance(value, dict) and "priceEndStep" in value]
    assert found
    assert len(parse_instruments(msgspec.convert(found, list[ContractRow]))) == len(found)


def _walk(value: Any) -> list[Any]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(inner for child in children for inner in _walk(child))]


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (Action.PLACE, "POST.mix.order.place-order"),
        (Action.CANCEL, "POST.mix.order.cancel-order"),
        (Action.CANCEL_ALL, "POST.mix.order.batch-cancel-orders"),
        (Action.CANCEL_ALL, "POST.mix.order.cancel-all-orders"),
        (Action.CLOSE, "POST.mix.order.close-positions"),
        (Action.SETTING, "POST.mix.account.set-leverage"),
        (Action.SETTING, "POST.mix.account.set-margin-mode"),
    ],
)
def test_every_reply_to_an_action_is_judged_by_what_it_says(action: Action, name: str) -> None:
    bodies = lines("rest", name, "response")
    assert bodies
    for body in bodies:
        outcome = classify(action, Evidence(Transport.ANSWERED, 200, json.dumps(body)))
        failures = body["data"].get("failureList")
        assert isinstance(outcome, Unknown if failures else Accepted)


def test_every_captured_refusal_is_read_with_code_and_words() -> None:
    path = shared_path("bitget", "fixtures", "error-bodies-captured.jsonl")
    bodies = [json.loads(line)["payload"] for line in path.read_text().splitlines()]
    refused = 0
    for body in bodies:
        envelope = parse_envelope(json.dumps(body))
        if envelope is None:
            continue
        outcome = classify(Action.PLACE, Evidence(Transport.ANSWERED, 400, json.dumps(body)))
        assert isinstance(outcome, Rejected | Unknown)
        refused += isinstance(outcome, Rejected) and outcome.message == body["msg"]
    assert refused >= 10
