"""What is sent again and what never is, what the trader is told of a busy or closed exchange, and the log."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.events import Event, Health, HealthChanged, NoticeGiven, Surface
from omega_tui.exchange.bitget.rest.dispatch import ENTRY, WAY_OUT, Dispatch
from omega_tui.exchange.bitget.rest.outcomes import Action, Evidence, Transport, classify
from omega_tui.exchange.bitget.rest.request_log import RequestLog
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import Accepted, NotSent, Outcome, ReadFailed, Rejected, Unknown
from tests.exchange.links import dispatch_over
from tests.support.virtual_time import LoopClock, run_virtually

_PATHS = {
    Action.PLACE: RestPath.PLACE_ORDER,
    Action.AMEND: RestPath.MODIFY_ORDER,
    Action.REVERSE: RestPath.CLICK_BACKHAND,
    Action.CANCEL: RestPath.CANCEL_ORDER,
    Action.CANCEL_ALL: RestPath.CANCEL_ALL_ORDERS,
    Action.CLOSE: RestPath.CLOSE_POSITIONS,
    Action.SETTING: RestPath.SET_LEVERAGE,
}
_AGAIN = {Action.CANCEL, Action.CANCEL_ALL, Action.CLOSE}


def _answered(code: str = "00000", data: Any = None, status: int = 200, **told: Any) -> Evidence:
    body = json.dumps({"code": code, "msg": "words", "requestTime": 1, "data": data})
    return Evidence(Transport.ANSWERED, status, body, **told)


_DONE = _answered(data={"orderId": "7", "clientOid": "a", "successList": [], "failureList": []})
_BUSY = _answered("429", status=429)
_UNSENT = Evidence(Transport.NO_BYTE_LEFT, words="refused")
_LOST = Evidence(Transport.LOST, words="reset")


class Scripted:
    """A sender that answers from a list, the last answer for ever."""

    def __init__(self, *answers: Evidence) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[RestPath, float]] = []

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        self.sent.append((path, asyncio.get_running_loop().time()))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Told(list[Event]):
    """What was reported."""

    @property
    def actions(self) -> list[HealthChanged]:
        return [e for e in self if isinstance(e, HealthChanged) and e.surface is Surface.ACTIONS]

    @property
    def notices(self) -> list[str]:
        return [e.text for e in self if isinstance(e, NoticeGiven)]


def _over(sender: Scripted, told: Told | None = None, log: RequestLog | None = None) -> Dispatch:
    report = told.append if told is not None else lambda event: None
    return dispatch_over(sender, report=report, log=log, clock=LoopClock())


async def _act(dispatch: Dispatch, action: Action, symbol: str = "BTCUSDT") -> Outcome:
    patience = WAY_OUT if action in _AGAIN else ENTRY
    judge: Callable[[Evidence], Outcome] = lambda seen: classify(action, seen)  # noqa: E731
    return await dispatch.act(action, _PATHS[action], {"symbol": symbol}, patience, judge)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("first", [_BUSY, _UNSENT, _LOST, _answered("40010"), _answered("40762")])
def test_only_cancels_and_closes_are_sent_again_and_only_when_nobody_looked(
    action: Action, first: Evidence
) -> None:
    """The mutant: an order sent again after a lost answer, or an unknown cancel repeated behind the
    order manager's back."""
    sender = Scripted(first, _DONE)
    run_virtually(_act(_over(sender), action))
    again = action in _AGAIN and first in (_BUSY, _UNSENT)
    assert len(sender.sent) == (2 if again else 1)


@given(st.lists(st.sampled_from([_BUSY, _UNSENT, _LOST, _answered("40010"), _DONE]), min_size=1, max_size=9))
def test_no_order_is_ever_sent_twice(answers: list[Evidence]) -> None:
    for action in (Action.PLACE, Action.AMEND, Action.REVERSE, Action.SETTING):
        sender = Scripted(*answers)
        run_virtually(_act(_over(sender), action))
        assert len(sender.sent) == 1


