"""A trader's session on real recorded markets, from key press to ledger, against a hand-written account.

Everything is real: the simulator as a child process, ccxt and the streams, the journal, the engine, the
screen without a terminal. Nothing here shares arithmetic with what it checks.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from omega_tui.domain.orders import OrderState, Side
from omega_tui.engine.account_views import FillRow, OrderRow
from omega_tui.settings import load
from omega_tui.wiring import open_cockpit
from tests.e2e.oracle import Oracle
from tests.e2e.recorded import binance_prices, bybit_prices
from tests.support.long import LONG
from tests.support.shared import needs_shared, shared_path
from tests.support.trader import Trader

BALANCE = Decimal(10_000)
BYBIT = ("tapes", "ws", "bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz")
BINANCE = ("tapes", "ws", "binance_usdm_BTCUSDT_20240808.gz")


@asynccontextmanager
async def session(tmp_path: Path, *tape: str, speed: str) -> AsyncIterator[Trader]:
    folders = {f"paths.{name}": str(tmp_path / name) for name in ("config", "data", "state", "cache")}
    flags = {"sim.tape": [str(shared_path(*tape))], "sim.loop": True, "sim.speed": speed, **folders}
    settings = load(flags, environment={}, folder=tmp_path)
    async with open_cockpit(settings) as cockpit, cockpit.app.run_test(size=(120, 36)) as pilot:
        trader = Trader(pilot, cockpit.engine.views)
        await trader.until_live()
        yield trader


def check_against_oracle(trader: Trader) -> None:
    """Every fill's fee and profit, and the money at the end, equal the hand-written account to the digit."""
    oracle = Oracle(Fraction(BALANCE))
    for fill in fills_of(trader):
        assert fill.fee is not None
        assert fill.profit is not None
        assert fill.maker is not None
        profit, fee = oracle.fill(fill.symbol, fill.side, fill.price, fill.size, fill.maker)
        assert abs(Fraction(fill.profit) - profit) <= Fraction(1, 10**8), fill
        assert abs(Fraction(fill.fee) - fee) <= Fraction(1, 10**8), fill
    rows = trader.views.positions().rows
    assert {row.symbol: (row.size, row.hold_side.value) for row in rows} == {
        symbol: (Decimal(abs(holding.size).numerator) / abs(holding.size).denominator, side)
        for symbol, holding in oracle.holdings.items()
        if holding.size and (side := "long" if holding.size > 0 else "short")
    }
    for row in rows:
        entry = oracle.holdings[row.symbol].entry
        assert abs(Fraction(row.entry_price) - entry) < Fraction(1, 10**8)
        assert row.mark_price is not None
        assert row.unrealized is not None
        assert abs(Fraction(row.unrealized) - oracle.unrealized(row.symbol, row.mark_price)) < Fraction(
            1, 10**6
        )
    account = trader.views.account()
    assert account.realized_session is not None
    assert account.fees_session is not None
    assert abs(Fraction(account.realized_session) - oracle.realized) <= Fraction(1, 10**7)
    assert abs(Fraction(account.fees_session) - oracle.fees) <= Fraction(1, 10**7)
    if not rows:
        assert account.equity is not None
        assert abs(Fraction(account.equity) - oracle.cash) <= Fraction(1, 10**7)


@LONG
@needs_shared
@pytest.mark.timeout(180)
async def test_a_session_on_the_binance_tape(tmp_path: Path) -> None:
    """Bugs: a fill that is shown twice or not at all, a wrong fee, a profit that is not the market's, a
    balance that drifts from its fills, a flatten that leaves something open."""
    async with session(tmp_path, *BINANCE, speed="2") as trader:
        views = trader.views
        await trader.buy_market("0.01")
        await trader.until(lambda: len(views.positions().rows) == 1, "the position")
        check_against_oracle(trader)
        first = fills_of(trader)[0]
        assert (first.side, first.maker) == (Side.BUY, False)
        marks = {views.positions().rows[0].mark_price}
        await trader.until(lambda: bool({views.positions().rows[0].mark_price} - marks), "a moving mark")
        check_against_oracle(trader)

        far = (first.price * Decimal("0.98")).quantize(Decimal("0.1"))
        await trader.place_limit("B", far, "0.02")
        await trader.until(lambda: _working(trader) == 1, "the far limit order resting")
        await _fill_as_maker(trader)
        await trader.press("X")
        await trader.press("enter")
        await trader.until(lambda: not _resting(trader), "the far order cancelled")
        assert all(row.plan is not None for row in views.orders().rows), "the stops stay"

        await trader.flatten()
        await trader.until(lambda: not views.positions().rows, "flat")
        await trader.until(lambda: _sold(trader) == _bought(trader), "every fill")
        await trader.until(lambda: views.account().unrealized == 0, "the balance after the last fill")
        check_against_oracle(trader)
    assert {fill.price for fill in fills_of(trader)} <= binance_prices(shared_path(*BINANCE))


@needs_shared
@pytest.mark.timeout(180)
async def test_switching_the_market_on_the_bybit_tape(tmp_path: Path) -> None:
    """Bugs: an order that goes to the market shown before, a book of one market under the name of another,
    a position that disappears when another market is shown."""
    async with session(tmp_path, *BYBIT, speed="2") as trader:
        views = trader.views
        await trader.buy_market("0.01")
        await trader.until(lambda: len(views.positions().rows) == 1, "the BTC position")
        await trader.select("sol", "SOLUSDT")
        await trader.buy_market("1.5")
        await trader.until(lambda: len(views.positions().rows) == 2, "both positions")
        await trader.until(lambda: all(row.mark_price for row in views.positions().rows), "both marks")
        check_against_oracle(trader)
        await trader.flatten()
        await trader.until(lambda: [row.symbol for row in views.positions().rows] == ["BTCUSDT"], "SOL flat")
        check_against_oracle(trader)
    for symbol in ("BTCUSDT", "SOLUSDT"):
        recorded = bybit_prices(shared_path(*BYBIT), symbol)
        assert {fill.price for fill in fills_of(trader) if fill.symbol == symbol} <= recorded


async def _fill_as_maker(trader: Trader) -> None:
    """Bid at the touch until a bid rested before it was filled; the market may outrun a typed price."""
    for _ in range(6):
        known, ladder = len(fills_of(trader)), trader.views.ladder(1, 1)
        assert ladder.best_bid_ticks is not None
        await trader.place_limit("B", ladder.best_bid_ticks * ladder.tick, "0.005")
        await trader.until(lambda before=known: len(fills_of(trader)) > before, "the near limit filled", 60)
        if any(fill.maker for fill in fills_of(trader)):
            return
    pytest.fail("no bid of six was filled as a maker")


def fills_of(trader: Trader) -> tuple[FillRow, ...]:
    """Every execution, oldest first."""
    return tuple(reversed(trader.views.fills(1000).rows))


def _working(trader: Trader) -> int:
    return sum(row.state is OrderState.WORKING for row in _resting(trader))


def _resting(trader: Trader) -> list[OrderRow]:
    """Plain orders: every entry brings a stop along, which is a plan of its position."""
    return [row for row in trader.views.orders().rows if row.plan is None]


def _bought(trader: Trader) -> Decimal:
    return sum((fill.size for fill in fills_of(trader) if fill.side is Side.BUY), Decimal(0))


def _sold(trader: Trader) -> Decimal:
    return sum((fill.size for fill in fills_of(trader) if fill.side is Side.SELL), Decimal(0))
