"""How a run ends: the weather clears, every fate becomes known, and then everything has to agree, also with a
cockpit that has to learn it all anew; and whoever wants out gets out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from omega_tui.domain.orders import OrderState
from omega_tui.engine.intents import Flatten
from omega_tui.journal.records import BILL, EVIDENCE, FILL, ORDER
from omega_tui.sim.condition import Status
from tests.virtual.account_book import differences
from tests.virtual.network import Weather
from tests.virtual.world import World

_UNSURE = frozenset(
    {
        *(OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN),
        *(OrderState.ACK, OrderState.PENDING_CANCEL),
    }
)
_PATIENCE_SECONDS = 300.0
_FLAT_SECONDS = 60.0
_MOST_WAITS = 8


def open_questions(world: World) -> list[str]:
    """Orders whose fate the engine does not know yet."""
    return [row.key for row in world.engine.views.orders().rows if row.state in _UNSURE]


async def settle(world: World, comparisons: float) -> None:
    """Let everything be well again, and wait for every fate and for a few comparisons of the account.

    The market goes on: when it reaches an order meanwhile, the wait begins anew.
    """
    world.journal.failing = False
    vars(world.weather).update(vars(Weather()))
    world.exchange.sim.condition.enter(Status.NORMAL)
    await asyncio.sleep(1)
    for _ in range(_MOST_WAITS):
        await world.until(lambda: not open_questions(world), _PATIENCE_SECONDS, "every fate to be known")
        there = _ledger(world)
        await asyncio.sleep(comparisons * world.reconcile_seconds)
        if there == _ledger(world):
            return


async def end(world: World, comparisons: float = 2.2) -> AsyncIterator[str]:
    """Every difference there is in the end, and after a restart, and after the trader wanted out."""
    if not world.alive:
        await world.live()
    await settle(world, comparisons)
    for each in differences(world):
        yield each
    for each in _entries_under_halt(world):
        yield each
    async for each in second_look(world):
        yield each
    async for each in another_life(world, comparisons):
        yield each
    async for each in _way_out(world, comparisons):
        yield each


async def second_look(world: World) -> AsyncIterator[str]:
    """12: what is known already is no news."""
    there, written = _ledger(world), _rows(world)
    await asyncio.sleep(1.2 * world.reconcile_seconds)
    if there == _ledger(world) and written != _rows(world):
        yield "12: a second comparison found more although nothing had happened"


async def another_life(world: World, comparisons: float) -> AsyncIterator[str]:
    """12: a cockpit that was killed knows afterwards what it knew before."""
    there, knew = _ledger(world), picture(world)
    await world.die()
    await world.live()
    await settle(world, comparisons)
    if there == _ledger(world):
        for before, after in zip(knew, picture(world), strict=True):
            forgotten, invented = before - after, after - before
            if forgotten or invented:
                yield f"12: before the restart {list(forgotten)}, after it {list(invented)}"
    for each in differences(world):
        yield f"after a restart: {each}"


async def _way_out(world: World, comparisons: float) -> AsyncIterator[str]:
    """13: who wants out is flat in the end, or is told what is left."""
    world.submit(Flatten(None))
    with suppress(AssertionError):
        await world.until(lambda: not world.exchange.sim.venue.positions(), _FLAT_SECONDS, "the way out")
    await settle(world, comparisons)
    left = world.exchange.sim.venue.positions()
    told = " ".join(row.text for row in world.engine.views.log(60).rows)
    if left and "left" not in told and "open" not in told:
        yield f"13: flattened, and {[(each.hold_side.value, each.size) for each in left]} is left untold"
    for each in differences(world):
        yield f"flattened: {each}"


def _entries_under_halt(world: World) -> list[str]:
    if world.engine.views.status().posture.value != "HALT":
        return []
    resting = [order.client_oid for order in world.exchange.sim.venue.pending() if not _reduces(order)]
    return [f"13: halted, and {key} still rests and may add" for key in resting]


def _reduces(order: Any) -> bool:
    return order.reduce_only or "close" in order.trade_side


def picture(world: World) -> tuple[set[object], ...]:
    """What the cockpit knows and the next one has to know too; prices that move by themselves left out.

    Nor does it have to know whose entry a stop came with: the exchange does not tell.
    """
    views = world.engine.views
    orders: set[object] = {
        (
            row.key,
            row.state,
            row.side,
            row.size,
            row.filled,
            row.price,
            row.plan,
            row.foreign and not row.plan,
        )
        for row in views.orders().rows
    }
    positions: set[object] = {
        (row.hold_side, row.size, row.entry_price, row.protected, row.stop_price, row.target_price)
        for row in views.positions().rows
    }
    return orders, positions, {(views.status().posture, views.status().posture_reason)}


def _ledger(world: World) -> object:
    """What the exchange has booked so far."""
    venue = world.exchange.sim.venue
    return (
        *(list(venue.pending()), len(venue.finished()), len(venue.fills())),
        *(venue.plans.pending(), len(venue.plans.decided()), venue.wallet.balance),
    )


def _rows(world: World) -> int:
    return len(world.journal.rows(ORDER, EVIDENCE, FILL, BILL))
