"""The whole engine against the served exchange: what others do there is known here within seconds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from omega_tui.domain.events import Health
from omega_tui.domain.orders import HoldSide
from omega_tui.engine.views import Posture, Views
from omega_tui.settings import load
from omega_tui.sim.child import read_address
from omega_tui.wiring import open_desk
from tests.support.simulator import Simulator, simulator


async def _until(condition: Callable[[], object], what: str) -> None:
    try:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - pictures are pulled, they announce nothing
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(what) from None


@asynccontextmanager
async def _cockpit(folder: Path, exchange: Simulator) -> AsyncIterator[Views]:
    paths = {f"paths.{name}": str(folder / name) for name in ("config", "data", "state", "cache")}
    settings = load(paths, environment={}, folder=folder)
    async with open_desk(settings, read_address(exchange.line)) as desk:
        await desk.start()
        views = desk.engine.views
        await _until(lambda: views.status().posture is Posture.NORMAL, "never compared")
        await _until(lambda: views.status().book.health is Health.LIVE, "no market")
        yield views


def _log(views: Views) -> str:
    return "\n".join(row.text for row in views.log(500).rows)


async def test_streams_that_are_cut_are_stood_in_for_and_come_back(tmp_path: Path) -> None:
    """Positions opened and funding charged while nothing is pushed are seen by asking, and counted once."""
    with simulator("--seed", "3") as exchange:
        async with _cockpit(tmp_path, exchange) as views:
            for address in ("public", "private"):
                exchange.fault("down", address=address)
                exchange.fault("disconnect", address=address, abrupt=True)
            await _until(
                lambda: {views.status().book.health, views.status().private.health} == {Health.POLLING},
                f"not polling: {views.status()}",
            )
            exchange.fault("external_fill", symbol="BTCUSDT", side="buy", size="0.02")
            await _until(lambda: views.positions().rows, "the position was not seen")
            exchange.fault("funding_due", symbol="BTCUSDT", rate="0.001")
            assert views.ladder(1, 5).bids
            exchange.mend()
            await _until(lambda: views.status().posture is Posture.NORMAL, "did not come back")
            await _until(lambda: "funding paid" in _log(views), "the bill was not read")
            assert _log(views).count("funding paid") == 1
            assert len(views.fills(9).rows) == 1


async def test_what_others_do_on_the_account_is_told(tmp_path: Path) -> None:
    """O25, O27 to O29, O40 as the served exchange plays them."""
    with simulator("--seed", "4") as exchange:
        exchange.fault("external_fill", symbol="BTCUSDT", side="buy", size="0.02")
        exchange.fault("external_order", symbol="ETHUSDT", side="buy", size="0.1", price="1000")
        async with _cockpit(tmp_path, exchange) as views:
            assert [row.size for row in views.positions().rows] == [Decimal("0.02")]
            assert [row.foreign for row in views.orders().rows] == [True]
            exchange.fault("external_fill", symbol="BTCUSDT", side="sell", size="0.05")
            await _until(lambda: "turned from long 0.02 to short 0.03" in views.status().alarm, "no flip")
            exchange.fault("leverage_switched", symbol="BTCUSDT", leverage=7)
            await _until(lambda: "leverage changed" in _log(views), "the leverage was not told")
            exchange.fault("liquidated", symbol="BTCUSDT", hold_side="short")
            await _until(lambda: "LIQUIDATED" in views.status().alarm, "the liquidation was not told")
            await _until(
                lambda: all(row.hold_side is not HoldSide.SHORT for row in views.positions().rows),
                "the position stayed",
            )
