"""What the REST face refuses and forgives: every malformed request gets a code of Bitget's, never a 500."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest.request import parse_body, parse_query
from tests.sim.protocol.clients import LIMIT_BUY, PRODUCT, RestClient

PLACE = "/api/v2/mix/order/place-order"
ORDER = {**LIMIT_BUY, "force": "gtc"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": None}, "40019"),
        ({"productType": None}, "40019"),
        ({"marginCoin": None}, "40019"),
        ({"marginMode": None}, "40019"),
        ({"size": None}, "40019"),
        ({"side": None}, "40019"),
        ({"orderType": None}, "40019"),
        ({"price": None}, "40019"),
        ({"productType": "umcbl"}, "40020"),
        ({"marginCoin": "BTC"}, "40020"),
        ({"side": "open_long"}, "40020"),
        ({"orderType": "stop"}, "40020"),
        ({"force": "day"}, "40020"),
        ({"reduceOnly": "maybe"}, "40020"),
        ({"size": "1e-3"}, "40020"),
        ({"size": "NaN"}, "40020"),
        ({"size": "0,01"}, "40020"),
        ({"size": "1" * 70}, "40020"),
        ({"size": True}, "40020"),
        ({"size": ["0.01"]}, "40020"),
        ({"price": "59 000"}, "40020"),
        ({"clientOid": "smile 🙂"}, "40305"),
        ({"clientOid": "nul\u0000"}, "40020"),
        ({"clientOid": "x" * 51}, "40304"),
        ({"symbol": "BTCUSDT_UMCBL"}, "40034"),
        ({"symbol": "NOPEUSDT"}, "40034"),
        ({"productType": "COIN-FUTURES"}, "40034"),
        ({"tradeSide": "close"}, "40774"),
        ({"size": "0.00001"}, "40808"),
        ({"price": "59000.05"}, "45115"),
        ({"price": "90000"}, "40815"),
        ({"symbol": "ETHUSDT", "price": "2900", "size": "0.001"}, "45110"),
        ({"size": "2000"}, "45112"),
        ({"size": "1000"}, "40762"),
    ],
)
async def test_bad_orders_are_refused_by_name(
    rest: RestClient, changes: dict[str, object], code: str
) -> None:
    order = {name: value for name, value in {**ORDER, **changes}.items() if value is not None}
    status, envelope = await rest.post(PLACE, order)
    assert (status, envelope["code"], envelope["data"]) == (400, code, None)
    assert isinstance(envelope["requestTime"], int)
    assert await rest.data("/api/v2/mix/order/orders-pending", productType=PRODUCT) == {
        "entrustedList": None,
        "endId": None,
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"order"',
        "null",
        '{"size": NaN}',
        '{"size": Infinity}',
        '{"side":"buy","side":"sell"}',
        "[" * 100_000,
        " " * 300_000,
        '{"a":1e999999999999999999}',
        "\ufeff{}",
    ],
)
async def test_bodies_that_are_no_object_are_refused(rest: RestClient, text: str) -> None:
    """A member given twice could be read as either side of a trade."""
    status, envelope = await rest.post_text(PLACE, text)
    assert status == 400
    assert envelope["code"] in {"40017", "40019"}


async def test_bytes_that_are_no_text_are_refused(rest: RestClient) -> None:
    body = '{"symbol":"BTCUSDT"}'.encode("utf-16")
    status, envelope = await rest.send("POST", PLACE, rest.headers("POST", PLACE), body)
    assert (status, envelope["code"]) == (400, "40009")
    with pytest.raises(Refused):
        parse_body(b'{"symbol":"\xff\xfe"}')


async def test_forgiving_where_bitget_is(rest: RestClient) -> None:
    """Words in any case, numbers for texts, unknown members: all of these reach Bitget every day."""
    order = {
        **ORDER,
        "symbol": "btcusdt",
        "productType": "usdt-futures",
        "marginCoin": "usdt",
        "marginMode": "Crossed",
        "side": "BUY",
        "orderType": "Limit",
        "force": "GTC",
        "size": 0.01,
        "price": 59000,
        "reduceOnly": "no",
        "nobodyKnows": {"deep": [1, 2]},
    }
    status, envelope = await rest.post(PLACE, order)
    assert (status, envelope["code"]) == (200, "00000")
    row = await rest.data(
        "/api/v2/mix/order/detail", symbol="btcusdt", productType=PRODUCT, orderId=envelope["data"]["orderId"]
    )
    assert (row["symbol"], row["size"], row["price"], row["force"]) == ("BTCUSDT", "0.01", "59000", "gtc")


async def test_small_json_numbers_keep_their_value(rest: RestClient) -> None:
    """JSON writes 0.0001 as 1e-4 in some languages."""
    text = json.dumps({**ORDER, "size": "@"}).replace('"@"', "1e-4")
    status, envelope = await rest.post_text(PLACE, text)
    assert status == 200
    row = await rest.data(
        "/api/v2/mix/order/detail", symbol="BTCUSDT", productType=PRODUCT, **envelope["data"]
    )
    assert row["size"] == "0.0001"


async def test_unknown_routes_and_methods(rest: RestClient) -> None:
    for method, target in (
        ("GET", "/api/v2/mix/nothing"),
        ("GET", "/api/mix/v1/market/ticker"),
        ("GET", PLACE),
        ("POST", "/api/v2/public/time"),
        ("DELETE", "/api/v2/public/time"),
        ("GET", "/api/v3/market/tickers"),
        ("GET", "/"),
    ):
        status, envelope = await rest.send(method, target, rest.headers(method, target))
        assert (status, envelope["code"]) == (404, "40404"), (method, target)


async def test_unified_account_routes_say_classic(rest: RestClient) -> None:
    """ccxt asks this once and goes to the other protocol unless it is refused."""
    for method, target in (("GET", "/api/v3/account/settings"), ("POST", "/api/v3/trade/place-order")):
        status, envelope = await rest.send(method, target, rest.headers(method, target))
        assert (status, envelope["code"]) == (400, "40084")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("text/plain", "40007"),
        ("application/x-www-form-urlencoded", "40007"),
        ("", "40007"),
        ("application/json; charset=utf-8", "40019"),
        ("APPLICATION/JSON", "40019"),
    ],
)
async def test_posts_must_be_json(rest: RestClient, content: str, code: str) -> None:
    headers = {**rest.headers("POST", PLACE, "{}"), "Content-Type": content}
    status, envelope = await rest.send("POST", PLACE, headers, "{}")
    assert (status, envelope["code"]) == (400, code)


async def test_a_post_reads_its_body_only(rest: RestClient) -> None:
    """An order in the query of a POST is none, however well it is signed."""
    target = PLACE + "?" + "&".join(f"{name}={value}" for name, value in ORDER.items())
    status, envelope = await rest.send("POST", target, rest.headers("POST", target, "{}"), "{}")
    assert (status, envelope["code"]) == (400, "40019")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/mix/account/accounts?productType=USDT-FUTURES",
        "/api/v2/mix/position/all-position?productType=USDT-FUTURES",
        "/api/v2/mix/order/orders-pending?productType=USDT-FUTURES",
    ],
)
async def test_private_routes_need_a_key(rest: RestClient, path: str) -> None:
    status, envelope = await rest.send("GET", path, {})
    assert (status, envelope["code"]) == (400, "40001")


BTC = {"symbol": "BTCUSDT", "productType": PRODUCT}
MINUTES = {**BTC, "granularity": "1m"}


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("ticker", {"symbol": "BTCUSDT"}, "40019"),
        ("ticker", {"productType": PRODUCT}, "40019"),
        ("ticker", {**BTC, "symbol": "NOPE"}, "40034"),
        ("ticker", {**BTC, "productType": "COIN-FUTURES"}, "40034"),
        ("candles", BTC, "40019"),
        ("candles", {**BTC, "granularity": "7m"}, "40020"),
        ("candles", {**BTC, "granularity": "1h"}, "40020"),
        ("candles", {**MINUTES, "limit": "0"}, "40020"),
        ("candles", {**MINUTES, "limit": "-5"}, "40020"),
        ("candles", {**MINUTES, "kLineType": "spot"}, "40020"),
        ("candles", {**MINUTES, "startTime": "9", "endTime": "8"}, "40707"),
        ("candles", {**MINUTES, "startTime": "0", "endTime": 91 * 86_400_000}, "40705"),
        ("merge-depth", {**BTC, "precision": "fine"}, "40020"),
        ("merge-depth", {**BTC, "limit": "ten"}, "40020"),
    ],
)
async def test_bad_market_requests(rest: RestClient, path: str, query: dict[str, object], code: str) -> None:
    status, envelope = await rest.get(f"/api/v2/mix/market/{path}", **query)
    assert (status, envelope["code"]) == (400, code)


async def test_a_parameter_given_twice_is_refused(rest: RestClient) -> None:
    target = f"/api/v2/mix/market/ticker?symbol=BTCUSDT&symbol=ETHUSDT&productType={PRODUCT}"
    status, envelope = await rest.send("GET", target, {})
    assert (status, envelope["code"]) == (400, "40017")


async def test_all_six_product_types_answer(rest: RestClient) -> None:
    """ccxt asks for all of them before it does anything else."""
    for product in ("COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"):
        assert await rest.data("/api/v2/mix/market/contracts", productType=product) == []
        assert await rest.data("/api/v2/mix/market/tickers", productType=product) == []
        assert await rest.data("/api/v2/mix/position/all-position", productType=product) == []
    assert len(await rest.data("/api/v2/mix/market/contracts", productType=PRODUCT)) == 2


@given(st.binary(max_size=60))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    """No body may end in an error of ours."""
    for parse in (lambda: parse_body(body), lambda: parse_query(body.decode("latin-1"))):
        assert _refusal(parse) in (None, "40017")


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(value=_JSON, name=st.sampled_from(sorted(ORDER)))
def test_any_value_is_read_or_refused(value: object, name: str) -> None:
    """Whatever stands where a text should: a value or a refusal, nothing else."""
    parameters = parse_body(json.dumps({**ORDER, name: value}).encode())
    readers = (parameters.text, parameters.decimal, parameters.integer, parameters.flag, parameters.elements)
    for read in readers:
        assert _refusal(lambda read=read: read(name)) in (None, "40020")


def _refusal(read: Callable[[], object]) -> str | None:
    """The code a reader refuses with, None when it does not."""
    try:
        read()
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize("path", ["orders-pending", "orders-history", "fills"])
async def test_lists_of_a_symbol_that_is_not_listed_are_refused(rest: RestClient, path: str) -> None:
    """An empty list for a misspelled symbol would read as "no orders"."""
    status, envelope = await rest.get(f"/api/v2/mix/order/{path}", productType=PRODUCT, symbol="NOPE")
    assert (status, envelope["code"]) == (400, "40034")


async def test_cancel_all_orders_knows_no_symbol(rest: RestClient) -> None:
    """Bitget cancels everything there; a client that relies on a filter must find out here."""
    await rest.order(price="59000", size="0.01")
    await rest.act("/api/v2/mix/order/cancel-all-orders", symbol="ETHUSDT")
    pending = await rest.data("/api/v2/mix/order/orders-pending", productType=PRODUCT)
    assert pending["entrustedList"] is None


@pytest.mark.parametrize(("count", "code"), [(0, "40020"), (51, "40912")])
async def test_batches_of_cancels_have_one_to_fifty(rest: RestClient, count: int, code: str) -> None:
    ids = [{"orderId": str(number)} for number in range(count)]
    body = {"symbol": "BTCUSDT", "productType": PRODUCT, "orderIdList": ids}
    status, envelope = await rest.post("/api/v2/mix/order/batch-cancel-orders", body)
    assert (status, envelope["code"]) == (400, code)


async def test_too_much_leverage_is_named(rest: RestClient) -> None:
    body = {"symbol": "BTCUSDT", "productType": PRODUCT, "marginCoin": "USDT", "leverage": "1000"}
    status, envelope = await rest.post("/api/v2/mix/account/set-leverage", body)
    assert (status, envelope["code"]) == (400, "45045")
