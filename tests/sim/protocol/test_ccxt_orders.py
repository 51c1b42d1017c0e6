"""Unmodified ccxt changing, closing and looking up orders, in both position modes, against the ledger."""

from typing import Any

import pytest

from omega_tui.sim.facts import PositionMode
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import until
from tests.sim.protocol.scripted import BTC
from tests.sim.protocol.test_ccxt_rest import OTHER, PAIR, Connect, check_order, hedge_words, same


@pytest.fixture
def trader(connected: Connect, ccxt_async: Any, moded_server: SimServer) -> Any:
    return connected(ccxt_async, moded_server)


async def test_edit_order(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    """ccxt makes up the new client id and gets no order id back."""
    venue = moded_server.exchange.venue
    placed = await trader.create_order(PAIR, "limit", "buy", 0.01, 59_000, hedge_words(mode))
    edited = await trader.edit_order(placed["id"], PAIR, "limit", "buy", 0.02, 58_000)
    assert edited["id"] is None
    assert edited["clientOrderId"]
    await until(lambda: bool(venue.pending()))
    new = venue.order(BTC, None, edited["clientOrderId"])
    assert new is not None
    assert (float(new.size), float(new.price or 0)) == (0.02, 58_000)
    by_client_id = {"clientOrderId": edited["clientOrderId"]}
    check_order(await trader.fetch_order("", PAIR, by_client_id), new)
    check_order((await trader.fetch_open_orders(PAIR))[0], new)
    old = venue.order(BTC, placed["id"], None)
    assert old is not None
    check_order((await trader.fetch_canceled_orders(PAIR))[0], old)


async def test_an_order_that_cannot_be_edited(trader: Any, ccxt_async: Any, mode: PositionMode) -> None:
    placed = await trader.create_order(PAIR, "market", "buy", 0.01, None, hedge_words(mode))
    with pytest.raises(ccxt_async.ExchangeError, match="40922"):
        await trader.edit_order(placed["id"], PAIR, "limit", "buy", 0.02, 58_000)


async def test_create_orders_with_one_that_fails(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    one = {"symbol": PAIR, "type": "limit", "side": "buy", "amount": 0.01, "params": hedge_words(mode)}
    wanted = [{**one, "price": 58_000}, {**one, "price": 90_000}, {**one, "price": 57_500}]
    orders = await trader.create_orders(wanted)
    pending = moded_server.exchange.venue.pending()
    assert {order.order_id for order in pending} == {order["id"] for order in orders if order["id"]}
    assert sorted(float(order.price or 0) for order in pending) == [57_500, 58_000]


async def test_cancel_orders_and_cancel_all(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    venue = moded_server.exchange.venue
    ids = []
    for price in (57_500, 58_000, 58_500):
        placed = await trader.create_order(PAIR, "limit", "buy", 0.01, price, hedge_words(mode))
        ids.append(placed["id"])
    await trader.create_order(OTHER, "limit", "buy", 0.1, 2_900, hedge_words(mode))
    await trader.cancel_orders(ids[:1], PAIR)
    cancelled = await trader.cancel_all_orders(PAIR)
    assert {order["id"] for order in cancelled} == set(ids[1:])
    assert [order.symbol for order in venue.pending()] == ["ETHUSDT"]
    finished = {order.order_id: order for order in venue.finished(BTC)}
    told = await trader.fetch_canceled_orders(PAIR)
    assert {order["id"] for order in told} == set(ids)
    for order in told:
        check_order(order, finished[order["id"]])


async def test_close_position_on_each_side(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    venue = moded_server.exchange.venue
    words = hedge_words(mode)
    for opening, one_way_side, hedge_side in (("buy", "buy", "long"), ("sell", "sell", "short")):
        await trader.create_order(PAIR, "market", opening, 0.1, None, words)
        side = hedge_side if mode is PositionMode.HEDGE else one_way_side
        closed = await trader.close_position(PAIR, side)
        assert closed["id"] == venue.finished(BTC)[0].order_id
        assert venue.positions() == []


async def test_history_and_trades_of_a_day(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    venue = moded_server.exchange.venue
    since = moded_server.exchange.clock.now_ms() - 1_000
    words = hedge_words(mode)
    await trader.create_order(PAIR, "market", "buy", 3, None, words)
    await trader.create_order(PAIR, "market", "sell", 1, None, hedge_words(mode, reduceOnly=True))
    gone = await trader.create_order(PAIR, "limit", "buy", 0.01, 58_000, words)
    await trader.cancel_order(gone["id"], PAIR)
    until_ms = moded_server.exchange.clock.now_ms() + 1_000
    both = await trader.fetch_canceled_and_closed_orders(PAIR, since, None, {"until": until_ms})
    assert {order["id"] for order in both} == {order.order_id for order in venue.finished(BTC)}
    closed = await trader.fetch_closed_orders(PAIR)
    assert [order["status"] for order in closed] == ["closed", "closed"]
    trades = await trader.fetch_my_trades(PAIR, since, None, {"until": until_ms})
    fills = venue.fills(BTC)[::-1]
    assert [told["id"] for told in trades] == [fill.trade_id for fill in fills]
    assert all(same(told["amount"], fill.size) for told, fill in zip(trades, fills, strict=True))
    assert len(await trader.fetch_my_trades(PAIR, None, 1)) == 1
