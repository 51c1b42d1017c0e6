"""What befalls the account by itself, as its client sees it."""

from decimal import Decimal
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from omega_tui.sim.clock import SteppedClock
from omega_tui.sim.facts import PositionMode
from omega_tui.sim.faults.plan import Plan, parse_fault
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.venue.venue import VenueSettings
from tests.sim.faults.conftest import Harm
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, open_stream, private_topic, topic, until
from tests.sim.protocol.conftest import MidMinuteClock, running
from tests.sim.protocol.scripted import BTC, ScriptedSource

POSITIONS = "/api/v2/mix/position/all-position"
PENDING = "/api/v2/mix/order/orders-pending"
CONTRACTS = "/api/v2/mix/market/contracts"


async def positions(rest: RestClient) -> list[Any]:
    found: list[Any] = await rest.data(POSITIONS, productType=PRODUCT)
    return found


async def test_a_fill_from_elsewhere_comes_before_its_order_is_known(
    private: Stream, rest: RestClient, harm: Harm
) -> None:
    await private.subscribe(private_topic("orders"))
    await private.hear()
    active = harm("external_fill", symbol=BTC, side="buy", size="0.02")
    pushes = [(await private.hear_push("orders"))["data"][0] for _ in range(2)]
    assert [push["status"] for push in pushes] == ["live", "filled"]
    assert {push["enterPointSource"] for push in pushes} == {"WEB"}
    (position,) = await positions(rest)
    assert (position["holdSide"], position["total"]) == ("long", "0.02")
    assert active.outcome == {"orderId": pushes[0]["orderId"], "clientOid": pushes[0]["clientOid"]}


async def test_another_client_flips_the_position(rest: RestClient, harm: Harm) -> None:
    await rest.order(size="0.01")
    harm("external_fill", symbol=BTC, side="sell", size="0.03")
    (position,) = await positions(rest)
    assert (position["holdSide"], position["total"]) == ("short", "0.02")


@pytest.mark.parametrize(("side", "hold_side"), [("buy", "long"), ("sell", "short")])
async def test_elsewhere_means_a_side_in_hedge_mode(side: str, hold_side: str) -> None:
    """`side` is the trade's direction whatever the mode; to close a short one buys."""
    async with running(PositionMode.HEDGE) as server:
        fill = {"name": "external_fill", "symbol": BTC, "side": side, "size": "0.02"}
        server.faults.add(parse_fault(fill))
        (position,) = server.exchange.venue.positions()
        assert (position.hold_side, position.size) == (hold_side, Decimal("0.02"))
        other = "sell" if side == "buy" else "buy"
        server.faults.add(parse_fault(fill | {"side": other, "closes": True}))
        assert server.exchange.venue.positions() == []


async def test_orders_from_elsewhere_rest_and_are_cancelled_from_there(rest: RestClient, harm: Harm) -> None:
    harm("external_order", symbol=BTC, side="buy", size="0.02", price="59000")
    (row,) = (await rest.data(PENDING, productType=PRODUCT))["entrustedList"]
    assert (row["price"], row["enterPointSource"]) == ("59000", "WEB")
    harm("external_cancel", symbol=BTC, order_id=row["orderId"])
    assert not (await rest.data(PENDING, productType=PRODUCT))["entrustedList"]


async def test_the_exchange_cancels_for_a_reason(private: Stream, rest: RestClient, harm: Harm) -> None:
    await private.subscribe(private_topic("orders"))
    await private.hear()
    placed = await rest.order(price="59000", size="0.01")
    assert (await private.hear_push("orders"))["data"][0]["status"] == "live"
    harm("exchange_cancel", symbol=BTC, order_id=placed["orderId"], reason="delegated_risk_order_cancel")
    push = (await private.hear_push("orders"))["data"][0]
    assert (push["status"], push["cancelReason"]) == ("canceled", "delegated_risk_order_cancel")


async def test_a_resting_order_trades_out_of_turn(rest: RestClient, server: SimServer, harm: Harm) -> None:
    placed = await rest.order(price="59000", size="0.03")
    harm("resting_fill", symbol=BTC, order_id=placed["orderId"], size="0.01")
    (order,) = server.exchange.venue.pending()
    assert (order.filled, order.status) == (Decimal("0.01"), "partially_filled")
    harm("resting_fill", symbol=BTC)
    assert server.exchange.venue.pending() == []
    (position,) = await positions(rest)
    assert (position["total"], position["openPriceAvg"]) == ("0.03", "59000")


async def test_settings_change_elsewhere(rest: RestClient, server: SimServer, harm: Harm) -> None:
    harm("leverage_switched", symbol=BTC, leverage=33)
    harm("margin_mode_switched", symbol=BTC, mode="isolated")
    harm("position_mode_switched", mode="hedge_mode")
    account = await rest.data(
        "/api/v2/mix/account/account", symbol=BTC, productType=PRODUCT, marginCoin="USDT"
    )
    assert (account["posMode"], account["marginMode"]) == ("hedge_mode", "isolated")
    assert account["crossedMarginLeverage"] in (33, "33")


async def test_an_act_that_the_exchange_refuses_says_so(rest: RestClient, harm: Harm) -> None:
    await rest.order(size="0.01")
    active = harm("position_mode_switched", mode="hedge_mode")
    assert active.outcome is not None
    assert active.outcome["code"] == "40920"  # type: ignore[index]


