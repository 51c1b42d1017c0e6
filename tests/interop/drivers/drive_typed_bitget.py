"""Drives typed-bitget, which refuses every reply that does not fit its models of Bitget's documentation."""

import asyncio
import inspect
import time
from datetime import UTC, datetime, timedelta
from functools import cached_property

from steps import Steps, read_task, tell
from typed_bitget import Bitget
from typed_bitget.classic.mix import Mix
from typed_bitget.classic_streams import ClassicStreams
from typed_bitget.core.auth import Credentials
from typed_bitget.core.exc import ApiError
from typed_bitget.core.transport.http import HttpRpcClient
from typed_bitget.core.transport.ws.classic import ClassicSocketStreamClient
from typed_bitget.core.transport.ws.uta import UtaSocketStreamClient

step = Steps()

PRODUCT, SYMBOL, COIN = "USDT-FUTURES", "BTCUSDT", "USDT"
PAIR = {"symbol": SYMBOL, "product_type": PRODUCT}
ACCOUNT = {**PAIR, "margin_coin": COIN}
WIRE = {"symbol": SYMBOL, "productType": PRODUCT, "marginCoin": COIN}
PAUSE = 0.11
STREAM_PAUSE = 0.3
"""Subscribing and leaving are two of the ten messages a second that a connection may send."""


_PLUMBING = ("request", "subscribe", "authed_subscribe", "authed_command")


class Paced:
    """Calls of one part of the client, none sooner than the strictest route allows."""

    def __init__(self, part):
        self._part = part

    def __getattr__(self, name):
        value = getattr(self._part, name)
        if not asyncio.iscoroutinefunction(value):
            return Paced(value)

        async def call(*arguments, **words):
            await asyncio.sleep(PAUSE)
            return await value(*arguments, **words)

        return call


class Trader:
    """One client with one account."""

    def __init__(self, client: Bitget, task: dict) -> None:
        self.hedge = task["mode"] == "hedge"
        self.common = Paced(client.classic.common)
        self.mix = Paced(client.classic.mix)
        self.streams = client.classic_streams

    async def price(self, away: float = 0.0) -> str:
        (ticker,) = await self.mix.market.ticker(SYMBOL, product_type=PRODUCT)
        return f"{float(ticker['lastPr']) * (1 + away):.1f}"

    def opening(self, side: str = "buy") -> dict:
        words = {"tradeSide": "open"} if self.hedge else {}
        return {**WIRE, "marginMode": "crossed", "side": side, "size": "0.01", **words}

    async def rest(self, **more) -> str:
        """A resting limit order's id."""
        order = {**self.opening(), "orderType": "limit", "force": "gtc", "price": await self.price(-0.02)}
        return (await self.mix.order.place({**order, **more}))["orderId"]

    async def enter(self, side: str = "buy", **more) -> dict:
        await self.mix.order.place({**self.opening(side), "orderType": "market", **more})
        return await self.until(self.position, bool)

    async def position(self) -> dict | None:
        """The open position as it came; only the steps about positions have it checked."""
        words = {"symbol": SYMBOL, "margin_coin": COIN}
        rows = await self.mix.position.get(PRODUCT, **words, validate=False)
        return rows[0] if rows else None

    async def leave(self) -> None:
        position = await self.position()
        long = position["holdSide"] == "long"
        if self.hedge:
            words = {"side": "buy" if long else "sell", "tradeSide": "close"}
        else:
            words = {"side": "sell" if long else "buy", "reduceOnly": "YES"}
        size, mode = str(position["total"]), position["marginMode"]
        await self.mix.order.place({**WIRE, "marginMode": mode, "orderType": "market", "size": size, **words})
        await self.until(self.position, lambda left: left is None)

    async def plan(self, **more) -> str:
        order = {
            **self.opening(),
            "planType": "normal_plan",
            "orderType": "market",
            "triggerType": "mark_price",
        }
        return (await self.mix.order.plan.place({**order, "triggerPrice": await self.price(-0.03), **more}))[
            "orderId"
        ]

    async def plans(self, plan_type: str) -> list:
        """The waiting plans as they came; only the step about them has them checked."""
        words = {"plan_type": plan_type, "product_type": PRODUCT}
        return (await self.mix.order.plan.open(**words, validate=False))["entrustedList"] or []

    async def drop_plans(self, plan_type: str = "normal_plan") -> None:
        await self.mix.order.plan.cancel(product_type=PRODUCT, symbol=SYMBOL, plan_type=plan_type)

    @property
    def holder(self) -> str:
        """How conditional orders of a position name its side."""
        return "long" if self.hedge else "buy"

    async def until(self, read, good):
        while not good(value := await read()):
            await asyncio.sleep(0.05)
        return value

    async def tidy(self) -> None:
        order = self.mix.order
        for attempt in (
            lambda: order.cancel_all(product_type=PRODUCT),
            lambda: self.drop_plans(),
            lambda: self.drop_plans("track_plan"),
            lambda: self.mix.position.close(product_type=PRODUCT),
        ):
            try:
                await attempt()
            except ApiError:
                continue


