"""Take profit and stop loss of positions: what they must keep to, how they come to be and change.

A guard belongs to one position and ends with it. Every guard is a close or reduce-only order that waits, so
it can never turn a position around.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Force, HoldSide, OrderType, PlanStatus, PlanType
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.intake import Market
from omega_tui.sim.venue.ledger import LedgerOrder, LedgerPlan, OrderSpec, Presets
from omega_tui.sim.venue.listings import Listings
from omega_tui.sim.venue.order_rules import check_size
from omega_tui.sim.venue.order_store import LIVE
from omega_tui.sim.venue.plan_requests import GuardRequest
from omega_tui.sim.venue.plan_rules import (
    check_arming_price,
    check_callback,
    check_execute_price,
    check_leg,
    check_trigger_price,
)
from omega_tui.sim.venue.plans import TAKES_PROFIT, WHOLE_POSITION, PlanStore, closed_side, order_source
from omega_tui.sim.venue.positions import Position, opening_direction
from omega_tui.sim.venue.snowflake import Snowflakes

_ZERO = Decimal(0)


class Guards:
    """Checks and writes the take profits and stop losses of one account's positions."""

    def __init__(
        self,
        markets: Mapping[str, Market],
        account: Account,
        listings: Listings,
        store: PlanStore,
        ids: Snowflakes,
        now_ms: Callable[[], int],
        choices: Choices,
    ) -> None:
        self._markets = markets
        self._account = account
        self._listings = listings
        self._store = store
        self._ids = ids
        self._now_ms = now_ms
        self._choices = choices
        self._guarded: dict[str, str] = {}

    def check(self, asked: GuardRequest, former: LedgerPlan | None = None) -> None:
        """Prices and size as they must be; raises `Refused` with Bitget's code.

        The market may have passed the price that armed a trailing guard: it need not be reached again when
        the change of a former one leaves it.
        """
        position = self._position(asked)
        market = self._markets[asked.symbol]
        order = _order(asked, position)
        self._listings.check(order)
        check_trigger_price(asked.trigger_price, market.contract)
        check_execute_price(asked.execute_price, market.contract)
        if asked.size is not None:
            check_size(order, market.contract)
            if asked.size > position.size:
                raise refusal(Code.TPSL_ABOVE_POSITION)
        price = market.ticker.price_by(asked.trigger_type)
        if asked.plan_type is PlanType.MOVING:
            check_callback(asked.plan_type, asked.callback)
            if former is None or _armed_anew(asked, former):
                check_arming_price(_rises(asked), asked.trigger_price, price)
        else:
            by_entry = self._choices.tpsl_measured_by_entry
            check_leg(asked, price, position.average_entry, measured_by_entry=by_entry)

    def existing(self, asked: GuardRequest) -> LedgerPlan | None:
        """The position's own take profit or stop loss, of which it has one each at most."""
        position = self._account.positions.get(asked.symbol, asked.side)
        if position is None or asked.plan_type not in WHOLE_POSITION:
            return None
        found = self._store.of_position(asked.symbol, position.position_id, {asked.plan_type})
        return found[0] if found else None

    def put(self, asked: GuardRequest, former: LedgerPlan | None, origin: str | None = None) -> LedgerPlan:
        """Write down a guard, in place of a former one when it changes that."""
        position = self._position(asked)
        now = self._now_ms()
        plan_id = self._ids.next() if former is None else former.plan_id
        guard = LedgerPlan(
            plan_id=plan_id,
            client_oid=former.client_oid if former else asked.client_oid or self._ids.next(),
            plan_type=asked.plan_type,
            order=_order(asked, position),
            trigger_price=asked.trigger_price,
            trigger_type=asked.trigger_type,
            rises=_rises(asked),
            callback=asked.callback,
            position_id=position.position_id,
            position_mode=self._account.position_mode,
            status=PlanStatus.LIVE,
            created_ms=former.created_ms if former else now,
            updated_ms=now,
            origin_order_id=origin or (former.origin_order_id if former else None),
        )
        if former is not None and not _armed_anew(asked, former):
            guard = replace(guard, extreme=former.extreme)
        self._store.put(guard)
        return guard

    def protect(self, order: LedgerOrder, presets: Presets, side: HoldSide, opened: Decimal) -> None:
        """Make guards of the presets of an order that has just opened `opened` of the position on `side`.

        Every fill is guarded at once. The guards of the whole position follow its size by themselves: an
        order sets them once, and what the trader or a later order made of them since then stays. Those of
        the opened size grow with the next fill. None is refused: a price that the market has left behind
        triggers immediately.
        """
        position = self._account.positions.get(order.symbol, side)
        if position is None:
            return
        before = self._guarded.get(order.order_id)
        if order.status in LIVE:
            self._guarded[order.order_id] = position.position_id
        else:
            self.forget(order.order_id)
        for asked in self._wanted(order.symbol, presets, side):
            if asked.plan_type not in WHOLE_POSITION:
                self._enlarge(order.order_id, asked, opened)
            elif before != position.position_id:
                self.put(asked, self.existing(asked), order.order_id)

    def forget(self, order_id: str) -> None:
        """An order will open nothing more."""
        self._guarded.pop(order_id, None)

    def _enlarge(self, origin: str, asked: GuardRequest, opened: Decimal) -> None:
        """One guard an order and leg, over all that the order has opened so far."""
        own = self._store.pending(asked.symbol, {asked.plan_type})
        former = next((guard for guard in own if guard.origin_order_id == origin), None)
        if former is not None:
            asked = request_of(former)
            opened += former.order.size
        self.put(replace(asked, size=opened), former, origin)

    def _position(self, asked: GuardRequest) -> Position:
        position = self._account.positions.get(asked.symbol, asked.side)
        if position is None:
            raise refusal(Code.TPSL_WITHOUT_POSITION)
        return position

    def _wanted(self, symbol: str, presets: Presets, side: HoldSide) -> list[GuardRequest]:
        whole = self._choices.presets_guard_whole_position
        wanted: list[GuardRequest] = []
        if presets.take_profit is not None:
            kind = PlanType.POSITION_PROFIT if whole else PlanType.PROFIT
            by, execute = presets.take_profit_type, presets.take_profit_execute
            wanted.append(GuardRequest(kind, symbol, side, presets.take_profit, by, execute))
        if presets.stop_loss is not None:
            kind = PlanType.POSITION_LOSS if whole else PlanType.LOSS
            by, execute = presets.stop_loss_type, presets.stop_loss_execute
            wanted.append(GuardRequest(kind, symbol, side, presets.stop_loss, by, execute))
        return wanted


