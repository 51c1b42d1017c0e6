"""Every route with any value in any of its parameters: Bitget's envelope, and nothing moved by a refusal."""

import json
import time
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest import plans, trade
from omega_tui.sim.rest.face import ROUTES
from omega_tui.sim.rest.request import parse_body, parse_query
from omega_tui.sim.rest.route import GET
from tests.sim.protocol.clients import PRODUCT
from tests.sim.protocol.scripted import BTC
from tests.sim.protocol.test_trade_chance import ask, exchange_of

LONGEST_SECONDS = 1.0
START = 1_795_000_000_000

LIMIT = {"marginMode": "crossed", "marginCoin": "USDT", "size": "0.01", "price": "59000", "force": "gtc"}
VALID: dict[str, Any] = {
    "symbol": BTC,
    "productType": PRODUCT,
    **LIMIT,
    "side": "buy",
    "orderType": "limit",
    "tradeSide": "open",
    "reduceOnly": "NO",
    "stpMode": "none",
    "clientOid": "mine",
    "orderId": "1",
    "newClientOid": "new",
    "newSize": "0.02",
    "newPrice": "58000",
    "newPresetStopLossPrice": "50000",
    "newPresetStopSurplusPrice": "70000",
    "presetStopLossPrice": "50000",
    "holdSide": "long",
    "presetStopSurplusPrice": "70000",
    "presetStopLossExecutePrice": "49000",
    "presetStopSurplusExecutePrice": "71000",
    "planType": "normal_plan",
    "triggerPrice": "61000",
    "triggerType": "mark_price",
    "callbackRatio": "1",
    "rangeRate": "1",
    "executePrice": "0",
    "stopSurplusTriggerPrice": "70000",
    "stopSurplusTriggerType": "fill_price",
    "stopSurplusSize": "0.01",
    "stopSurplusExecutePrice": "0",
    "stopSurplusClientOid": "tp",
    "stopLossTriggerPrice": "50000",
    "stopLossTriggerType": "fill_price",
    "stopLossExecutePrice": "0",
    "stopLossSize": "0.01",
    "stopLossClientOid": "sl",
    "newTriggerPrice": "62000",
    "newTriggerType": "fill_price",
    "newCallbackRatio": "2",
    "newStopSurplusTriggerPrice": "70000",
    "newStopLossTriggerPrice": "50000",
    "newStopSurplusExecutePrice": "0",
    "newStopLossExecutePrice": "0",
    "planStatus": "executed",
    "newStopSurplusTriggerType": "fill_price",
    "newStopLossTriggerType": "fill_price",
    "planOrderId": "1",
    "receiveWindow": "5000",
    "requestTime": str(START),
    "leverage": "20",
    "longLeverage": "10",
    "shortLeverage": "10",
    "amount": "5",
    "posMode": "hedge_mode",
    "autoMargin": "on",
    "assetMode": "single",
    "openAmount": "100",
    "openPrice": "60000",
    "posSide": "long",
    "coin": "USDT",
    "businessType": "mix",
    "onlyFunding": "yes",
    "status": "live",
    "idLessThan": "9000000000000000000",
    "startTime": str(START - 60_000),
    "endTime": str(START),
    "limit": "10",
    "pageSize": "5",
    "pageNo": "2",
    "granularity": "1m",
    "kLineType": "MARK",
    "precision": "scale1",
    "orderSource": "normal",
    "orderList": [{**LIMIT, "side": "buy", "orderType": "limit"}],
    "orderIdList": [{"orderId": "1"}, {"clientOid": "a"}],
}

texts = st.one_of(
    st.sampled_from(
        ["", "0", "-0", "-1", "0.5", "1e5", "1E-5", "NaN", "-Infinity", "+1", " 1", "1_000", "0x1"]
    ),
    st.sampled_from(
        ["9" * 24, "9" * 40, "9" * 5_000, "0." + "0" * 60 + "1", "٣", "１２", "5.", "null", "true"]
    ),
    st.sampled_from(
        ["x\r\nAccess: y", "\x00", "é", "ß", "ﬀ", "ıs", "YES", "long", "sell", "close", "1H", "max"]
    ),
    st.text(max_size=8),
    st.decimals().map(str),
)
deep = st.integers(1, 400).map(lambda depth: json.loads("[" * depth + "]" * depth))
values = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.one_of(st.none(), st.integers(), texts, st.just({})), max_size=3),
    st.lists(st.dictionaries(st.sampled_from(sorted(VALID)), texts, max_size=4), max_size=3),
    st.dictionaries(texts, texts, max_size=2),
    deep,
)


@st.composite
def requests(draw: st.DrawFn, *, query: bool) -> dict[str, Any]:
    """Parameters of which some are missing and some are anything."""
    names = st.sampled_from(sorted(VALID))
    missing = draw(st.sets(names, max_size=30))
    spoilt = draw(st.dictionaries(names, texts if query else values, max_size=3))
    return {name: value for name, value in VALID.items() if name not in missing} | spoilt


def everything(exchange: SimulatedExchange) -> tuple[object, ...]:
    """All that a request could move."""
    venue = exchange.venue
    return (
        venue.account(),
        venue.pending(),
        venue.finished(),
        venue.positions(),
        venue.fills(),
        list(venue.closed_positions()),
        list(venue.wallet.bills()),
        [venue.leverage(symbol) for symbol in exchange.symbols],
        venue.position_mode,
        list(venue.plans.pending(None, plans.PlanType)),
        list(venue.plans.decided(None, plans.PlanType)),
    )


def answer(exchange: SimulatedExchange, path: str, asked: dict[str, Any]) -> bytes | None:
    """The reply's data as it goes over the wire, None for a refusal."""
    route = ROUTES[path]
    try:
        if route.method == GET:
            read = parse_query("&".join(f"{name}={quote(str(value))}" for name, value in asked.items()))
        else:
            read = parse_body(json.dumps(asked).encode())
        return orjson.dumps(route.answer(exchange, read))
    except Refused as refusal:
        refused = refusal
    assert refused.code.isdigit()
    assert orjson.dumps(refused.message) != b'""'
    return None


@pytest.mark.parametrize("mode", list(PositionMode))
@pytest.mark.parametrize("path", ROUTES)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_any_value_is_answered_or_refused(path: str, mode: PositionMode, data: st.DataObject) -> None:
    """Never an error of the program, never a long wait, and a refused request leaves no trace."""
    exchange = exchange_of(mode)
    ask(exchange, trade.ROUTES, "place-order", {**LIMIT, "side": "buy", "orderType": "limit"})
    for asked in data.draw(st.lists(requests(query=ROUTES[path].method == GET), min_size=1, max_size=6)):
        before = everything(exchange)
        started = time.perf_counter()
        reply = answer(exchange, path, asked)
        assert time.perf_counter() - started < LONGEST_SECONDS
        if reply is None or ROUTES[path].method == GET:
            assert everything(exchange) == before