# The market


@step("common.time")
async def common_time(t):
    server_time = (await t.common.time())["serverTime"]
    assert abs(server_time.timestamp() - time.time()) < 5


@step("mix.market.contracts")
async def contracts(t):
    assert len(await t.mix.market.contracts(PRODUCT)) == 2


@step("mix.market.ticker")
async def ticker(t):
    (row,) = await t.mix.market.ticker(SYMBOL, product_type=PRODUCT)
    assert row["bidPr"] < row["askPr"]


@step("mix.market.tickers")
async def tickers(t):
    assert len(await t.mix.market.tickers(PRODUCT)) == 2


@step("mix.market.orderbook")
async def orderbook(t):
    book = await t.mix.market.orderbook(SYMBOL, product_type=PRODUCT, limit="50")
    assert len(book["bids"]) == 50


@step("mix.market.symbol_price")
async def symbol_price(t):
    assert await t.mix.market.symbol_price(SYMBOL, product_type=PRODUCT)


@step("mix.market.position_tier")
async def position_tier(t):
    assert await t.mix.market.position_tier(PRODUCT, symbol=SYMBOL)


@step("mix.market.vip_fee_rate")
async def vip_fee_rate(t):
    assert await t.mix.market.vip_fee_rate()


@step("mix.market.discount_rate")
async def discount_rate(t):
    assert await t.mix.market.discount_rate() is not None


for name in ("recent", "history", "history_index", "history_mark"):

    @step(f"mix.market.candles.{name}")
    async def candles(t, name=name):
        read = getattr(t.mix.market.candles, name)
        assert len(await read(SYMBOL, product_type=PRODUCT, granularity="1m", limit=10)) == 10


@step("mix.market.funding.current_rate")
async def current_rate(t):
    assert len(await t.mix.market.funding.current_rate(SYMBOL, product_type=PRODUCT)) == 1


@step("mix.market.funding.current_rate (all)")
async def current_rates(t):
    assert len(await t.mix.market.funding.current_rate(product_type=PRODUCT)) == 2


@step("mix.market.funding.time")
async def funding_time(t):
    assert await t.mix.market.funding.time(SYMBOL, product_type=PRODUCT)


@step("mix.market.funding.rate_history")
async def rate_history(t):
    rows = await t.mix.market.funding.rate_history(SYMBOL, product_type=PRODUCT, page_size=10)
    assert len(rows) == 10


@step("mix.recent_trades")
async def recent_trades(t):
    assert await t.mix.recent_trades(SYMBOL, product_type=PRODUCT, limit=20)


@step("mix.historic_trades")
async def historic_trades(t):
    assert await t.mix.historic_trades(**PAIR, limit=20)


@step("mix.open_interest")
async def open_interest(t):
    assert (await t.mix.open_interest(SYMBOL, product_type=PRODUCT))["openInterestList"]


@step("mix.oi_limit")
async def oi_limit(t):
    assert await t.mix.oi_limit(PRODUCT, symbol=SYMBOL)


@step("mix.interest_exchange_rate")
async def interest_exchange_rate(t):
    assert await t.mix.interest_exchange_rate() is not None


@step("mix.union_interest_rate_history")
async def union_interest_rate_history(t):
    assert await t.mix.union_interest_rate_history("USDT")


# The account


@step("common.trade_rate")
async def trade_rate(t):
    rate = await t.common.trade_rate(SYMBOL, business_type="mix")
    assert rate["makerFeeRate"] < rate["takerFeeRate"]


@step("mix.account.get")
async def account_get(t):
    account = await t.mix.account.get(**ACCOUNT)
    assert account["posMode"] == ("hedge_mode" if t.hedge else "one_way_mode")


@step("mix.account.list")
async def account_list(t):
    assert len(await t.mix.account.list(PRODUCT)) == 1


