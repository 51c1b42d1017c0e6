"""Every refusal captured from Bitget comes out letter by letter, but for its time."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from omega_tui.sim.facts import MarketFacts, SymbolStatus
from omega_tui.sim.personas import PERSONAS, Persona
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC
from tests.support.shared import SHARED, needs_shared, shared_path

ACCOUNT, ORDERS = "/api/v2/mix/account", "/api/v2/mix/order"
PAIR = {"symbol": BTC, "productType": PRODUCT, "marginCoin": "USDT"}
ORDER = {**PAIR, "marginMode": "crossed", "side": "buy", "orderType": "limit", "price": "58000", "size": "1"}
DAY_MS = 86_400_000

SPOT = "spot only"
EXCUSED = {
    "Parameter verification failed": "the newer twin of 40017, which says what failed",
    "Parameter QLCUSDT_SPBL cannot be empty": "the same template is answered with a futures parameter",
    "param price scale error error": SPOT,
    "K/USDT selling price cannot be lower than 0.00085": SPOT,
    "参数错误 address not in address book": "withdrawals only",
    "Insufficient balance": "spot and transfers; the control face says it when money is taken out",
    "Maximum order value limit triggered": "no page tells the limit; the tiers and 45112 hold here",
}

Provoke = Callable[[SimServer, RestClient], Awaitable[tuple[int, Any]]]


def post(path: str, body: dict[str, object], **changes: object) -> Provoke:
    async def provoke(_: SimServer, rest: RestClient) -> tuple[int, Any]:
        return await rest.post(path, {**body, **changes})

    return provoke


def get(path: str, **query: object) -> Provoke:
    async def provoke(_: SimServer, rest: RestClient) -> tuple[int, Any]:
        return await rest.get(path, **query)

    return provoke


async def two_decimals(server: SimServer, rest: RestClient) -> tuple[int, Any]:
    contract = server.exchange.venue.contract(BTC)
    server.exchange.venue.incidents.change_contract(
        replace(contract, volume_place=2, size_multiplier=Decimal("0.01"))
    )
    return await rest.post(f"{ORDERS}/place-order", {**ORDER, "size": "2293.577"})


async def maintained(server: SimServer, rest: RestClient) -> tuple[int, Any]:
    server.exchange.venue.listings.change(BTC, SymbolStatus.MAINTAIN)
    return await rest.post(f"{ORDERS}/place-order", ORDER)


async def not_open_yet(server: SimServer, rest: RestClient) -> tuple[int, Any]:
    server.exchange.venue.listings.change(BTC, SymbolStatus.LISTED)
    return await rest.post(f"{ORDERS}/place-order", ORDER)


async def long_stop_above_mark(server: SimServer, rest: RestClient) -> tuple[int, Any]:
    await rest.order(size="0.1")
    stop = {**PAIR, "planType": "pos_loss", "triggerType": "mark_price", "holdSide": "buy"}
    return await rest.post(f"{ORDERS}/place-tpsl-order", {**stop, "triggerPrice": "61000"})


async def short_stop_below_mark(server: SimServer, rest: RestClient) -> tuple[int, Any]:
    await rest.order(size="0.1", side="sell")
    server.exchange.apply(MarketFacts(BTC, server.exchange.clock.now_ms(), mark_price="106.86"))
    stop = {**PAIR, "planType": "pos_loss", "triggerType": "mark_price", "holdSide": "sell"}
    return await rest.post(f"{ORDERS}/place-tpsl-order", {**stop, "triggerPrice": "100"})


async def lever_without_side(_: SimServer, rest: RestClient) -> tuple[int, Any]:
    await rest.act(f"{ACCOUNT}/set-margin-mode", **PAIR, marginMode="isolated")
    await rest.act(f"{ACCOUNT}/set-position-mode", posMode="hedge_mode")
    return await rest.post(f"{ACCOUNT}/set-leverage", {**PAIR, "leverage": "5"})


async def demo_header(_: SimServer, rest: RestClient) -> tuple[int, Any]:
    target = f"{ACCOUNT}/accounts?productType={PRODUCT}"
    return await rest.send("GET", target, rest.headers("GET", target) | {"PAPTRADING": "1"})


PROVOKED: dict[str, tuple[Provoke, str | None]] = {
    "startTime and endTime interval cannot be greater than 30 days": (
        get(f"{ACCOUNT}/bill", productType=PRODUCT, startTime=DAY_MS, endTime=32 * DAY_MS),
        None,
    ),
    "Parameter orderId error": (get(f"{ORDERS}/detail", **PAIR, orderId="abc"), None),
    "The order amount exceeds the balance": (post(f"{ORDERS}/place-order", ORDER, size="1000"), None),
    "Parameter verification exception size checkBDScale error value=2293.577 checkScale=2": (
        two_decimals,
        None,
    ),
    "The current trading pair is under maintenance, please refer to the official announcement for the"
    " opening time": (maintained, None),
    "The current trading pair is opening soon, please refer to the official announcement for the opening"
    " time": (not_open_yet, None),
    "less than the minimum amount 5 USDT": (
        post(f"{ORDERS}/place-order", ORDER, size="0.0001", price="9"),
        None,
    ),
    "The order type for unilateral position must also be the unilateral position type.": (
        post(f"{ORDERS}/place-order", ORDER, tradeSide="open"),
        None,
    ),
    "Stop price for long positions please < mark price {0}": (long_stop_above_mark, None),
    "Short position stop loss price please > mark price 106.86": (short_stop_below_mark, None),
    "You are in Unified Account mode, and the Classic Account API is not supported at this time": (
        get(f"{ACCOUNT}/accounts", productType=PRODUCT),
        "unified",
    ),
    "The currency is a regional currency and does not meet the purchase conditions.": (
        post(f"{ORDERS}/place-order", ORDER),
        "region-locked",
    ),
    "exchange environment is incorrect": (demo_header, None),
    "Parameter verification exception double fixed, hold side is null": (lever_without_side, None),
    "Parameter verification exception delegate count 0 > 0 ": (
        post(f"{ORDERS}/place-order", ORDER, size="0"),
        None,
    ),
}


def captured() -> dict[str, Any]:
    """The captured bodies by their text."""
    if SHARED is None:
        return {}
    lines = shared_path("bitget", "fixtures", "error-bodies-captured.jsonl").read_text().splitlines()
    bodies = [json.loads(line)["payload"] for line in lines]
    return {body["msg"]: body for body in bodies}


@needs_shared
def test_every_captured_body_is_provoked_or_excused() -> None:
    assert set(captured()) == {*PROVOKED, *EXCUSED}
    assert not PROVOKED.keys() & EXCUSED.keys()


@needs_shared
@pytest.mark.parametrize("text", PROVOKED)
async def test_a_refusal_is_the_captured_one(text: str) -> None:
    """A bot tells refusals apart by code and, with ccxt, by the whole text."""
    provoke, name = PROVOKED[text]
    persona = PERSONAS[name] if name else Persona()
    async with running(persona=persona) as server, aiohttp.ClientSession() as http:
        status, body = await provoke(server, RestClient(server, http))
    assert status == 400
    assert isinstance(body["requestTime"], int)
    assert body == {**captured()[text], "requestTime": body["requestTime"]}
