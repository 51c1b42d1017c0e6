"""Short plays, each the place where one kind of bug shows at once, and what everybody found in the end.

Without a bug every scene ends without a word. That is what makes a found one worth something.
"""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from omega_tui.domain.orders import HoldSide, OrderType, Side, TimeInForce
from omega_tui.engine.intents import ClosePosition
from omega_tui.exchange.bitget.endpoints import Endpoints, ForbiddenHost
from omega_tui.journal.records import ORDER
from omega_tui.sim.facts import BookDelta, Direction, PositionMode
from omega_tui.sim.venue.venue import VenueSettings
from tests.support.virtual_time import run_virtually
from tests.virtual.account_book import differences
from tests.virtual.finale import another_life, second_look, settle
from tests.virtual.network import Fate
from tests.virtual.referee import Referee
from tests.virtual.verbs import SYMBOL, Verbs
from tests.virtual.world import World

Scene = Callable[[World, Verbs], Awaitable[list[str]]]

_SEED = 4
_COMPARISONS = 2.2
_WAY_OUT_SECONDS = 0.5


def found_in(scene: Scene, **options: Any) -> list[str]:
    """What everybody found wrong in a scene, and in the end unless `ends` is False: position mode, profile
    and whether the exchange takes a client id once (`dedupes`) may be chosen."""

    async def play() -> list[str]:
        world = World(_SEED, venue=_venue(options), **_options(options))
        async with world, Referee(world) as referee:
            world.exchange.sim.venue.quirks.dedupes_client_oids = options.get("dedupes", True)
            await world.until_normal()
            found = await scene(world, Verbs(world, referee))
            if not options.get("ends", True):
                return found
            await settle(world, _COMPARISONS)
            return [*found, *referee.breaches, *differences(world)]

    try:
        return run_virtually(play(), _SEED)
    except AssertionError as error:
        return [str(error)]


def _venue(options: dict[str, Any]) -> VenueSettings:
    return VenueSettings(options.get("position_mode", PositionMode.ONE_WAY))


def _options(options: dict[str, Any]) -> dict[str, Any]:
    own = {"reconcile_seconds": 10.0, "balance_step": Decimal(0)}
    return own | ({"profile": options["profile"]} if "profile" in options else {})


async def lost_answer(world: World, verbs: Verbs) -> list[str]:
    """An order arrives, and nobody hears so."""
    verbs.befall(Fate.LOST_ANSWER)
    verbs.enter(Side.BUY, 2, 200)
    await asyncio.sleep(15)
    return []


async def late_request(world: World, verbs: Verbs) -> list[str]:
    """An order is given up, and arrives later."""
    verbs.befall(Fate.LATE_REQUEST)
    verbs.enter(Side.BUY, 2, 200)
    await asyncio.sleep(20)
    return []


async def entry(world: World, verbs: Verbs) -> list[str]:
    """A small entry at market."""
    verbs.enter(Side.BUY, 2)
    await asyncio.sleep(1)
    return []


async def twins(world: World, verbs: Verbs) -> list[str]:
    """Two orders trade at the same moment, the same size, at the same price."""
    verbs.batch([(Side.BUY, 1, None, False), (Side.BUY, 1, None, False)])
    await asyncio.sleep(1)
    return []


async def sweep(world: World, verbs: Verbs) -> list[str]:
    """An order trades at two prices, a small part at the better one."""
    exchange = world.exchange.sim
    price, _ = exchange.venue.book(SYMBOL).levels(Direction.SELL, 1)[0]
    exchange.apply(BookDelta(SYMBOL, exchange.clock.now_ms(), (), ((price, "0.001"),)))
    verbs.enter(Side.BUY, 60)
    await asyncio.sleep(1)
    met = len(exchange.venue.fills())
    return [] if met > 1 else ["the scene has changed: the order met one level only"]


async def full_disk(world: World, verbs: Verbs) -> list[str]:
    """The disk is full when an order is to be written down."""
    verbs.fill_disk(True)
    verbs.enter(Side.BUY, 2)
    await asyncio.sleep(1)
    return []


