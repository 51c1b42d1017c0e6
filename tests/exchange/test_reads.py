"""Reads: pages add up, "there is none" is only said by the exchange, and a read may be repeated."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import stamina

from omega_tui.domain.orders import OrderRef, OrderState
from omega_tui.domain.plans import PlanKind
from omega_tui.exchange.bitget.rest import reader
from omega_tui.exchange.bitget.rest.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import ReadFailed
from tests.exchange.links import dispatch_over
from tests.exchange.scripted_reads import Script, body, scripted_reads


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


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
        return body({member: lose(page) or None, "endId": page[-1][key] if page else None})

    return answer


_PENDING = "/orders-pending"


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_open_orders_are_complete_over_any_number_of_pages(count: int) -> None:
    rows = [_order(number) for number in range(count, 0, -1)]
    reads, _ = scripted_reads(_paged(rows, "entrustedList", "orderId", of=_PENDING))
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
        return body({"entrustedList": None if "idLessThan" in params else rows, "endId": None})

    reads, _ = scripted_reads(answer)
    kinds = {order.order_id: order.plan.kind if order.plan else None for order in await reads.open_orders()}
    assert kinds == {
        "1": None,
        "7": PlanKind.TRIGGER,
        "8": PlanKind.TRAILING,
        "9": PlanKind.POSITION_STOP_LOSS,
    }


async def test_open_orders_with_fills_are_listed_although_only_live_ones_are_told_unasked() -> None:
    """Bug: an order that was filled in part, on an exchange that keeps to its page, rests nowhere."""
    rows = [_order(3), _order(2, status="partially_filled", baseVolume="0.5"), _order(1)]

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        chosen = [row for row in rows if row["status"] == params.get("status", "live")]
        return _paged(chosen, "entrustedList", "orderId", of=_PENDING)(path, params)

    reads, _ = scripted_reads(answer)
    states = {order.order_id: order.state for order in await reads.open_orders()}
    assert states == {
        "3": OrderState.WORKING,
        "2": OrderState.PARTIALLY_FILLED,
        "1": OrderState.WORKING,
    }


async def test_plans_are_read_before_the_orders_that_they_give_birth_to() -> None:
    """O22: read after, a plan that triggers in between is on neither list, and nor is its order."""
    asked: list[RestPath] = []

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        asked.append(path)
        return body({"entrustedList": None, "endId": None})

    reads, _ = scripted_reads(answer)
    await reads.open_orders()
    assert asked == [RestPath.ORDERS_PLAN_PENDING] * 3 + [RestPath.ORDERS_PENDING] * 2


def _lose_once(page_number: int) -> Loss:
    seen = iter(range(1_000))

    def lose(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return page[:-1] if page and next(seen) == page_number else page

    return lose


@pytest.mark.parametrize("page_number", [0, 1, 2])
async def test_a_row_that_one_page_lost_comes_with_the_next(page_number: int) -> None:
    """P31: a page of 99 was taken for the last one, and everything older did not exist."""
    rows = [_order(number) for number in range(250, 0, -1)]
    reads, _ = scripted_reads(_paged(rows, "entrustedList", "orderId", _lose_once(page_number), _PENDING))
    assert len(await reads.open_orders()) == 250


async def test_a_page_that_lost_its_only_row_does_not_say_that_there_is_none() -> None:
    """P31: no rows, but the id of a last one."""
    lost: Loss = lambda page: page[:-1]  # noqa: E731 - one word for it
    reads, _ = scripted_reads(_paged([_order(1)], "entrustedList", "orderId", lost))
    with pytest.raises(ReadFailed, match="missing"):
        await reads.open_orders()
    with pytest.raises(ReadFailed, match="missing"):
        await reads.past_order(OrderRef("BTCUSDT", None, "c1"))
    with pytest.raises(ReadFailed, match="missing"):
        await reads.order(OrderRef("BTCUSDT", None, "c1", PlanKind.STOP_LOSS))


async def test_a_row_told_twice_counts_once() -> None:
    rows = [_order(number) for number in range(150, 0, -1)]
    twice: Loss = lambda page: page[:1] + page  # noqa: E731 - one word for it
    reads, _ = scripted_reads(_paged(rows, "entrustedList", "orderId", twice, _PENDING))
    assert len(await reads.open_orders()) == 150


async def test_fills_since_a_time_are_complete_oldest_first_and_never_doubled() -> None:
    rows = [_fill(number) for number in range(330, 0, -1)]
    reads, script = scripted_reads(_paged(rows, "fillList", "tradeId"))
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
    reads, _ = scripted_reads(lambda path, params: body({"bills": page, "endId": "1"}))
    with pytest.raises(ReadFailed, match="repeats"):
        await reads.bills(0)


async def test_an_answer_without_the_list_is_no_empty_list() -> None:
    reads, _ = scripted_reads(lambda path, params: body({"orderList": [], "endId": None}))
    for asked in (reads.open_orders(), reads.fills(None, None), reads.fills(None, 0), reads.bills(0)):
        with pytest.raises(ReadFailed, match="shape"):
            await asked


async def test_an_account_that_a_program_trades_is_read_to_its_end() -> None:
    """Bug: more than fifty pages of executions, and no order is possible before a day has passed."""
    rows = [_fill(number) for number in range(5700, 0, -1)]
    reads, _ = scripted_reads(_paged(rows, "fillList", "tradeId"))
    _open_the_limits(reads)
    assert len(await reads.fills(None, 0)) == 5700


def _open_the_limits(reads: RestReads) -> None:
    limits: Any = reads._dispatch._limits
    limits._address, limits._endpoint = _Open(), lambda path: _Open()


async def test_a_list_that_never_ends_fails_instead_of_looping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MOST_PAGES", 50)
    number = iter(range(10**6, 0, -1))

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        return body({"bills": [_bill(next(number)) for _ in range(2)], "endId": "1"})

    reads, script = scripted_reads(answer)
    _open_the_limits(reads)
    with pytest.raises(ReadFailed, match="pages"):
        await reads.bills(0)
    assert len(script.asked) == 50


def _bill(number: int, business: str = "contract_settle_fee", **changes: Any) -> dict[str, Any]:
    row = {"billId": str(number), "symbol": "BTCUSDT", "amount": "-0.5", "fee": "0", "feeByCoupon": ""}
    row |= {"businessType": business, "coin": "USDT", "balance": "9", "cTime": str(1000 + number // 2)}
    return row | changes


def _closed(number: int) -> dict[str, Any]:
    names = ("openAvgPrice", "closeAvgPrice", "openTotalPos", "closeTotalPos", "pnl", "netProfit")
    row = dict.fromkeys((*names, "totalFunding", "openFee", "closeFee"), "1")
    return row | {"symbol": "BTCUSDT", "holdSide": "long", "ctime": str(number), "utime": str(1000 + number)}


def _pages_by_end(rows: list[dict[str, Any]]) -> Callable[[RestPath, dict[str, Any]], Evidence]:
    """Pages of rows without ids: each states where it ends, by a number of its own."""

    def answer(path: RestPath, params: dict[str, Any]) -> Evidence:
        start = int(params.get("idLessThan", 0))
        page = rows[start : start + 100]
        return body({"list": page, "endId": str(start + len(page)) if page else None})

    return answer


async def test_closed_positions_without_ids_are_read_to_their_end() -> None:
    """Bug: real rows have no id to page by, and only the newest hundred were seen."""
    reads, script = scripted_reads(_pages_by_end([_closed(number) for number in range(250, 0, -1)]))
    found = await reads.closed_positions(0)
    assert [each.opened_ms for each in found] == list(range(1, 251))
    assert len(await reads.closed_positions(1_200)) == 51
    assert len(script.asked) == 4 + 1


async def test_a_page_of_closed_positions_that_names_no_end_is_no_end() -> None:
    page = [_closed(number) for number in range(100, 0, -1)]
    reads, _ = scripted_reads(lambda path, params: body({"list": page, "endId": "5"}))
    with pytest.raises(ReadFailed, match="ends"):
        await reads.closed_positions(0)


async def test_bills_since_a_time_are_complete_and_oldest_first() -> None:
    """O31: funding that was charged while nobody looked."""
    rows = [_bill(number) for number in range(230, 0, -1)]
    reads, _ = scripted_reads(_paged(rows, "bills", "billId", _lose_once(0)))
    bills = await reads.bills(1010)
    assert [bill.bill_id for bill in bills] == [str(number) for number in range(20, 231)]


@pytest.mark.parametrize("ref", [OrderRef("BTCUSDT", "8", None), OrderRef("BTCUSDT", None, "c8")])
async def test_an_answer_about_another_order_proves_nothing(ref: OrderRef) -> None:
    """A server that ignores the id asked for would otherwise settle an unknown order by a stranger's fate."""
    plan = replace(ref, plan=PlanKind.TRIGGER)
    reads, _ = scripted_reads(
        lambda path, params: body(
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
        return body({"entrustedList": rows, "endId": None})

    reads, script = scripted_reads(answer)
    order = await reads.order(OrderRef("BTCUSDT", None, "c8", PlanKind.POSITION_STOP_LOSS))
    assert order is not None
    assert (order.state, order.child_order_id) == (OrderState.TRIGGERED, "99")
    assert [asked["planType"] for asked in script.asked] == ["profit_loss", "profit_loss"]
    assert [asked["clientOid"] for asked in script.asked] == ["c8", "c8"]


async def test_a_past_order_is_absent_only_when_its_list_is_empty_to_the_end() -> None:
    reads, script = scripted_reads(lambda path, params: body({"entrustedList": None, "endId": None}))
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
    reads, _ = scripted_reads(lambda path, params: body(None, code, 400))
    assert await reads.order(OrderRef("BTCUSDT", None, "c1")) is None


@pytest.mark.parametrize("data", [[], {}])
async def test_success_with_an_empty_order_also_says_absent(data: Any) -> None:
    reads, _ = scripted_reads(lambda path, params: body(data))
    assert await reads.order(OrderRef("BTCUSDT", None, "c1")) is None


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(Transport.LOST, words="reset"),
        Evidence(Transport.NO_BYTE_LEFT, words="refused"),
        Evidence(Transport.ANSWERED, 502, "<html>"),
        Evidence(Transport.ANSWERED, 200, ""),
        body(None),
        body("text"),
        body(None, "40009", 400),
        body(None, "45001", 500),
        body(_order(1, status="new")),
        body(_order(1, size="NaN")),
    ],
)
async def test_trouble_is_never_taken_for_absence(evidence: Evidence) -> None:
    reads, _ = scripted_reads(lambda path, params: evidence)
    with pytest.raises(ReadFailed):
        await reads.order(OrderRef("BTCUSDT", None, "c1"))
    with pytest.raises(ReadFailed):
        await reads.positions()


