"""Jumps in time: however an hour or a day is cut into steps, the same things happen in it."""

import asyncio
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.facts import CandleRow, Direction, PublicTrade
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.trade import ROUTES
from omega_tui.sim.venue.ledger import LedgerEvent
from tests.sim.protocol.scripted import BTC
from tests.sim.protocol.stepped import HOUR_MS, SteppedExchange
from tests.sim.protocol.test_stepping import order

DAY_MS = 24 * HOUR_MS

Story = tuple[list[LedgerEvent], list[PublicTrade], list[CandleRow]]


async def played(steps: list[int]) -> Story:
    """Nine hours with orders all around the price, and the funding of one position, in these steps."""
    there = SteppedExchange.generated(11, 60_000, BTC)
    await there.step(0)
    there.venue.place(order(BTC, Direction.BUY, "0.05"))
    bid = there.venue.ticker(BTC).bid
    assert bid is not None
    for number in range(1, 20):
        there.venue.place(order(BTC, Direction.BUY, "0.01", bid - 10 * number))
        there.venue.place(order(BTC, Direction.SELL, "0.01", bid + 10 * number))
    for milliseconds in steps:
        await there.step(milliseconds)
    await there.step(9 * HOUR_MS - sum(steps))
    trades = list(there.exchange.recent_trades(BTC))
    return there.ledger, trades, there.exchange.candles.rows(BTC, "1m", 1 << 53, 1000)


_WHOLE: list[Story] = []


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, 2 * HOUR_MS), max_size=4))
def test_steps_of_any_size_lead_to_the_same_ledger(steps: list[int]) -> None:
    """A bot that steps by a second and one that steps by an hour must not live in different markets."""
    if not _WHOLE:
        _WHOLE.append(asyncio.run(played([])))
    ledger, trades, candles = asyncio.run(played(steps))
    assert len(ledger) > 80
    assert (ledger, trades, candles) == _WHOLE[0]


async def test_the_days_figures_hold_over_a_jump_of_two_days() -> None:
    """A ticker that forgot to let yesterday go, or the jump itself, shows volumes that nobody traded."""
    there = SteppedExchange.generated(7, 60_000, BTC)
    await there.step(2 * DAY_MS)
    state, now = there.venue.ticker(BTC), there.clock.now_ms()
    hours = [
        row for row in there.exchange.candles.rows(BTC, "1H", 1 << 53, 30) if row[0] + HOUR_MS > now - DAY_MS
    ]
    assert state.base_volume_24h == sum(Decimal(row[5]) for row in hours)
    assert state.quote_volume_24h == sum(Decimal(row[6]) for row in hours)
    assert state.high_24h == max(Decimal(row[2]) for row in hours)
    assert state.low_24h == min(Decimal(row[3]) for row in hours)
    minutes = there.exchange.candles.rows(BTC, "1m", 1 << 53, 1000)
    assert [after[0] - before[0] for before, after in pairwise(minutes)] == [60_000] * 999
    last = there.exchange.recent_trades(BTC)[0]
    assert (last.price, str(state.last)) == (minutes[-1][4], minutes[-1][4])
    assert there.exchange.day_open(BTC) == Decimal(
        there.exchange.candles.rows(BTC, "1Dutc", 1 << 53, 1)[0][1]
    )


async def test_a_coarse_market_trades_and_moves_as_much_as_a_fine_one() -> None:
    """Strategies measured on a stepped month would be worth nothing in a market of another temper."""
    there = SteppedExchange.generated(7, 60_000, BTC)
    await there.step(4 * DAY_MS)
    hours = there.exchange.candles.rows(BTC, "1H", there.clock.now_ms() - HOUR_MS, 90)
    volumes = [float(row[5]) for row in hours]
    assert 2_500 < sum(volumes) / len(volumes) < 10_000, "about five thousand bitcoins an hour"
    returns = [float(row[4]) / float(row[1]) - 1 for row in hours]
    stdev = (sum(one * one for one in returns) / len(returns)) ** 0.5
    assert 0.5 < stdev / (6e-5 * 60) < 2
    book = there.venue.book(BTC)
    assert len(book.bids.keys) > 15 < len(book.asks.keys)
    state = there.venue.ticker(BTC)
    assert state.mark is not None
    assert state.last is not None
    assert abs(state.mark / state.last - 1) < Decimal("0.001")


async def test_nobody_pays_for_a_settlement_from_before_he_traded() -> None:
    """Time runs on while the agenda waits to be played, and an order comes in between."""
    there = SteppedExchange.generated(7, 60_000, BTC)
    await there.step(0)
    due = there.venue.ticker(BTC).next_funding_ms
    assert due is not None
    there.clock.move_to(due + 1000)
    asked = {"symbol": BTC, "productType": "USDT-FUTURES", "marginCoin": "USDT", "marginMode": "crossed"}
    asked |= {"side": "buy", "orderType": "market", "size": "0.05"}
    ROUTES[RestPath.PLACE_ORDER].answer(there.exchange, Parameters(asked))
    await there.step(60_000)
    (position,) = there.venue.positions()
    assert position.created_ms > due == there.venue.funding.history(BTC)[0].ts
    assert position.funding == 0