async def forged_row(world: World, verbs: Verbs) -> list[str]:
    """Somebody changes an order in the file while the cockpit is off."""
    verbs.enter(Side.BUY, 2, 200)
    await asyncio.sleep(2)
    await world.die()
    world.journal.forge(ORDER, b"0.002", b"0.009")
    await world.live()
    await asyncio.sleep(20)
    status = world.engine.views.status()
    believed = status.posture.value == "NORMAL" or "journal" not in status.posture_reason
    said = f"the posture is {status.posture} ({status.posture_reason})"
    return [f"7: a changed row was believed, {said}"] if believed else []


async def two_big_entries(world: World, verbs: Verbs) -> list[str]:
    """Two entries that the profile allows one of; of the first nobody knows what became of it."""
    for fates in ((Fate.LATE_REQUEST,), ()):
        verbs.befall(*fates)
        price = verbs.away(Side.BUY, 20)
        stop = verbs.away(Side.BUY, 80)
        draft = world.draft(size=Decimal("0.15"), price=price, stop_loss=stop)
        verbs.place(draft)
        await asyncio.sleep(2)
    await asyncio.sleep(12)
    rests = any(order.size == Decimal("0.15") for order in world.exchange.sim.venue.pending())
    return [] if rests else ["the scene has changed: not even one big entry rests"]


async def close_one_of_two(world: World, verbs: Verbs) -> list[str]:
    """Long and short are held side by side, and the long is closed."""
    for side in Side:
        verbs.enter(side, 3)
        await asyncio.sleep(2)
    verbs.submit(ClosePosition(SYMBOL, HoldSide.LONG))
    await asyncio.sleep(3)
    return []


async def moved_stop(world: World, verbs: Verbs) -> list[str]:
    """A position gets a stop, and then a nearer one."""
    verbs.enter(Side.BUY, 3)
    await asyncio.sleep(2)
    for points in (300, 200):
        verbs.protect(0, points, None)
        await asyncio.sleep(5)
    return []


async def bare_entry(world: World, verbs: Verbs) -> list[str]:
    """A position without a stop."""
    verbs.enter(Side.BUY, 3)
    await asyncio.sleep(5)
    return []


async def adopted_order(world: World, verbs: Verbs) -> list[str]:
    """Another client leaves an order; the cockpit sees it in this life and in the next."""
    verbs.other_trades(Side.BUY, 2, price=verbs.away(Side.BUY, 200))
    await settle(world, _COMPARISONS)
    found = [each async for each in second_look(world)]
    return found + [each async for each in another_life(world, _COMPARISONS)]


async def trade_while_off(world: World, verbs: Verbs) -> list[str]:
    """Another client trades while the cockpit is off."""
    verbs.enter(Side.BUY, 2, 200)
    await asyncio.sleep(2)
    await world.die()
    verbs.other_trades(Side.BUY, 1)
    await world.live()
    return []


async def crowded_halt(world: World, verbs: Verbs) -> list[str]:
    """HALT while many entries wait for their turn."""
    for _ in range(3):
        verbs.enter(Side.BUY, 1, 200)
    await asyncio.sleep(3)
    for _ in range(25):
        draft = verbs.ticket(Side.BUY, 1, 200, time_in_force=TimeInForce.GTC)
        verbs.place(draft)
    await asyncio.sleep(0.3)
    before = len(world.exchange.arrivals)
    verbs.halt()
    await asyncio.sleep(_WAY_OUT_SECONDS)
    paths = [path for _, path, _, _ in world.exchange.arrivals[before:]]
    if any("cancel" in path for path in paths):
        return []
    return [f"13: no cancel came through within {_WAY_OUT_SECONDS} s of HALT, but {len(paths)} others did"]


async def halt_at_the_door(world: World, verbs: Verbs) -> list[str]:
    """HALT while an entry is being written down."""
    draft = world.draft(order_type=OrderType.MARKET)
    verbs.place(draft)
    verbs.halt()
    await asyncio.sleep(3)
    return []


def environments() -> list[str]:
    """Where demo trading and real money would send requests and streams."""
    found = []
    for name in ("demo", "live"):
        try:
            built: Endpoints = getattr(Endpoints, name)()
        except ForbiddenHost as error:
            found.append(f"14: the fence holds {name} back: {error}")
            continue
        streams = {url.split("/")[2] for url in (built.ws_public, built.ws_private)}
        if streams != {"wspap.bitget.com" if built.demo_trading else "ws.bitget.com"}:
            found.append(f"14: {name} trading would stream from {sorted(streams)}")
    return found
