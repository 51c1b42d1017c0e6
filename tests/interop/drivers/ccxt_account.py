"""ccxt's methods about the account, its positions and its settings."""

from ccxt_trader import AMOUNT, PAIR, refused
from steps import Steps

step = Steps()


@step("fetch_balance")
async def fetch_balance(t):
    balance = (await t.client.fetch_balance())["USDT"]
    assert balance["total"] > 900_000 and 0 < balance["free"] <= balance["total"]


@step("fetch_position")
async def fetch_position(t):
    await t.enter()
    try:
        position = await t.client.fetch_position(PAIR)
        assert (position["contracts"], position["side"], position["hedged"]) == (AMOUNT, "long", t.hedge)
        assert position["entryPrice"] > 0
        assert position["marginMode"] == "cross" and position["initialMargin"] > 0
    finally:
        await t.leave()


@step("fetch_positions")
async def fetch_positions(t):
    assert await t.client.fetch_positions() == []
    await t.enter("sell")
    try:
        (position,) = await t.client.fetch_positions()
        assert (position["symbol"], position["side"], position["contracts"]) == (PAIR, "short", AMOUNT)
    finally:
        await t.leave()


@step("fetch_position_history")
async def fetch_position_history(t):
    rows = await t.client.fetch_position_history(PAIR, limit=20)
    assert len(rows) >= 2 and all(row["symbol"] == PAIR for row in rows)
    assert rows[-1]["side"] in ("long", "short") and rows[-1]["entryPrice"] > 0


@step("fetch_positions_history")
async def fetch_positions_history(t):
    assert len(await t.client.fetch_positions_history(limit=20)) >= 2


@step("fetch_ledger")
async def fetch_ledger(t):
    await t.client.fetch_currencies()
    rows = await t.client.fetch_ledger(None, limit=50)
    assert any(row["type"] == "trade" or row["info"]["businessType"] for row in rows)
    assert all(row["currency"] == "USDT" for row in rows)


@step("fetch_funding_history")
async def fetch_funding_history(t):
    assert await t.client.fetch_funding_history(PAIR) == []


@step("fetch_leverage")
async def fetch_leverage(t):
    leverage = await t.client.fetch_leverage(PAIR)
    assert leverage["longLeverage"] >= 1 and leverage["marginMode"] == "cross"


@step("set_leverage")
async def set_leverage(t):
    await t.client.set_leverage(7, PAIR)
    assert (await t.client.fetch_leverage(PAIR))["longLeverage"] == 7
    await t.client.set_leverage(20, PAIR)
    await refused("4", t.client.set_leverage(1000, PAIR))


@step("fetch_margin_mode")
async def fetch_margin_mode(t):
    assert (await t.client.fetch_margin_mode(PAIR))["marginMode"] == "cross"


@step("set_margin_mode")
async def set_margin_mode(t):
    for mode in ("isolated", "cross"):
        await t.client.set_margin_mode(mode, PAIR)
        assert (await t.client.fetch_margin_mode(PAIR))["marginMode"] == mode


@step("set_margin_mode (locked)")
async def set_margin_mode_locked(t):
    order = await t.rest()
    await refused("45117", t.client.set_margin_mode("isolated", PAIR))
    await t.client.cancel_order(order["id"], PAIR)


@step("set_leverage (isolated)")
async def set_leverage_isolated(t):
    await t.client.set_margin_mode("isolated", PAIR)
    sides = ("long", "short") if t.hedge else (None,)
    for side in sides:
        await t.client.set_leverage(11, PAIR, {"holdSide": side} if side else {})
    leverage = await t.client.fetch_leverage(PAIR)
    assert (leverage["longLeverage"], leverage["shortLeverage"]) == (11, 11), leverage
    await t.client.set_margin_mode("cross", PAIR)


@step("set_position_mode")
async def set_position_mode(t):
    for hedged in (not t.hedge, t.hedge):
        await t.client.set_position_mode(hedged, PAIR)


@step("set_position_mode (locked)")
async def set_position_mode_locked(t):
    order = await t.rest()
    await refused("40920", t.client.set_position_mode(not t.hedge, PAIR))
    await t.client.cancel_order(order["id"], PAIR)


async def isolated_margin(t, act):
    """Bring an isolated position about; `act` moves its margin and is told what it was."""
    await t.client.set_margin_mode("isolated", PAIR)
    try:
        await act((await t.enter(marginMode="isolated"))["collateral"])
    finally:
        await t.leave()
        await t.client.set_margin_mode("cross", PAIR)


def moved(amount):
    """ccxt sends neither the amount nor the side that it asks for; as extra parameters they leave."""
    return {"holdSide": "long", "amount": str(amount)}


@step("add_margin")
async def add_margin(t):
    async def act(before):
        assert (await t.client.add_margin(PAIR, 25, moved(25)))["status"] == "ok"
        assert (await t.position())["collateral"] > before + 20

    await isolated_margin(t, act)


@step("reduce_margin")
async def reduce_margin(t):
    async def act(before):
        await t.client.add_margin(PAIR, 50, moved(50))
        assert (await t.client.reduce_margin(PAIR, -30, moved(-30)))["status"] == "ok"
        assert before + 10 < (await t.position())["collateral"] < before + 30

    await isolated_margin(t, act)
