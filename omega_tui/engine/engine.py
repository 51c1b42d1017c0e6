"""The engine: owns the state, listens to one gateway, keeps one journal, takes intents, hands out pictures.

One event loop; no thread but the journal's writer. It knows neither screen nor protocol.
"""

import asyncio

from omega_tui.clock import Clock, Ids
from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.events import Event, Health, NoticeGiven, PositionsReported, Surface
from omega_tui.domain.orders import Order
from omega_tui.domain.text import safe_text
from omega_tui.engine.account.bookkeeping import Bookkeeper
from omega_tui.engine.account.forced import tell_forced
from omega_tui.engine.account.polling import MarketPoll
from omega_tui.engine.account.reconciler import Reconciler
from omega_tui.engine.account.settings import SettingsDesk
from omega_tui.engine.account_views import Freshness
from omega_tui.engine.apply import ORDER_PANELS, SURFACES, Consequences, apply_event
from omega_tui.engine.intents import CancelAll, CancelScope, Doors, Intent, NoteDown, OrderFamily, Receipt
from omega_tui.engine.market.stall import BEAT_SECONDS, StallWatch
from omega_tui.engine.market.watch import Watch
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.orders.closing import Closer
from omega_tui.engine.orders.manager import OrderManager
from omega_tui.engine.orders.reversing import Reverser
from omega_tui.engine.orders.settling import Enough, Settling, answered
from omega_tui.engine.orders.slippage import note_slippage
from omega_tui.engine.past.chronicle import LOOK_SECONDS as LOOK_AT_OPEN_SECONDS
from omega_tui.engine.past.chronicle import Chronicle
from omega_tui.engine.past.desk import PastDesk
from omega_tui.engine.pictures.store import Store
from omega_tui.engine.protection.expected_legs import ExpectedLegs
from omega_tui.engine.protection.postures import SWEEP_SECONDS, PostureDesk
from omega_tui.engine.protection.protector import Protector
from omega_tui.engine.protection.watch import TICK_SECONDS, ProtectionWatch
from omega_tui.engine.recorder import FILL, NOTE, SESSION, NoteRow, Recorder, as_unknown
from omega_tui.engine.risk.desk import WATCH_SECONDS, RiskDesk
from omega_tui.engine.risk.market_facts import LOOK_SECONDS, MarketFacts
from omega_tui.engine.state import State
from omega_tui.engine.supervise import POLL_PAUSE, Pause, Supervisor
from omega_tui.engine.views import Panel, Views
from omega_tui.exchange.port import Gateway, Outcome
from omega_tui.history.review import Words
from omega_tui.journal import JournalPort

_PROBE_SECONDS = 5.0


