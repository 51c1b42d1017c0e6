"""What the exchange's own ledger says beside what the cockpit says: every difference in words."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from omega_tui.domain.orders import HoldSide, Order, OrderState
from omega_tui.journal import read_body
from omega_tui.journal.records import BILL, EVIDENCE, FILL, INTENT, ORDER, OrderRow
from omega_tui.sim.facts import OrderStatus, PlanType
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder, LedgerPlan
from tests.virtual.journal import body_of
from tests.virtual.money_book import held_by_fills, money_differences, told
from tests.virtual.world import World

PREFIX = "omg"
STOPS = frozenset({PlanType.LOSS, PlanType.POSITION_LOSS})

_STATES = {
    OrderStatus.LIVE: {OrderState.WORKING, OrderState.PENDING_CANCEL},
    OrderStatus.PARTIALLY_FILLED: {OrderState.PARTIALLY_FILLED, OrderState.PENDING_CANCEL},
    OrderStatus.FILLED: {OrderState.FILLED},
    OrderStatus.CANCELED: {OrderState.CANCELED},
}


def differences(world: World) -> Iterator[str]:
    """Every way in which journal, engine and exchange disagree, once everything is settled."""
    orders = [*world.exchange.sim.venue.pending(), *world.exchange.sim.venue.finished()]
    yield from _sent_twice(world, orders)
    yield from (f"{key} left before its intent was durable" for key in world.premature)
    yield from (f"{key} left after HALT and may add" for key in world.defiant)
    yield from _orders(world, orders)
    yield from _histories(world)
    yield from _never_ours(world, orders)
    yield from _wrong_way(world, orders)
    yield from _plans(world)
    yield from _bills(world)
    yield from _protection(world)
    yield from _fills(world)
    yield from _positions(world)
    yield from _fold(world)
    yield from _journal(world)
    yield from money_differences(world)


def _sent_twice(world: World, orders: list[LedgerOrder]) -> Iterator[str]:
    counts = Counter(order.client_oid for order in orders if order.client_oid.startswith(PREFIX))
    yield from (f"{key} is {count} orders at the exchange" for key, count in counts.items() if count > 1)
    intended = {body_of(row)["request"]["client_order_id"] for row in world.journal.rows(INTENT)}
    yield from (
        f"{key} is an order at the exchange that nobody intended"
        for key in counts.keys() - intended - world.unrecorded
    )


def _orders(world: World, orders: list[LedgerOrder]) -> Iterator[str]:
    for theirs in orders:
        ours = _known(world, theirs)
        if ours is None:
            # What left for a full disk and a kill to forget is in the exchange's memory alone.
            if theirs.client_oid.startswith(PREFIX) and theirs.client_oid not in world.unrecorded:
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


def _wrong_way(world: World, orders: list[LedgerOrder]) -> Iterator[str]:
    """What was meant to reduce must be unable to add, there as here."""
    meant = {}
    for row in world.journal.rows(INTENT):
        request = body_of(row)["request"]
        meant[request["client_order_id"]] = request["reduce_only"]
    for order in orders:
        closes = order.reduce_only or "close" in order.trade_side
        if meant.get(order.client_oid) and not closes:
            yield f"{order.client_oid} was to reduce only and is {order.trade_side}"


def _plans(world: World) -> Iterator[str]:
    theirs = {plan.plan_id for plan in world.exchange.sim.venue.plans.pending()}
    ours = {
        order.order_id
        for row in world.engine.views.orders().rows
        if (order := world.engine.order(row.key)) is not None and order.plan is not None
    }
    if theirs != ours:
        yield f"plans there {sorted(theirs)}, here {sorted(map(str, ours))}"


def _bills(world: World) -> Iterator[str]:
    """Every movement of money is written down once, to the last digit."""
    ours = Counter(body_of(row)["bill_id"] for row in world.journal.rows(BILL))
    yield from (f"bill {key} is written down {count} times" for key, count in ours.items() if count > 1)
    theirs = {bill.bill_id: bill for bill in world.exchange.sim.venue.wallet.bills()}
    yield from (f"bill {key} never happened" for key in ours.keys() - theirs.keys())
    for row in world.journal.rows(BILL):
        bill = body_of(row)
        real = theirs.get(bill["bill_id"])
        if real is not None and Decimal(bill["amount"]) != told(real):
            yield f"bill {bill['bill_id']} is {real.amount} there and {bill['amount']} here"
    for key, real in theirs.items():
        if key not in ours and real.business != "trans_from_exchange":
            yield f"bill {key} ({real.business}) is forgotten"


def _protection(world: World) -> Iterator[str]:
    """What is shown as protected is, by stops that rest there now; what is not has been said to be naked."""
    venue = world.exchange.sim.venue
    stops = [plan for plan in venue.plans.pending() if plan.plan_type in STOPS]
    status = world.engine.views.status()
    for row in world.engine.views.positions().rows:
        held = [plan for plan in stops if guards(plan, row.hold_side)]
        whole = any(not plan.order.size for plan in held)
        covered = row.size if whole else min(row.size, sum((plan.order.size for plan in held), Decimal(0)))
        if row.protected != covered / row.size:
            yield f"{row.hold_side} is covered {covered} of {row.size} there and shown as {row.protected}"
        if covered < row.size and "NAKED" not in status.alarm:
            yield f"{row.hold_side} is naked and nobody says so: {status.alarm}"


def guards(plan: LedgerPlan, held: HoldSide) -> bool:
    """Whether a plan is about the position on that side and closes it."""
    named = plan.order.hold_side in (None, held.value)
    return named and plan.order.direction.value == held.opening_side.opposite.value


def _journal(world: World) -> Iterator[str]:
    """What was acknowledged stands there, as it was, in a chain that holds."""
    rows = {row.sequence: row.body for row in world.journal.rows()}
    for sequence, body in world.journal.acknowledged:
        if rows.get(sequence) != body:
            yield f"row {sequence} was acknowledged and is not what stands in the journal"
    trouble = world.journal.inspect().exception()
    if trouble is not None:
        yield f"the journal does not hold: {trouble}"


def _fold(world: World) -> Iterator[str]:
    """The distinct executions that were written down make the position that is held."""
    venue = world.exchange.sim.venue
    orders = [*venue.pending(), *venue.finished()]
    sides = {each.order_id: HoldSide(each.hold_side.value) if each.hold_side else None for each in orders}
    written = {body_of(row)["trade_id"] for row in world.journal.rows(FILL)}
    folded = held_by_fills([fill for fill in venue.fills()[::-1] if fill.trade_id in written], sides)
    shown = dict.fromkeys(HoldSide, Decimal(0))
    shown |= {row.hold_side: row.size for row in world.engine.views.positions().rows}
    if folded != shown:
        yield f"the executions come to {folded}, the position is shown as {shown}"
