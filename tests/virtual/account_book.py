"""What the exchange's own ledger says beside what the cockpit says: every difference in words."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from omega_tui.domain.orders import Order, OrderState
from omega_tui.engine.recorder import EVIDENCE, FILL, ORDER, OrderRow
from omega_tui.journal import read_body
from omega_tui.sim.facts import OrderStatus
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder
from tests.virtual.journal import body_of
from tests.virtual.world import World

PREFIX = "omg"

_STATES = {
    OrderStatus.LIVE: {OrderState.WORKING, OrderState.PENDING_CANCEL},
    OrderStatus.PARTIALLY_FILLED: {OrderState.PARTIALLY_FILLED, OrderState.PENDING_CANCEL},
    OrderStatus.FILLED: {OrderState.FILLED},
    OrderStatus.CANCELED: {OrderState.CANCELED},
}


def differences(world: World) -> Iterator[str]:
    """Every way in which journal, engine and exchange disagree, once everything is settled."""
    orders = [*world.exchange.sim.venue.pending(), *world.exchange.sim.venue.finished()]
    yield from _sent_twice(orders)
    yield from (f"{key} left before its intent was durable" for key in world.premature)
    yield from _orders(world, orders)
    yield from _histories(world)
    yield from _never_ours(world, orders)
    yield from _fills(world)
    yield from _positions(world)


def _sent_twice(orders: list[LedgerOrder]) -> Iterator[str]:
    counts = Counter(order.client_oid for order in orders if order.client_oid.startswith(PREFIX))
    yield from (f"{key} is {count} orders at the exchange" for key, count in counts.items() if count > 1)


def _orders(world: World, orders: list[LedgerOrder]) -> Iterator[str]:
    for theirs in orders:
        ours = _known(world, theirs)
        if ours is None:
            if theirs.client_oid.startswith(PREFIX):
                yield f"{theirs.client_oid} ({theirs.status}) is forgotten here"
        elif ours.state not in _STATES[theirs.status]:
            yield f"{theirs.client_oid} is {theirs.status} there and {ours.state} here"
        elif ours.filled != theirs.filled:
            yield f"{theirs.client_oid} filled {theirs.filled} there and {ours.filled} here"


def _known(world: World, theirs: LedgerOrder) -> Order | None:
    """What engine, or the journal of an order finished in an earlier life, knows of it."""
    known = world.engine.order(theirs.client_oid) or world.engine.order(theirs.order_id)
    if known is not None or not theirs.client_oid.startswith(PREFIX):
        # Somebody else's order of an earlier life is nobody's business any more.
        return known
    return world.journal_order(theirs.client_oid)


def _histories(world: World) -> Iterator[str]:
    """What the journal tells of each order in time: ends are ends, and doubt ends by evidence alone."""
    proven = {body_of(row)["key"] for row in world.journal.rows(EVIDENCE)}
    states: dict[str, list[OrderState]] = defaultdict(list)
    filled: dict[str, Decimal] = {}
    for row in world.journal.rows(ORDER):
        order = read_body(row, OrderRow).order
        key = order.client_order_id or order.order_id or ""
        if order.filled < filled.get(key, Decimal(0)):
            yield f"{key} had {filled[key]} filled and then {order.filled}"
        filled[key] = order.filled
        states[key].append(order.state)
    for key, seen in states.items():
        for before, after in pairwise(seen):
            if before.terminal and after is not before:
                yield f"{key} was {before} and then {after}"
            if before is OrderState.UNKNOWN and after is not before and key not in proven:
                yield f"{key} left UNKNOWN for {after} without evidence"


def _never_ours(world: World, orders: list[LedgerOrder]) -> Iterator[str]:
    """An intent that the exchange never accepted must not be shown as one that lives."""
    accepted = {order.client_oid for order in orders}
    plans = world.exchange.sim.venue.plans
    accepted |= {plan.client_oid for plan in (*plans.pending(), *plans.decided())}
    for row in world.engine.views.orders().rows:
        order = world.engine.order(row.key)
        if order is not None and not order.foreign and order.client_order_id not in accepted:
            yield f"{row.key} is {row.state} here and unknown there"


def _fills(world: World) -> Iterator[str]:
    theirs: dict[str, LedgerFill] = {fill.trade_id: fill for fill in world.exchange.sim.venue.fills()}
    ours = [body_of(row) for row in world.journal.rows(FILL)]
    counts = Counter(fill["trade_id"] for fill in ours)
    yield from (f"fill {key} is forgotten" for key in theirs.keys() - counts.keys())
    yield from (f"fill {key} never happened" for key in counts.keys() - theirs.keys())
    for fill in ours:
        real = theirs.get(fill["trade_id"])
        if real is not None and (Decimal(fill["size"]), Decimal(fill["price"])) != (real.size, real.price):
            yield f"fill {fill['trade_id']} is another one here"


def _positions(world: World) -> Iterator[str]:
    theirs = {(each.symbol, each.hold_side.value): each.size for each in world.exchange.sim.venue.positions()}
    ours = {(row.symbol, row.hold_side.value): row.size for row in world.engine.views.positions().rows}
    if theirs != ours:
        yield f"positions there {theirs}, here {ours}"
