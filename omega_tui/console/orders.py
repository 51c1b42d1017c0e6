"""Commands that place orders, worked out: drafts with everything filled in, previewed by the engine.

An order with several targets becomes as many orders, each with its share of the size and a target of its own
that rests at the exchange with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from omega_tui.analytics.fibonacci import RATIOS
from omega_tui.clock import Ids
from omega_tui.console.deeds import Care, Deed
from omega_tui.console.facts import facts_of, require_position
from omega_tui.console.words import amount, figures, money, order_words
from omega_tui.domain.orders import HoldSide, OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.domain.sizing import legal_price
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import PlaceBatch, PlaceOrder, PlanDraft, TicketDraft
from omega_tui.engine.views import Views
from omega_tui.language.commands import Entry, FibScale, Scale, Shape, Target, TrailEntry, TriggerEntry
from omega_tui.language.facts import Facts
from omega_tui.language.mistakes import Unresolved
from omega_tui.language.resolving import resolve_leg, resolve_price, resolve_size, trailing_start
from omega_tui.language.scaling import share_out, spread_prices, weights
from omega_tui.language.terms import Fib, Price

_TICKET_ID_LENGTH = 16
_ONE = Decimal(1)


class OrderMaker:
    """Makes deeds of entries. `ids` names the tickets."""

    def __init__(self, views: Views, ids: Ids) -> None:
        self._views = views
        self._ids = ids

    def entry(self, order: Entry) -> Deed:
        """`buy` and `sell`. Raises Unresolved."""
        facts = self._facts(order)
        price = resolve_price(order.price, facts, order.side) if order.price is not None else None
        return self._deed(self._split(order, self._draft(order, facts, price), facts), facts)

    def trigger(self, command: TriggerEntry) -> Deed:
        """`trigger`. Raises Unresolved."""
        order = command.order
        facts = self._facts(order)
        when = resolve_price(command.when, facts, order.side)
        by = command.by or TriggerBy.MARK
        self._require_side(command, facts, when, by)
        limit = resolve_price(order.price, facts, order.side) if order.price is not None else None
        draft = self._draft(order, facts, limit, at=limit or when)
        plan = PlanDraft(PlanKind.TRIGGER, when, by)
        return self._deed(self._split(order, replace(draft, plan=plan), facts), facts)

    def trail(self, command: TrailEntry) -> Deed:
        """`trail`: of the position, all of it unless a size is named. Raises Unresolved."""
        position = require_position(self._views)
        facts = facts_of(self._views, position.hold_side)
        side = Side.SELL if position.hold_side is HoldSide.LONG else Side.BUY
        start = trailing_start(facts, side, TriggerBy.MARK)
        if command.start is not None:
            start = resolve_price(command.start, facts, side)
        sized = resolve_size(command.size, facts, facts.last) if command.size is not None else None
        draft = TicketDraft(
            ticket_id=self._ids.token(_TICKET_ID_LENGTH),
            symbol=position.symbol,
            side=side,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.IOC,
            size=position.size if sized is None else sized.base,
            price=None,
            closes=True,
            plan=PlanDraft(PlanKind.TRAILING_STOP, start, TriggerBy.MARK, command.callback),
        )
        return replace(self._deed((draft,), facts), care=Care.ALWAYS)

    def scale(self, command: Scale) -> Deed:
        """`scale … into N from … to …`. Raises Unresolved."""
        order = command.order
        facts = self._facts(order)
        first, last = (resolve_price(price, facts, order.side) for price in (command.first, command.last))
        prices = spread_prices(first, last, command.count, facts, order.side)
        return self._spread(order, facts, prices, weights(command.count, command.shape, command.weight))

    def across(self, command: FibScale) -> Deed:
        """`scale … across fib A..B`: the nearest level first, the weights those of the golden ratio."""
        order = command.order
        facts = self._facts(order)
        ratios = [ratio for ratio in RATIOS if command.low <= ratio <= command.high]
        if len(ratios) < 2:
            raise Unresolved(
                f"there are {len(ratios)} levels from {decimal_text(command.low)} to "
                f"{decimal_text(command.high)}: a scale takes two at least"
            )
        levels = {resolve_price(Price(Fib(ratio)), facts, order.side) for ratio in ratios}
        prices = sorted(levels, reverse=order.side is Side.BUY)
        return self._spread(order, facts, prices, weights(len(prices), Shape.FIB))

    def _spread(
        self, order: Entry, facts: Facts, prices: Sequence[Decimal], shares: Sequence[Decimal]
    ) -> Deed:
        if len(order.targets) > 1:
            raise Unresolved("a scale takes one target for all of its orders")
        worth = sum((price * share for price, share in zip(prices, shares, strict=True)), Decimal(0))
        average = worth / sum(shares)
        total = resolve_size(order.size, facts, average).base
        if total is None:
            raise Unresolved("a scale takes its size in coins, money or a share, not by risk")
        sizes = share_out(total, shares, facts)
        stop = self._common_stop(order, facts, average)
        drafts = [
            replace(
                self._draft(replace(order, stop=None), facts, price), size=size, risk=None, stop_loss=stop
            )
            for price, size in zip(prices, sizes, strict=True)
        ]
        return self._deed(self._with_target(order, drafts, facts), facts)

    def _common_stop(self, order: Entry, facts: Facts, average: Decimal) -> Decimal | None:
        """One stop for all orders of a scale, measured from their average: each that trades gives its own to
        the whole position, and a later one must not loosen what an earlier one set."""
        draft = self._draft(order, facts, legal_price(average, order.side, facts.instrument))
        return draft.stop_loss if draft.stop_loss is not None else self._views.preview(draft).stop_loss

    def _facts(self, order: Entry) -> Facts:
        """The facts of an order: those of the position that it opens or adds to, or closes."""
        opens = HoldSide.LONG if order.side is Side.BUY else HoldSide.SHORT
        return facts_of(self._views, opens.opposite if order.reduce else opens)

    def _draft(
        self, order: Entry, facts: Facts, price: Decimal | None, *, at: Decimal | None = None
    ) -> TicketDraft:
        """`at` is where it is expected to trade, when that is not its price."""
        touch = facts.ask if order.side is Side.BUY else facts.bid
        entry = at or price or touch
        size = resolve_size(order.size, facts, entry)
        at_market = price is None
        times = TimeInForce.IOC if at_market else order.time_in_force or TimeInForce.GTC
        if at_market and order.time_in_force not in (None, TimeInForce.IOC):
            raise Unresolved("a market order takes no time in force: name a price with at")
        return TicketDraft(
            ticket_id=self._ids.token(_TICKET_ID_LENGTH),
            symbol=facts.instrument.symbol,
            side=order.side,
            order_type=OrderType.MARKET if at_market else OrderType.LIMIT,
            time_in_force=times,
            size=size.base,
            price=price,
            closes=order.reduce,
            stop_loss=self._stop(order, facts, entry),
            risk=size.risk,
        )

    def _stop(self, order: Entry, facts: Facts, entry: Decimal | None) -> Decimal | None:
        if order.stop is None:
            return None
        if entry is None:
            raise Unresolved("the book is not known, and the stop is measured from it")
        return resolve_leg(order.stop, facts, _opened(order), entry, stops=True)

    def _split(self, order: Entry, draft: TicketDraft, facts: Facts) -> tuple[TicketDraft, ...]:
        """One draft for each target, with its share of the size; the draft itself without targets."""
        if len(order.targets) <= 1:
            return self._with_target(order, [draft], facts)
        preview = self._views.preview(draft)
        if preview.size is None:
            raise Unresolved("; ".join(preview.problems) or "the size is not known yet")
        sizes = share_out(preview.size, _shares(order.targets), facts)
        parts: list[TicketDraft] = []
        for target, size in zip(order.targets, sizes, strict=True):
            part = replace(draft, ticket_id=self._ids.token(_TICKET_ID_LENGTH), size=size, risk=None)
            parts += self._with_target(replace(order, targets=(replace(target, share=None),)), [part], facts)
        return tuple(parts)

    def _with_target(
        self, order: Entry, drafts: Iterable[TicketDraft], facts: Facts
    ) -> tuple[TicketDraft, ...]:
        if not order.targets:
            return tuple(drafts)
        (target,) = order.targets
        if target.share not in (None, _ONE):
            raise Unresolved("one target closes all of it: name a second one for the rest")
        made = []
        for draft in drafts:
            preview = self._views.preview(draft)
            entry = preview.price or preview.price_used
            if entry is None:
                raise Unresolved("the price is not known yet, and the target is measured from it")
            price = resolve_leg(
                target.at, facts, _opened(order), entry, stops=False, stop=preview.stop_loss or None
            )
            made.append(replace(draft, take_profit=price))
        return tuple(made)

    def _deed(self, drafts: Sequence[TicketDraft], facts: Facts) -> Deed:
        instrument, equity = facts.instrument, self._views.account().equity
        orders = tuple(map(self._previewed, drafts))
        problems = tuple(dict.fromkeys(each for order in orders for each in order.preview.problems))
        closes = all(order.preview.reduce_only for order in orders)
        care = Care.ALWAYS if closes and not self._views.status().unasked else Care.BY_RISK
        if len(orders) == 1:
            words = figures(orders[0], instrument, equity)
            return Deed(order_words(orders[0], instrument), orders, care, words, problems)
        return Deed(
            f"{len(orders)} orders: {order_words(orders[0], instrument)} … "
            f"{order_words(orders[-1], instrument)}",
            (PlaceBatch(orders),),
            care,
            (_total(orders), *(f"  {order_words(order, instrument)}" for order in orders)),
            problems,
        )

    def _previewed(self, draft: TicketDraft) -> PlaceOrder:
        """A draft with what it would do; a stop that the profile chose is the one that was shown, and does
        not follow the market any more."""
        preview = self._views.preview(draft)
        if draft.stop_loss is None and preview.stop_loss:
            draft = replace(draft, stop_loss=preview.stop_loss)
            preview = replace(self._views.preview(draft), changes=preview.changes)
        return PlaceOrder(draft, preview)

    def _require_side(self, command: TriggerEntry, facts: Facts, when: Decimal, by: TriggerBy) -> None:
        """A trigger above a price that is there already would fire at once."""
        now = facts.mark if by is TriggerBy.MARK else facts.last
        if now is None:
            raise Unresolved(f"the {by.value} price is not known yet")
        if when <= now if command.above else when >= now:
            side, other = ("above", "below") if command.above else ("below", "above")
            raise Unresolved(
                f"{amount(when, facts.instrument.price_places)} is not {side} the {by.value} price "
                f"{amount(now, facts.instrument.price_places)}: say {other}, or another price"
            )


def _opened(order: Entry) -> HoldSide:
    long = (order.side is Side.BUY) is not order.reduce
    return HoldSide.LONG if long else HoldSide.SHORT


def _shares(targets: Sequence[Target]) -> tuple[Decimal, ...]:
    """The share of each target; the last one takes what is left."""
    named = [target.share for target in targets if target.share is not None]
    rest = _ONE - sum(named, Decimal(0))
    shares = [target.share if target.share is not None else rest for target in targets]
    if len(named) == len(targets):
        shares[-1] += rest
    if min(shares) <= 0:
        raise Unresolved("the targets before the last one leave nothing for it")
    return tuple(shares)


def _total(orders: Sequence[PlaceOrder]) -> str:
    previews = [order.preview for order in orders]
    sums = []
    for name in ("notional", "margin", "fee", "loss_at_stop"):
        values = [getattr(preview, name) for preview in previews]
        total = None if None in values else sum(values, Decimal(0))
        sums.append(f"{name.replace('_', ' ')} {money(total)}")
    return "together: " + ", ".join(sums)
