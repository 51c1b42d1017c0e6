"""Leverage, margin and position mode: what is refused before it leaves, what is shown, what is believed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.events import BalanceReported, OrderReported, PositionsReported, SettingsReported
from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode
from omega_tui.engine.account.settings_checks import leverage_problems
from omega_tui.engine.apply import apply_event
from omega_tui.engine.intents import SetLeverage, SetMarginMode, SetPositionMode, SettingIntent
from omega_tui.engine.risk.leverage_effect import leverage_effect
from omega_tui.engine.state import State
from omega_tui.exchange.port import Accepted, NotSent, Outcome, ReadFailed, Rejected, Unknown
from tests.engine.fake_gateway import D, FakeGateway, FakeReads, balance, order, position, settings
from tests.engine.rig import Rig, running
from tests.engine.test_preview import a_state

ISOLATED = replace(settings(), margin_mode=MarginMode.ISOLATED)


class Exchange(FakeGateway):
    """Keeps the settings that were set, and says them when it is asked."""

    def __init__(self, present: SymbolSettings | None = None, **fields: object) -> None:
        super().__init__(reads_type=ToldReads, **fields)  # type: ignore[arg-type]
        self.present = present or settings()
        self.wanted = self.present
        self.deaf = False

    def becomes(self, wanted: SymbolSettings, outcome: Outcome | None = None) -> None:
        self.wanted = wanted

        def answer() -> Outcome:
            if not isinstance(outcome, Rejected | NotSent):
                self.present = self.wanted
            return outcome or Accepted(None, None)

        self.on_setting = answer


class ToldReads(FakeReads):
    async def settings(self, symbol: str) -> SymbolSettings:
        assert isinstance(self.gateway, Exchange)
        if self.gateway.deaf:
            raise ReadFailed("no answer")
        return replace(self.gateway.present, symbol=symbol)


def sent(rig: Rig) -> list[str]:
    return [what for what in rig.gateway.asked if what.startswith("set_")]


async def test_a_leverage_is_set_and_believed_once_it_was_read_back(tmp_path: Path) -> None:
    exchange = Exchange()
    exchange.becomes(replace(settings(), crossed_leverage=3))
    async with running(tmp_path, exchange, profile="strategic") as rig:
        receipt = rig.engine.submit(SetLeverage("BTCUSDT", 3))
        assert (receipt.taken, receipt.text) == (True, "setting leverage of BTCUSDT to 3x")
        await rig.until(lambda: rig.views.status().leverage == 3)
        assert sent(rig) == ["set_leverage BTCUSDT 3 None"]
        assert "leverage of BTCUSDT to 3x: it is so now" in rig.log_text()
        again = rig.engine.submit(SetLeverage("BTCUSDT", 3))
        assert "it is so already" in again.text
        rows = await rig_rows(rig)
        assert rows[0].startswith(b'{"what":"leverage of BTCUSDT to 3x","outcome":"sending"')
        assert len(rows) == 2, "written before it left and once its end was known"


async def rig_rows(rig: Rig) -> list[bytes]:
    await rig.settle()
    return [row.body for row in await asyncio.wrap_future(rig.journal.read("account.setting"))]


@pytest.mark.parametrize("happened", [True, False])
async def test_an_unknown_answer_is_settled_by_reading_back_and_adds_nothing_until_then(
    tmp_path: Path, happened: bool
) -> None:
    """Bug: sized for 3x while the exchange is at 10x, or the other way round."""
    exchange = Exchange()
    exchange.becomes(replace(settings(), crossed_leverage=3), Unknown("timed out"))
    if not happened:
        exchange.wanted = exchange.present
    async with running(tmp_path, exchange) as rig:
        exchange.deaf = True
        rig.engine.submit(SetLeverage("BTCUSDT", 3))
        await rig.until(lambda: "answer unknown" in rig.log_text())
        assert "no new risk until it is known how that ended" in rig.place().text
        assert "is under way" in rig.engine.submit(SetLeverage("BTCUSDT", 4)).text
        exchange.deaf = False
        end = "it is so now" if happened else "keeps what was before"
        await rig.until_advancing(lambda: end in rig.log_text(), 1.0)
        assert rig.views.status().leverage == (3 if happened else 10)
        assert rig.place().taken
        assert len(sent(rig)) == 1, "asked again by reading, never by sending"


@pytest.mark.parametrize("outcome", [Rejected("40893", "not enough margin", "reduce"), NotSent("offline")])
async def test_a_refusal_is_told_and_shuts_nothing(tmp_path: Path, outcome: Outcome) -> None:
    exchange = Exchange()
    exchange.becomes(replace(settings(), crossed_leverage=3), outcome)
    async with running(tmp_path, exchange) as rig:
        rig.engine.submit(SetLeverage("BTCUSDT", 3))
        word = "not enough margin (40893): reduce" if isinstance(outcome, Rejected) else "not sent: offline"
        await rig.until(lambda: word in rig.log_text())
        await rig.settle()
        assert rig.place().taken


BUSY: list[tuple[str, Callable[[State], object]]] = [
    ("a position", lambda state: apply_event(state, PositionsReported((position("0.1"),), 1))),
    ("an order", lambda state: apply_event(state, OrderReported(order("rest1")))),
]


@pytest.mark.parametrize("busy", BUSY, ids=[name for name, _ in BUSY])
@pytest.mark.parametrize(
    ("intent", "code"),
    [
        (SetMarginMode("BTCUSDT", MarginMode.ISOLATED), "45117"),
        (SetPositionMode(PositionMode.HEDGE), "40920"),
    ],
)
async def test_modes_are_refused_while_the_account_is_in_use(
    tmp_path: Path, intent: SettingIntent, code: str, busy: tuple[str, Callable[[State], object]]
) -> None:
    """40920 and 45117 are said before anything leaves."""
    async with running(tmp_path) as rig:
        busy[1](rig.engine._state)
        receipt = rig.engine.submit(intent)
        assert not receipt.taken
        assert code in receipt.text
        await rig.settle()
        assert sent(rig) == []


async def test_an_idle_account_changes_its_modes_on_request(tmp_path: Path) -> None:
    exchange = Exchange()
    exchange.becomes(replace(settings(), position_mode=PositionMode.HEDGE))
    async with running(tmp_path, exchange) as rig:
        assert rig.engine.submit(SetPositionMode(PositionMode.HEDGE)).taken
        await rig.until(lambda: rig.views.status().position_mode is PositionMode.HEDGE)
        exchange.becomes(replace(exchange.present, margin_mode=MarginMode.ISOLATED))
        await rig.until(lambda: not rig.engine._state.changing)
        assert rig.engine.submit(SetMarginMode("BTCUSDT", MarginMode.ISOLATED)).taken
        await rig.until(lambda: rig.views.status().margin_mode is MarginMode.ISOLATED)
        assert rig.views.status().posture == "NORMAL", "what was asked for here halts nothing"


async def test_a_read_only_venue_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, read_only=True) as rig:
        await rig.until(lambda: rig.engine._state.settings)
        assert "read-only" in rig.engine.submit(SetLeverage("BTCUSDT", 3)).text


def refusal(state: State, leverage: int, side: HoldSide | None = None) -> str:
    return "; ".join(leverage_problems(state, SetLeverage("BTCUSDT", leverage, side)))


def test_what_forbids_a_leverage_is_said_with_the_way_out() -> None:
    state = a_state(profile="strategic")
    assert refusal(state, 5) == ""
    assert "strategic allows 5x at most" in refusal(state, 6)
    assert "BTCUSDT takes 1x to 125x" in refusal(state, 0)
    assert "BTCUSDT takes 1x to 125x" in refusal(state, 126)
    apply_event(state, OrderReported(order("rest1")))
    apply_event(state, SettingsReported(ISOLATED))
    assert "freeze an isolated leverage (45097)" in refusal(state, 5)
    hedged = replace(ISOLATED, position_mode=PositionMode.HEDGE)
    apply_event(state, SettingsReported(hedged))
    assert "each side has its own leverage" in refusal(state, 5)
    assert "each side" not in refusal(state, 5, HoldSide.LONG)


def test_a_leverage_that_cannot_bear_what_is_held_is_refused() -> None:
    state = a_state()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    apply_event(state, BalanceReported(replace(balance(), available=D("1000"))))
    assert "it takes 3000.00 more margin, 1000.00 is available (40893)" in refusal(state, 5)
    state.tiers["BTCUSDT"] = FakeGateway.tiers
    apply_event(state, PositionsReported((position("3"),), 2))
    assert "125x carries 150000 in BTCUSDT, 180000 is held and ordered (45045)" in refusal(state, 125)


def test_the_effect_on_a_crossed_position_is_margin_alone() -> None:
    state = a_state()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    (lower,) = leverage_effect(state, "BTCUSDT", 5)
    assert (lower.extra_margin, lower.liquidation_after) == (3000, lower.liquidation_before)
    assert lower.words == (
        "long 0.5: 10x becomes 5x, 3000.00 more margin is bound; "
        "where the account is liquidated does not change"
    )
    (higher,) = leverage_effect(state, "BTCUSDT", 20)
    assert higher.extra_margin == -1500
    assert leverage_effect(a_state(), "BTCUSDT", 5) == ()


def test_the_effect_on_an_isolated_position_is_where_it_is_liquidated() -> None:
    """60,000 long at 10x with 0.4 % maintenance and 0.06 % fee."""
    state = a_state()
    apply_event(state, SettingsReported(ISOLATED))
    apply_event(state, PositionsReported((replace(position("0.5"), margin_mode=MarginMode.ISOLATED),), 1))
    (lower,) = leverage_effect(state, "BTCUSDT", 5)
    rate = 1 - D("0.0046")
    assert lower.liquidation_before == (30000 - 3000) / (D("0.5") * rate)
    assert lower.liquidation_after == (30000 - 6000) / (D("0.5") * rate)
    assert lower.words == (
        "long 0.5: 10x becomes 5x, 3000.00 more margin is bound; liquidation moves from 54249.5 to 48221.8"
    )
    (higher,) = leverage_effect(state, "BTCUSDT", 20)
    assert (higher.extra_margin, higher.liquidation_after) == (0, higher.liquidation_before)
    assert higher.words.endswith("liquidation stays at 54249.5")


async def test_a_leverage_of_the_other_margin_mode_is_not_taken_for_the_one_in_force(tmp_path: Path) -> None:
    """Bug: crossed at 20x with an isolated 3x beside it is "so already", and positions open at 20x."""
    present = replace(settings(), crossed_leverage=20, isolated_long_leverage=3)
    async with running(tmp_path, Exchange(present)) as rig:
        receipt = rig.engine.submit(SetLeverage("BTCUSDT", 3))
        assert receipt.text.startswith("setting leverage")
        await rig.until(lambda: sent(rig))
        await rig.until(lambda: "the exchange keeps what was before" in rig.log_text())
        assert "it is so now" not in rig.log_text()


async def test_a_change_that_breaks_down_is_read_back_and_does_not_shut_new_risk_for_good(
    tmp_path: Path,
) -> None:
    """Bug: whatever breaks while it is sent leaves "is under way" until the cockpit ends."""

    def broken() -> Outcome:
        raise RuntimeError("no such answer was foreseen")

    exchange = Exchange()
    exchange.on_setting = broken
    async with running(tmp_path, exchange) as rig:
        assert rig.engine.submit(SetLeverage("BTCUSDT", 3)).taken
        await rig.until(lambda: "the exchange keeps what was before" in rig.log_text())
        assert rig.place().taken
