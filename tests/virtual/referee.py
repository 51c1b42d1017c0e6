"""Watches a world while it runs and notes, in words, whatever must hold at every step and does not.

It reads the exchange's ledger and the cockpit's pictures, never the cockpit's inside. Each breach opens with
the number of its invariant (FAULTS, section 4).
"""

import asyncio
from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.orders import HoldSide
from omega_tui.domain.profiles import BUILT_IN
from omega_tui.engine.intents import (
    CancelAll,
    CancelOrder,
    Flatten,
    Intent,
    OrderFamily,
    PlaceBatch,
    PlaceOrder,
    Protect,
    Receipt,
    TicketDraft,
)
from omega_tui.journal.records import INTENT
from omega_tui.sim import facts
from omega_tui.sim.facts import PlanStatus, PlanType
from omega_tui.sim.venue.ledger import (
    LedgerEvent,
    LedgerFill,
    LedgerOrder,
    LedgerPlan,
    OrderChanged,
    PlanChanged,
)
from tests.virtual.account_book import STOPS, guards
from tests.virtual.journal import body_of
from tests.virtual.world import World

_LOOK_SECONDS = 0.1
_ALARM_SECONDS = 2.0
_UNREAD_SECONDS = 5.5
_EXCUSED_SECONDS = 60.0
_NEWS_SECONDS = 12.0
"""Longer than the account may go unread before new risk is shut."""

_ZERO = Decimal(0)
_OPENERS = (PlanType.NORMAL, PlanType.TRACK)


