"""Stops and forced closes on an exchange that does harm: FAULTS.md O17 to O26 and O37, engine and all."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from omega_tui.domain.orders import HoldSide, Side
from omega_tui.engine.intents import AcknowledgeAlarms, Flatten, Halt, Protect
from omega_tui.engine.options import StopAnswer
from omega_tui.sim import facts
from tests.e2e.sim_rig import BTC, SimRig, simulated
from tests.exchange.fake import until

LONG = HoldSide.LONG


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[SimRig]:
    async with simulated(tmp_path) as ready:
        yield ready


def alarm(rig: SimRig) -> str:
    return rig.views.status().alarm


def stops(rig: SimRig) -> list[Decimal]:
    """Triggers of the stops that the engine shows as resting."""
    rows = rig.views.orders().rows
    return [row.plan.trigger_price for row in rows if row.plan is not None and row.plan.kind.limits_loss]


async def protected(rig: SimRig, *, target: bool = False) -> None:
    """Wait until the exchange has shown the stop, and the target when one was asked for."""
    await until(lambda: all(row.protected == 1 for row in rig.views.positions().rows), 15)
    await until(lambda: not target or rig.views.positions().rows[0].target_price is not None)


async def alarmed(rig: SimRig, words: str, seconds: float = 8.0) -> None:
    try:
        await until(lambda: words in alarm(rig), seconds)
    except TimeoutError:
        raise AssertionError(f"alarm {alarm(rig)!r} never said {words!r}:\n{rig.log_text()}") from None


async def test_o17_an_entry_whose_stop_never_came_is_alarmed_and_protected(rig: SimRig) -> None:
    rig.harm("preset_ignored", leg="stop_loss", count=1)
    stop = rig.price("0.95")
    rig.place(rig.market(Side.BUY, "0.02", stop_loss=stop))
    await until(lambda: rig.venue.positions())
    filled = asyncio.get_running_loop().time()
    await alarmed(rig, "NAKED 100 %")
    assert asyncio.get_running_loop().time() - filled < 2.5, "two seconds, and what a busy machine adds"
    await rig.says("placing it again (1 of 3)")
    await until(lambda: stops(rig) == [stop])
    await until(lambda: not alarm(rig))


async def test_o17_a_refused_stop_closes_the_position_when_that_is_the_answer(tmp_path: Path) -> None:
    async with simulated(tmp_path, stop_answer=StopAnswer.RETRY_THEN_CLOSE, stop_retries=1) as rig:
        await rig.open_long("0.02")
        refused = rig.harm("plan_refused")
        rig.submit(Protect(BTC, LONG, stop_loss=rig.price("0.95")))
        await until(lambda: not rig.venue.positions(), 15)
        assert refused.fired == 2
        await until(lambda: not rig.views.positions().rows)
        await until(lambda: not alarm(rig))
        assert not rig.venue.pending()


async def test_o18_a_target_that_never_came_is_told_and_the_stop_stays(rig: SimRig) -> None:
    rig.harm("preset_ignored", leg="take_profit", count=1)
    stop, target = rig.price("0.95"), rig.price("1.05")
    rig.place(rig.market(Side.BUY, "0.02", stop_loss=stop, take_profit=target))
    await rig.says("the target is not at the exchange")
    assert stops(rig) == [stop]
    assert alarm(rig) == ""


async def test_o19_a_market_that_leaps_over_both_legs_opens_nothing(rig: SimRig) -> None:
    await rig.open_long("0.02")
    rig.submit(Protect(BTC, LONG, stop_loss=rig.price("0.98"), take_profit=rig.price("1.02")))
    await protected(rig, target=True)
    rig.harm("price_jump", symbol=BTC, mark=str(rig.price("0.97")))
    rig.harm("price_jump", symbol=BTC, mark=str(rig.price("1.03")))
    await until(lambda: not rig.venue.positions(), 15)
    await until(lambda: not rig.views.positions().rows and not rig.views.orders().rows, 15)
    assert not rig.venue.positions(), "no flip"


async def test_o21_a_replacement_that_is_refused_leaves_the_old_stop_resting(rig: SimRig) -> None:
    await rig.open_long("0.02")
    old = rig.price("0.95")
    rig.submit(Protect(BTC, LONG, stop_loss=old))
    await protected(rig)
    rig.harm("error_answer", route="modify-tpsl-order", code="40917", count=1)
    rig.submit(Protect(BTC, LONG, stop_loss=rig.price("0.96")))
    await rig.says("the old one stays")
    assert stops(rig) == [old]
    assert alarm(rig) == ""


async def test_o25_a_liquidation_is_named_with_its_cause(tmp_path: Path) -> None:
    async with simulated(tmp_path) as rig:
        await rig.open_long("1")
        rig.harm("liquidated", symbol=BTC, hold_side="long")
        await alarmed(rig, "LIQUIDATED", 15)
        assert "LONG" in alarm(rig)
        await until(lambda: not rig.venue.positions(), 20)
        rig.submit(AcknowledgeAlarms())
        await until(lambda: not rig.views.positions().rows and not alarm(rig), 15)


async def test_o26_deleveraging_is_named_apart(rig: SimRig) -> None:
    await rig.open_long("0.02")
    rig.harm("deleveraged", symbol=BTC, hold_side="long")
    await alarmed(rig, "DELEVERAGED (ADL): another trader's liquidation took LONG 0.02 BTCUSDT")
    assert "LIQUIDATED" not in alarm(rig)


async def test_o37_the_panic_path_through_five_seconds_of_429(tmp_path: Path) -> None:
    """Invariant 13: cancels go on until proven, no opening order leaves, and closing works afterwards."""
    async with simulated(tmp_path, facts.PositionMode.HEDGE) as rig:
        await rig.open_long("0.02")
        keys = [await rig.rest() for _ in range(3)]
        storm = [
            rig.harm("too_many_requests", route=route)
            for route in ("cancel-order", "batch-cancel-orders", "cancel-all-orders")
        ]
        rig.submit(Halt())
        await asyncio.sleep(1)
        assert "still to go" in rig.views.status().posture_reason
        await until(lambda: sum(fault.fired for fault in storm) >= 2)
        rig.server.faults.desk.clear()
        await until(lambda: not any(rig.live(key) for key in keys), 20)
        await until(lambda: "still to go" not in rig.views.status().posture_reason, 15)
        rig.submit(Flatten(BTC))
        await until(lambda: not rig.venue.positions(), 20)
