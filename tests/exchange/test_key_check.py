"""A key of another environment never places an order, and what else a key may do is told before it trades."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from omega_tui.clock import CountingIds
from omega_tui.domain.account import KeyFacts
from omega_tui.domain.events import Event, Health, HealthChanged, NoticeGiven
from omega_tui.exchange.bitget.rest.board import ActionsBoard
from omega_tui.exchange.bitget.rest.client import _require_the_real_thing
from omega_tui.exchange.bitget.rest.dispatch import ENTRY, WAY_OUT, Dispatch
from omega_tui.exchange.bitget.rest.key_check import AccountFacts, KeyCheck
from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.rest.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.rest.service import Service
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import ReadFailed
from tests.support.virtual_time import LoopClock, run_virtually

_REAL = AccountFacts(simulated=False, refuse_withdrawals=True)


def _answered(code: str, data: Any = None, status: int = 400) -> Evidence:
    return Evidence(Transport.ANSWERED, status, json.dumps({"code": code, "msg": "w", "data": data}))


_TAKEN = _answered("00000", [], 200)
_SILENT = Evidence(Transport.LOST, words="timeout")


class Bench:
    """A key check on a scripted exchange, in virtual time."""

    def __init__(self, answer: Evidence, facts: AccountFacts = _REAL, key: KeyFacts | None = None) -> None:
        self.answer, self.key = answer, key
        self.asked: list[RestPath] = []
        self.events: list[Event] = []
        clock = LoopClock()
        limits, board = Limits(clock), ActionsBoard(self.events.append)
        service = Service(limits, board, clock, self.events.append, lambda: None)
        dispatch = Dispatch(self, limits, service, clock, CountingIds())
        reads = RestReads(dispatch)
        reads.key = self._tell_of_the_key  # type: ignore[method-assign]
        self.check = KeyCheck(
            dispatch, reads, service, board, self.events.append, facts, clock.monotonic, self._synchronised
        )

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        self.asked.append(path)
        return self.answer

    async def _synchronised(self) -> None:
        """The exchange's time is known."""

    async def _tell_of_the_key(self) -> KeyFacts:
        if self.key is None:
            raise ReadFailed("40014")
        return self.key

    @property
    def health(self) -> Health | None:
        found = [event for event in self.events if isinstance(event, HealthChanged)]
        return found[-1].health if found else None

    @property
    def notices(self) -> str:
        return " ".join(event.text for event in self.events if isinstance(event, NoticeGiven))


def _key(withdraw: bool = False, addresses: tuple[str, ...] = ("203.0.113.7",)) -> KeyFacts:
    return KeyFacts("1", True, withdraw, ("trade",), addresses)


@pytest.mark.parametrize("code", ["40099", "40085", "40084"])
def test_k04_k05_a_key_of_elsewhere_sends_nothing_not_even_a_close(code: str) -> None:
    """The mutant: the first order finds it out."""
    bench = Bench(_answered(code))

    async def run() -> tuple[str, str]:
        return await bench.check.objection(ENTRY), await bench.check.objection(WAY_OUT)

    entry, close = run_virtually(run())
    assert code in entry
    assert code in close
    assert bench.health is Health.REFUSED


@pytest.mark.parametrize("code", ["40006", "40037", "40009", "40012", "40018", "40038", "22010", "40014"])
def test_k08_k09_a_refused_key_opens_nothing_and_may_still_try_to_close(code: str) -> None:
    bench = Bench(_answered(code))

    async def run() -> tuple[str, str]:
        return await bench.check.objection(ENTRY), await bench.check.objection(WAY_OUT)

    entry, close = run_virtually(run())
    assert code in entry
    assert close == ""


def test_a_question_nobody_answers_holds_back_entries_only() -> None:
    bench = Bench(_SILENT)

    async def run() -> tuple[str, float, str]:
        began = asyncio.get_running_loop().time()
        entry = await bench.check.objection(ENTRY)
        return entry, asyncio.get_running_loop().time() - began, await bench.check.objection(WAY_OUT)

    entry, seconds, close = run_virtually(run())
    assert "not confirmed" in entry
    assert seconds <= 1.1
    assert close == ""


def test_a_confirmed_key_is_asked_about_once() -> None:
    bench = Bench(_TAKEN, key=_key())

    async def run() -> list[str]:
        return [await bench.check.objection(ENTRY) for _ in range(5)]

    assert run_virtually(run()) == [""] * 5
    assert bench.asked == [RestPath.ACCOUNTS]
    assert bench.events == []


def test_a_key_that_is_taken_again_is_used_again() -> None:
    """K09: the address was put on the key's list while the cockpit ran."""
    bench = Bench(_answered("40018"), key=_key())

    async def run() -> str:
        task = asyncio.create_task(bench.check.run())
        await asyncio.sleep(5)
        assert bench.health is Health.REFUSED
        bench.answer = _TAKEN
        await asyncio.sleep(20)
        task.cancel()
        return await bench.check.objection(ENTRY)

    assert run_virtually(run()) == ""


def test_k06_a_key_that_may_withdraw_does_not_trade_with_real_money() -> None:
    bench = Bench(_TAKEN, key=_key(withdraw=True))

    async def run() -> tuple[str, str]:
        await bench.check._ask()
        return await bench.check.objection(ENTRY), await bench.check.objection(WAY_OUT)

    entry, close = run_virtually(run())
    assert "allow_withdrawals" in entry
    assert close == ""
    assert bench.health is Health.REFUSED


def test_k06_it_trades_when_that_is_allowed_and_says_so_all_the_same() -> None:
    bench = Bench(_TAKEN, AccountFacts(simulated=False), key=_key(withdraw=True))

    async def run() -> str:
        await bench.check._ask()
        return await bench.check.objection(ENTRY)

    assert run_virtually(run()) == ""
    assert "may withdraw" in bench.notices


def test_k07_a_key_without_addresses_is_hinted_at() -> None:
    bench = Bench(_TAKEN, key=_key(addresses=()))
    run_virtually(bench.check._ask())
    assert "any address" in bench.notices


def test_a_simulated_account_is_spared_the_hints() -> None:
    bench = Bench(_TAKEN, AccountFacts(), key=_key(withdraw=True, addresses=()))
    run_virtually(bench.check._ask())
    assert bench.events == []


def test_a_look_alike_of_ccxt_is_not_used(ccxt_loaded: None) -> None:
    """Section 3: `ccxt-mexc-futures` overrode `sign` and sent keys to its author."""
    import ccxt.async_support as genuine

    _require_the_real_thing(genuine.bitget)
    steal: Callable[..., Any] = lambda self, *arguments: arguments  # noqa: E731 - as a thief would

    class Overridden(genuine.bitget):  # type: ignore[misc,name-defined]
        sign = steal

    replaced = type("bitget", (), {"sign": steal, "__module__": "ccxt.async_support.bitget"})
    for fake in (Overridden, replaced):
        with pytest.raises(ImportError, match="its own"):
            _require_the_real_thing(fake)
