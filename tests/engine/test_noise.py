"""Noise below the step redraws nothing; what adds up shows, and never more than the step is held back."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.events import BalanceReported, PositionsReported
from omega_tui.engine.account.noise import is_same_balance
from omega_tui.engine.views import Panel
from tests.engine.fake_gateway import D, FakeGateway, balance, position
from tests.engine.rig import running

STEP = D("0.01")


async def test_a_balance_that_trembles_redraws_nothing_and_one_that_drifts_does(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        seen = rig.views.version(Panel.ACCOUNT)
        for equity in ("10000.004", "9999.996", "10000.009"):
            rig.gateway.emit(BalanceReported(balance(equity)))
        assert rig.views.version(Panel.ACCOUNT) == seen
        rig.gateway.emit(BalanceReported(balance("10000.012")))
        assert rig.views.version(Panel.ACCOUNT) > seen, "the drift is told from what was shown"
        assert rig.views.account().equity == D("10000.012")


async def test_a_reading_that_tells_nothing_new_redraws_nothing(tmp_path: Path) -> None:
    """REST stamps no time on a balance, so every reading differed from every push."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        await rig.advance(4)
        seen = [rig.views.version(panel) for panel in (Panel.ACCOUNT, Panel.POSITIONS)]
        rig.gateway.balance = replace(balance(), exchange_ms=None)
        rig.gateway.positions = (replace(position(), unrealized=D("0.004"), updated_ms=9),)
        for _ in range(12):
            await rig.advance(1)
        assert [rig.views.version(panel) for panel in (Panel.ACCOUNT, Panel.POSITIONS)] == seen


async def test_a_position_that_changed_is_never_noise(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        for changed in (
            position("0.501"),
            position(entry="60000.1"),
            replace(position(), unrealized=D("-0.02")),
            replace(position("0.00001", symbol="ETHUSDT"), mark_price=D("60007")),
        ):
            seen = rig.views.version(Panel.POSITIONS)
            rig.gateway.emit(PositionsReported((changed,), 3))
            assert rig.views.version(Panel.POSITIONS) > seen


@given(st.lists(st.decimals(-1, 1, places=4), max_size=30))
def test_never_more_than_the_step_is_held_back(moves: list[Decimal]) -> None:
    truth, shown = D(1000), balance("1000")
    for move in moves:
        truth += move
        told = replace(shown, equity=truth)
        if not is_same_balance(shown, told, STEP):
            shown = told
        assert abs(shown.equity - truth) < STEP
