"""Reads: pages add up, "there is none" is only said by the exchange, and a read may be repeated."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import stamina

from omega_tui.clock import ManualClock
from omega_tui.domain.instruments import Tier
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import OrderRef, OrderState, Side
from omega_tui.domain.plans import PlanKind
from omega_tui.exchange.bitget.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.reads import RestReads
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import ReadFailed
from tests.exchange.links import dispatch_over


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


class Script:
    """A sender that answers from a function of path and parameters."""

    def __init__(self, answer: Callable[[RestPath, dict[str, Any]], Evidence]) -> None:
        self._answer = answer
        self.asked: list[dict[str, Any]] = []

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        self.asked.append(params)
        return self._answer(path, params)


def _body(data: Any, code: str = "00000", status: int = 200) -> Evidence:
    text = json.dumps({"code": code, "msg": "success", "requestTime": 1, "data": data})
    return Evidence(Transport.ANSWERED, status, text)


def _reads(answer: Callable[[RestPath, dict[str, Any]], Evidence]) -> tuple[RestReads, Script]:
    script = Script(answer)
    return RestReads(dispatch_over(script)), script


def _order(number: int, **changes: str) -> dict[str, Any]:
    row = {"orderId": str(number), "clientOid": f"c{number}", "symbol": "BTCUSDT", "size": "1", "price": "5"}
    row |= {"side": "buy", "orderType": "limit", "status": "live", "baseVolume": "0", "cTime": str(number)}
    return row | {"posMode": "one_way_mode", "force": "gtc"} | changes


def _fill(number: int) -> dict[str, Any]:
    row = {"tradeId": str(number), "orderId": "1", "symbol": "BTCUSDT", "side": "buy", "price": "5"}
    return row | {"baseVolume": "1", "posMode": "one_way_mode", "cTime": str(1000 + number // 2)}


def _plan(number: int, kind: str = "normal_plan", **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orderId": str(number), "clientOid": f"c{number}", "symbol": "BTCUSDT"}
    row |= {"planType": kind, "size": "1", "triggerPrice": "5", "triggerType": "mark_price"}
    row |= {"planStatus": "live", "side": "buy", "orderType": "market", "posMode": "one_way_mode"}
    return row | changes


Loss = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def _whole(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return page


def _paged(
    rows: list[dict[str, Any]], member: str, key: str, lose: Loss = _whole, of: str = ""
) -> Callable[..., Evidence]:
    """Pages of one list (whose path ends in `of`), each as `lose` leaves it; all others are empty."""

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        below = int(params.get("idLessThan", 10**9))
        here = rows if path.endswith(of) else []
        page = [row for row in here if int(row[key]) < below][: int(params.get("limit", 20))]
        return _body({member: lose(page) or None, "endId": page[-1][key] if page else None})

    return answer


_PENDING = "/orders-pending"


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_open_orders_are_complete_over_any_number_of_pages(count: int) -> None:
    rows = [_order(number) for number in range(count, 0, -1)]
    reads, _ = _reads(_paged(rows, "entrustedList", "orderId", of=_PENDING))
    orders = await reads.open_orders()
    assert [order.order_id for order in orders] == [row["orderId"] for row in rows]


async def test_open_orders_include_the_plans_of_all_three_lists() -> None:
    """One list alone hides the stop losses, or the triggers, or what trails."""
    plans = {
        "normal_plan": [_plan(7)],
        "track_plan": [_plan(8, "track_plan", callbackRatio="1.5")],
        "profit_loss": [_plan(9, "pos_loss", side="sell", size="0")],
    }

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        rows = [_order(1)] if path is RestPath.ORDERS_PENDING else plans[params["planType"]]
        return _body({"entrustedList": None if "idLessThan" in params else rows, "endId": None})

    reads, _ = _reads(answer)
    kinds = {order.order_id: order.plan.kind if order.plan else None for order in await reads.open_orders()}
    assert kinds == {
        "1": None,
        "7": PlanKind.TRIGGER,
        "8": PlanKind.TRAILING,
        "9": PlanKind.POSITION_STOP_LOSS,
    }


async def test_plans_are_read_before_the_orders_that_they_give_birth_to() -> None:
    """O22: read after, a plan that triggers in between is on neither list, and nor is its order."""
    asked: list[RestPath] = []

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        asked.append(path)
        return _body({"entrustedList": None, "endId": None})

    reads, _ = _reads(answer)
    await reads.open_orders()
    assert asked == [RestPath.ORDERS_PLAN_PENDING] * 3 + [RestPath.ORDERS_PENDING]


def _lose_once(page_number: int) -> Loss:
    seen = iter(range(1_000))

    def lose(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return page[:-1] if page and next(seen) == page_number else page

    return lose


@pytest.mark.parametrize("page_number", [0, 1, 2])
async def test_a_row_that_one_page_lost_comes_with_the_next(page_number: int) -> None:
    """P31: a page of 99 was taken for the last one, and everything older did not exist."""
    rows = [_order(number) for number in range(250, 0, -1)]
    reads, _ = _reads(_paged(rows, "entrustedList", "orderId", _lose_once(page_number), _PENDING))
    assert len(await reads.open_orders()) == 250


async def test_a_page_that_lost_its_only_row_does_not_say_that_there_is_none() -> None:
    """P31: no rows, but the id of a last one."""
    lost: Loss = lambda page: page[:-1]  # noqa: E731 - one word for it
    reads, _ = _reads(_paged([_order(1)], "entrustedList", "orderId", lost))
    with pytest.raises(ReadFailed, match="missing"):
        await reads.open_orders()
    with pytest.raises(ReadFailed, match="missing"):
        await reads.past_order(OrderRef("BTCUSDT", None, "c1"))
    with pytest.raises(ReadFailed, match="missing"):
        await reads.order(OrderRef("BTCUSDT", None, "c1", PlanKind.STOP_LOSS))


async def test_a_row_told_twice_counts_once() -> None:
    rows = [_order(number) for number in range(150, 0, -1)]
    twice: Loss = lambda page: page[:1] + page  # noqa: E731 - one word for it
    reads, _ = _reads(_paged(rows, "entrustedList", "orderId", twice, _PENDING))
    assert len(await reads.open_orders()) == 150


async def test_fills_since_a_time_are_complete_oldest_first_and_never_doubled() -> None:
    rows = [_fill(number) for number in range(330, 0, -1)]
    reads, script = _reads(_paged(rows, "fillList", "tradeId"))
    fills = await reads.fills("BTCUSDT", 1050)
    assert [fill.trade_id for fill in fills] == [str(number) for number in range(100, 331)]
    assert len(script.asked) == 3
    assert len(await reads.fills("BTCUSDT", 0)) == 330
    newest = await reads.fills("BTCUSDT", None)
    assert len(newest) == 100
    assert "symbol" in script.asked[-1]
    await reads.fills(None, None)
    assert "symbol" not in script.asked[-1]


async def test_a_page_that_comes_again_is_not_taken_for_everything() -> None:
    page = [_bill(number) for number in range(100, 0, -1)]
    reads, _ = _reads(lambda path, params: _body({"bills": page, "endId": "1"}))
    with pytest.raises(ReadFailed, match="repeats"):
        await reads.bills(0)


async def test_an_answer_without_the_list_is_no_empty_list() -> None:
    reads, _ = _reads(lambda path, params: _body({"orderList": [], "endId": None}))
    for asked in (reads.open_orders(), reads.fills(None, None), reads.fills(None, 0), reads.bills(0)):
        with pytest.raises(ReadFailed, match="shape"):
            await asked


async def test_a_list_that_never_ends_fails_instead_of_looping() -> None:
    number = iter(range(10**6, 0, -1))

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        return _body({"bills": [_bill(next(number)) for _ in range(2)], "endId": "1"})

    reads, script = _reads(answer)
    reads._dispatch._limits._endpoint = lambda path: _Open()  # type: ignore[assignment,method-assign,return-value]
    with pytest.raises(ReadFailed, match="pages"):
        await reads.bills(0)
    assert len(script.asked) == 50


def _bill(number: int, business: str = "contract_settle_fee", **changes: Any) -> dict[str, Any]:
    row = {"billId": str(number), "symbol": "BTCUSDT", "amount": "-0.5", "fee": "0", "feeByCoupon": ""}
    row |= {"businessType": business, "coin": "USDT", "balance": "9", "cTime": str(1000 + number // 2)}
    return row | changes


async def test_bills_since_a_time_are_complete_and_oldest_first() -> None:
    """O31: funding that was charged while nobody looked."""
    rows = [_bill(number) for number in range(230, 0, -1)]
    reads, _ = _reads(_paged(rows, "bills", "billId", _lose_once(0)))
    bills = await reads.bills(1010)
    assert [bill.bill_id for bill in bills] == [str(number) for number in range(20, 231)]


@pytest.mark.parametrize("ref", [OrderRef("BTCUSDT", "8", None), OrderRef("BTCUSDT", None, "c8")])
async def test_an_answer_about_another_order_proves_nothing(ref: OrderRef) -> None:
    """A server that ignores the id asked for would otherwise settle an unknown order by a stranger's fate."""
    plan = replace(ref, plan=PlanKind.TRIGGER)
    reads, _ = _reads(
        lambda path, params: _body(
            _order(7) if path is RestPath.ORDER_DETAIL else {"entrustedList": [_plan(7)], "endId": "7"}
        )
    )
    for asked in (reads.order(ref), reads.order(plan), reads.past_order(plan)):
        with pytest.raises(ReadFailed, match="other orders"):
            await asked


