"""The session without a socket: what is sent when, and what may be believed."""

import json
from typing import Any

import pytest

from omega_tui.domain.market import Timeframe
from omega_tui.exchange.bitget.streams.frames import Push
from omega_tui.exchange.bitget.streams.session import Session, SessionTiming
from omega_tui.exchange.bitget.streams.session_events import (
    ErrorReported,
    FrameDropped,
    LoggedIn,
    LoginRefused,
    ReconnectNeeded,
    SessionEvent,
    TopicConfirmed,
    TopicFailed,
)
from omega_tui.exchange.bitget.streams.topics import PRIVATE_TOPICS, Topic, build_requests, market_topics

_BOOK = Topic("books", "BTCUSDT")
_TICKER = Topic("ticker", "BTCUSDT")
_LOGIN = '{"op":"login"}'


def _ack(topic: Topic, event: str = "subscribe") -> bytes:
    return json.dumps({"event": event, "arg": topic.as_arg()}).encode()


def _push(topic: Topic, data: Any = ()) -> bytes:
    frame = {"action": "snapshot", "arg": topic.as_arg(), "data": list(data), "ts": 1}
    return json.dumps(frame).encode()


def _error(code: object, message: str = "no", topic: Topic | None = None) -> bytes:
    frame: dict[str, Any] = {"event": "error", "code": code, "msg": message}
    return json.dumps(frame | ({"arg": topic.as_arg()} if topic else {})).encode()


class Line:
    """A session with the bookkeeping of a connection around it."""

    def __init__(self, *topics: Topic, login: bool = False) -> None:
        self.now = 0.0
        self.session = Session((lambda: _LOGIN) if login else None)
        self.session.want(topics, self.now)
        self.epoch = self.session.connected(self.now)

    def sent(self) -> list[Any]:
        texts = self.session.take_outgoing(self.now)
        return [text if text == "ping" else json.loads(text) for text in texts]

    def get(self, frame: bytes) -> Push | SessionEvent | None:
        return self.session.receive(frame, self.now, self.epoch)

    def wait(self, seconds: float) -> list[SessionEvent]:
        self.now += seconds
        return self.session.tick(self.now)


def _args(request: Any) -> list[tuple[str, str]]:
    return [(arg["channel"], arg.get("instId") or arg["coin"]) for arg in request["args"]]


def test_everything_wanted_is_asked_for_in_one_message_and_confirmed_one_by_one() -> None:
    line = Line(_BOOK, _TICKER)
    (request,) = line.sent()
    assert (request["op"], _args(request)) == ("subscribe", [_BOOK, _TICKER])
    assert line.get(_ack(_BOOK)) == TopicConfirmed(_BOOK)
    assert not line.session.confirmed
    assert line.get(_ack(_TICKER)) == TopicConfirmed(_TICKER)
    assert line.session.confirmed
    assert line.get(_ack(_TICKER)) is None


def test_an_acknowledgement_that_never_comes_is_a_failure_and_is_asked_again() -> None:
    line = Line(_BOOK)
    line.sent()
    assert line.wait(4.9) == []
    (failed,) = line.wait(0.2)
    assert isinstance(failed, TopicFailed)
    assert failed.topic == _BOOK
    assert line.sent() == []
    line.wait(2.1)
    assert _args(line.sent()[0]) == [_BOOK]


def test_repeated_refusals_are_asked_for_less_and_less_often() -> None:
    line = Line(_BOOK)
    line.sent()
    waits = []
    for _ in range(8):
        line.get(_error(30001, "doesn't exist", _BOOK))
        began = line.now
        while not any(request != "ping" for request in line.sent()):
            line.get(b"pong")
            line.wait(0.5)
        waits.append(line.now - began)
    assert waits == sorted(waits)
    assert waits[0] <= 2.5
    assert 50 <= waits[-1] <= 60.5


