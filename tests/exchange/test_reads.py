"""Reads: pages add up, "there is none" is only said by the exchange, and a read may be repeated."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import stamina

from omega_tui.clock import SystemClock
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import OrderRef
from omega_tui.exchange.bitget.limits import Limits
from omega_tui.exchange.bitget.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.reads import RestReads
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import ReadFailed


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
    return RestReads(script, Limits(SystemClock()), lambda: None), script


def _order(number: int, **changes: str) -> dict[str, Any]:
    row = {"orderId": str(number), "clientOid": f"c{number}", "symbol": "BTCUSDT", "size": "1", "price": "5"}
    row |= {"side": "buy", "orderType": "limit", "status": "live", "baseVolume": "0", "cTime": str(number)}
    return row | {"posMode": "one_way_mode", "force": "gtc"} | changes


def _fill(number: int) -> dict[str, Any]:
    row = {"tradeId": str(number), "orderId": "1", "symbol": "BTCUSDT", "side": "buy", "price": "5"}
    return row | {"baseVolume": "1", "posMode": "one_way_mode", "cTime": str(1000 + number // 2)}


def _paged(rows: list[dict[str, Any]], member: str, key: str) -> Callable[..., Evidence]:
    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        below = int(params.get("idLessThan", 10**9))
        page = [row for row in rows if int(row[key]) < below][:100]
        return _body({member: page or None, "endId": page[-1][key] if page else None})

    return answer


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_open_orders_are_complete_over_any_number_of_pages(count: int) -> None:
    rows = [_order(number) for number in range(count, 0, -1)]
    reads, _ = _reads(_paged(rows, "entrustedList", "orderId"))
    orders = await reads.open_orders()
    assert [order.order_id for order in orders] == [row["orderId"] for row in rows]


async def test_fills_since_a_time_are_complete_oldest_first_and_never_doubled() -> None:
    rows = [_fill(number) for number in range(230, 0, -1)]
    reads, script = _reads(_paged(rows, "fillList", "tradeId"))
    fills = await reads.fills("BTCUSDT", 1000)
    assert [fill.trade_id for fill in fills] == [str(number) for number in range(1, 231)]
    assert script.asked[0]["startTime"] == "1000"
    newest = await reads.fills("BTCUSDT", None)
    assert len(newest) == 100


async def test_a_full_page_without_its_end_is_not_taken_for_everything() -> None:
    page = [_order(number) for number in range(100, 0, -1)]
    reads, _ = _reads(lambda path, params: _body({"entrustedList": page, "endId": None}))
    with pytest.raises(ReadFailed, match="end"):
        await reads.open_orders()


async def test_a_page_that_never_ends_fails_instead_of_looping() -> None:
    page = [_order(number) for number in range(100, 0, -1)]
    reads, script = _reads(lambda path, params: _body({"entrustedList": page, "endId": "1"}))
    reads._limits._endpoint = lambda path: _Open()  # type: ignore[assignment,method-assign,return-value]
    with pytest.raises(ReadFailed, match="pages"):
        await reads.open_orders()
    assert len(script.asked) == 50


class _Open:
    async def acquire(self) -> None:
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
    reads, _ = _reads(lambda path, params: _body({"entrustedList": rows, "endId": "1"}))
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
    reads = RestReads(script, Limits(SystemClock()), lambda: None, signed=False)
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


async def test_the_lowest_tier_names_the_maintenance_rate_and_is_asked_for_once() -> None:
    """Without it a ticket showed no liquidation price until a position existed."""
    tiers = [
        {"symbol": "BTCUSDT", "level": "2", "startUnit": "150000", "keepMarginRate": "0.005"},
        {"symbol": "BTCUSDT", "level": "1", "startUnit": "0", "keepMarginRate": "0.004"},
    ]
    asked: list[RestPath] = []

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        asked.append(path)
        return _body(tiers if path is RestPath.POSITION_LEVER else _SETTINGS)

    reads, _ = _reads(answer)
    for _ in range(3):
        assert (await reads.settings("BTCUSDT")).maintenance_rate == Decimal("0.004")
    assert asked.count(RestPath.POSITION_LEVER) == 1


@pytest.mark.parametrize("tiers", [[], [{"startUnit": "0", "keepMarginRate": "x"}], {"a": 1}, None])
async def test_without_tiers_the_rate_is_unknown_and_the_settings_still_arrive(tiers: Any) -> None:
    reads, _ = _reads(lambda path, _: _body(tiers if path is RestPath.POSITION_LEVER else _SETTINGS))
    settings = await reads.settings("BTCUSDT")
    assert (settings.maintenance_rate, settings.crossed_leverage) == (None, 10)
