"""Section 1.4 of the fault catalogue, row by row, and what holds over every code, status and action.

Each row names what happened on the wire and the verdict it must get; a wrong one resends an order that is
live, or forgets one that is.
"""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.exchange.bitget.codes import Code, WsTradeCode
from omega_tui.exchange.bitget.rest.outcomes import Action, Evidence, Transport, classify, classify_legs
from omega_tui.exchange.bitget.rest.refusals import DEFINITE, KINDS, MEANINGS, Kind, advice, kind_of
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown
from tests.exchange import errors_table
from tests.support.shared import needs_shared, shared_path

_GOOD = '{"code":"00000","msg":"success","requestTime":1,"data":{"orderId":"7","clientOid":"omega-1"}}'


def _answered(body: str, status: int = 200) -> Evidence:
    return Evidence(Transport.ANSWERED, status, body)


def _code(code: str, status: int = 400) -> Evidence:
    return _answered(json.dumps({"code": code, "msg": "no", "requestTime": 1, "data": None}), status)


def _lost(words: str) -> Evidence:
    return Evidence(Transport.LOST, words=words)


def _unsent(words: str) -> Evidence:
    return Evidence(Transport.NO_BYTE_LEFT, words=words)


ROWS: dict[str, tuple[Action, Evidence, type[Outcome]]] = {
    "200 + valid body": (Action.PLACE, _answered(_GOOD), Accepted),
    "success without an order id": (Action.PLACE, _answered(_GOOD.replace('"orderId":"7",', "")), Accepted),
    "close after request": (Action.PLACE, _lost("ServerDisconnectedError"), Unknown),
    "RST after request": (Action.PLACE, _lost("ConnectionResetError"), Unknown),
    "no answer until timeout": (Action.PLACE, _lost("TimeoutError"), Unknown),
    "HTML 504": (Action.PLACE, _answered("<html>504</html>", 504), Unknown),
    "body cut below Content-Length": (Action.PLACE, _lost("ClientPayloadError"), Unknown),
    "truncated JSON": (Action.PLACE, _answered(_GOOD[:40]), Unknown),
    "empty 200": (Action.PLACE, _answered(""), Unknown),
    "HTML 200": (Action.PLACE, _answered("<html>please wait</html>"), Unknown),
    "data:null": (Action.PLACE, _answered('{"code":"00000","msg":"success","data":null}'), Unknown),
    "no data": (Action.PLACE, _answered('{"code":"00000","msg":"success"}'), Unknown),
    "NaN in JSON": (Action.PLACE, _answered(_GOOD.replace('"7"', "NaN")), Unknown),
    "no id": (Action.PLACE, _answered('{"code":"00000","msg":"success","data":{}}'), Unknown),
    "wrong id": (Action.PLACE, _answered(_GOOD.replace("omega-1", "other")), Unknown),
    "HTML 502": (Action.PLACE, _answered("<html>502</html>", 502), Unknown),
    "HTML 403 (WAF)": (Action.PLACE, _answered("<html>403</html>", 403), Unknown),
    "429 JSON, create": (Action.PLACE, _code("429", 429), Rejected),
    "429 HTML, create": (Action.PLACE, _answered("<html>slow down</html>", 429), Rejected),
    "429 JSON, close": (Action.CLOSE, _code("429", 429), Rejected),
    "429 JSON, cancel": (Action.CANCEL, _code("429", 429), Unknown),
    "429 HTML, cancel": (Action.CANCEL, _answered("<html>slow down</html>", 429), Unknown),
    "429 JSON, cancel all": (Action.CANCEL_ALL, _code("429", 429), Unknown),
    "429 JSON, amend": (Action.AMEND, _code("429", 429), Unknown),
    **{
        f"{code} timed out inside": (Action.PLACE, _code(code), Unknown)
        for code in ("40010", "40910")
    },
    **{
        f"{code} trouble inside": (Action.PLACE, _code(code), Unknown)
        for code in ("40015", "40725", "45001", "43059", "25001", "25003", "40200")
    },
    **{
        f"{code} duplicate clientOid": (Action.PLACE, _code(code), Unknown)
        for code in ("40786", "40708", "43118", "45034", "50060", "25212")
    },
    **{
        f"{code} funds": (Action.PLACE, _code(code), Rejected)
        for code in ("40762", "43012", "25202", "25203")
    },
    "45110 min value": (Action.PLACE, _code("45110"), Rejected),
    **{f"{code} mode": (Action.PLACE, _code(code), Rejected) for code in ("40774", "25236")},
    **{f"{code} precision": (Action.PLACE, _code(code), Rejected) for code in ("40808", "41103")},
    **{f"{code} stop side": (Action.PLACE, _code(code), Rejected) for code in ("40917", "45122")},
    **{
        f"{code} nothing to close": (Action.CLOSE, _code(code), Rejected)
        for code in ("22002", "40757", "25227")
    },
    **{
        f"{code} not found, cancel": (Action.CANCEL, _code(code), Unknown)
        for code in ("40768", "43001", "40109", "25204", "43025")
    },
    **{f"{code} timestamp": (Action.PLACE, _code(code), Rejected) for code in ("40005", "40008")},
    "connection refused, proven": (Action.PLACE, _unsent("Connection refused"), NotSent),
    "DNS failure, proven": (Action.PLACE, _unsent("Name or service not known"), NotSent),
    "connection refused, not proven": (Action.PLACE, _lost("Connection refused"), Unknown),
    "redirect": (Action.PLACE, _lost("RedirectRefused"), Unknown),
    "success code with HTTP 500": (Action.PLACE, _answered(_GOOD, 500), Unknown),
    "definite code with HTTP 500": (Action.PLACE, _code("40762", 500), Unknown),
    "a code nobody knows": (Action.PLACE, _code("99999"), Unknown),
}  # fmt: skip