@step("mix.account.sub_account_assets")
async def sub_account_assets(t):
    assert await t.mix.account.sub_account_assets(PRODUCT) is not None


@step("mix.account.interest_history")
async def interest_history(t):
    now = datetime.now(UTC)
    span = {"start_time": now - timedelta(hours=1), "end_time": now}
    assert await t.mix.account.interest_history(PRODUCT, **span)


@step("mix.account.open_count")
async def open_count(t):
    price = await t.price()
    count = await t.mix.account.open_count(**ACCOUNT, open_amount="5000", open_price=price, leverage="20")
    assert float(count["size"]) > 0


@step("mix.account.max_open_amount")
async def max_open_amount(t):
    reply = await t.mix.account.max_open_amount(**ACCOUNT, pos_side="long", order_type="market")
    assert reply["maxOpen"] > 0


@step("mix.account.liquidation_price")
async def liquidation_price(t):
    ask = {"pos_side": "short", "order_type": "market", "open_amount": "1"}
    assert (await t.mix.account.liquidation_price(**ACCOUNT, **ask))["liqPrice"] > 0


@step("mix.account.isolated_symbols")
async def isolated_symbols(t):
    assert await t.mix.account.isolated_symbols(PRODUCT) is not None


@step("mix.account.set_leverage")
async def set_leverage(t):
    for leverage in ("9", "20"):
        await t.mix.account.set_leverage(**ACCOUNT, leverage=leverage)


@step("mix.account.set_margin_mode")
async def set_margin_mode(t):
    for mode in ("isolated", "crossed"):
        assert (await t.mix.account.set_margin_mode(**ACCOUNT, margin_mode=mode))["marginMode"] == mode


@step("mix.account.set_position_mode")
async def set_position_mode(t):
    modes = ("one_way_mode", "hedge_mode") if t.hedge else ("hedge_mode", "one_way_mode")
    for mode in modes:
        assert (await t.mix.account.set_position_mode(PRODUCT, pos_mode=mode))["posMode"] == mode


@step("mix.account.set_asset_mode")
async def set_asset_mode(t):
    await t.mix.account.set_asset_mode(PRODUCT, asset_mode="single")


async def isolated(t, act):
    await t.mix.account.set_margin_mode(**ACCOUNT, margin_mode="isolated")
    await t.enter(marginMode="isolated")
    await act()
    await t.leave()
    await t.mix.account.set_margin_mode(**ACCOUNT, margin_mode="crossed")


@step("mix.account.set_margin")
async def set_margin(t):
    async def act():
        before = float((await t.position())["marginSize"])
        await t.mix.account.set_margin(**ACCOUNT, hold_side="long", amount="25")
        assert float((await t.position())["marginSize"]) > before + 24

    await isolated(t, act)


@step("mix.account.set_auto_margin")
async def set_auto_margin(t):
    words = {"symbol": SYMBOL, "margin_coin": COIN, "hold_side": "long", "amount": "5"}

    async def act():
        await t.mix.account.set_auto_margin(**words, auto_margin="on")

    await isolated(t, act)


@step("mix.account.union.config")
async def union_config(t):
    assert await t.mix.account.union.config()


@step("mix.account.union.transfer_limits")
async def transfer_limits(t):
    assert await t.mix.account.union.transfer_limits("USDT")


@step("mix.account.union.switch_usdt")
async def switch_usdt(t):
    assert await t.mix.account.union.switch_usdt()


@step("mix.account.union.convert")
async def convert(t):
    assert await t.mix.account.union.convert(coin="BTC", amount="0.01")


@step("mix.account.bills")
async def bills(t):
    assert (await t.mix.account.bills(PRODUCT))["bills"]


# Positions


@step("mix.position.get")
async def position_get(t):
    await t.enter()
    try:
        (position,) = await t.mix.position.get(PRODUCT, symbol=SYMBOL, margin_coin=COIN)
        assert position["holdSide"] == "long"
    finally:
        await t.leave()


@step("mix.position.list")
async def position_list(t):
    await t.enter("sell")
    try:
        (position,) = await t.mix.position.list(PRODUCT, margin_coin=COIN)
        assert position["holdSide"] == "short"
    finally:
        await t.leave()


@step("mix.position.list (flat)")
async def position_list_flat(t):
    assert await t.mix.position.list(PRODUCT, margin_coin=COIN) == []


