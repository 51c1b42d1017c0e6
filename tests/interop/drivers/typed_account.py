"""typed-bitget's calls about the account and its positions."""

from datetime import UTC, datetime, timedelta

from steps import Steps
from typed_trader import ACCOUNT, COIN, PRODUCT, SYMBOL

step = Steps()


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
