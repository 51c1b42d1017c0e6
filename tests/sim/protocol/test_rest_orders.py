"""The order routes on the wire: replies without ids, orders born later, what each list shows and filters."""

from typing import Any

import aiohttp
import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import MarketFacts, PositionMode, SymbolStatus
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, private_topic, until
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC

ORDER = "/api/v2/mix/order"
DAY_MS = 86_400_000
ONE = {"symbol": BTC, "productType": PRODUCT}


async def code(rest: RestClient, path: str, **body: object) -> str:
    """The code of a POST, which may be a refusal."""
    _, envelope = await rest.post(f"{ORDER}/{path}", {**ONE, **body})
    return str(envelope["code"])


async def test_modify_answers_before_the_new_order_exists(rest: RestClient, server: SimServer) -> None:
    """`orderId` is null in the one captured reply; whoever stores it as the new id loses the order."""
    old = await rest.order(price="59000", size="0.01", presetStopLossPrice="50000")
    names = {"symbol": BTC, "orderId": old["orderId"], "newClientOid": "new-1"}
    reply = await rest.act(f"{ORDER}/modify-order", **names, newSize="0.02", newPrice="58000")
    assert reply == {"orderId": None, "clientOid": "new-1"}
    assert (await rest.data(f"{ORDER}/detail", **ONE, orderId=old["orderId"]))["state"] == "canceled"
    await until(lambda: bool(server.exchange.venue.pending()))
    new = await rest.data(f"{ORDER}/detail", **ONE, clientOid="new-1")
    assert (new["size"], new["price"], new["state"]) == ("0.02", "58000", "live")
    assert (new["orderSource"], new["presetStopLossPrice"]) == ("modify_order_limit", "50000")
    assert int(new["orderId"]) > int(old["orderId"])


async def test_modifying_one_preset_deletes_the_other(rest: RestClient) -> None:
    placed = await rest.order(
        price="59000", size="0.01", presetStopLossPrice="50000", presetStopSurplusPrice="70000"
    )
    reply = await rest.act(
        f"{ORDER}/modify-order",
        symbol=BTC,
        orderId=placed["orderId"],
        newClientOid="unused",
        newPresetStopSurplusPrice="71000",
    )
    assert reply == placed
    shown = await rest.data(f"{ORDER}/detail", **ONE, orderId=placed["orderId"])
    assert (shown["presetStopSurplusPrice"], shown["presetStopLossPrice"]) == ("71000", "")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"newSize": "0.02"}, "40925"),
        ({"newSize": "0.02", "newPrice": "58000", "newClientOid": None}, "22003"),
        ({"newSize": "0.01", "newPrice": "59000"}, "40923"),
        ({"newSize": "0.02", "newPrice": "58000", "newClientOid": "smile 🙂"}, "40305"),
        ({"newSize": "a", "newPrice": "58000"}, "40020"),
        ({"orderId": None}, "40924"),
        ({"orderId": "7", "newSize": "0.02", "newPrice": "58000"}, "40768"),
    ],
)
async def test_modifications_that_are_refused(
    rest: RestClient, server: SimServer, changes: dict[str, Any], wanted: str
) -> None:
    placed = await rest.order(price="59000", size="0.01")
    body = {"orderId": placed["orderId"], "newClientOid": "new-1", **changes}
    assert await code(rest, "modify-order", **body) == wanted
    assert [order.order_id for order in server.exchange.venue.pending()] == [placed["orderId"]]


async def test_an_over_size_reduce_only_order_is_answered_without_its_id(
    rest: RestClient, server: SimServer
) -> None:
    """The member is absent, not null: a client that indexes it raises."""
    await rest.order(size="0.01")
    first = await rest.order(side="sell", price="61000", size="0.01", reduceOnly="YES")
    reply = await rest.order(side="sell", price="61500", size="0.01", reduceOnly="YES", clientOid="over-1")
    assert reply == {"clientOid": "over-1"}
    assert (await rest.data(f"{ORDER}/detail", **ONE, clientOid="over-1"))["state"] == "live"
    assert (await rest.data(f"{ORDER}/detail", **ONE, orderId=first["orderId"]))["state"] == "canceled"