@step("mix.position.history")
async def position_history(t):
    assert (await t.mix.position.history(product_type=PRODUCT))["list"]


@step("mix.position.adl_rank")
async def adl_rank(t):
    await t.enter()
    assert await t.mix.position.adl_rank(PRODUCT)
    await t.leave()


@step("mix.position.close")
async def position_close(t):
    await t.enter()
    closed = await t.mix.position.close(SYMBOL, product_type=PRODUCT)
    assert len(closed["successList"]) == 1
    await t.until(t.position, lambda left: left is None)


@step("mix.position.reverse")
async def position_reverse(t):
    await t.enter()
    words = {"side": "buy", "trade_side": "close"} if t.hedge else {"side": "sell"}
    await t.mix.position.reverse(**ACCOUNT, size="0.01", **words)
    await t.until(t.position, lambda now: now and now["holdSide"] == "short")
    await t.leave()


# Orders


@step("mix.order.place")
async def order_place(t):
    order_id = await t.rest()
    await t.mix.order.cancel(**PAIR, order_id=order_id)


@step("mix.order.place (market)")
async def order_place_market(t):
    await t.enter()
    await t.leave()


@step("mix.order.batch_place")
async def batch_place(t):
    wanted = {
        "size": "0.01",
        "side": "buy",
        "orderType": "limit",
        "force": "gtc",
        "price": await t.price(-0.02),
    }
    if t.hedge:
        wanted["tradeSide"] = "open"
    batch = [wanted, {**wanted, "size": "0"}]
    placed = await t.mix.order.batch_place(**ACCOUNT, margin_mode="crossed", order_list=batch)
    assert (len(placed["successList"]), len(placed["failureList"])) == (1, 1)
    await t.mix.order.cancel(**PAIR, order_id=placed["successList"][0]["orderId"])


@step("mix.order.detail")
async def detail(t):
    order_id = await t.rest(presetStopLossPrice=await t.price(-0.06))
    try:
        order = await t.mix.order.detail(**PAIR, order_id=order_id)
        assert order["state"] == "live"
    finally:
        await t.mix.order.cancel(**PAIR, order_id=order_id)


@step("mix.order.open")
async def order_open(t):
    order_id = await t.rest()
    page = await t.mix.order.open(product_type=PRODUCT)
    assert [row["orderId"] for row in page["entrustedList"]] == [order_id]
    await t.mix.order.cancel(**PAIR, order_id=order_id)


@step("mix.order.modify")
async def modify(t):
    order_id = await t.rest()
    name = f"judge-{time.time_ns()}"
    new = {"new_client_oid": name, "new_price": await t.price(-0.03), "new_size": "0.02"}
    await t.mix.order.modify(order_id=order_id, **PAIR, **new)

    async def opened():
        rows = (await t.mix.order.open(product_type=PRODUCT, validate=False))["entrustedList"] or []
        return [row["clientOid"] for row in rows]

    await t.until(opened, lambda names: names == [name])
    await t.mix.order.cancel_all(product_type=PRODUCT)


@step("mix.order.cancel")
async def cancel(t):
    order_id = await t.rest(clientOid=f"judge-{time.time_ns()}")
    assert (await t.mix.order.cancel(**PAIR, order_id=order_id))["orderId"] == order_id


@step("mix.order.batch_cancel")
async def batch_cancel(t):
    order_id = await t.rest()
    ids = [{"orderId": order_id}, {"orderId": "1100000000000000001"}]
    cancelled = await t.mix.order.batch_cancel(ids, **PAIR)
    assert (len(cancelled["successList"]), len(cancelled["failureList"])) == (1, 1)


@step("mix.order.cancel_all")
async def cancel_all(t):
    await t.rest()
    assert (await t.mix.order.cancel_all(product_type=PRODUCT))["successList"]


@step("mix.order.open (none)")
async def order_open_none(t):
    assert not (await t.mix.order.open(product_type=PRODUCT))["entrustedList"]


@step("mix.order.history")
async def order_history(t):
    assert (await t.mix.order.history(product_type=PRODUCT))["entrustedList"]


@step("mix.order.fills")
async def fills(t):
    assert (await t.mix.order.fills(product_type=PRODUCT))["fillList"]


@step("mix.order.fill_history")
async def fill_history(t):
    assert (await t.mix.order.fill_history(product_type=PRODUCT))["fillList"]


@step("mix.order.place (refused)")
async def order_refused(t):
    try:
        await t.rest(size="900")
    except ApiError as error:
        assert error.args[0] == "40762", error.args
    else:
        raise AssertionError("not refused")