async def test_a_plan_is_looked_for_among_the_waiting_and_then_among_the_decided() -> None:
    decided = _plan(8, "pos_loss", planStatus="executed", executeOrderId="99", side="sell", size="0")

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        rows = [decided] if path is RestPath.ORDERS_PLAN_HISTORY else None
        return _body({"entrustedList": rows, "endId": None})

    reads, script = _reads(answer)
    order = await reads.order(OrderRef("BTCUSDT", None, "c8", PlanKind.POSITION_STOP_LOSS))
    assert order is not None
    assert (order.state, order.child_order_id) == (OrderState.TRIGGERED, "99")
    assert [asked["planType"] for asked in script.asked] == ["profit_loss", "profit_loss"]
    assert [asked["clientOid"] for asked in script.asked] == ["c8", "c8"]


async def test_a_past_order_is_absent_only_when_its_list_is_empty_to_the_end() -> None:
    reads, script = _reads(lambda path, params: _body({"entrustedList": None, "endId": None}))
    for ref in (OrderRef("BTCUSDT", None, "c8"), OrderRef("BTCUSDT", "8", "c8", PlanKind.TRAILING)):
        assert await reads.past_order(ref) is None
    assert script.asked[0]["clientOid"] == "c8"
    assert script.asked[1]["orderId"] == "8"
    with pytest.raises(ReadFailed, match="id"):
        await reads.order(OrderRef("BTCUSDT", None, None))