async def test_reversing(rest: RestClient, server: SimServer) -> None:
    venue = server.exchange.venue
    await rest.order(size="0.5")
    turn = {"symbol": BTC, "marginCoin": "USDT", "side": "sell"}
    reply = await rest.act(f"{ORDER}/click-backhand", **turn, clientOid="turn-1")
    assert reply["clientOid"] == "turn-1"
    assert {each.hold_side: float(each.size) for each in venue.positions()} == {"short": 0.5}
    shown = await rest.data(f"{ORDER}/detail", **ONE, orderId=reply["orderId"])
    assert shown["orderSource"] == "reverse"
    assert await code(rest, "click-backhand", **turn) == "22002"
    assert await code(rest, "click-backhand", **{**turn, "side": "buy", "size": "9"}) == "40757"
    assert await code(rest, "click-backhand", symbol=BTC, marginCoin="USDT") == "40019"


async def test_reversing_a_hedge_side(http: aiohttp.ClientSession) -> None:
    """`side` names the position as in every hedge order; with `tradeSide` open it names the new one."""
    async with running(PositionMode.HEDGE) as server:
        rest, venue = RestClient(server, http), server.exchange.venue
        await rest.order(size="0.5", tradeSide="open")
        turn = {"symbol": BTC, "marginCoin": "USDT"}
        await rest.act(f"{ORDER}/click-backhand", **turn, side="buy", size="0.2")
        assert {each.hold_side: float(each.size) for each in venue.positions()} == {"long": 0.3, "short": 0.2}
        await rest.act(f"{ORDER}/click-backhand", **turn, side="sell", tradeSide="open")
        assert {each.hold_side: float(each.size) for each in venue.positions()} == {"short": 0.5}


async def test_a_one_way_account_may_name_any_side_to_close(rest: RestClient, server: SimServer) -> None:
    """ccxt sends buy or sell there, which are no sides of a position."""
    await rest.order(size="0.5")
    reply = await rest.act(f"{ORDER}/close-positions", symbol=BTC, holdSide="sell")
    assert (len(reply["successList"]), reply["failureList"], reply["result"]) == (1, [], False)
    assert server.exchange.venue.positions() == []
    assert await code(rest, "close-positions") == "22002"


async def test_what_all_orders_of_a_batch_share_is_said_once(rest: RestClient, server: SimServer) -> None:
    """An element cannot smuggle an order into another symbol."""
    element = {"side": "buy", "orderType": "limit", "price": "2900", "size": "1", "symbol": "ETHUSDT"}
    data = await rest.act(
        f"{ORDER}/batch-place-order",
        symbol=BTC,
        marginMode="crossed",
        marginCoin="USDT",
        orderList=[element, {**element, "price": "59000", "marginMode": "isolated"}],
    )
    assert len(data["successList"]) == 2
    assert {(order.symbol, str(order.margin_mode)) for order in server.exchange.venue.pending()} == {
        (BTC, "crossed")
    }


async def test_self_trade_modes_are_honoured_and_shown(
    rest: RestClient, server: SimServer, private: Stream
) -> None:
    await private.subscribe(private_topic("orders"))
    await private.hear()
    await rest.order(side="sell", price="60000.5", size="0.01")
    assert (await private.hear_push("orders"))["data"][0]["stpMode"] == "none"
    await rest.order(price="60000.5", size="3", stpMode="cancel_both")
    pushes = [(await private.hear_push("orders"))["data"][0] for _ in range(4)]
    assert [(push["side"], push["status"], push["cancelReason"]) for push in pushes] == [
        ("buy", "live", ""),
        ("buy", "partially_filled", ""),
        ("sell", "canceled", "stp_cancel"),
        ("buy", "canceled", "stp_cancel"),
    ]


async def test_fill_history_is_fills_with_the_margin_coin(rest: RestClient) -> None:
    await rest.order(size="5")
    fills = (await rest.data(f"{ORDER}/fills", productType=PRODUCT))["fillList"]
    history = (await rest.data(f"{ORDER}/fill-history", productType=PRODUCT))["fillList"]
    assert len(fills) > 1
    assert history == [{**row, "marginCoin": "USDT"} for row in fills]