# Conditional orders


@step("mix.order.plan.place")
async def plan_place(t):
    await t.plan()
    await t.drop_plans()


@step("mix.order.plan.open")
async def plan_open(t):
    await t.plan()
    page = await t.mix.order.plan.open(plan_type="normal_plan", product_type=PRODUCT)
    assert len(page["entrustedList"]) == 1
    await t.drop_plans()


@step("mix.order.plan.modify")
async def plan_modify(t):
    words = {"order_id": await t.plan(), "new_size": "0.02", "new_trigger_price": await t.price(-0.04)}
    await t.mix.order.plan.modify("normal_plan", **words, **PAIR)
    await t.drop_plans()


@step("mix.order.plan.cancel")
async def plan_cancel(t):
    ids = [{"orderId": await t.plan()}]
    cancelled = await t.mix.order.plan.cancel(ids, **PAIR, plan_type="normal_plan")
    assert len(cancelled["successList"]) == 1


@step("mix.order.plan.open (none)")
async def plan_open_none(t):
    page = await t.mix.order.plan.open(plan_type="track_plan", product_type=PRODUCT)
    assert not page["entrustedList"]


@step("mix.order.plan.place (track_plan)")
async def plan_track(t):
    await t.plan(planType="track_plan", callbackRatio="1")
    assert len(await t.plans("track_plan")) == 1
    await t.drop_plans("track_plan")


@step("mix.order.plan.trigger_sub_orders")
async def sub_orders(t):
    """Of one plan a little above the market and one a little below; it reaches either soon."""
    plans = [
        await t.plan(triggerPrice=await t.price(away), triggerType="fill_price") for away in (1e-5, -1e-5)
    ]
    await t.until(t.position, bool)
    read = t.mix.order.plan.trigger_sub_orders
    assert any([await read("normal_plan", plan_order_id=plan, product_type=PRODUCT) for plan in plans])
    await t.tidy()


@step("mix.order.plan.history")
async def plan_history(t):
    page = await t.mix.order.plan.history(plan_type="normal_plan", product_type=PRODUCT)
    assert page["entrustedList"]


TPSL = {"margin_coin": COIN, "product_type": PRODUCT, "symbol": SYMBOL}


@step("mix.order.tpsl.place")
async def tpsl_place(t):
    await t.enter()
    words = {"plan_type": "loss_plan", "trigger_price": await t.price(-0.04), "trigger_type": "mark_price"}
    await t.mix.order.tpsl.place(**TPSL, **words, hold_side=t.holder, size="0.01")
    await t.leave()


@step("mix.order.tpsl.modify")
async def tpsl_modify(t):
    await t.enter()
    words = {"plan_type": "loss_plan", "trigger_price": await t.price(-0.04), "trigger_type": "mark_price"}
    placed = await t.mix.order.tpsl.place(**TPSL, **words, hold_side=t.holder, size="0.01")
    words = {"trigger_price": await t.price(-0.05), "trigger_type": "mark_price", "size": "0.01"}
    await t.mix.order.tpsl.modify(order_id=placed["orderId"], **TPSL, **words)
    await t.leave()


@step("mix.order.tpsl.place_for_position")
async def tpsl_position(t):
    await t.enter()
    placed = await t.mix.order.tpsl.place_for_position(
        **TPSL,
        stop_surplus_trigger_price=await t.price(0.05),
        stop_surplus_trigger_type="mark_price",
        stop_loss_trigger_price=await t.price(-0.05),
        stop_loss_trigger_type="mark_price",
        hold_side=t.holder,
    )
    assert placed
    assert len(await t.plans("profit_loss")) == 2
    await t.leave()


# Streams


async def heard(stream, act=None, good=bool):
    """The first push that is as expected; `act` makes it happen once subscribed."""
    await asyncio.sleep(STREAM_PAUSE)
    async with stream as pushes:
        if act is not None:
            await act()
        async for push in pushes:
            if good(push["data"]):
                return push
    raise AssertionError("the stream ended")


@step("streams.ticker")
async def stream_ticker(t):
    await heard(t.streams.ticker(PRODUCT, inst_id=SYMBOL))


@step("streams.trade")
async def stream_trade(t):
    await heard(t.streams.trade(PRODUCT, inst_id=SYMBOL))


@step("streams.candle")
async def stream_candle(t):
    await heard(t.streams.candle(PRODUCT, inst_id=SYMBOL, interval="1m"))


