"""A wrong signature locks the trader out; ours must equal ccxt's and Bitget's own construction."""

import json

import pytest

from omega_tui.exchange.bitget.signing import sign_login, sign_request
from tests.support.shared import needs_shared, shared_path


@pytest.mark.parametrize(
    ("timestamp", "method", "target", "body", "signature"),
    [
        (
            1700000000000,
            "GET",
            "/api/v2/mix/position/single-position?marginCoin=USDT&productType=USDT-FUTURES&symbol=BTCUSDT",
            "",
            "8wSPmgD0M9gXGrZlPZ3iNVyyFGzRrzOiyb3czfTffL4=",
        ),
        (
            1700000000000,
            "post",
            "/api/v2/mix/order/place-order",
            '{"symbol":"BTCUSDT","orderType":"limit","price":"60000","force":"GTC","marginCoin":"USDT",'
            '"size":"0.001","productType":"USDT-FUTURES","clientOid":"demo-0001","marginMode":"crossed",'
            '"side":"buy"}',
            "JTd+oVDG0TMPFu3VjhyUnTYG+O0in7Byr8H/ivroOl0=",
        ),
    ],
)
def test_a_request_is_signed_over_time_method_target_and_body(
    timestamp: int, method: str, target: str, body: str, signature: str
) -> None:
    assert sign_request("bg_secret", timestamp, method, target, body) == signature


def test_a_login_is_signed_in_seconds() -> None:
    assert sign_login("bg_secret", 1700000000) == "C18rGy9omAXwN+pe8erJKzUEU87V1F1G8jzC34SX9KY="


@needs_shared
def test_every_published_vector_is_reproduced() -> None:
    path = shared_path("bitget", "fixtures", "signature-vectors.jsonl")
    vectors = [json.loads(line) for line in path.read_text().splitlines()]
    assert vectors
    for vector in vectors:
        digits = len(vector["prehash"]) - len(vector["prehash"].lstrip("0123456789"))
        timestamp, rest = int(vector["prehash"][:digits]), vector["prehash"][digits:]
        if vector["kind"] == "ws-login":
            assert sign_login(vector["secret"], timestamp) == vector["sign"]
            continue
        method = "GET" if rest.startswith("GET") else "POST"
        target, brace, body = rest.removeprefix(method).partition("{")
        assert sign_request(vector["secret"], timestamp, method, target, brace + body) == vector["sign"]