@pytest.mark.parametrize(
    ("path", "days"), [("orders-pending", 90), ("orders-history", 90), ("fills", 90), ("fill-history", 7)]
)
async def test_spans_that_are_too_long(rest: RestClient, path: str, days: int) -> None:
    for span, wanted in ((days * DAY_MS, "00000"), (days * DAY_MS + 1, "00001")):
        _, envelope = await rest.get(f"{ORDER}/{path}", productType=PRODUCT, startTime=0, endTime=span)
        assert envelope["code"] == wanted
    _, envelope = await rest.get(f"{ORDER}/{path}", productType=PRODUCT, startTime=2, endTime=1)
    assert envelope["code"] == "40707"


async def test_an_id_wins_over_times_and_times_over_paging(rest: RestClient, server: SimServer) -> None:
    placed = await rest.order(price="59000", size="0.01", clientOid="mine")
    old = {"startTime": 1, "endTime": 2, "idLessThan": 3}
    path = f"{ORDER}/orders-pending"
    for name in ({"orderId": placed["orderId"]}, {"clientOid": "mine"}):
        found = await rest.data(path, productType=PRODUCT, **name, **old)
        assert [row["orderId"] for row in found["entrustedList"]] == [placed["orderId"]]
        assert found["endId"] == placed["orderId"]
    created = server.exchange.venue.pending()[0].created_ms
    whole = {"startTime": created, "endTime": created, "idLessThan": 3}
    assert (await rest.data(path, productType=PRODUCT, **whole))["entrustedList"] is not None
    half = {"startTime": created, "idLessThan": 3}
    assert (await rest.data(path, productType=PRODUCT, **half))["entrustedList"] is None


async def test_history_by_source_and_with_the_entry_of_what_was_closed(rest: RestClient) -> None:
    await rest.order(size="0.01")
    await rest.order(side="sell", price="59990", size="0.01", reduceOnly="YES", force="ioc")
    history = f"{ORDER}/orders-history"
    rows = (await rest.data(history, productType=PRODUCT, orderSource="normal"))["entrustedList"]
    assert [(row["side"], row["posAvg"], row["status"]) for row in rows] == [("sell", "60000.5", "filled")]
    rows = (await rest.data(history, productType=PRODUCT, orderSource="market"))["entrustedList"]
    assert [(row["side"], row["posAvg"]) for row in rows] == [("buy", "")]


async def test_open_answers_are_switches(http: aiohttp.ClientSession) -> None:
    choices = Choices(empty_lists_null=False, unknown_order_empty=True, pending_lists_filled_parts=False)
    async with running(choices=choices) as server:
        rest = RestClient(server, http)
        assert await rest.data(f"{ORDER}/orders-pending", productType=PRODUCT) == {
            "entrustedList": [],
            "endId": None,
        }
        assert await rest.data(f"{ORDER}/detail", **ONE, orderId="1") == []
        await rest.order(price="60000.5", size="3")
        for status, count in ((None, 0), ("live", 0), ("partially_filled", 1)):
            query = {} if status is None else {"status": status}
            page = await rest.data(f"{ORDER}/orders-pending", productType=PRODUCT, **query)
            assert len(page["entrustedList"]) == count


async def test_a_symbol_changes_its_status_while_the_exchange_runs(
    rest: RestClient, server: SimServer, http: aiohttp.ClientSession
) -> None:
    """ccxt calls only `normal` active; the orders say what is allowed."""
    address = f"{server.address.control}symbols"
    headers = {"Authorization": f"Bearer {server.control_token}"}
    change = {"symbol": BTC, "status": "limit_open"}
    async with http.post(address, json=change, headers=headers) as response:
        assert await response.json() == {BTC: "limit_open", "ETHUSDT": "normal"}
    async with http.post(address, json={**change, "symbol": "NOPE"}, headers=headers) as response:
        assert (response.status, await response.json()) == (400, {"error": "NOPE is not listed"})
    rows = await rest.data("/api/v2/mix/market/contracts", **ONE)
    assert rows[0]["symbolStatus"] == "limit_open"
    words = {"marginMode": "crossed", "marginCoin": "USDT", "orderType": "market", "side": "buy"}
    assert await code(rest, "place-order", **words, size="0.01") == "45119"
    server.exchange.venue.listings.change(BTC, SymbolStatus.MAINTAIN)
    assert await code(rest, "place-order", **words, size="0.01") == "41114"


