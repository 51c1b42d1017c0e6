"""Reads of the market and of the account's settings: exact, complete, or not there."""

from decimal import Decimal
from typing import Any

import pytest

from omega_tui.clock import ManualClock
from omega_tui.domain.instruments import Tier
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import Side
from omega_tui.exchange.bitget.rest.outcomes import Evidence
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import ReadFailed
from tests.exchange.scripted_reads import body, scripted_reads


async def test_past_candles_are_joined_from_pages_without_overlap() -> None:
    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        end, limit = int(params["endTime"]), min(int(params["limit"]), 200)
        starts = [start for start in range(60_000, 60_000 * 700, 60_000) if start <= end][-limit:]
        return body([[str(start), "1", "2", "0.5", "1.5", "3", "4"] for start in starts])

    reads, script = scripted_reads(answer)
    candles = await reads.candles("BTCUSDT", Timeframe.M1, 450, 60_000 * 600)
    assert [candle.start_ms for candle in candles] == list(range(60_000 * 150, 60_000 * 600, 60_000))
    assert all(int(asked["limit"]) <= 200 for asked in script.asked)
    few = await reads.candles("BTCUSDT", Timeframe.M1, 450, 60_000 * 11)
    assert len(few) == 10


_SETTINGS = {
    "marginMode": "crossed",
    "posMode": "one_way_mode",
    "crossedMarginLeverage": 10,
    "isolatedLongLever": 10,
    "isolatedShortLever": 10,
}


_TIERS = [
    {"level": "2", "startUnit": "150000", "endUnit": "", "leverage": "100", "keepMarginRate": "0.005"},
    {"level": "1", "startUnit": "0", "endUnit": "150000", "leverage": "125", "keepMarginRate": "0.004"},
]


async def test_the_lowest_tier_names_the_maintenance_rate_and_is_asked_for_once_a_day() -> None:
    """Without it a ticket showed no liquidation price until a position existed."""
    asked: list[RestPath] = []

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        asked.append(path)
        return body(_TIERS if path is RestPath.POSITION_LEVER else _SETTINGS)

    clock = ManualClock()
    reads, _ = scripted_reads(answer, clock)
    for _ in range(3):
        assert (await reads.settings("BTCUSDT")).maintenance_rate == Decimal("0.004")
    assert await reads.tiers("BTCUSDT") == (
        Tier(Decimal(0), Decimal(150_000), 125, Decimal("0.004")),
        Tier(Decimal(150_000), None, 100, Decimal("0.005")),
    )
    assert asked.count(RestPath.POSITION_LEVER) == 1
    await reads.tiers("ETHUSDT")
    clock.advance(24 * 3600)
    await reads.tiers("BTCUSDT")
    assert asked.count(RestPath.POSITION_LEVER) == 3


@pytest.mark.parametrize("tiers", [[], [{"startUnit": "0", "keepMarginRate": "x"}], {"a": 1}, None])
async def test_without_tiers_the_rate_is_unknown_and_the_settings_still_arrive(tiers: Any) -> None:
    reads, _ = scripted_reads(lambda path, _: body(tiers if path is RestPath.POSITION_LEVER else _SETTINGS))
    settings = await reads.settings("BTCUSDT")
    assert (settings.maintenance_rate, settings.crossed_leverage) == (None, 10)


def _depth(bids: Any, asks: Any) -> dict[str, Any]:
    return {"bids": bids, "asks": asks, "ts": "1695870968804", "scale": "0.1", "precision": "scale0"}


@pytest.mark.parametrize(
    "levels", [([26346.5, 0.16], [26347.5, 0.25]), (["26346.5", "0.16"], ["26347.5", "0.25"])]
)
async def test_a_book_is_read_from_numbers_or_texts_without_losing_a_digit(levels: Any) -> None:
    """Bitget's page shows numbers, captures show texts."""
    bid, ask = levels
    reads, script = scripted_reads(lambda path, params: body(_depth([bid, ["26346.0", "2"]], [ask])))
    book = await reads.book("BTCUSDT", 1)
    assert (book.best_bid, book.best_ask) == (("26346.5", "0.16"), ("26347.5", "0.25"))
    assert book.levels(Side.BUY, 5) == [("26346.5", "0.16")]
    assert script.asked[0]["limit"] == "1"
    await reads.book("BTCUSDT", 30)
    await reads.book("BTCUSDT", 1000)
    assert [asked["limit"] for asked in script.asked[1:]] == ["50", "100"]


@pytest.mark.parametrize(
    "depth",
    [
        _depth([["5", "1"]], [["5", "1"]]),
        _depth([["NaN", "1"]], [["6", "1"]]),
        _depth([["Infinity", "1"]], [["6", "1"]]),
        _depth([["-5", "1"]], [["6", "1"]]),
        _depth([["5", "1", "1"]], [["6", "1"]]),
        _depth(None, [["6", "1"]]),
    ],
)
async def test_a_book_that_cannot_be_is_no_book(depth: Any) -> None:
    reads, _ = scripted_reads(lambda path, params: body(depth))
    with pytest.raises(ReadFailed):
        await reads.book("BTCUSDT", 5)


async def test_the_newest_trades_are_read_oldest_first() -> None:
    rows = [
        {"tradeId": "2", "price": "30007.0", "size": "0.0166", "side": "Buy", "ts": "1627116776464"},
        {"tradeId": "1", "price": "29990.5", "size": "0.0166", "side": "sell", "ts": "1627116600875"},
    ]
    reads, script = scripted_reads(lambda path, params: body(rows))
    assert [trade.trade_id for trade in await reads.trades("BTCUSDT", 500)] == ["1", "2"]
    assert script.asked[0]["limit"] == "100"


_TICKER = {"symbol": "BTCUSDT", "lastPr": "5", "markPrice": "5.1", "ts": "1750332210370"}


async def test_a_ticker_is_the_one_asked_for_and_has_a_time() -> None:
    reads, _ = scripted_reads(lambda path, params: body([_TICKER]))
    ticker = await reads.ticker("BTCUSDT")
    assert (ticker.last_price, ticker.mark_price, ticker.exchange_ms) == (5, Decimal("5.1"), 1750332210370)
    for rows in ([], [_TICKER, _TICKER], [_TICKER | {"symbol": "ETHUSDT"}], [_TICKER | {"ts": "0"}]):
        reads, _ = scripted_reads(lambda path, params, rows=rows: body(rows))
        with pytest.raises(ReadFailed):
            await reads.ticker("BTCUSDT")


@pytest.mark.parametrize(
    ("authorities", "trade", "withdraw"),
    [
        (["coor", "cpor"], False, False),
        (["coor", "coow", "cpow"], True, False),
        (["coow", "wwow"], True, True),
        (["trade", "readonly"], True, False),
        ([], False, False),
    ],
)
async def test_the_key_says_what_it_may_do(authorities: list[str], trade: bool, withdraw: bool) -> None:
    """K06: a key that may withdraw must be found out before it trades live."""
    row = {"userId": "77", "ips": "203.0.113.1, 203.0.113.2", "authorities": authorities, "parentId": 1}
    reads, _ = scripted_reads(lambda path, params: body(row))
    key = await reads.key()
    assert (key.may_trade, key.may_withdraw) == (trade, withdraw)
    assert (key.user_id, key.addresses) == ("77", ("203.0.113.1", "203.0.113.2"))
    reads, _ = scripted_reads(lambda path, params: body(row | {"ips": ""}))
    assert (await reads.key()).addresses == ()