def request_of(guard: LedgerPlan) -> GuardRequest:
    """What would have to be asked for to get this guard."""
    return GuardRequest(
        plan_type=guard.plan_type,
        symbol=guard.order.symbol,
        side=closed_side(guard),
        trigger_price=guard.trigger_price,
        trigger_type=guard.trigger_type,
        execute_price=guard.order.price,
        size=None if guard.plan_type in WHOLE_POSITION else guard.order.size,
        callback=guard.callback,
        client_oid=guard.client_oid,
        self_trade=guard.order.self_trade,
    )


def _armed_anew(asked: GuardRequest, former: LedgerPlan) -> bool:
    """Whether a change is about what arms a trailing guard; any other leaves it as far as it has come."""
    return (asked.trigger_price, asked.trigger_type) != (former.trigger_price, former.trigger_type)


def _rises(asked: GuardRequest) -> bool:
    """Profit of a long and the arming of its trailing stop lie above; a loss lies below. Shorts mirror it."""
    upwards = asked.plan_type in TAKES_PROFIT or asked.plan_type is PlanType.MOVING
    return upwards == (asked.side is HoldSide.LONG)


def _order(asked: GuardRequest, position: Position) -> OrderSpec:
    """The order that a guard places: it only closes."""
    order_type = OrderType.MARKET if asked.execute_price is None else OrderType.LIMIT
    return OrderSpec(
        symbol=asked.symbol,
        direction=opening_direction(asked.side).opposite,
        order_type=order_type,
        size=asked.size or _ZERO,
        price=asked.execute_price,
        force=Force.GTC,
        margin_mode=position.margin_mode,
        hold_side=asked.side,
        closes=True,
        reduce_only=True,
        client_oid=None,
        order_source=order_source(asked.plan_type, order_type),
        self_trade=asked.self_trade,
    )