async def test_presets_of_a_batch_change_the_take_profit_of_what_is_held(
    rest: RestClient, server: SimServer
) -> None:
    """The order may rest for ever: the position is guarded at once, and a misfit refuses the element."""
    venue = server.exchange.venue
    await rest.order(size="0.5")
    element = {"side": "buy", "orderType": "limit", "price": "59000", "size": "0.01"}
    data = await rest.act(
        f"{ORDER}/batch-place-order",
        symbol=BTC,
        marginMode="crossed",
        marginCoin="USDT",
        orderList=[
            {**element, "presetStopSurplusPrice": "62000", "presetStopLossPrice": "58000"},
            {**element, "presetStopSurplusPrice": "59500", "clientOid": "below-last"},
        ],
    )
    assert [row["clientOid"] for row in data["failureList"]] == ["below-last"]
    assert len(venue.pending()) == 1
    profit, loss = venue.plans.guards.of_position(venue.positions(BTC)[0])
    assert profit is not None
    assert loss is not None
    assert (str(profit.trigger_price), str(loss.trigger_price)) == ("62000", "58000")


async def test_presets_of_a_batch_without_a_position_wait_for_their_order(
    rest: RestClient, server: SimServer
) -> None:
    element = {"side": "buy", "orderType": "limit", "price": "59000", "size": "0.01"}
    orders = [{**element, "presetStopLossPrice": "58000"}]
    shared = {"symbol": BTC, "marginMode": "crossed", "marginCoin": "USDT"}
    await rest.act(f"{ORDER}/batch-place-order", **shared, orderList=orders)
    assert server.exchange.venue.plans.pending() == []
    assert server.exchange.venue.pending()[0].presets.stop_loss == 58_000


async def test_a_name_that_is_no_text_spoils_only_its_own_cancel(rest: RestClient, server: SimServer) -> None:
    """What was cancelled before it must be told, not swallowed by a refusal of the whole request."""
    placed = await rest.order(price="59000", size="0.01")
    wanted = [{"orderId": placed["orderId"]}, {"orderId": True}, {"clientOid": []}]
    data = await rest.act(f"{ORDER}/batch-cancel-orders", symbol=BTC, orderIdList=wanted)
    assert [row["orderId"] for row in data["successList"]] == [placed["orderId"]]
    assert [(row["orderId"], row["errorCode"]) for row in data["failureList"]] == [("", "40020")] * 2


async def test_history_names_the_price_of_a_liquidation(rest: RestClient, server: SimServer) -> None:
    exchange = server.exchange
    await rest.order(size="0.5", marginMode="isolated")
    mark = MarketFacts(BTC, exchange.clock.now_ms(), mark_price="50000.5")
    exchange.apply(mark)
    rows = (await rest.data(f"{ORDER}/orders-history", productType=PRODUCT))["entrustedList"]
    assert [(row["enterPointSource"], row["liqPrice"]) for row in rows] == [("SYS", "50000.5"), ("API", "")]


async def test_changed_presets_are_pushed(rest: RestClient, private: Stream) -> None:
    """A cockpit that shows a stop must see it go."""
    placed = await rest.order(price="59000", size="0.01", presetStopLossPrice="50000")
    await private.subscribe(private_topic("orders"))
    await private.hear()
    names = {"symbol": BTC, "orderId": placed["orderId"], "newClientOid": "unused"}
    await rest.act(f"{ORDER}/modify-order", **names, newPresetStopSurplusPrice="70000")
    pushed = (await private.hear_push("orders"))["data"][0]
    assert (pushed["orderId"], pushed["status"]) == (placed["orderId"], "live")
    assert pushed["presetStopSurplusPrice"] == "70000"
    assert not pushed.get("presetStopLossPrice")