class _Open:
    async def pass_through(self, urgent: bool) -> None:
        return None


@pytest.mark.parametrize("code", ["40109", "40768", "43001", "45057", "31007"])
async def test_an_order_is_absent_only_when_the_exchange_says_so(code: str) -> None:
    reads, _ = _reads(lambda path, params: _body(None, code, 400))
    assert await reads.order(OrderRef("BTCUSDT", None, "c1")) is None


@pytest.mark.parametrize("data", [[], {}])
async def test_success_with_an_empty_order_also_says_absent(data: Any) -> None:
    reads, _ = _reads(lambda path, params: _body(data))
    assert await reads.order(OrderRef("BTCUSDT", None, "c1")) is None


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(Transport.LOST, words="reset"),
        Evidence(Transport.NO_BYTE_LEFT, words="refused"),
        Evidence(Transport.ANSWERED, 502, "<html>"),
        Evidence(Transport.ANSWERED, 200, ""),
        _body(None),
        _body("text"),
        _body(None, "40009", 400),
        _body(None, "45001", 500),
        _body(_order(1, status="new")),
        _body(_order(1, size="NaN")),
    ],
)
async def test_trouble_is_never_taken_for_absence(evidence: Evidence) -> None:
    reads, _ = _reads(lambda path, params: evidence)
    with pytest.raises(ReadFailed):
        await reads.order(OrderRef("BTCUSDT", None, "c1"))
    with pytest.raises(ReadFailed):
        await reads.positions()


async def test_a_passing_failure_is_tried_again_and_a_refusal_is_not() -> None:
    answers = [Evidence(Transport.LOST, words="reset"), _body(None, "40725", 500), _body([])]
    reads, script = _reads(lambda path, params: answers.pop(0))
    assert await reads.positions() == ()
    assert len(script.asked) == 3
    reads, script = _reads(lambda path, params: _body(None, "40014", 400))
    with pytest.raises(ReadFailed, match="permission"):
        await reads.positions()
    assert len(script.asked) == 1


