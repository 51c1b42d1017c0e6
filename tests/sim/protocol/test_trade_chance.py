"""Whatever is sent to the routes that trade: a reply or a refusal of Bitget's, and an account that adds up.

Every request could have been right, but for members that are replaced, missing or of another kind.
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.clock import ManualClock
from omega_tui.sim.clock import SteppedClock
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest import orders, trade
from omega_tui.sim.rest.request import parse_body
from omega_tui.sim.venue.venue import VenueSettings
from tests.sim.protocol.clients import PRODUCT
from tests.sim.protocol.scripted import BTC, ScriptedSource

ORDER = "/api/v2/mix/order/"
START_MS = 1_795_000_000_000

texts = st.sampled_from(
    ["", "0", "-1", "1e5", "NaN", "0.001", "59000", "999999999", "YES", "x" * 70, "é", "\x00"]
)
others = st.one_of(st.none(), st.booleans(), st.integers(), st.just([]), st.just({}), st.just([{}, 1]))
odd = st.one_of(texts, others)
sides = st.sampled_from(["buy", "sell"])
sizes = st.sampled_from(["0.001", "0.01", "0.5", "0.5", "3", "700"])
prices = st.sampled_from(["57500", "59000", "60000", "60000.5", "61500", "63000.1"])
names = st.sampled_from(["a", "b", "c", "d", "e"])
trade_sides = st.sampled_from(["open", "open", "close"])


def rarely(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    """None mostly, which stands for a member that is not sent."""
    return st.tuples(st.integers(0, 9), strategy).map(lambda drawn: drawn[1] if drawn[0] == 9 else None)


def orders_for(mode: PositionMode) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "marginMode": st.sampled_from(["crossed", "crossed", "crossed", "isolated"]),
            "marginCoin": st.just("USDT"),
            "side": sides,
            "orderType": st.sampled_from(["limit", "limit", "market"]),
            "size": sizes,
            "price": prices,
            "tradeSide": trade_sides if mode is PositionMode.HEDGE else st.none(),
            "clientOid": names,
            "force": rarely(st.sampled_from(["gtc", "ioc", "fok", "post_only"])),
            "reduceOnly": rarely(st.just("YES")),
            "stpMode": rarely(st.sampled_from(["cancel_taker", "cancel_maker", "cancel_both"])),
            "presetStopSurplusPrice": rarely(prices),
            "presetStopLossPrice": rarely(prices),
        }
    )


named = st.fixed_dictionaries({"clientOid": names, "orderId": rarely(st.just("1"))})
changes = st.fixed_dictionaries(
    {
        "clientOid": names,
        "newClientOid": st.uuids().map(str),
        "newSize": sizes,
        "newPrice": prices,
        "newPresetStopSurplusPrice": rarely(prices),
        "newPresetStopLossPrice": rarely(prices),
    }
)
turns = st.fixed_dictionaries({"marginCoin": st.just("USDT"), "side": sides, "size": rarely(sizes)})
closings = st.fixed_dictionaries({"holdSide": rarely(st.sampled_from(["long", "short", "buy"]))})


def requests_for(mode: PositionMode) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    an_order = orders_for(mode)
    several = st.fixed_dictionaries({"orderList": st.lists(an_order, max_size=3)})
    some = st.fixed_dictionaries({"orderIdList": st.lists(named, max_size=3)})
    return st.one_of(
        *[st.tuples(st.just("place-order"), an_order)] * 3,
        st.tuples(st.just("batch-place-order"), several),
        st.tuples(st.just("cancel-order"), named),
        st.tuples(st.just("batch-cancel-orders"), some),
        st.tuples(st.just("cancel-all-orders"), st.just({})),
        *[st.tuples(st.just("modify-order"), changes)] * 2,
        st.tuples(st.just("click-backhand"), turns),
        st.tuples(st.just("close-positions"), closings),
    )


@st.composite
def scripts(draw: st.DrawFn, mode: PositionMode) -> list[tuple[str, dict[str, Any]]]:
    """Requests, one in four of them spoilt somewhere."""
    script = []
    for route, body in draw(st.lists(requests_for(mode), min_size=4, max_size=14)):
        spoilt = dict(body)
        if draw(st.integers(0, 3)) == 0:
            keys = [*sorted(body), "symbol", "productType"]
            spoilt |= draw(st.dictionaries(st.sampled_from(keys), odd, max_size=2))
        script.append((route, spoilt))
    return script


def exchange_of(mode: PositionMode) -> SimulatedExchange:
    """An exchange with a long position, a buy called a below the market and a sale called b above it."""
    clock = SteppedClock(ManualClock(START_MS))
    source = ScriptedSource(START_MS)
    exchange = SimulatedExchange(source, VenueSettings(mode), clock)
    for event in source.events():
        exchange.apply(event)
    words = {"marginMode": "crossed", "marginCoin": "USDT", "size": "0.1"}
    if mode is PositionMode.HEDGE:
        words["tradeSide"] = "open"
    resting = {**words, "orderType": "limit"}
    for order in (
        {**words, "orderType": "market", "side": "buy"},
        {**resting, "side": "buy", "price": "59000", "clientOid": "a"},
        {**resting, "side": "sell", "price": "61500", "clientOid": "b"},
    ):
        assert ask(exchange, trade.ROUTES, "place-order", order) is not None
    return exchange


def ask(exchange: SimulatedExchange, table: dict[str, Any], route: str, body: dict[str, Any]) -> Any:
    """The reply's data as JSON has it, None for a refusal."""
    asked = parse_body(json.dumps({"symbol": BTC, "productType": PRODUCT, **body}).encode())
    try:
        return table[ORDER + route].answer(exchange, asked)
    except Refused as refused:
        words = refused
    assert words.code.isdigit()
    assert "{" not in words.message or words.code == "40917", "one text Bitget leaves unfilled"
    return None


def count_asked_for(exchange: SimulatedExchange) -> int:
    """All orders but those that a take profit or stop loss, a modification or a reversal made."""
    known = exchange.venue.pending() + exchange.venue.finished()
    return sum(order.order_source in ("normal", "market") for order in known)


def check(exchange: SimulatedExchange) -> None:
    venue = exchange.venue
    account = venue.account()
    fills = venue.fills()
    assert account.balance == 10_000 + sum(fill.profit + fill.fee for fill in fills)
    assert account.equity == account.balance + account.unrealized
    for position in venue.positions():
        assert 0 <= position.locked <= position.size
    listed = ask(exchange, orders.ROUTES, "orders-pending", {})
    rows = listed["entrustedList"] or []
    assert [row["orderId"] for row in rows] == [order.order_id for order in venue.pending()]


@pytest.mark.parametrize("mode", list(PositionMode))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_request_is_answered_or_refused(mode: PositionMode, data: st.DataObject) -> None:
    script = data.draw(scripts(mode))
    exchange = exchange_of(mode)
    for route, body in script:
        before = count_asked_for(exchange)
        reply = ask(exchange, trade.ROUTES, route, body)
        new = count_asked_for(exchange) - before
        if route == "place-order":
            assert new == (0 if reply is None else 1)
        if route == "batch-place-order" and reply is not None:
            assert new == len(reply["successList"])
        exchange.venue.on_time(exchange.clock.now_ms() + 1_000)
        check(exchange)