async def test_a_position_is_liquidated_and_another_deleveraged(
    private: Stream, rest: RestClient, server: SimServer, harm: Harm
) -> None:
    await rest.act(
        "/api/v2/mix/account/set-margin-mode", symbol=BTC, marginCoin="USDT", marginMode="isolated"
    )
    await rest.act("/api/v2/mix/account/set-leverage", symbol=BTC, marginCoin="USDT", leverage="13")
    await rest.order(size="0.5", marginMode="isolated")
    await private.subscribe(private_topic("orders"))
    await private.hear()
    fall = harm("liquidated", symbol=BTC, hold_side="long").outcome
    assert isinstance(fall, dict)
    assert Decimal(fall["markPrice"]) % server.exchange.venue.contract(BTC).tick == 0
    push = (await private.hear_push("orders"))["data"][0]
    assert push["tradeSide"].startswith(("burst_", "reduce_"))
    assert push["enterPointSource"] == "SYS"
    await until(lambda: server.exchange.venue.positions() == [])
    harm("price_jump", symbol=BTC, mark="60000")
    await rest.order(size="0.5", marginMode="isolated")
    harm("deleveraged", symbol=BTC, hold_side="long", size="0.2")
    (position,) = await positions(rest)
    assert position["total"] == "0.3"


@pytest.mark.parametrize("hold_side", ["long", "short"])
async def test_a_crossed_hedge_is_liquidated_whichever_side_is_named(hold_side: str) -> None:
    """A short beside a larger long is liquidated by a fall, where the fault let the price rise."""
    async with running(PositionMode.HEDGE) as server:
        for side, size in (("buy", "1"), ("sell", "0.5")):
            fill = {"name": "external_fill", "symbol": BTC, "side": side, "size": size}
            server.faults.add(parse_fault(fill))
        assert len(server.exchange.venue.positions()) == 2
        server.exchange.venue.transfers.move(Decimal(-980_000))
        server.faults.add(parse_fault({"name": "liquidated", "symbol": BTC, "hold_side": hold_side}))
        assert {order.trade_side for order in server.exchange.venue.finished()} >= {
            "offset_close_long",
            "offset_close_short",
        }


async def test_funding_falls_due_while_nobody_listens(
    rest: RestClient, server: SimServer, harm: Harm
) -> None:
    await rest.order(size="0.5")
    before = server.exchange.venue.account().balance
    harm("funding_due", symbol=BTC, rate="0.001", ms=1)
    await until(lambda: server.exchange.venue.account().balance != before)
    paid = before - server.exchange.venue.account().balance
    assert paid == Decimal("0.5") * Decimal("60001.5") * Decimal("0.001")


async def test_the_rules_of_a_contract_change(rest: RestClient, harm: Harm) -> None:
    """An order that was fine a moment ago is off the tick now."""
    await rest.order(price="59000.1", size="0.01")
    harm("contract_change", symbol=BTC, price_end_step=5, min_trade_num="0.01", max_lever=50)
    (row,) = await rest.data(CONTRACTS, productType=PRODUCT, symbol=BTC)
    assert (row["priceEndStep"], row["minTradeNum"], row["maxLever"]) == ("5", "0.01", "50")
    order = {"symbol": BTC, "productType": PRODUCT, "marginMode": "crossed", "marginCoin": "USDT"}
    order |= {"side": "buy", "orderType": "limit", "force": "gtc", "price": "59000.1", "size": "0.01"}
    _, envelope = await rest.post("/api/v2/mix/order/place-order", order)
    assert envelope["code"] == "45115"


async def test_a_symbol_leaves_the_list(rest: RestClient, public: Stream, harm: Harm) -> None:
    harm("symbol_off", symbol=BTC)
    listed = await rest.data(CONTRACTS, productType=PRODUCT)
    assert [row["symbol"] for row in listed] == ["ETHUSDT"]
    await public.subscribe(topic("ticker"))
    assert (await public.hear())["code"] == 30001


@pytest.mark.parametrize(("abrupt", "code"), [(False, 1001), (True, None)])
async def test_every_stream_may_be_ended(
    server: SimServer, harm: Harm, abrupt: bool, code: int | None
) -> None:
    async with (
        open_stream(server.address.ws_public) as public,
        open_stream(server.address.ws_private) as other,
    ):
        for socket in (public, other):
            await socket.send("ping")
            await socket.recv()
        active = harm("disconnect", address="public", abrupt=abrupt)
        with pytest.raises(ConnectionClosed) as ended:
            await public.recv()
        assert (ended.value.rcvd.code if ended.value.rcvd else None) == code
        assert active.outcome == {"connections": 1}
        await other.send("ping")
        assert await other.recv() == "pong"


async def test_an_act_of_a_plan_happens_in_exchange_time() -> None:
    """With a stepped clock an hour passes in no time, and the act comes at its moment."""
    clock = SteppedClock(MidMinuteClock())
    plan = Plan(
        faults=(
            parse_fault(
                {"name": "external_fill", "symbol": BTC, "side": "buy", "size": "0.02", "at_ms": 3_600_000}
            ),
        )
    )
    settings = ServerSettings(venue=VenueSettings(balance=Decimal(100_000)), faults=plan)
    server = SimServer(ScriptedSource(clock.start_ms), clock, settings)
    await server.start()
    try:
        assert server.stepper is not None
        await server.stepper.step_to(clock.start_ms + 3_599_999)
        assert server.exchange.venue.positions() == []
        await server.stepper.step_to(clock.start_ms + 3_600_000)
        (fill,) = server.exchange.venue.fills()
        assert fill.ts == clock.start_ms + 3_600_000
    finally:
        await server.stop()