for depth in ("", "1", "5", "15"):

    @step(f"streams.orderbook (books{depth})")
    async def stream_orderbook(t, depth=depth):
        await heard(t.streams.orderbook(PRODUCT, inst_id=SYMBOL, depth=depth))


@step("streams.account")
async def stream_account(t):
    await heard(t.streams.account(PRODUCT, coin="default"))


@step("streams.equity")
async def stream_equity(t):
    await heard(t.streams.equity(PRODUCT))


@step("streams.orders")
async def stream_orders(t):
    await heard(t.streams.orders(PRODUCT, inst_id="default"), t.rest)
    await t.mix.order.cancel_all(product_type=PRODUCT)


@step("streams.orders (of fills)")
async def stream_filled_orders(t):
    stream = t.streams.orders(PRODUCT, inst_id="default")
    await heard(stream, t.enter, lambda rows: rows[0]["status"] == "filled")
    await t.leave()


@step("streams.fill")
async def stream_fill(t):
    await heard(t.streams.fill(PRODUCT, inst_id="default"), t.enter)
    await t.leave()


@step("streams.position.updates")
async def stream_positions(t):
    await heard(t.streams.position.updates(PRODUCT, inst_id="default"), t.enter)
    await t.leave()


@step("streams.position.history")
async def stream_position_history(t):
    async def act():
        await t.enter()
        await t.leave()

    await heard(t.streams.position.history(PRODUCT, inst_id="default"), act)


@step("streams.adl_notification")
async def stream_adl(t):
    """Acknowledged; a push would need somebody to be deleveraged."""
    await asyncio.sleep(STREAM_PAUSE)
    async with t.streams.adl_notification(PRODUCT, inst_id="default"):
        pass


async def place_by_stream(t) -> str:
    order = {**t.opening(), "orderType": "limit", "force": "gtc", "price": await t.price(-0.02)}
    params = {name: value for name, value in order.items() if name not in ("symbol", "productType")}
    reply = await t.streams.order.place(PRODUCT, inst_id=SYMBOL, params=params)
    return reply["arg"][0]["params"]["orderId"]


@step("streams.order.place")
async def stream_place(t):
    await t.mix.order.cancel(**PAIR, order_id=await place_by_stream(t))


@step("streams.order.cancel")
async def stream_cancel(t):
    order_id = await place_by_stream(t)
    await t.streams.order.cancel(PRODUCT, inst_id=SYMBOL, params={"orderId": order_id})
    order = await t.mix.order.detail(**PAIR, order_id=order_id, validate=False)
    assert order["state"] == "canceled"


@step("streams.plan_orders")
async def stream_plan_orders(t):
    await heard(t.streams.plan_orders(PRODUCT, inst_id="default"), t.plan)
    await t.drop_plans()


def refusal(error: BaseException) -> str | None:
    if not isinstance(error, ApiError):
        return None
    if len(error.args) >= 2 and isinstance(error.args[0], str):
        return f"{error.args[0]} {error.args[1]}"
    reply = error.args[0]
    return f"{reply['code']} {reply['msg']}" if isinstance(reply, dict) and "code" in reply else str(error)


def offered(kind: type, prefix: str) -> list[str]:
    """Every call below a part of the client, as its users write it."""
    found = []
    for name in sorted(one for one in dir(kind) if not one.startswith("_")):
        value = inspect.getattr_static(kind, name)
        if isinstance(value, cached_property):
            found += offered(value.func.__annotations__["return"], f"{prefix}.{name}")
        elif inspect.isfunction(value) and name not in _PLUMBING:
            found.append(f"{prefix}.{name}")
    return found


async def main() -> None:
    task = read_task()
    tell({"surface": offered(Mix, "mix") + offered(ClassicStreams, "streams")})
    keys = Credentials(access_key=task["api_key"], secret_key=task["secret"], passphrase=task["passphrase"])
    urls = {"public_url": task["ws_public"], "private_url": task["ws_private"]}
    client = Bitget(
        http_client=HttpRpcClient(base_url=task["rest"], credentials=keys),
        classic_streams_client=ClassicSocketStreamClient.new(**urls, credentials=keys),
        uta_streams_client=UtaSocketStreamClient.new(**urls, credentials=keys),
    )
    async with client:
        trader = Trader(client, task)
        await step.run(trader, task["mode"], refusal, trader.tidy)


asyncio.run(main())