def test_o37_a_cancel_outlasts_a_storm_of_429_and_an_order_does_not_ask_again() -> None:
    """The first cancel or the order manager's next one gets through once five seconds of 429 are over."""

    async def run() -> tuple[list[Outcome], list[float]]:
        sender = Scripted(_BUSY)
        dispatch, outcomes = _over(sender), []
        asyncio.get_running_loop().call_at(5.0, sender.answers.insert, 0, _DONE)
        asyncio.get_running_loop().call_at(5.0, sender.answers.pop)
        for _ in range(3):
            outcomes.append(await _act(dispatch, Action.CANCEL))
        return outcomes, [at for _, at in sender.sent]

    outcomes, moments = run_virtually(run())
    assert isinstance(outcomes[0], Unknown | Accepted)
    assert isinstance(outcomes[-1], Accepted)
    assert len([at for at in moments if at < 5]) <= 12


def test_a_cancel_gives_up_within_its_patience() -> None:
    async def run() -> tuple[Outcome, float, int]:
        sender = Scripted(_UNSENT)
        outcome = await _act(_over(sender), Action.CANCEL)
        return outcome, asyncio.get_running_loop().time(), len(sender.sent)

    outcome, seconds, count = run_virtually(run())
    assert isinstance(outcome, NotSent)
    assert seconds <= WAY_OUT.seconds
    assert count >= 3


@pytest.mark.parametrize(("asked", "again"), [(2.0, True), (30.0, False)])
def test_a_wait_that_the_exchange_asks_for_is_kept_or_the_answer_stands(asked: float, again: bool) -> None:
    async def run() -> list[float]:
        sender = Scripted(_answered("429", status=429, retry_after=asked), _DONE)
        await _act(_over(sender), Action.CANCEL)
        return [at for _, at in sender.sent]

    moments = run_virtually(run())
    assert len(moments) == 1 + again
    assert not again or moments[1] - moments[0] >= asked


def test_a_read_is_tried_three_times_and_then_fails_in_words() -> None:
    async def run() -> int:
        sender = Scripted(_answered("40015", status=500))
        with pytest.raises(ReadFailed, match="40015"):
            await _over(sender).ask(RestPath.ACCOUNTS, {})
        return len(sender.sent)

    assert run_virtually(run()) == 3


def test_p28_429_on_a_create_is_told_and_holds_what_is_not_urgent() -> None:
    told = Told()

    async def run() -> float:
        sender = Scripted(_BUSY, _DONE)
        dispatch = _over(sender, told)
        assert isinstance(await _act(dispatch, Action.PLACE), Rejected)
        began = asyncio.get_running_loop().time()
        await _act(dispatch, Action.CANCEL)
        assert asyncio.get_running_loop().time() - began < 0.2
        await dispatch.ask(RestPath.ACCOUNTS, {})
        return asyncio.get_running_loop().time()

    assert run_virtually(run()) >= 1.0
    assert len(told.notices) == 2
    assert "429" in told.notices[0]
    assert "again" in told.notices[1]


def test_p29_an_upgrade_is_shown_until_a_signed_request_is_answered_again() -> None:
    """The mutant: taken back by the public time, which answers while the engine does not."""
    told = Told()

    async def run() -> None:
        sender = Scripted(_answered("40200", status=400), _DONE)
        dispatch = _over(sender, told)
        assert isinstance(await _act(dispatch, Action.PLACE), Unknown)
        await asyncio.sleep(11)
        await dispatch.ask(RestPath.TIME, {})
        assert told.actions[-1].health is Health.MAINTENANCE
        await dispatch.ask(RestPath.ACCOUNTS, {})

    run_virtually(run())
    assert told.actions[0].health is Health.MAINTENANCE
    assert "40200" in told.actions[0].reason
    assert len(told.actions) == 1
    assert "over" in told.notices[-1]


@pytest.mark.parametrize("code", ["41114", "43115"])
def test_p29_a_closed_contract_is_shown_for_itself_and_tried_again_after_a_minute(code: str) -> None:
    told = Told()

    async def run() -> None:
        dispatch = _over(Scripted(_answered(code, status=400), _DONE), told)
        assert isinstance(await _act(dispatch, Action.PLACE, "ETHUSDT"), Rejected)
        await asyncio.sleep(61)
        dispatch._service.tick()

    run_virtually(run())
    closed, open_again = told.actions
    assert (closed.symbol, closed.health) == ("ETHUSDT", Health.MAINTENANCE)
    assert (open_again.symbol, open_again.health) == ("ETHUSDT", Health.LIVE)
    assert closed.reason == open_again.reason