def test_an_error_for_one_topic_leaves_the_others_alone() -> None:
    line = Line(_BOOK, _TICKER)
    line.get(_ack(_TICKER))
    failed = line.get(_error(30001, "instId doesn't exist\x1b[2J", _BOOK))
    assert failed == TopicFailed(_BOOK, "30001 instId doesn't exist␛[2J")
    assert isinstance(line.get(_push(_TICKER)), Push)


def test_a_ping_every_25_seconds_and_a_missing_pong_condemns_even_while_data_flows() -> None:
    line = Line(_TICKER)
    line.get(_ack(_TICKER))
    line.sent()
    line.wait(24.9)
    assert line.sent() == []
    line.wait(0.2)
    assert line.sent() == ["ping"]
    assert line.get(b"pong") is None
    line.wait(25.0)
    assert line.sent() == ["ping"]
    for _ in range(9):
        assert line.wait(1.0) == []
        assert isinstance(line.get(_push(_TICKER)), Push)
    (verdict,) = line.wait(1.1)
    assert isinstance(verdict, ReconnectNeeded)
    assert "pong" in verdict.reason


def test_a_half_open_connection_is_noticed_within_two_ping_intervals() -> None:
    line = Line(_TICKER)
    while not any(isinstance(event, ReconnectNeeded) for event in line.wait(0.25)):
        assert line.now < 2 * SessionTiming().ping


def test_after_a_reconnect_everything_is_asked_for_again_and_old_frames_are_late() -> None:
    line = Line(_BOOK, _TICKER)
    line.sent()
    line.get(_ack(_BOOK))
    old_epoch = line.epoch
    line.session.disconnected()
    assert line.session.receive(_push(_BOOK), line.now, old_epoch) is None
    line.epoch = line.session.connected(line.now)
    assert _args(line.sent()[0]) == [_BOOK, _TICKER]
    assert not line.session.confirmed
    assert line.session.receive(_push(_BOOK), line.now, old_epoch) is None
    assert line.session.late == 2
    assert isinstance(line.get(_push(_BOOK)), Push)


def test_switching_the_market_leaves_the_old_topics_and_drops_their_late_pushes() -> None:
    line = Line(*market_topics("BTCUSDT", Timeframe.M1))
    line.sent()
    line.session.want(market_topics("ETHUSDT", Timeframe.M5), line.now)
    leave, join = line.sent()
    assert (leave["op"], join["op"]) == ("unsubscribe", "subscribe")
    assert {target for _, target in _args(leave)} == {"BTCUSDT"}
    assert ("candle5m", "ETHUSDT") in _args(join)
    assert line.get(_push(_BOOK)) is None


def test_a_new_timeframe_changes_only_the_candles() -> None:
    line = Line(*market_topics("BTCUSDT", Timeframe.M1))
    line.sent()
    line.session.want(market_topics("BTCUSDT", Timeframe.H1), line.now)
    leave, join = line.sent()
    assert (_args(leave), _args(join)) == ([("candle1m", "BTCUSDT")], [("candle1H", "BTCUSDT")])


def test_a_resubscription_leaves_first_and_may_be_delayed() -> None:
    line = Line(_BOOK)
    line.sent()
    line.get(_ack(_BOOK))
    line.session.resubscribe(_BOOK, line.now)
    assert [request["op"] for request in line.sent()] == ["unsubscribe", "subscribe"]
    line.get(_ack(_BOOK, "unsubscribe"))
    assert line.get(_ack(_BOOK)) == TopicConfirmed(_BOOK)
    line.session.resubscribe(_BOOK, line.now, delay=2.0)
    line.wait(1.9)
    assert line.sent() == []
    line.wait(0.2)
    assert [request["op"] for request in line.sent()] == ["unsubscribe", "subscribe"]


@pytest.mark.parametrize("code", [0, "0", "00000", None])
def test_nothing_private_is_asked_for_before_the_login_is_accepted(code: object) -> None:
    line = Line(*PRIVATE_TOPICS, login=True)
    assert line.sent() == [{"op": "login"}]
    assert line.get(json.dumps({"event": "login", "code": code, "msg": ""}).encode()) == LoggedIn()
    (request,) = line.sent()
    assert _args(request) == list(PRIVATE_TOPICS)
    assert {"instType": "USDT-FUTURES", "channel": "account", "coin": "default"} in request["args"]