@pytest.mark.parametrize(("action", "evidence", "verdict"), ROWS.values(), ids=ROWS)
def test_the_table_of_outcomes(action: Action, evidence: Evidence, verdict: type[Outcome]) -> None:
    assert type(classify(action, evidence, "omega-1")) is verdict


@pytest.mark.parametrize("code", ["40005", "40008", "40004", "40078"])
def test_a_refused_timestamp_asks_for_the_clock_not_for_a_resend(code: str) -> None:
    assert kind_of(code) is Kind.CLOCK
    assert "measured again" in advice(code)


@pytest.mark.parametrize("code", ["22002", "40757", "25227"])
def test_nothing_to_close_has_positions_read_again(code: str) -> None:
    assert "positions are read again" in advice(code)


_STATUSES = (200, 400, 401, 403, 404, 429, 500, 502, 503, 504)
_CODES = sorted({*KINDS, *(code.value for code in Code), *(code.value for code in WsTradeCode), "99999", "1"})


def test_over_every_code_status_and_action_a_refusal_needs_a_code_that_proves_it() -> None:
    """The mutant: an unlisted code, or trouble inside the exchange, taken for a refusal."""
    for action, code, status in itertools.product(Action, _CODES, _STATUSES):
        outcome = classify(action, _code(code, status), "omega-1")
        assert not isinstance(outcome, Accepted | NotSent)
        if isinstance(outcome, Rejected) and outcome.code != "429":
            kind = kind_of(code)
            everything = kind is Kind.NOTHING_TO_CANCEL and action is Action.CANCEL_ALL
            assert kind in DEFINITE or everything
            assert status < 500
        if isinstance(outcome, Rejected) and outcome.code == "429":
            assert 429 in {status, int(code)}
            assert action not in {Action.CANCEL, Action.CANCEL_ALL, Action.AMEND}


@given(
    st.sampled_from(list(Action)),
    st.sampled_from(list(Transport)),
    st.one_of(st.none(), st.integers(100, 599)),
    st.one_of(st.text(max_size=40), st.integers(0, 999_999).map(lambda n: _code(str(n)).body)),
)
def test_whatever_may_have_reached_the_engine_is_refused_by_a_known_code_only(
    action: Action, transport: Transport, status: int | None, body: str
) -> None:
    outcome = classify(action, Evidence(transport, status, body, "words"), "omega-1")
    assert isinstance(outcome, NotSent) == (transport is Transport.NO_BYTE_LEFT)
    if isinstance(outcome, Rejected):
        assert transport is Transport.ANSWERED
        assert outcome.code == "429" or outcome.code in KINDS


@needs_shared
def test_every_documented_code_that_tells_of_a_failed_attempt_stays_unknown() -> None:
    """ "Error creating order" and its like stand in Bitget's list among the validations."""
    path = shared_path("bitget", "fixtures", "error-codes-rest.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    words = (
        "try again",
        "Error creating",
        "Cancel order error",
        "Pending order failed",
        "system error",
        "timed out",
    )
    vague = [row["code"] for row in rows if any(word in row["msg_template"] for word in words)]
    assert {"45023", "45024", "43002", "43059", "40910"} <= set(vague)
    for code in vague:
        assert isinstance(classify(Action.PLACE, _code(code)), Unknown), code


