"""The outcome table: a wrong row here resends an order that is live, or forgets one that is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.exchange.bitget.rest.outcomes import Action, Evidence, Transport, classify, parse_envelope
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown


def _reply(code: str, data: object = None, message: str = "words", status: int = 400) -> Evidence:
    body = {"code": code, "msg": message, "requestTime": 1700000000000, "data": data}
    return Evidence(Transport.ANSWERED, status, json.dumps(body))


def _answered(status: int, body: str) -> Evidence:
    return Evidence(Transport.ANSWERED, status, body)


def _success(data: object) -> Evidence:
    return _reply("00000", data, "success", 200)


_IDS = {"orderId": "121", "clientOid": "omega-1"}


@pytest.mark.parametrize(
    ("evidence", "outcome"),
    [
        (_success(_IDS), Accepted("121", "omega-1")),
        # An over-size reduce-only order in one-way mode is a genuine success without an order id.
        (_success({"clientOid": "omega-1"}), Accepted(None, "omega-1")),
        (Evidence(Transport.NO_BYTE_LEFT, words="refused"), NotSent("refused")),
        (Evidence(Transport.LOST, words="reset by peer"), Unknown("reset by peer")),
        (Evidence(Transport.LOST, words="timeout"), Unknown("timeout")),
    ],
)
def test_an_order_that_was_answered_lost_or_never_left(evidence: Evidence, outcome: Outcome) -> None:
    assert classify(Action.PLACE, evidence, "omega-1") == outcome


@pytest.mark.parametrize(
    "evidence",
    [
        _answered(200, '{"code":"00000","msg":"success","data":{"orderId":"12'),  # truncated JSON
        _answered(200, ""),
        _answered(200, "<html>please wait</html>"),
        _success(None),
        _success({}),
        _success([]),
        _success("text"),
        _success({"orderId": "", "clientOid": ""}),
        _success({"orderId": "9", "clientOid": "somebody-else"}),
        _answered(200, '{"code":"00000","msg":"success","data":{"orderId":NaN}}'),
        _answered(200, '{"code":"40762","code":"00000","data":{"orderId":"1"}}'),  # two codes in one reply
        _answered(200, '{"code":0,"data":{"orderId":"1"}}'),
        _answered(502, "<html>502 Bad Gateway</html>"),
        _answered(504, "<html>504</html>"),
        _answered(403, "<html>blocked</html>"),
        _reply("00000", _IDS, "success", 500),
        _reply("40762", status=500),
    ],
)
@pytest.mark.parametrize("action", [Action.PLACE, Action.CANCEL, Action.CLOSE])
def test_a_reply_that_proves_nothing_leaves_the_action_unknown(action: Action, evidence: Evidence) -> None:
    assert isinstance(classify(action, evidence, "omega-1"), Unknown)


@pytest.mark.parametrize(
    "code",
    [
        "40010",
        "40910",
        "40015",
        "40725",
        "45001",
        "43059",
        "25001",
        "25003",
        "40786",
        "40708",
        "43118",
        "45034",
        "50060",
        "25212",
    ],
)
@pytest.mark.parametrize("action", list(Action))
def test_trouble_inside_the_exchange_and_a_repeated_id_are_unknown(action: Action, code: str) -> None:
    assert isinstance(classify(action, _reply(code)), Unknown)


@pytest.mark.parametrize(
    "code",
    [
        "40762",
        "43012",
        "25202",
        "25203",
        "45110",
        "40774",
        "25236",
        "40808",
        "41103",
        "40917",
        "45122",
        "40014",
        "40099",
        "40085",
    ],
)
def test_a_refusal_of_the_order_itself_is_definite(code: str) -> None:
    outcome = classify(Action.PLACE, _reply(code, message="no\x1b[2J"))
    assert outcome == Rejected(code, "no␛[2J", getattr(outcome, "advice", ""))


@pytest.mark.parametrize("code", ["22002", "40757", "25227"])
def test_nothing_to_close_is_definite_and_says_so(code: str) -> None:
    outcome = classify(Action.CLOSE, _reply(code))
    assert isinstance(outcome, Rejected)
    assert "nothing is left to close" in outcome.advice


@pytest.mark.parametrize("code", ["40768", "43001", "40109", "25204", "43025", "45129"])
def test_not_found_on_a_cancel_is_no_proof_of_cancellation(code: str) -> None:
    assert isinstance(classify(Action.CANCEL, _reply(code)), Unknown)


@pytest.mark.parametrize("code", ["40005", "40008"])
def test_a_refused_timestamp_is_definite_and_points_at_the_clock(code: str) -> None:
    outcome = classify(Action.PLACE, _reply(code))
    assert isinstance(outcome, Rejected)
    assert "clock" in outcome.advice


@pytest.mark.parametrize("evidence", [_reply("429", status=429), _answered(429, "<html>slow down</html>")])
def test_a_rate_limit_refuses_a_create_and_leaves_a_cancel_open(evidence: Evidence) -> None:
    placed = classify(Action.PLACE, evidence)
    assert isinstance(placed, Rejected)
    assert placed.code == "429"
    assert isinstance(classify(Action.CANCEL, evidence), Unknown)
    assert isinstance(classify(Action.CANCEL_ALL, evidence), Unknown)


_DONE, _FAILED = {"orderId": "1", "clientOid": "a"}, {"orderId": "", "clientOid": "b", "errorMsg": "no"}


@pytest.mark.parametrize(
    ("action", "successes", "failures", "outcome"),
    [
        (Action.CLOSE, [_DONE], [], Accepted("1", "a")),
        (Action.CLOSE, [_DONE, _DONE], None, Accepted(None, None)),
        (Action.CANCEL_ALL, [], [], Accepted(None, None)),
        (Action.CANCEL_ALL, None, None, Accepted(None, None)),
    ],
)
def test_lists_without_failures_are_a_success(
    action: Action, successes: object, failures: object, outcome: Outcome
) -> None:
    assert classify(action, _success({"successList": successes, "failureList": failures})) == outcome


def test_a_success_reply_can_hold_failures_and_each_counts() -> None:
    refused = _FAILED | {"errorCode": "22002"}
    doubled = _FAILED | {"errorCode": "43118"}
    all_failed = classify(Action.CLOSE, _success({"successList": [], "failureList": [refused]}))
    assert isinstance(all_failed, Rejected)
    assert all_failed.code == "22002"
    mixed = classify(Action.CLOSE, _success({"successList": [_DONE], "failureList": [refused]}))
    assert isinstance(mixed, Unknown)
    duplicate = classify(Action.CLOSE, _success({"successList": [], "failureList": [doubled]}))
    assert isinstance(duplicate, Unknown)
    nothing = classify(Action.CLOSE, _success({"successList": [], "failureList": []}))
    assert isinstance(nothing, Rejected)


def test_a_setting_is_accepted_on_success_with_data_only() -> None:
    assert classify(Action.SETTING, _success({"symbol": "BTCUSDT"})) == Accepted(None, None)
    assert isinstance(classify(Action.SETTING, _success(None)), Unknown)


@given(
    st.sampled_from(list(Action)),
    st.one_of(st.none(), st.integers(100, 599)),
    st.one_of(st.text(max_size=60), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))),
)
def test_no_garbage_is_ever_a_definite_success_or_crash(
    action: Action, status: int | None, body: str
) -> None:
    outcome = classify(action, _answered(status or 200, body))
    assert not isinstance(outcome, Accepted)
    assert isinstance(outcome, Unknown) or (status == 429 and isinstance(outcome, Rejected))


@given(st.sampled_from(list(Action)), st.text())
def test_only_the_transport_can_prove_that_nothing_was_sent(action: Action, words: str) -> None:
    assert isinstance(classify(action, Evidence(Transport.LOST, words=words)), Unknown)
    assert isinstance(classify(action, Evidence(Transport.NO_BYTE_LEFT, words=words)), NotSent)


def test_a_reply_nested_too_deeply_is_no_reply() -> None:
    assert parse_envelope('{"code":"00000","data":' + "[" * 100_000 + "]" * 100_000 + "}") is None
