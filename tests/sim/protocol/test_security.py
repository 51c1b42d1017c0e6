"""Signed requests and logins: the vectors that Bitget's users agree on, and every way to get one wrong."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.clock import CountingIds, ManualClock
from omega_tui.exchange.bitget.codes import WsCode
from omega_tui.sim.choices import Choices
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.condition import Condition
from omega_tui.sim.personas import Environment
from omega_tui.sim.refusals import Refused
from omega_tui.sim.security import ApiKey, Guard, LoginRefused, Origin, SignedRequest
from tests.sim.protocol.clients import sign
from tests.support.shared import needs_shared, shared_path

NOW_MS = 1_700_000_000_000
HERE = Origin("127.0.0.1", Environment.LIVE)
KEY = ApiKey("bg_key", "bg_secret", "bg_pass")
PATH = "/api/v2/mix/position/single-position"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW_MS)


@pytest.fixture
def guard(clock: ManualClock) -> Guard:
    return Guard(KEY, ExchangeClock(clock), Condition(Choices()))


def signed(request: SignedRequest, stamp: str = str(NOW_MS), text: str | None = None) -> dict[str, str]:
    text = text or stamp + request.method + request.target + request.body.decode()
    return {
        "ACCESS-KEY": KEY.key,
        "ACCESS-SIGN": sign(KEY.secret, text),
        "ACCESS-TIMESTAMP": stamp,
        "ACCESS-PASSPHRASE": KEY.passphrase,
    }


GET = SignedRequest("GET", f"{PATH}?marginCoin=USDT&productType=USDT-FUTURES&symbol=BTCUSDT", b"")


@needs_shared
def test_the_known_vectors_are_accepted(guard: Guard) -> None:
    """A verifier that only agrees with our own signer could be wrong with it."""
    lines = shared_path("bitget", "fixtures", "signature-vectors.jsonl").read_text().splitlines()
    for vector in map(json.loads, lines):
        text, signature = vector["prehash"], vector["sign"]
        if vector["kind"] == "ws-login":
            guard.check_login(
                {"apiKey": KEY.key, "passphrase": KEY.passphrase, "timestamp": text[:10], "sign": signature},
                HERE,
            )
            continue
        method = "GET" if "GET" in text else "POST"
        stamp, rest = text.split(method, 1)
        target, brace, body = rest.partition("{")
        request = SignedRequest(method, target, (brace + body).encode())
        guard.check_request({**signed(request), "ACCESS-SIGN": signature, "ACCESS-TIMESTAMP": stamp}, request)


def test_one_changed_byte_of_the_body_breaks_the_signature(guard: Guard) -> None:
    honest = SignedRequest("POST", "/api/v2/mix/order/place-order", b'{"size":"0.001"}')
    forged = replace(honest, body=b'{"size":"1.001"}')
    guard.check_request(signed(honest), honest)
    with pytest.raises(Refused) as refused:
        guard.check_request(signed(honest), forged)
    assert refused.value.code == "40009"


def test_query_may_be_signed_encoded_or_decoded(guard: Guard) -> None:
    """ccxt signs the decoded query and sends it encoded, hummingbot signs what it sends; both work live."""
    encoded = replace(GET, target=f"{PATH}?clientOid=a%23b%20c")
    for text in (encoded.target, f"{PATH}?clientOid=a#b c"):
        guard.check_request(signed(encoded, text=f"{NOW_MS}GET{text}"), encoded)


def test_query_order_is_verified_as_received(guard: Guard) -> None:
    """Sorting before verifying would accept requests that Bitget refuses."""
    unsorted = replace(GET, target=f"{PATH}?symbol=BTCUSDT&marginCoin=USDT")
    headers = signed(unsorted, text=f"{NOW_MS}GET{PATH}?marginCoin=USDT&symbol=BTCUSDT")
    with pytest.raises(Refused) as refused:
        guard.check_request(headers, unsorted)
    assert refused.value.code == "40009"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ACCESS-KEY": ""}, "40001"),
        ({"ACCESS-SIGN": ""}, "40003"),
        ({"ACCESS-TIMESTAMP": ""}, "40005"),
        ({"ACCESS-PASSPHRASE": ""}, "40011"),
        ({"ACCESS-KEY": "nonsense"}, "40006"),
        ({"ACCESS-KEY": "bg_unknown"}, "40037"),
        ({"ACCESS-TIMESTAMP": "yesterday"}, "40005"),
        ({"ACCESS-TIMESTAMP": "9" * 400}, "40005"),
        ({"ACCESS-TIMESTAMP": str(NOW_MS - 30_001)}, "40008"),
        ({"ACCESS-TIMESTAMP": str(NOW_MS + 30_001)}, "40008"),
        ({"ACCESS-SIGN": "AAAA"}, "40009"),
        ({"ACCESS-SIGN": "\udcff"}, "40009"),
        ({"ACCESS-PASSPHRASE": "wrong"}, "40012"),
        ({"ACCESS-KEY": "", "ACCESS-SIGN": "", "ACCESS-TIMESTAMP": ""}, "40001"),
        ({"ACCESS-TIMESTAMP": "1", "ACCESS-SIGN": "AAAA", "ACCESS-PASSPHRASE": "wrong"}, "40008"),
        ({"ACCESS-SIGN": "AAAA", "ACCESS-PASSPHRASE": "wrong"}, "40009"),
    ],
)
def test_first_thing_wrong_decides_the_code(guard: Guard, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        guard.check_request({**signed(GET), **changes}, GET)
    assert refused.value.code == code


def test_a_fast_market_accepts_the_wall_clock_and_its_own(clock: ManualClock) -> None:
    """At 100x exchange time leaves the wall clock behind; ccxt signs with the wall clock."""
    exchange_clock = ExchangeClock(clock, 100)
    guard = Guard(KEY, exchange_clock, Condition(Choices()))
    clock.advance(60)
    assert exchange_clock.now_ms() == NOW_MS + 6_000_000
    for stamp in (clock.wall_ms(), exchange_clock.now_ms()):
        guard.check_request(signed(GET, str(stamp)), GET)
    with pytest.raises(Refused):
        guard.check_request(signed(GET, str(NOW_MS + 3_000_000)), GET)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"apiKey": ""}, WsCode.LOGIN_FAILED),
        ({"sign": ""}, WsCode.LOGIN_FAILED),
        ({"apiKey": "bg_unknown"}, WsCode.KEY_INVALID),
        ({"passphrase": "wrong"}, WsCode.PASSPHRASE_INVALID),
        ({"timestamp": "noon"}, WsCode.TIMESTAMP_INVALID),
        ({"timestamp": "1699999969"}, WsCode.TIMESTAMP_EXPIRED),
        ({"sign": "AAAA"}, WsCode.SIGN_INVALID),
    ],
)
def test_login_names_what_is_wrong(guard: Guard, changes: dict[str, str], code: WsCode) -> None:
    stamp = str(NOW_MS // 1000)
    honest = {
        "apiKey": KEY.key,
        "passphrase": KEY.passphrase,
        "timestamp": stamp,
        "sign": sign(KEY.secret, f"{stamp}GET/user/verify"),
    }
    guard.check_login(honest, HERE)
    with pytest.raises(LoginRefused) as refused:
        guard.check_login({**honest, **changes}, HERE)
    assert refused.value.code is code


@pytest.mark.parametrize("in_unit", [lambda ms: ms // 1000, lambda ms: ms])
def test_login_takes_seconds_and_milliseconds(guard: Guard, in_unit: Callable[[int], int]) -> None:
    """Clients send seconds, Bitget's page says milliseconds."""
    stamp = str(in_unit(NOW_MS))
    proof = sign(KEY.secret, f"{stamp}GET/user/verify")
    guard.check_login(
        {"apiKey": KEY.key, "passphrase": KEY.passphrase, "timestamp": stamp, "sign": proof}, HERE
    )