async def test_a_passing_failure_is_tried_again_and_a_refusal_is_not() -> None:
    answers = [Evidence(Transport.LOST, words="reset"), body(None, "40725", 500), body([])]
    reads, script = scripted_reads(lambda path, params: answers.pop(0))
    assert await reads.positions() == ()
    assert len(script.asked) == 3
    reads, script = scripted_reads(lambda path, params: body(None, "40014", 400))
    with pytest.raises(ReadFailed, match="permission"):
        await reads.positions()
    assert len(script.asked) == 1


async def test_one_row_that_is_not_understood_fails_the_whole_list() -> None:
    rows = [_order(2), _order(1, status="new")]
    reads, _ = scripted_reads(_paged(rows, "entrustedList", "orderId", of=_PENDING))
    with pytest.raises(ReadFailed, match="status"):
        await reads.open_orders()


async def test_without_a_key_private_reads_are_not_even_tried() -> None:
    script = Script(lambda path, params: body([]))
    reads = RestReads(dispatch_over(script), signed=False)
    with pytest.raises(ReadFailed, match="no API key"):
        await reads.positions()
    assert script.asked == []
    assert await reads.contracts() == []


async def test_the_server_time_is_a_time() -> None:
    reads, _ = scripted_reads(lambda path, params: body({"serverTime": "1688008631614"}))
    assert await reads.server_time() == 1688008631614
    for data in ({"serverTime": "soon"}, {"serverTime": "0"}, {}):
        reads, _ = scripted_reads(lambda path, params, data=data: body(data))
        with pytest.raises(ReadFailed):
            await reads.server_time()
