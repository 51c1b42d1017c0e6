"""Giving positions stops and targets that rest at the exchange; never taking one away before its successor.

The exchange keeps one whole-position stop and one whole-position target a position (UTA code 25594): where
one exists it is amended in place. A leg of another kind that it replaces goes once the new one is confirmed.
Whether what was asked for came to be is `protection_watch`'s business.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

from omega_tui.domain.account import Position
from omega_tui.domain.events import Surface
from omega_tui.domain.orders import OrderRequest, OrderType, PositionMode, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import AmendOrder, Doors, Protect, Receipt
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.orders.manager import OrderManager
from omega_tui.engine.protection.cover import plans_of, position_words
from omega_tui.engine.protection.expected_legs import Expected, ExpectedLegs
from omega_tui.engine.protection.preview import Leg, build_legs, build_protect_preview, leg_problems
from omega_tui.engine.protection.watch import ProtectionWatch
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor

_ZERO, _ONE = Decimal(0), Decimal(1)


class Protector:
    """Places and replaces the stops and targets of positions."""

    def __init__(
        self,
        state: State,
        orders: OrderManager,
        supervisor: Supervisor,
        expected: ExpectedLegs,
        watch: ProtectionWatch,
    ) -> None:
        self._state = state
        self._orders = orders
        self._supervisor = supervisor
        self._expected = expected
        self._watch = watch
        expected.place_stop = self.place_stop

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {Protect: self.protect}

    def protect(self, intent: Protect) -> Receipt:
        """Take up stop and target of a position, or refuse both with the reasons."""
        state = self._state
        problems = build_protect_preview(state, intent).problems
        position = state.position(intent.symbol, intent.hold_side)
        instrument = state.instruments.get(intent.symbol)
        if problems or position is None or instrument is None:
            return Receipt(False, "; ".join(problems))
        return self._take_up(position, intent, list(build_legs(state, position, instrument, intent)))

    def _take_up(self, position: Position, intent: Protect, legs: list[Leg]) -> Receipt:
        words: list[str] = []
        keys: list[str] = []
        replaced: list[Tracked] = []
        taken: list[Leg] = []
        stop_key: str | None = None
        changed = [leg for leg in legs if not leg.is_unchanged]
        if not changed and _ZERO not in (intent.stop_loss, intent.take_profit):
            return Receipt(False, "nothing would change")
        for leg in changed:
            receipt = self._amend(leg, leg.existing) if leg.existing else self._place(position, leg)
            if not receipt.taken and not taken:
                return receipt
            words.append(leg.words(intent.trigger_by))
            if not receipt.taken:
                words[-1] += f" refused: {receipt.text}"
                continue
            taken.append(leg)
            keys += receipt.keys
            if leg.what == "stop":
                stop_key = receipt.keys[0] if receipt.keys else None
                replaced += _outlived(self._state, position, leg)
                if intent.share < _ONE:
                    self._watch.follow(stop_key or (leg.existing.key if leg.existing else ""), intent.share)
        # Last: what is refused must have taken nothing away.
        words += self._remove(position, intent)
        self._expect(position, intent, taken, stop_key, replaced)
        return Receipt(True, f"protecting {position_words(position)}: {', '.join(words)}", tuple(keys))

    def _remove(self, position: Position, intent: Protect) -> list[str]:
        """Cancel the legs that the trader wants gone; what went, in words."""
        words = []
        for price, is_stop in ((intent.stop_loss, True), (intent.take_profit, False)):
            if price == _ZERO:
                chosen = [each for each in plans_of(self._state, position) if _limits(each) is is_stop]
                self._orders.cancel_many(chosen)
                words.append(f"no {'stop' if is_stop else 'target'} any more")
        if intent.stop_loss == _ZERO:
            self._expected.forget((position.symbol, position.hold_side))
        return words

    def _place(self, position: Position, leg: Leg) -> Receipt:
        request = OrderRequest(
            client_order_id=self._orders.new_client_order_id(),
            symbol=position.symbol,
            side=position.hold_side.opening_side.opposite,
            order_type=OrderType.MARKET,
            size=leg.size,
            price=None,
            time_in_force=TimeInForce.GTC,
            reduce_only=True,
            margin_mode=position.margin_mode,
            hold_side=position.hold_side if position.position_mode is PositionMode.HEDGE else None,
            plan=leg.plan,
        )
        tracked = self._orders.open(request)
        size = "all" if leg.plan.kind.whole_position else decimal_text(leg.size)
        why = f"{leg.what} of {position_words(position)} at {decimal_text(leg.plan.trigger_price)} for {size}"
        self._supervisor.once(
            f"sending a {leg.what}", partial(self._orders.send, tracked, request, why), Surface.ACTIONS
        )
        return Receipt(True, why, (tracked.key,))

    def _amend(self, leg: Leg, existing: Tracked) -> Receipt:
        receipt = self._orders.amend(AmendOrder(existing.key, trigger_price=leg.plan.trigger_price))
        return Receipt(receipt.taken, receipt.text)

    def place_stop(
        self, position: Position, price: Decimal, trigger_by: TriggerBy, share: Decimal
    ) -> str | None:
        """Place a stop as an answer to its absence; its row key, None when it must not be sent."""
        state = self._state
        instrument = state.instruments.get(position.symbol)
        intent = Protect(position.symbol, position.hold_side, price, None, trigger_by, share)
        legs = list(build_legs(state, position, instrument, intent)) if instrument is not None else []
        if instrument is None or tuple(leg_problems(state, position, instrument, intent, legs)):
            return None
        leg = replace(legs[0], existing=None)
        key = self._place(position, leg).keys[0]
        if share < _ONE:
            self._watch.follow(key, share)
        return key

    def _expect(
        self,
        position: Position,
        intent: Protect,
        legs: list[Leg],
        stop_key: str | None,
        replaced: list[Tracked],
    ) -> None:
        prices = {leg.what: leg.plan.trigger_price for leg in legs}
        if not prices:
            return
        self._expected.expect(
            Expected(
                symbol=position.symbol,
                hold_side=position.hold_side,
                stop=prices.get("stop"),
                target=prices.get("target"),
                trigger_by=intent.trigger_by,
                since=self._state.clock.monotonic(),
                share=intent.share,
                stop_key=stop_key,
                replaces=tuple(replaced),
            )
        )


def _limits(tracked: Tracked) -> bool:
    return tracked.order.plan is not None and tracked.order.plan.kind.limits_loss


def _outlived(state: State, position: Position, leg: Leg) -> Iterator[Tracked]:
    """Partial legs that a new whole-position one of the same purpose replaces."""
    if not leg.plan.kind.whole_position or leg.existing is not None:
        return
    gone = PlanKind.STOP_LOSS if leg.plan.kind.limits_loss else PlanKind.TAKE_PROFIT
    for tracked in plans_of(state, position):
        if tracked.order.plan is not None and tracked.order.plan.kind is gone:
            yield tracked
