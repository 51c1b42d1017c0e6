"""The order manager: takes up tickets, alone or in batches, each once and exactly as it was shown.

It puts together who sends (`sending`), who cancels (`cancelling`) and who amends (`amending`); the engine's
other parts order through it. Evidence that arrives by stream or query is applied by `apply` and
`reconciler`; what may be sent is judged by `preview` and `guards`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from omega_tui.clock import Ids
from omega_tui.domain.events import Event, Surface
from omega_tui.domain.orders import MarginMode, OrderRequest
from omega_tui.engine.intents import AmendOrder, Doors, PlaceBatch, PlaceOrder, Receipt
from omega_tui.engine.orders.amending import Amender
from omega_tui.engine.orders.cancelling import CancelDesk
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.orders.requests import build_request
from omega_tui.engine.orders.sending import Leg, Send, Sender
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.risk.preview import build_preview, differs
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import BATCH_LIMIT, Gateway


class OrderManager:
    """Orders of one account. `look_again` asks for a reconciliation soon, `receive` takes what was read of an
    order."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        recorder: Recorder,
        ids: Ids,
        supervisor: Supervisor,
        look_again: Callable[[], None],
        receive: Callable[[Event], None],
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._supervisor = supervisor
        self._cancels = CancelDesk(state, gateway, recorder, supervisor, look_again)
        self._sender = Sender(state, recorder, ids, look_again, self._cancels.cancel_late)
        self._amender = Amender(state, gateway, recorder, self._sender, supervisor, look_again, receive)
        self._used_tickets: set[str] = set()

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {
            PlaceOrder: self.place,
            PlaceBatch: self.place_batch,
            **self._amender.doors,
            **self._cancels.doors,
        }

    def new_client_order_id(self) -> str:
        """An id that no order of this or an earlier run has."""
        return self._sender.new_client_order_id()

    def place(self, intent: PlaceOrder) -> Receipt:
        """Take up a ticket once, exactly as it was shown; refuse with the reasons otherwise."""
        leg = self._take_up(intent)
        if isinstance(leg, str):
            return Receipt(False, leg)
        self._start([leg])
        return Receipt(True, leg.why, (leg.tracked.key,))

    def place_batch(self, intent: PlaceBatch) -> Receipt:
        """Take up several tickets in as few requests as the exchange allows, those that only reduce first.

        Each is judged alone, those before it already counted; what is refused is named with the reasons.
        """
        legs: list[Leg] = []
        refused: list[str] = []
        answers: dict[int, Receipt] = {}
        for index, each in sorted(enumerate(intent.orders), key=lambda one: not one[1].draft.closes):
            leg = self._take_up(each)
            if isinstance(leg, str):
                refused.append(f"{each.draft.side} {each.draft.symbol} refused: {leg}")
                answers[index] = Receipt(False, leg)
            else:
                legs.append(leg)
                answers[index] = Receipt(True, leg.why, (leg.tracked.key,))
        if legs:
            self._start(legs)
        text = "; ".join([f"sending {len(legs)} of {len(intent.orders)} orders", *refused])
        keys = tuple(leg.tracked.key for leg in legs)
        return Receipt(bool(legs), text, keys, tuple(answers[index] for index in sorted(answers)))

    def amend(self, intent: AmendOrder) -> Receipt:
        """Give an order other terms."""
        return self._amender.amend(intent)

    def open(self, request: OrderRequest) -> Tracked:
        """Start tracking an order that `send` will send; it shows and counts from now on."""
        return self._sender.open(request)

    async def send(
        self, tracked: Tracked, request: OrderRequest, why: str, action: Send | None = None
    ) -> None:
        """Make the intent durable, then send it, once. What is known afterwards stands in `tracked`.

        `action` sends it in another way than as an order of its own.
        """
        place = partial(self._gateway.actions.place, request)
        await self._sender.send(Leg(tracked, request, why), action or place)

    def cancel_many(self, orders: Iterable[Tracked]) -> int:
        """Ask for the cancellation of each; returns how many."""
        return self._cancels.cancel_many(orders)

    def recall_cancels(self, keys: Iterable[str]) -> None:
        """Take up again the cancels of an earlier run, of what could still add to a position."""
        self._cancels.recall(keys)

    async def sweep(self, symbol: str | None) -> None:
        """Have the exchange cancel every plain order of a symbol, or of the account, and every known trigger
        that could add to a position."""
        self._cancels.cancel_many(self._cancels.entry_triggers(symbol))
        await self._cancels.sweep(symbol)

    def _take_up(self, intent: PlaceOrder) -> Leg | str:
        """Judge a ticket and start tracking its order; why not, in plain words, when it may not leave."""
        draft = intent.draft
        if draft.ticket_id in self._used_tickets:
            return "this ticket was sent already; open a new one"
        fresh = build_preview(self._state, draft)
        if fresh.problems:
            return "; ".join(fresh.problems)
        change = differs(intent.preview, fresh)
        if change is not None:
            return f"not sent: {change}; look again and press once more"
        request = build_request(self._state, draft, fresh, self.new_client_order_id())
        self._used_tickets.add(draft.ticket_id)
        return Leg(self.open(request), request, fresh.effect)

    def _start(self, legs: Sequence[Leg]) -> None:
        self._supervisor.once("sending orders", partial(self._send_groups, legs), Surface.ACTIONS)

    async def _send_groups(self, legs: Sequence[Leg]) -> None:
        """One request after the other, so that what reduces leaves first; one that breaks stops no other."""
        held = frozenset(position.symbol for position in self._state.positions)
        for group in group_legs(legs, held):
            await self._supervisor.attempt(
                "sending an order", partial(self._send_group, group), Surface.ACTIONS
            )

    async def _send_group(self, group: Sequence[Leg]) -> None:
        if len(group) == 1:
            await self._sender.send(group[0], partial(self._gateway.actions.place, group[0].request))
        else:
            await self._sender.send_many(group, self._gateway.actions.place_batch)


def group_legs(legs: Iterable[Leg], held: frozenset[str]) -> Iterator[Sequence[Leg]]:
    """The requests that orders leave in: plain ones of a symbol and margin mode together, plans alone.

    So do orders that bring stop or target along on a symbol that is `held`: in a batch Bitget would give them
    to the position at once, before any of them trades ("Batch-Order"). Groups that reduce come first, and
    within a group the orders that do.
    """
    together: dict[tuple[str, MarginMode], list[Leg]] = {}
    alone: list[Sequence[Leg]] = []
    for leg in sorted(legs, key=lambda each: not each.request.reduce_only):
        request = leg.request
        brings = request.stop_loss is not None or request.take_profit is not None
        if request.plan is not None or (brings and request.symbol in held):
            alone.append([leg])
        else:
            together.setdefault((leg.request.symbol, leg.request.margin_mode), []).append(leg)
    chunks = [
        group[start : start + BATCH_LIMIT]
        for group in together.values()
        for start in range(0, len(group), BATCH_LIMIT)
    ]
    yield from sorted([*chunks, *alone], key=lambda group: not group[0].request.reduce_only)