def test_keys_do_not_print_their_secrets() -> None:
    key = ApiKey.random(CountingIds())
    assert key.secret not in repr(key)
    assert key.passphrase not in repr(key)


_ODD = st.text(st.characters(max_codepoint=0xFF) | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF))
"""What a header may hold once aiohttp has read it: any text, and bytes that were no UTF-8."""


@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            "ACCESS-KEY": st.just(KEY.key) | _ODD,
            "ACCESS-SIGN": _ODD,
            "ACCESS-TIMESTAMP": st.just(str(NOW_MS)) | _ODD,
            "ACCESS-PASSPHRASE": st.just(KEY.passphrase) | _ODD,
        },
    ),
    target=_ODD,
    body=st.binary(max_size=20),
)
def test_no_headers_but_the_right_ones_get_in_and_none_break_it(
    values: dict[str, str], target: str, body: bytes
) -> None:
    guard = Guard(KEY, ExchangeClock(ManualClock(NOW_MS)), Condition(Choices()))
    with pytest.raises(Refused):
        guard.check_request(values, SignedRequest("GET", target, body))


@given(
    argument=st.dictionaries(
        st.sampled_from(["apiKey", "passphrase", "timestamp", "sign", "other"]),
        st.just(KEY.key) | st.just(NOW_MS) | st.booleans() | st.none() | st.floats() | st.text(max_size=9),
    )
)
def test_no_login_but_the_right_one_gets_in_and_none_breaks_it(argument: dict[str, object]) -> None:
    guard = Guard(KEY, ExchangeClock(ManualClock(NOW_MS)), Condition(Choices()))
    with pytest.raises(LoginRefused):
        guard.check_login(argument, HERE)