@pytest.mark.parametrize(
    ("frame", "clock_is_off"),
    [
        (_error("30005"), False),
        (_error(30011), False),
        (_error("30015"), False),
        (_error(30014), True),
        (_error("30013"), True),
        (_error(30016), False),
        (b'{"event":"login","code":30005,"msg":"no"}', False),
        (b'{"event":"login","code":"30014","msg":"no"}', True),
    ],
)
def test_a_refused_login_is_a_failure_whatever_form_it_takes(frame: bytes, clock_is_off: bool) -> None:
    line = Line(*PRIVATE_TOPICS, login=True)
    line.sent()
    refused = line.get(frame)
    assert isinstance(refused, LoginRefused)
    assert refused.clock_is_off is clock_is_off
    assert line.sent() == []


def test_an_unanswered_login_and_one_that_expired_both_need_a_new_connection() -> None:
    line = Line(*PRIVATE_TOPICS, login=True)
    assert line.wait(9.9) == []
    assert isinstance(line.wait(0.2)[0], ReconnectNeeded)
    line = Line(*PRIVATE_TOPICS, login=True)
    line.get(b'{"event":"login","code":0}')
    assert isinstance(line.get(_error(30004)), ReconnectNeeded)


def test_the_exchange_asking_for_peace_ends_the_connection() -> None:
    for code in (30006, "30007"):
        assert isinstance(Line(_BOOK).get(_error(code)), ReconnectNeeded)


def test_a_complaint_about_nothing_in_particular_is_passed_on() -> None:
    assert Line(_BOOK).get(_error(30003, "op\x07")) == ErrorReported("30003", "op␇")


def test_malformed_frames_are_dropped_and_three_in_a_row_condemn_the_connection() -> None:
    line = Line(_TICKER)
    assert isinstance(line.get(b"{bad"), FrameDropped)
    assert isinstance(line.get(b"{bad"), FrameDropped)
    assert isinstance(line.get(_push(_TICKER)), Push)
    line.session.understood()
    assert isinstance(line.get(b"{bad"), FrameDropped)
    assert isinstance(line.get(b'{"event":"subscribe","event":"error"}'), FrameDropped)
    assert isinstance(line.get(b"\x00\xff"), ReconnectNeeded)
    assert line.session.dropped == 5


def test_a_private_frame_that_names_a_member_twice_is_dropped() -> None:
    line = Line(*PRIVATE_TOPICS, login=True)
    line.get(b'{"event":"login","code":0}')
    frame = _push(Topic("orders"), [{"size": "1"}]).replace(b'"size": "1"', b'"size": "1", "size": "9"')
    assert isinstance(line.get(frame), FrameDropped)


def test_never_more_than_ten_messages_a_second() -> None:
    line = Line()
    for number in range(30):
        line.session.want([Topic("books", f"C{number}USDT")], line.now)
    sent_at: list[float] = []
    for _ in range(200):
        sent_at += [line.now] * len(line.sent())
        line.wait(0.05)
    assert len(sent_at) >= 59
    assert all(sum(moment <= t < moment + 1.0 for t in sent_at) < 10 for moment in sent_at)


def test_a_long_list_of_topics_is_split_below_bitgets_message_length() -> None:
    topics = [Topic("books", f"COIN{number}USDT") for number in range(200)]
    requests = build_requests("subscribe", topics)
    assert all(len(request) <= 4096 for request in requests)
    asked = [arg["instId"] for request in requests for arg in json.loads(request)["args"]]
    assert asked == [topic.target for topic in topics]


def test_frames_of_unknown_kinds_do_not_end_a_healthy_connection() -> None:
    line = Line(_TICKER)
    for _ in range(2):
        assert isinstance(line.get(b'{"event":"festival"}'), FrameDropped)
    assert line.get(_push(Topic("books", "OTHERUSDT"))) is None
