"""What leaves stays under Bitget's limits whatever is asked, and getting out never waits for getting in."""

import asyncio
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.wire import LOCKOUT_SECONDS, REQUESTS_PER_MINUTE, REQUESTS_PER_SECOND, RestPath
from tests.support.virtual_time import LoopClock, run_virtually

_OPENING = (RestPath.PLACE_ORDER, RestPath.BATCH_PLACE_ORDER, RestPath.MODIFY_ORDER, RestPath.ALL_POSITION)
_GETTING_OUT = (
    RestPath.CANCEL_ORDER,
    RestPath.CANCEL_PLAN_ORDER,
    RestPath.BATCH_CANCEL_ORDERS,
    RestPath.CLOSE_POSITIONS,
)

_Asked = tuple[RestPath, bool, float]
_Left = list[tuple[RestPath, bool, float, float]]


def _leave(asked: list[_Asked], patience: float = 600.0, *, copied: bool = False) -> _Left:
    """Ask for each (path, urgent, when); returns path, urgency, moment of asking and of leaving."""

    async def run() -> _Left:
        limits, left = Limits(LoopClock(), copied=copied), _Left()
        now = asyncio.get_running_loop().time

        async def one(path: RestPath, urgent: bool, at: float) -> None:
            await asyncio.sleep(at)
            if await limits.acquire(path, patience, urgent=urgent):
                left.append((path, urgent or path in _GETTING_OUT, at, now()))

        await asyncio.gather(*(one(*each) for each in asked))
        return left

    return run_virtually(run())


def _most_within(moments: list[float], seconds: float) -> int:
    moments = sorted(moments)
    return max((sum(at <= other < at + seconds for other in moments) for at in moments), default=0)


def _most_within_a_minute(moments: list[float]) -> int:
    moments, first, most = sorted(moments), 0, 0
    for last, at in enumerate(moments):
        while moments[first] <= at - 60.0:
            first += 1
        most = max(most, last - first + 1)
    return most


_REQUESTS = st.lists(
    st.tuples(
        st.sampled_from([*_OPENING, *_GETTING_OUT]), st.booleans(), st.floats(0, 3, allow_subnormal=False)
    ),
    max_size=90,
)


@settings(deadline=None)
@given(_REQUESTS)
def test_no_endpoint_gets_more_than_its_limit_in_any_second(asked: list[_Asked]) -> None:
    left = _leave(asked)
    assert len(left) == len(asked)
    for path in RestPath:
        moments = [at for each, _, _, at in left if each is path]
        assert _most_within(moments, 1.0) <= REQUESTS_PER_SECOND[path]


@settings(deadline=None)
@given(_REQUESTS, st.sampled_from([RestPath.PLACE_ORDER, *_GETTING_OUT]))
def test_what_gets_out_waits_for_others_that_get_out_and_for_one_more(
    asked: list[_Asked], path: RestPath
) -> None:
    """The mutant: one shared bucket, in which a flood of entries or reads starves a cancel."""
    others = [each for each in asked if not each[1] and each[0] not in _GETTING_OUT]
    left = _leave([*others, (path, True, 1.5)])
    (_, _, began, at) = next(each for each in left if each[1])
    assert at - began <= 2 * 1.02 / REQUESTS_PER_SECOND[path]


def test_the_address_stays_under_its_budget_in_a_flood_of_reads() -> None:
    """Over it Bitget answers nothing for five minutes, cancels included."""
    paths = [path for path in RestPath if REQUESTS_PER_SECOND[path] >= 10]
    flood = [(path, False, 1.0 * second) for second in range(75) for path in paths for _ in range(2)]
    cancels = [(RestPath.CANCEL_ORDER, True, 0.2 * number) for number in range(375)]
    left = _leave([*flood, *cancels])
    assert REQUESTS_PER_MINUTE * 0.75 < _most_within_a_minute([at for *_, at in left]) <= REQUESTS_PER_MINUTE
    assert max(at - asked for path, _, asked, at in left if path is RestPath.CANCEL_ORDER) < 0.3


def test_an_account_that_others_copy_places_one_order_a_second() -> None:
    left = _leave([(RestPath.PLACE_ORDER, False, 0.0)] * 5, copied=True)
    moments = sorted(at for *_, at in left)
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(moments))


def test_after_too_many_requests_only_what_gets_out_goes_on() -> None:
    async def run() -> tuple[float, float, list[float]]:
        limits, now = Limits(LoopClock()), asyncio.get_running_loop().time
        holds = [limits.penalize(), limits.penalize(7.0)]
        await limits.acquire(RestPath.CANCEL_ORDER, 5.0)
        cancel = now()
        await limits.acquire(RestPath.PLACE_ORDER, 60.0)
        return cancel, now(), holds

    cancel, order, holds = run_virtually(run())
    assert cancel < 0.01
    assert order == pytest.approx(7.0)
    assert holds == [1.0, 7.0]


def test_who_waits_for_a_hold_waits_for_its_end_although_it_grows() -> None:
    """Bug: the wait ends when the first hold would have, in the middle of the second."""

    async def run() -> float:
        limits, now = Limits(LoopClock()), asyncio.get_running_loop().time
        limits.penalize()
        asyncio.get_running_loop().call_later(0.5, limits.penalize, 7.0)
        await limits.acquire(RestPath.PLACE_ORDER, 60.0)
        return now()

    assert run_virtually(run()) == pytest.approx(7.5)


def test_no_hold_is_longer_than_bitgets_own_lockout() -> None:
    """Bug: a gateway in between that says "tomorrow" blinds the cockpit until tomorrow."""

    async def run() -> float:
        return Limits(LoopClock()).penalize(86_400.0)

    assert run_virtually(run()) == LOCKOUT_SECONDS


def test_holds_grow_while_the_exchange_keeps_refusing_and_end_when_it_answers() -> None:
    async def run() -> list[float]:
        limits, holds = Limits(LoopClock()), []
        for _ in range(8):
            holds.append(limits.penalize())
            await asyncio.sleep(holds[-1])
        limits.relieve()
        return [*holds, limits.penalize()]

    assert run_virtually(run()) == pytest.approx([1, 2, 4, 8, 16, 32, 32, 32, 1])


def test_who_waits_too_long_is_told_so() -> None:
    left = _leave([(RestPath.PLACE_ORDER, False, 0.0)] * 40, patience=1.0)
    assert 0 < len(left) < 12
    assert max(at for *_, at in left) <= 1.0
