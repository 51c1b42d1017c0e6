"""Whether every sum of money that the cockpit tells follows from the exchange's books, to the last digit."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from omega_tui.domain.orders import HoldSide
from omega_tui.journal.records import BILL, DAY, FILL, INTENT
from omega_tui.sim.venue.ledger import LedgerBill, LedgerFill
from omega_tui.sim.venue.wallet import MARGIN_MOVES, Business
from tests.virtual.journal import body_of
from tests.virtual.world import World

_TRANSFERS = (Business.DEPOSIT, Business.WITHDRAWAL)
_ZERO = Decimal(0)
_TOLD = Decimal("1e-8")
_SLACK = Decimal("1e-6")
_FINER = MARGIN_MOVES | {Business.INSURANCE}
"""Bills of isolated margin, which has more places than money is told with once a part was closed."""


def told(bill: LedgerBill) -> Decimal:
    """The amount of a bill as the exchange tells it."""
    return bill.amount.quantize(_TOLD) if bill.business in _FINER else bill.amount


def _differs(world: World, there: Decimal, here: Decimal | None) -> bool:
    """To the last digit, unless the exchange's own sums have digits that it does not tell."""
    finer = any(bill.business == Business.INSURANCE for bill in world.exchange.sim.venue.wallet.bills())
    return here is None or abs(there - here) > (_SLACK if finer else _ZERO)


def money_differences(world: World) -> Iterator[str]:
    """Executions, bills, session and equity against the exchange's books, once everything is settled."""
    yield from _executions(world)
    yield from _averages(world)
    yield from _wallet(world)
    yield from _equity(world)
    yield from _session(world)


def _executions(world: World) -> Iterator[str]:
    theirs = {fill.trade_id: fill for fill in world.exchange.sim.venue.fills()}
    for row in world.journal.rows(FILL):
        ours = body_of(row)
        real = theirs.get(ours["trade_id"])
        if real is None:
            continue
        for name, there in (("fee", real.fee), ("profit", real.profit)):
            # What the journal does not tell is filled in by a later row of the same execution.
            if ours[name] is not None and Decimal(ours[name]) != there:
                yield f"fill {real.trade_id} has a {name} of {there} there and of {ours[name]} here"


def _averages(world: World) -> Iterator[str]:
    """The average price of an order is the quotient of what its executions cost, rounded once."""
    for theirs in (*world.exchange.sim.venue.pending(), *world.exchange.sim.venue.finished()):
        ours = world.engine.order(theirs.client_oid) or world.engine.order(theirs.order_id)
        if ours is None or not theirs.filled or ours.average_price is None:
            continue
        exact = Fraction(theirs.filled_quote) / Fraction(theirs.filled)
        if abs(Fraction(ours.average_price) - exact) > exact / 10**20:
            yield f"{theirs.client_oid} traded at {exact} on average there and at {ours.average_price} here"


def _wallet(world: World) -> Iterator[str]:
    """Our copy of the bills is the wallet: its sum is the balance."""
    wallet = world.exchange.sim.venue.wallet
    transfers = sum((each.amount for each in wallet.bills() if each.business in _TRANSFERS), _ZERO)
    bills = {bill.bill_id: bill for bill in wallet.bills()}
    total = _ZERO
    for row in world.journal.rows(BILL):
        ours = body_of(row)
        business = bills[ours["bill_id"]].business if ours["bill_id"] in bills else ""
        if business not in _TRANSFERS and business not in MARGIN_MOVES:
            total += Decimal(ours["amount"]) + Decimal(ours["fee"] or 0)
    if _differs(world, wallet.balance - transfers, total):
        yield f"the exchange booked {wallet.balance - transfers}, our bills come to {total}"


def _equity(world: World) -> Iterator[str]:
    """Equity is what was booked and what is unrealized; the day brought what was booked since and that."""
    wallet, account = world.exchange.sim.venue.wallet, world.engine.views.account()
    if account.equity is None or account.unrealized is None:
        yield "the equity is not known"
        return
    if _differs(world, wallet.balance, account.equity - account.unrealized):
        yield f"the wallet has {wallet.balance} there and {account.equity - account.unrealized} here"
    transfers = sum((each.amount for each in wallet.bills() if each.business in _TRANSFERS), _ZERO)
    made = wallet.balance - transfers + account.unrealized
    if _opened_before_trading(world) and _differs(world, made, account.day_profit):
        yield f"the day brought {made} by the exchange's books and {account.day_profit} by ours"


def _opened_before_trading(world: World) -> bool:
    """A day that is opened late counts from then what was unrealized already: nobody tells what it was."""
    kinds = [row.kind for row in world.journal.rows(DAY, FILL)]
    return bool(kinds) and kinds[0] == DAY


def _session(world: World) -> Iterator[str]:
    """The session's sums are those of its executions; nothing to say while a late one may be either's."""
    own = {
        body_of(row)["request"]["client_order_id"]
        for row in world.journal.rows(INTENT, after=world.born_at_row)
    }
    fills = [each for each in world.exchange.sim.venue.fills() if each.ts >= world.born_ms]
    if world.lives > 1 and any(each.client_oid not in own for each in fills):
        # An earlier life's order may have traded before or after this one compared the account.
        return
    account = world.engine.views.account()
    profit, fees = sum((each.profit for each in fills), _ZERO), sum((each.fee for each in fills), _ZERO)
    if account.realized_session != profit:
        yield f"the session realized {profit} there and {account.realized_session} here"
    if account.fees_session != fees:
        yield f"the session's fees are {fees} there and {account.fees_session} here"


def held_by_fills(fills: list[LedgerFill], sides: dict[str, HoldSide | None]) -> dict[HoldSide, Decimal]:
    """What executions add up to, oldest first; `sides` names the position that each order is about by order
    id, None where long and short net out."""
    held = dict.fromkeys(HoldSide, _ZERO)
    for fill in fills:
        side = sides[fill.order_id]
        if side is not None:
            opens = fill.direction.value == side.opening_side.value
            held[side] += fill.size if opens else -fill.size
            continue
        net = held[HoldSide.LONG] - held[HoldSide.SHORT]
        net += fill.size if fill.direction.value == HoldSide.LONG.opening_side.value else -fill.size
        held = {HoldSide.LONG: max(net, _ZERO), HoldSide.SHORT: max(-net, _ZERO)}
    return held