@needs_shared
def test_every_code_of_a_captured_refusal_is_known() -> None:
    path = shared_path("bitget", "fixtures", "error-bodies-captured.jsonl")
    codes = {json.loads(line)["payload"]["code"] for line in path.read_text().splitlines()}
    assert {code for code in codes if code not in KINDS} <= _OUTSIDE_FUTURES


_OUTSIDE_FUTURES = {"41117", "43111"}
"""Captured codes of spot, margin and loans, which no request of ours can meet."""


def test_no_code_has_two_kinds() -> None:
    from omega_tui.exchange.bitget.rest import refusal_kinds, refusals_of_content

    tables = [
        table
        for module in (refusal_kinds, refusals_of_content)
        for name, table in vars(module).items()
        if name.isupper()
    ]
    assert sum(map(len, tables)) == len(KINDS) == len(MEANINGS)


_DONE = {"orderId": "1", "clientOid": "a"}
_FULL = {"orderId": "", "clientOid": "b", "errorCode": "40762", "errorMsg": "balance"}
_BUSY = {"orderId": "", "clientOid": "c", "errorCode": "43059", "errorMsg": "again"}


def _lists(successes: object, failures: object) -> Evidence:
    data = {"successList": successes, "failureList": failures}
    return _answered(json.dumps({"code": "00000", "msg": "success", "requestTime": 1, "data": data}))


def test_each_leg_of_a_batch_is_judged_alone() -> None:
    """The mutant: one refused leg, or one lost one, decides for all of them."""
    legs = [(None, "b"), (None, "c"), (None, "a"), (None, "missing")]
    outcomes = classify_legs(Action.PLACE, _lists([_DONE], [_FULL, _BUSY]), legs)
    refused, busy, done, missing = outcomes
    assert isinstance(refused, Rejected)
    assert refused.code == "40762"
    assert isinstance(busy, Unknown)
    assert done == Accepted("1", "a")
    assert isinstance(missing, Unknown)


def test_a_legs_code_reaches_no_terminal_as_it_came() -> None:
    """Bug: a code is foreign text as well, and nobody looks at a leg's."""
    refused = _lists([], [_BUSY | {"errorCode": "\x1b[2J" * 99}])
    (outcome,) = classify_legs(Action.PLACE, refused, [(None, "c")])
    assert isinstance(outcome, Unknown)
    assert "\x1b" not in outcome.reason
    assert len(outcome.reason) < 200


def test_a_leg_that_is_named_twice_is_unknown() -> None:
    (outcome,) = classify_legs(Action.PLACE, _lists([_DONE], [_DONE | {"errorCode": "40762"}]), [(None, "a")])
    assert isinstance(outcome, Unknown)


def test_a_canceled_leg_is_found_by_its_order_id() -> None:
    outcomes = classify_legs(
        Action.CANCEL,
        _lists([{"orderId": "1", "clientOid": None}], [{"orderId": "2", "errorCode": "40768"}]),
        [("1", None), ("2", None)],
    )
    assert outcomes[0] == Accepted("1", None)
    assert isinstance(outcomes[1], Unknown)


@pytest.mark.parametrize(("action", "evidence", "verdict"), ROWS.values(), ids=ROWS)
def test_a_batch_that_failed_as_a_whole_fails_each_leg_alike(
    action: Action, evidence: Evidence, verdict: type[Outcome]
) -> None:
    whole = classify(action, evidence, "omega-1")
    legs = classify_legs(action, evidence, [("1", "omega-1"), ("2", "omega-2")])
    if isinstance(whole, Accepted) or evidence.body.startswith('{"code":"00000"'):
        assert all(isinstance(leg, Unknown) for leg in legs)
    else:
        assert legs == (whole, whole)


def test_a_cancel_that_is_answered_for_another_order_is_unknown() -> None:
    evidence = _answered(_GOOD)
    assert classify(Action.CANCEL, evidence, order_id="7") == Accepted("7", "omega-1")
    assert isinstance(classify(Action.CANCEL, evidence, order_id="8"), Unknown)


def test_the_page_of_error_codes_says_what_the_program_does() -> None:
    """Renew it with `python3 -m tests.exchange.errors_table`."""
    page = errors_table.PATH.read_text(encoding="utf-8")
    assert page.split(errors_table.BEGIN)[1].split(errors_table.END)[0].strip() == errors_table.tables()
    assert all(f"| `{code}` |" in page for code in KINDS)