class Engine:
    """Implements `engine.port.EnginePort`. `start` once, `stop` once; `pause` is the sleep, for tests."""

    def __init__(
        self,
        gateway: Gateway,
        journal: JournalPort,
        clock: Clock,
        ids: Ids,
        options: EngineOptions,
        *,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._gateway = gateway
        self._state = State(clock, options)
        self._store = Store(self._state)
        self._supervisor = Supervisor(self._state, pause)
        self._recorder = Recorder(journal, self._state)
        self._state.ledger.listen_for_evidence(self._recorder.note_evidence)
        self._settling = Settling(self._state.ledger, pause)
        self._watch = Watch(self._state, gateway, self._supervisor, self._doubt_rules)
        self._orders = OrderManager(
            self._state, gateway, self._recorder, ids, self._supervisor, self._look_again, self._receive
        )
        self._reconciler = Reconciler(self._state, gateway, self._recorder, self._receive, self._follow)
        self._closer = Closer(
            self._state, gateway, self._orders, self._supervisor, self._settling, self._look_again
        )
        self._reverser = Reverser(
            self._state, gateway, self._orders, self._closer, self._supervisor, self._settling, self._receive
        )
        self._expected = ExpectedLegs(self._state, self._orders, self._closer.close, self._look_again)
        self._protection = ProtectionWatch(self._state, self._expected, self._orders.amend, self._look_again)
        self._postures = PostureDesk(self._state, self._orders, self._recorder)
        self._risk = RiskDesk(self._state, self._recorder, self._orders.cancel_many, self._read_bills)
        self._facts = MarketFacts(self._state, gateway)
        self._chronicle = Chronicle(self._state, self._recorder)
        self._past = PastDesk(self._state, gateway, self._recorder)
        self._doors = self._collect_doors()
        # What sends nothing: a cockpit that only looks lets nothing else in.
        self._harmless = frozenset({**self._watch.doors, **self._postures.doors})
        self._market_poll = MarketPoll(self._state, gateway)
        self._bookkeeper = Bookkeeper(self._state, gateway, self._recorder, self._past.take_bill)
        self._stall = StallWatch(self._state, self._look_at_everything)
        self.refusals = 0
        """Intents that were refused since the start."""
        self._wake: asyncio.Event | None = None
        self._wake_bills: asyncio.Event | None = None

    @property
    def views(self) -> Views:
        """The pictures."""
        return self._store

    def _collect_doors(self) -> Doors:
        protector = Protector(self._state, self._orders, self._supervisor, self._expected, self._protection)
        return {
            **self._orders.doors,
            **self._closer.doors,
            **self._reverser.doors,
            **protector.doors,
            **SettingsDesk(self._state, self._gateway, self._recorder, self._supervisor, self._receive).doors,
            **self._risk.doors,
            **self._postures.doors,
            **self._watch.doors,
            NoteDown: self._note_down,
        }

    def _note_down(self, intent: NoteDown) -> Receipt:
        text = safe_text(intent.text)
        symbol = self._state.market.symbol
        self._recorder.note(NOTE, NoteRow(text, intent.tag, symbol))
        self._past.take_words(Words(self._state.clock.wall_ms(), symbol, text, intent.tag))
        words = f"tag: {text}" if intent.tag else f"note: {text}"
        self._state.diary.write(words)
        return Receipt(True, words)

    async def start(self) -> None:
        """Recall what an earlier run left open, then stream; returns before anything arrived."""
        options = self._state.options
        await self._recall()
        self._supervisor.once("rechecking the journal", self._recorder.inspect, Surface.ACTIONS)
        self._recorder.note(SESSION, {"venue": options.venue, "account": options.account})
        await self._gateway.start(self._receive)
        self._watch.start()
        self._wake = self._supervisor.every(
            "comparing the account",
            self._reconciler.pause_seconds,
            self._reconciler.run,
            Surface.PRIVATE,
            POLL_PAUSE,
        )
        self._supervisor.every(
            "reading positions",
            lambda: options.poll_positions_seconds,
            self._reconciler.poll,
            Surface.PRIVATE,
            POLL_PAUSE,
        )
        self._supervisor.every(
            "reading the market",
            self._market_poll.pause_seconds,
            self._market_poll.step,
            Surface.BOOK,
            POLL_PAUSE,
        )
        self._wake_bills = self._supervisor.every(
            "reading the bills", self._bookkeeper.pause_seconds, self._bookkeeper.run, Surface.ACTIONS
        )
        if options.stall_seconds is not None:
            self._supervisor.every(
                "watching for standstill", lambda: BEAT_SECONDS, self._stall.step, Surface.ACTIONS
            )
        self._supervisor.every(
            "cancelling what HALT forbids", lambda: SWEEP_SECONDS, self._postures.sweep, Surface.ACTIONS
        )
        self._supervisor.every(
            "watching what is open", lambda: LOOK_AT_OPEN_SECONDS, self._chronicle.step, Surface.PRIVATE
        )
        if options.keeps_history:
            self._past.wake = self._supervisor.every(
                "keeping the history", self._past.pause_seconds, self._past.run, Surface.ACTIONS
            )
        self._supervisor.every("watching stops", lambda: TICK_SECONDS, self._protection.tick, Surface.ACTIONS)
        self._supervisor.every(
            "watching the day's loss", lambda: WATCH_SECONDS, self._risk.watch, Surface.ACTIONS
        )
        self._supervisor.every(
            "reading tiers and volatility", lambda: LOOK_SECONDS, self._facts.refresh, Surface.ACTIONS
        )
        self._supervisor.every(
            "checking the journal", lambda: _PROBE_SECONDS, self._recorder.probe, Surface.ACTIONS
        )

    async def withdraw(self, seconds: float) -> int:
        """Cancel what could open a position or add to one; how many of them are not proven gone in time."""
        entries = [each.key for each in self._state.ledger.unfinished() if each.order.may_add]
        if entries:
            self.submit(CancelAll(CancelScope.ACCOUNT, OrderFamily.ENTRIES))
        waits = (self.settled(key, seconds, lambda order: order.state.terminal) for key in entries)
        orders = await asyncio.gather(*waits)
        return sum(order is not None and not order.state.terminal for order in orders)

    async def stop(self) -> None:
        """End the tasks and the gateway; orders on the exchange stay as they are."""
        await self._supervisor.stop()
        await self._gateway.stop()
        await self._recorder.probe()

    def submit(self, intent: Intent) -> Receipt:
        """Take up an intent or refuse it with the reason; returns at once."""
        options = self._state.options
        if options.read_only and type(intent) not in self._harmless:
            receipt = Receipt(False, options.refusal)
        else:
            receipt = self._doors[type(intent)](intent)
        if not receipt.taken:
            self.refusals += 1
            self._state.diary.warn(f"refused: {receipt.text}")
        return receipt

    def order(self, key: str) -> Order | None:
        """The newest knowledge of the order with this row key, or the exchange's id; finished ones included.
        None when unknown."""
        tracked = self._state.ledger.find(key, key)
        return tracked.order if tracked is not None else None

    async def settled(self, key: str, seconds: float, enough: Enough = answered) -> Order | None:
        """The order once `enough` holds for it (acknowledged, at its end or UNKNOWN unless told otherwise);
        after `seconds` as it is known then.

        One that is INTENT or SENT afterwards had no answer in that time: its fate is open.
        """
        return await self._settling.wait(key, seconds, enough)

    def changed(self, key: str) -> Outcome | None:
        """How the newest change in place of the order with this row key ended, once it was read back; None
        before that, and for an order that was never changed in place."""
        tracked = self._state.ledger.get(key)
        return tracked.changed if tracked is not None else None

    @property
    def trades(self) -> bool:
        """Whether orders can be sent from here."""
        return not self._state.options.hands_off

    async def add_closed(self, position: ClosedPosition) -> None:
        """Write down a position that was closed elsewhere; returns once durable. Raises JournalFailed."""
        await self._past.add(position)

    def read_history_again(self) -> None:
        """Somebody else wrote to the journal: closed positions are read from it anew."""
        self._past.read_again()

    def note_face(self, name: str, health: Health, reason: str) -> None:
        """What became of a face beside the screen; shown with the surfaces."""
        self._state.faces[name] = Freshness(health, None, safe_text(reason))
        self._state.touch(Panel.STATUS)

    def tell(self, text: str) -> None:
        """Log a warning from whoever runs the engine; `text` is foreign and is made harmless here."""
        self._receive(NoticeGiven(safe_text(text), warning=True))

    def _receive(self, event: Event) -> None:
        """The gateway's sink: whatever breaks here must not end the stream that told it."""
        surface = SURFACES.get(type(event), Surface.PRIVATE)
        name = f"taking in {type(event).__name__}"
        consequences = self._supervisor.call(name, self._apply, event, surface)
        if consequences is not None:
            self._follow(consequences)
        elif surface is Surface.PRIVATE:
            self._look_again()

    def _apply(self, event: Event) -> Consequences:
        consequences = apply_event(self._state, event)
        if isinstance(event, PositionsReported):
            self._protection.note_positions()
            self._past.take_contexts(self._chronicle.look())
        elif consequences.fills:
            self._protection.note_fill()
        if consequences.orders or isinstance(event, PositionsReported):
            self._protection.look()
        return consequences

    def _follow(self, consequences: Consequences) -> None:
        for tracked in consequences.orders:
            self._recorder.note_order(tracked.order)
            note_slippage(self._state, tracked)
        for fill in consequences.fills:
            self._recorder.note(FILL, fill)
        self._past.take_fills(consequences.fills)
        self._expected.take_fills(consequences.fills)
        self._expected.take_orders(consequences.orders)
        if tell_forced(self._state, consequences.fills):
            self._look_again()
        if consequences.history:
            self._watch.load_history()
        if consequences.reconcile:
            self._look_at_everything()

    def _doubt_rules(self) -> None:
        """The exchange refused what our own rules had let pass: they may have changed."""
        self._facts.doubt()
        self._look_at_everything()

    def _look_at_everything(self) -> None:
        """Somebody else may have changed anything: settings and bills are read again as well."""
        self._reconciler.doubt(settings=True)
        self._read_bills()
        self._look_again()

    def _read_bills(self) -> None:
        if self._wake_bills is not None:
            self._wake_bills.set()

    def _look_again(self) -> None:
        self._reconciler.doubt(settings=False)
        if self._wake is not None:
            self._wake.set()

    async def _recall(self) -> None:
        remembered = await self._recorder.recall()
        now = self._state.clock.monotonic()
        for fill in remembered.fills:
            self._state.ledger.fill(fill, counts=False)
        for bill in remembered.bills:
            self._state.day.take(bill)
        if remembered.day is not None:
            self._state.day.open(remembered.day)
        if remembered.posture is not None:
            self._postures.restore(remembered.posture)
        if remembered.risk is not None:
            self._risk.restore(remembered.risk)
        await self._risk.recall_entries()
        self._chronicle.restore(await self._recorder.contexts())
        for order, age_ms in remembered.orders:
            self._state.ledger.restore(as_unknown(order), now - age_ms / 1000, now)
        if remembered.orders:
            self._state.diary.warn(
                f"{len(remembered.orders)} order(s) of an earlier run are open: asking for them"
            )
            self._orders.recall_cancels(remembered.cancelled)
            self._state.touch(*ORDER_PANELS)
