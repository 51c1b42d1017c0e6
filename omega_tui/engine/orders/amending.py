"""Amending: other terms for an order that rests.

Of a plain order Bitget makes a cancellation and a new order. Both then count until one is proven gone or
never born. The new one is an intent like any other: written down first, with a client id of its own, and
judged as one. Other legs of an order, and other terms of a plan, are changed in place. Which price an
amendment should have is nobody's business here.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

from omega_tui.domain.events import Event, OrderReported, Surface
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import Order, OrderChange, OrderRequest, OrderType, TimeInForce
from omega_tui.domain.plans import Plan, PlanKind
from omega_tui.domain.protection import trigger_problems
from omega_tui.domain.sizing import legal_price, legal_size
from omega_tui.domain.values import decimal_text
from omega_tui.engine.apply import ORDER_PANELS
from omega_tui.engine.intents import AmendOrder, Doors, Receipt
from omega_tui.engine.orders.amend_rules import (
    closed_or_opened_side,
    is_farther,
    leg_problems,
    legal_leg,
    legal_trigger_of,
    legs_of_plan,
    price_text,
    state_problems,
    term_problems,
)
from omega_tui.engine.orders.amended_pairs import AmendedPairs
from omega_tui.engine.orders.cancelling import name_order
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.orders.sending import Leg, Sender
from omega_tui.engine.protection.preview import reference_price
from omega_tui.engine.recorder import AMEND, AmendRow, Recorder
from omega_tui.engine.risk.caps import entry_problems
from omega_tui.engine.risk.guards import gate_problems, price_problems, rule_problems
from omega_tui.engine.risk.touch import crosses, posting_words
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import (
    Accepted,
    Gateway,
    NotSent,
    Outcome,
    ReadFailed,
    Rejected,
    Stopped,
    Unknown,
)

_ZERO = Decimal(0)
_UNANSWERED = Unknown("the answer was not waited for")


class Amender:
    """Amends orders of one account. `look_again` asks for a reconciliation soon, `receive` takes what was
    read of an order."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        recorder: Recorder,
        sender: Sender,
        supervisor: Supervisor,
        look_again: Callable[[], None],
        receive: Callable[[Event], None],
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._sender = sender
        self._supervisor = supervisor
        self._look_again = look_again
        self._receive = receive
        self._pairs = AmendedPairs(state, self._read_back)

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {AmendOrder: self.amend}

    def amend(self, intent: AmendOrder) -> Receipt:
        """Take up an amendment, or refuse it with the reasons."""
        tracked = self._state.ledger.get(intent.key)
        if tracked is None:
            return Receipt(False, "that order is not known any more")
        instrument = self._state.instruments.get(tracked.order.symbol)
        if instrument is None:
            return Receipt(False, f"{tracked.order.symbol} is not in the list of contracts")
        problems = [*state_problems(tracked), *term_problems(tracked.order, intent)]
        if problems:
            return Receipt(False, "; ".join(problems))
        if tracked.order.plan is not None:
            return self._amend_plan(tracked, tracked.order.plan, instrument, intent)
        if intent.size is None and intent.price is None:
            return self._amend_legs(tracked, instrument, intent)
        return self._replace(tracked, instrument, intent)

    def _replace(self, tracked: Tracked, instrument: Instrument, intent: AmendOrder) -> Receipt:
        """Another size or price: another order."""
        order, settings = tracked.order, self._state.settings.get(tracked.order.symbol)
        if settings is None or order.price is None:
            return Receipt(False, f"the modes of {order.symbol} are not known yet")
        size = legal_size(intent.size if intent.size is not None else order.size, instrument)
        price = legal_price(intent.price if intent.price is not None else order.price, order.side, instrument)
        if (size, price) == (order.size, order.price):
            return Receipt(False, "nothing would change")
        legs = order.take_profit, order.stop_loss
        problems = list(self._problems(order, tracked.key, instrument, size, price, legs))
        posts = order.time_in_force is TimeInForce.POST_ONLY
        if posts and crosses(self._state, order.symbol, order.side, price):
            problems.append(posting_words(self._state, order.side))
        if problems:
            return Receipt(False, "; ".join(problems))
        request = OrderRequest(
            client_order_id=self._sender.new_client_order_id(),
            symbol=order.symbol,
            side=order.side,
            order_type=OrderType.LIMIT,
            size=size,
            price=price,
            time_in_force=order.time_in_force,
            reduce_only=order.reduce_only,
            margin_mode=settings.margin_mode,
            hold_side=order.hold_side,
            take_profit=order.take_profit,
            stop_loss=order.stop_loss,
        )
        new = self._sender.open(request)
        self._pairs.begin(tracked, new)
        why = f"amend {name_order(order)} to {decimal_text(size)} at {decimal_text(price)}"
        step = partial(self._send_replacement, tracked, Leg(new, request, why))
        self._supervisor.once("amending an order", step, Surface.ACTIONS)
        return Receipt(True, why, (new.key,))

    async def _send_replacement(self, old: Tracked, leg: Leg) -> None:
        request = leg.request
        terms = request.client_order_id, request.size, request.price
        change = OrderChange(old.order.ref, *terms, reduces=request.reduce_only)

        async def ask(stopped: Stopped) -> Outcome:
            outcome = await self._gateway.actions.amend(change, stopped)
            # Which of the two orders an id in the answer names is not documented.
            return Accepted(None, request.client_order_id) if isinstance(outcome, Accepted) else outcome

        self._recorder.note(AMEND, AmendRow(old.key, change, leg.why))
        outcome = await self._sender.send(leg, ask)
        if isinstance(outcome, Accepted):
            self._pairs.taken(leg.tracked)
        self._look_again()

    def _amend_legs(self, tracked: Tracked, instrument: Instrument, intent: AmendOrder) -> Receipt:
        """Another take profit or stop loss: both are sent, since sending one cancels the other."""
        order = tracked.order
        take_profit = legal_leg(
            order, instrument, intent.take_profit, order.take_profit, PlanKind.TAKE_PROFIT
        )
        stop_loss = legal_leg(order, instrument, intent.stop_loss, order.stop_loss, PlanKind.STOP_LOSS)
        if (take_profit, stop_loss) == (order.take_profit or _ZERO, order.stop_loss or _ZERO):
            return Receipt(False, "nothing would change")
        farther = not order.reduce_only and is_farther(order, stop_loss)
        problems = list(gate_problems(self._state, order.symbol, adds_risk=farther))
        problems += leg_problems(
            self._state, order, instrument, order.size, order.price, take_profit, stop_loss
        )
        if not order.reduce_only and order.price is not None and stop_loss != (order.stop_loss or _ZERO):
            problems += entry_problems(
                self._state,
                order.symbol,
                order.side,
                order.size,
                order.price,
                stop_loss or None,
                instead_of=tracked.key,
            )
        if problems:
            return Receipt(False, "; ".join(problems))
        change = OrderChange(
            order.ref, self._sender.new_client_order_id(), take_profit=take_profit, stop_loss=stop_loss
        )
        legs = f"stop {price_text(stop_loss)}, target {price_text(take_profit)}"
        return self._start(tracked, change, f"amend {name_order(order)}: {legs}")

    def _amend_plan(
        self, tracked: Tracked, plan: Plan, instrument: Instrument, intent: AmendOrder
    ) -> Receipt:
        """Other terms of a plan, which stays the order it is. Everything that it has is sent once more."""
        order, whole = tracked.order, plan.kind.whole_position
        asked = replace(plan, trigger_price=legal_trigger_of(order, plan, instrument, intent.trigger_price))
        size = order.size if whole or intent.size is None else legal_size(intent.size, instrument)
        price = order.price
        if intent.price is not None:
            price = legal_price(intent.price, order.side, instrument)
        legs = legs_of_plan(order, plan, instrument, intent)
        present = (plan, order.size, order.price, *legs_of_plan(order, plan, instrument, None))
        if (asked, size, price, *legs) == present:
            return Receipt(False, "nothing would change")
        problems = list(self._trigger_problems(order, asked))
        if not whole:
            worth = price if price is not None else asked.trigger_price
            kept = (order.take_profit, order.stop_loss) if legs == (None, None) else legs
            problems += self._problems(replace(order, plan=asked), tracked.key, instrument, size, worth, kept)
        if problems:
            return Receipt(False, "; ".join(problems))
        change = OrderChange(
            order.ref, order.client_order_id, None if whole else size, price, asked, *legs, order.reduce_only
        )
        words = f"amend {name_order(order)}: trigger {decimal_text(asked.trigger_price)}"
        return self._start(tracked, change, words + ("" if whole else f", size {decimal_text(size)}"))

    def _trigger_problems(self, order: Order, plan: Plan) -> Iterator[str]:
        """A stop or target on the wrong side of the price would fire at once, or never."""
        position = self._state.position(order.symbol, closed_or_opened_side(order))
        if plan.kind.of_position and position is not None:
            reference = reference_price(self._state, order.symbol, plan.trigger_by)
            yield from trigger_problems(position, plan.kind, plan.trigger_price, reference)

    def _problems(
        self,
        order: Order,
        key: str,
        instrument: Instrument,
        size: Decimal,
        price: Decimal,
        legs: tuple[Decimal | None, Decimal | None],
    ) -> Iterator[str]:
        """What forbids an order with these terms, `legs` target and stop, in place of that with `key`."""
        opens = not order.reduce_only
        yield from gate_problems(self._state, order.symbol, adds_risk=opens)
        yield from rule_problems(instrument, order.order_type, size, price, closes=not opens)
        yield from leg_problems(self._state, order, instrument, size, price, *legs)
        if opens:
            limit = price if order.price is not None else None
            yield from price_problems(self._state, instrument, order.side, limit, order.plan)
            yield from entry_problems(
                self._state, order.symbol, order.side, size, price, legs[1] or None, instead_of=key
            )

    def _start(self, tracked: Tracked, change: OrderChange, why: str) -> Receipt:
        tracked.changed = None
        step = partial(self._send_change, tracked, change, why)
        self._supervisor.once("amending an order", step, Surface.ACTIONS)
        return Receipt(True, why, (tracked.key,))

    async def _send_change(self, tracked: Tracked, change: OrderChange, why: str) -> None:
        """A change in place: the order keeps its ids, and its new terms are believed when they are told."""
        diary, row = self._state.diary, AmendRow(tracked.key, change, why)
        diary.write(f"sending: {why}")
        stopped = await self._sender.write_ahead(AMEND, row, why, reduces=tracked.order.reduce_only)
        stopped = stopped or self._stopped_meanwhile(tracked)
        if stopped:
            diary.error(f"not sent: {why}: {stopped}")
            tracked.changed = NotSent(stopped)
            return
        outcome: Outcome = _UNANSWERED
        try:
            outcome = await self._gateway.actions.amend(change, lambda _: self._stopped_meanwhile(tracked))
        finally:
            self._tell(outcome, why)
            self._look_again()
        if isinstance(outcome, Accepted | Unknown):
            await self._verify(tracked, change)
        tracked.changed = outcome

    def _stopped_meanwhile(self, tracked: Tracked) -> str:
        """Why a change must not leave although it was taken up; empty when it may."""
        order = tracked.order
        if order.state.terminal:
            return f"the order is {order.state}"
        if tracked.cancel_requested:
            return "its cancellation was asked for"
        halted = self._state.is_halted(order.symbol) and not order.reduce_only
        return "halted before it left" if halted else ""

    def _tell(self, outcome: Outcome, why: str) -> None:
        diary = self._state.diary
        match outcome:
            case Accepted():
                diary.write(f"taken, waiting for proof: {why}")
            case Rejected(code=code, message=message, advice=advice):
                diary.error(f"refused: {why}: {message} ({code}){f': {advice}' if advice else ''}; as before")
            case NotSent(reason=reason):
                diary.error(f"not sent: {why}: {reason}; as before")
            case Unknown(reason=reason):
                diary.warn(f"unanswered: {why}: {reason}; asking what became of it")

    def _read_back(self, new: Tracked) -> None:
        """An order that took another's place lives: its legs were not in the request, so compare them."""
        order = new.order
        if order.take_profit is None and order.stop_loss is None:
            return
        legs = OrderChange(order.ref, "", take_profit=order.take_profit, stop_loss=order.stop_loss)
        step = partial(self._verify, new, legs)
        self._supervisor.once("reading an amended order back", step, Surface.ACTIONS)

    async def _verify(self, tracked: Tracked, change: OrderChange) -> None:
        """Read the order back: a leg that was lost on the way must not stay unnoticed."""
        try:
            found = await self._gateway.reads.order(tracked.order.ref)
        except ReadFailed as error:
            self._state.diary.warn(f"not verified: {name_order(tracked.order)}: {error}")
            return
        if found is None or found.state.terminal:
            return
        self._receive(OrderReported(found, EvidenceSource.ORDER_DETAIL))
        if change.take_profit is not None or change.stop_loss is not None:
            self._compare_legs(tracked, found, change)

    def _compare_legs(self, tracked: Tracked, found: Order, change: OrderChange) -> None:
        self._state.ledger.restate(
            tracked, replace(tracked.order, take_profit=found.take_profit, stop_loss=found.stop_loss)
        )
        self._recorder.note_order(tracked.order)
        self._state.touch(*ORDER_PANELS)
        for name, asked, has in (
            ("stop", change.stop_loss, found.stop_loss),
            ("target", change.take_profit, found.take_profit),
        ):
            if (asked or None) != has:
                words = f"{name} of {name_order(found)} is {price_text(has)}, asked for {price_text(asked)}"
                self._state.diary.error(f"the {words}: amend it again or cancel")