async def test_one_row_that_is_not_understood_fails_the_whole_list() -> None:
    rows = [_order(2), _order(1, status="new")]
    reads, _ = _reads(_paged(rows, "entrustedList", "orderId", of=_PENDING))
    with pytest.raises(ReadFailed, match="status"):
        await reads.open_orders()


async def test_past_candles_are_joined_from_pages_without_overlap() -> None:
    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        end, limit = int(params["endTime"]), min(int(params["limit"]), 200)
        starts = [start for start in range(60_000, 60_000 * 700, 60_000) if start <= end][-limit:]
        return _body([[str(start), "1", "2", "0.5", "1.5", "3", "4"] for start in starts])

    reads, script = _reads(answer)
    candles = await reads.candles("BTCUSDT", Timeframe.M1, 450, 60_000 * 600)
    assert [candle.start_ms for candle in candles] == list(range(60_000 * 150, 60_000 * 600, 60_000))
    assert all(int(asked["limit"]) <= 200 for asked in script.asked)
    few = await reads.candles("BTCUSDT", Timeframe.M1, 450, 60_000 * 11)
    assert len(few) == 10


async def test_without_a_key_private_reads_are_not_even_tried() -> None:
    script = Script(lambda path, params: _body([]))
    reads = RestReads(dispatch_over(script), signed=False)
    with pytest.raises(ReadFailed, match="no API key"):
        await reads.positions()
    assert script.asked == []
    assert await reads.contracts() == []


async def test_the_server_time_is_a_time() -> None:
    reads, _ = _reads(lambda path, params: _body({"serverTime": "1688008631614"}))
    assert await reads.server_time() == 1688008631614
    for data in ({"serverTime": "soon"}, {"serverTime": "0"}, {}):
        reads, _ = _reads(lambda path, params, data=data: _body(data))
        with pytest.raises(ReadFailed):
            await reads.server_time()


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
        return _body(_TIERS if path is RestPath.POSITION_LEVER else _SETTINGS)

    clock = ManualClock()
    script = Script(answer)
    reads = RestReads(dispatch_over(script), clock=clock)
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
    reads, _ = _reads(lambda path, _: _body(tiers if path is RestPath.POSITION_LEVER else _SETTINGS))
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
    reads, script = _reads(lambda path, params: _body(_depth([bid, ["26346.0", "2"]], [ask])))
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
    reads, _ = _reads(lambda path, params: _body(depth))
    with pytest.raises(ReadFailed):
        await reads.book("BTCUSDT", 5)


async def test_the_newest_trades_are_read_oldest_first() -> None:
    rows = [
        {"tradeId": "2", "price": "30007.0", "size": "0.0166", "side": "Buy", "ts": "1627116776464"},
        {"tradeId": "1", "price": "29990.5", "size": "0.0166", "side": "sell", "ts": "1627116600875"},
    ]
    reads, script = _reads(lambda path, params: _body(rows))
    assert [trade.trade_id for trade in await reads.trades("BTCUSDT", 500)] == ["1", "2"]
    assert script.asked[0]["limit"] == "100"


_TICKER = {"symbol": "BTCUSDT", "lastPr": "5", "markPrice": "5.1", "ts": "1750332210370"}


async def test_a_ticker_is_the_one_asked_for_and_has_a_time() -> None:
    reads, _ = _reads(lambda path, params: _body([_TICKER]))
    ticker = await reads.ticker("BTCUSDT")
    assert (ticker.last_price, ticker.mark_price, ticker.exchange_ms) == (5, Decimal("5.1"), 1750332210370)
    for rows in ([], [_TICKER, _TICKER], [_TICKER | {"symbol": "ETHUSDT"}], [_TICKER | {"ts": "0"}]):
        reads, _ = _reads(lambda path, params, rows=rows: _body(rows))
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
    reads, _ = _reads(lambda path, params: _body(row))
    key = await reads.key()
    assert (key.may_trade, key.may_withdraw) == (trade, withdraw)
    assert (key.user_id, key.addresses) == ("77", ("203.0.113.1", "203.0.113.2"))
    reads, _ = _reads(lambda path, params: _body(row | {"ips": ""}))
    assert (await reads.key()).addresses == ()