class Referee:
    """`breaches` are what was seen, each once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._venue = world.exchange.sim.venue
        self._held = dict.fromkeys(HoldSide, _ZERO)
        self._bare_since: dict[HoldSide, float] = {}
        self._unread: set[HoldSide] = set()
        self._stops_may_go_until = 0.0
        self._news_at = -_NEWS_SECONDS
        self._reduces: dict[str, HoldSide | None] = {}
        self._read_upto = 0
        self.breaches: list[str] = []
        self._watching: asyncio.Task[None] | None = None
        self._venue.listen(self._on_ledger)
        world.asked = self._take

    async def __aenter__(self) -> "Referee":
        """Begin to look at what time alone can break."""
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *raised: object) -> None:
        """Look no more."""
        if self._watching is not None:
            self._watching.cancel()

    def _take(self, intent: Intent, receipt: Receipt) -> None:
        """The trader asked for something and the cockpit answered."""
        if _removes_stops(intent):
            self._stops_may_go_until = self._now() + _EXCUSED_SECONDS
        if isinstance(intent, PlaceOrder) and receipt.taken:
            self._judge_cap([intent.draft])
        elif isinstance(intent, PlaceBatch) and receipt.taken:
            taken = [leg for leg, answer in zip(intent.orders, receipt.legs, strict=True) if answer.taken]
            self._judge_cap([each.draft for each in taken])

    def note_news(self) -> None:
        """Somebody else changed the account: for a while the cockpit cannot know."""
        self._news_at = self._now()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._look_at_stops()

    def _now(self) -> float:
        return self._world.clock.monotonic()

    def _on_ledger(self, event: LedgerEvent) -> None:
        if isinstance(event, OrderChanged) and event.fill is not None:
            self._judge_fill(event.order, event.fill)
        elif isinstance(event, PlanChanged) and event.plan.status is PlanStatus.CANCELLED:
            self._judge_gone_stop(event.plan)

    def _judge_fill(self, order: LedgerOrder, fill: LedgerFill) -> None:
        """10: what may only reduce never adds, never turns and never touches the other side."""
        before, after = self._held, _after(self._held, order, fill)
        self._held = after
        meant, is_ours = self._meant(order.client_oid)
        if not (is_ours or order.reduce_only or "close" in order.trade_side):
            return
        grew = [side for side in HoldSide if after[side] > before[side]]
        if grew:
            self.breaches.append(f"10: {order.client_oid} may only reduce and added to the {grew[0]} side")
        elif is_ours and meant is not None and after[meant] == before[meant]:
            self.breaches.append(f"10: {order.client_oid} was to reduce the {meant} side and left it alone")

    def _meant(self, client_oid: str) -> tuple[HoldSide | None, bool]:
        """Which side an order of ours was to reduce, and whether it was to reduce at all."""
        if client_oid not in self._reduces:
            for row in self._world.journal.rows(INTENT, after=self._read_upto):
                self._read_upto = row.sequence
                request = body_of(row)["request"]
                if request["reduce_only"]:
                    side = request["hold_side"]
                    self._reduces[request["client_order_id"]] = HoldSide(side) if side else None
        return self._reduces.get(client_oid), client_oid in self._reduces

    def _judge_gone_stop(self, plan: LedgerPlan) -> None:
        """11: nobody takes a stop away before its successor is there, unless the trader wants it gone."""
        if plan.plan_type not in STOPS or not self._world.exchange.answering or not self._world.alive:
            return
        if self._now() < self._stops_may_go_until:
            return
        for side, size, covered in self._cover():
            lost = plan.order.size or size
            if guards(plan, side) and covered < size <= covered + lost:
                self.breaches.append(
                    f"11: the stop of the {side} was taken away before its successor was there"
                )

    def _cover(self) -> Iterator[tuple[HoldSide, Decimal, Decimal]]:
        """Each position with what stops that rest now cover of it."""
        stops = [plan for plan in self._venue.plans.pending() if plan.plan_type in STOPS]
        for position in self._venue.positions():
            side = HoldSide(position.hold_side.value)
            held = [plan for plan in stops if guards(plan, side)]
            whole = any(not plan.order.size for plan in held)
            covered = sum((plan.order.size for plan in held), _ZERO)
            yield side, position.size, position.size if whole else min(covered, position.size)

    def _look_at_stops(self) -> None:
        """11: a position without a stop is said to be naked two seconds after it can be known."""
        if not self._world.alive:
            self._bare_since.clear()
            return
        views, now = self._world.engine.views, self._now()
        status, shown = views.status(), {row.hold_side: row for row in views.positions().rows}
        knows = status.private.health.value == "live" and "compared" not in status.posture_reason
        bare = {side for side, size, covered in self._cover() if covered < size and side in shown}
        if not knows:
            bare = set()
        said = {side for side in HoldSide if _tells(status.alarm, side)}
        for side in HoldSide:
            if side not in bare or side in said:
                self._bare_since.pop(side, None)
                continue
            since = self._bare_since.setdefault(side, now)
            # Before the orders were read for the first time, nobody can know which stops there are.
            read = shown[side].protected is not None
            if read and side in self._unread:
                since = self._bare_since[side] = now
            (self._unread.discard if read else self._unread.add)(side)
            seconds = _ALARM_SECONDS if read else _UNREAD_SECONDS
            patience = seconds + self._world.weather.latency[1] + 2 * _LOOK_SECONDS
            if now - since > patience:
                self._bare_since[side] = now + 3600
                self.breaches.append(f"11: the {side} is naked for {now - since:.1f} s and nobody says so")

    def _judge_cap(self, drafts: list[TicketDraft]) -> None:
        """9: held, ordered and of an unknown fate together stay within the profile, as equity was known."""
        views = self._world.engine.views
        status, account = views.status(), views.account()
        profile = BUILT_IN.get(status.profile)
        stale = self._now() - self._news_at < _NEWS_SECONDS
        if profile is None or stale or account.equity is None or status.mark_price is None:
            return
        if status.leverage is None:
            return
        adds = {_adds_to(draft) for draft in drafts if not draft.closes}
        worth = {side: self._worst(side, status.mark_price) for side in HoldSide}
        leverage = min(status.leverage, profile.max_leverage)
        for side in adds:
            most = account.equity * profile.position_share * leverage
            if worth[side] > most and self._opens(side, drafts):
                self.breaches.append(
                    f"9: {side} can come to {worth[side]:.0f}, {profile.name} allows {most:.0f}"
                )

    def _opens(self, side: HoldSide, drafts: list[TicketDraft]) -> bool:
        """Whether the newest tickets are not swallowed whole by the position that they reduce."""
        if self._venue.position_mode is facts.PositionMode.HEDGE:
            return True
        size = sum((draft.size or _ZERO for draft in drafts if _adds_to(draft) is side), _ZERO)
        coming = sum((left for each, left, _ in self._coming() if each is side), _ZERO)
        return coming > self._size(side.opposite) and size > _ZERO

    def _worst(self, side: HoldSide, mark: Decimal) -> Decimal:
        """What a side can come to, at the lower of mark and order price."""
        coming = [(left, min(price or mark, mark)) for each, left, price in self._coming() if each is side]
        netted = _ZERO if self._venue.position_mode is facts.PositionMode.HEDGE else self._size(side.opposite)
        opening = max(_ZERO, sum((left for left, _ in coming), _ZERO) - netted)
        cheapest = min([mark, *(price for _, price in coming)])
        return self._size(side) * mark + opening * cheapest

    def _size(self, side: HoldSide) -> Decimal:
        return sum(
            (each.size for each in self._venue.positions() if each.hold_side.value == side.value), _ZERO
        )

    def _coming(self) -> Iterator[tuple[HoldSide, Decimal, Decimal | None]]:
        """Whatever may still open: at the exchange, and on its way there as far as the cockpit knows."""
        known: set[str] = set()
        for order in (*self._venue.pending(), *self._venue.finished()):
            known.add(order.client_oid)
            live = order.status in (facts.OrderStatus.LIVE, facts.OrderStatus.PARTIALLY_FILLED)
            if live and not order.reduce_only and "close" not in order.trade_side:
                yield _opened(order.direction), order.size - order.filled, order.price
        for plan in (*self._venue.plans.pending(), *self._venue.plans.decided()):
            known.add(plan.client_oid)
            if plan.status is PlanStatus.LIVE and plan.plan_type in _OPENERS and not plan.order.reduce_only:
                yield _opened(plan.order.direction), plan.order.size, plan.order.price or plan.trigger_price
        for row in self._world.engine.views.orders().rows:
            order_here = self._world.engine.order(row.key)
            if order_here is not None and order_here.may_add and order_here.client_order_id not in known:
                side = HoldSide.LONG if row.side.value == "buy" else HoldSide.SHORT
                yield side, row.size - row.filled, row.price


def _after(held: dict[HoldSide, Decimal], order: LedgerOrder, fill: LedgerFill) -> dict[HoldSide, Decimal]:
    buys = fill.direction is facts.Direction.BUY
    if order.hold_side is not None:
        side = HoldSide(order.hold_side.value)
        opens = buys is (side is HoldSide.LONG)
        return {**held, side: held[side] + (fill.size if opens else -fill.size)}
    net = held[HoldSide.LONG] - held[HoldSide.SHORT] + (fill.size if buys else -fill.size)
    return {HoldSide.LONG: max(net, _ZERO), HoldSide.SHORT: max(-net, _ZERO)}


def _opened(direction: facts.Direction) -> HoldSide:
    return HoldSide.LONG if direction is facts.Direction.BUY else HoldSide.SHORT


def _adds_to(draft: TicketDraft) -> HoldSide:
    return HoldSide.LONG if draft.side.value == "buy" else HoldSide.SHORT


def _tells(alarm: str, side: HoldSide) -> bool:
    parts = alarm.split(" · ")
    return any(
        side.value.upper() in part and ("NAKED" in part or "STOPS NOT KNOWN" in part) for part in parts
    )


def _removes_stops(intent: Intent) -> bool:
    match intent:
        case CancelAll(family=family):
            return family in (OrderFamily.PROTECTION, OrderFamily.ALL)
        case Protect(stop_loss=stop):
            return stop == _ZERO
        case CancelOrder() | Flatten():
            return True
    return False