@pytest.mark.parametrize("code", ["40006", "40037", "40014", "40018", "40038", "22010", "40085", "40099"])
def test_k08_k09_a_key_that_is_no_longer_taken_refuses_everything_and_says_where_control_is_left(
    code: str,
) -> None:
    told = Told()
    sender = Scripted(_answered(code, status=400))
    run_virtually(_act(_over(sender, told), Action.CLOSE))
    (refused,) = told.actions
    assert refused.health is Health.REFUSED
    assert code in refused.reason
    assert "Bitget's own app" in refused.reason


def test_a_key_that_may_only_look_stays_refused_although_reads_succeed() -> None:
    told = Told()

    async def run() -> None:
        dispatch = _over(Scripted(_answered("40014", status=400), _DONE), told)
        await _act(dispatch, Action.PLACE)
        await dispatch.ask(RestPath.ACCOUNTS, {})
        assert told.actions[-1].health is Health.REFUSED

    run_virtually(run())


def test_an_account_that_turns_out_to_be_copied_places_one_order_a_second() -> None:
    async def run() -> list[float]:
        sender = Scripted(_answered("40731", status=400), _DONE)
        dispatch = _over(sender)
        await _act(dispatch, Action.SETTING)
        for _ in range(3):
            await dispatch.act(
                *(Action.PLACE, RestPath.PLACE_ORDER, {}, WAY_OUT), lambda seen: classify(Action.PLACE, seen)
            )
        return [at for path, at in sender.sent if path is RestPath.PLACE_ORDER]

    first, second, third = run_virtually(run())
    assert second - first >= 1.0
    assert third - second >= 1.0


@pytest.mark.parametrize("code", ["40024", "40762"])
def test_a_refusal_that_may_concern_one_contract_does_not_condemn_the_key(code: str) -> None:
    told = Told()
    run_virtually(_act(_over(Scripted(_answered(code, status=400)), told), Action.PLACE))
    assert told.actions == []


def _written(answers: list[Evidence], action: Action, *, bodies: bool = False) -> list[dict[str, Any]]:
    lines: list[str] = []
    log = RequestLog(lines.append, bodies=bodies)

    async def run() -> None:
        dispatch = _over(Scripted(*answers), log=log)
        await _act(dispatch, action)
        await dispatch.ask(RestPath.ACCOUNTS, {"productType": "USDT-FUTURES"})

    run_virtually(run())
    assert all("\n" not in line for line in lines)
    return [json.loads(line) for line in lines]


def test_every_request_and_reply_is_one_line() -> None:
    written = _written([_BUSY, _answered(data={"orderId": "7"}, remaining=9)], Action.CANCEL)
    assert [line["outcome"] for line in written] == ["unknown", "accepted", "read"]
    assert [line["attempt"] for line in written] == [1, 2, 1]
    first, second, third = written
    assert (first["route"], first["method"]) == ("/api/v2/mix/order/cancel-order", "POST")
    assert (first["status"], first["code"], second["remaining"]) == (429, "429", 9)
    assert third["method"] == "GET"
    assert all(line["latency_ms"] >= 0 and line["time"] > 0 for line in written)


def test_bodies_are_written_on_request_only() -> None:
    assert all("reply" not in line and "request" not in line for line in _written([_DONE], Action.PLACE))
    shown = _written([_DONE], Action.PLACE, bodies=True)[0]
    assert shown["request"] == {"symbol": "BTCUSDT"}
    assert json.loads(shown["reply"])["code"] == "00000"


def test_a_read_that_was_lost_or_garbled_is_called_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    lines: list[str] = []

    async def run() -> None:
        sender = Scripted(_LOST, Evidence(Transport.ANSWERED, 502, "<html>"), _DONE)
        await _over(sender, log=RequestLog(lines.append)).ask(RestPath.ACCOUNTS, {})

    run_virtually(run())
    assert [json.loads(line)["outcome"] for line in lines] == ["lost", "garbled", "read"]
    assert not [record for record in caplog.records if record.name != "asyncio"]
