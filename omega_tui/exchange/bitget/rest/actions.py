"""Actions on Bitget's REST endpoints: each ends as one of the port's outcomes.

How requests travel, and which of them may be tried again, is the business of `dispatch`; how replies are
judged is that of `outcomes`.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from omega_tui.domain.orders import HoldSide, MarginMode, OrderChange, OrderRef, OrderRequest, PositionMode
from omega_tui.domain.plans import PlanKind
from omega_tui.exchange.bitget.rest.dispatch import ENTRY, WAY_OUT, Dispatch, Patience, nothing_stops
from omega_tui.exchange.bitget.rest.outcomes import Action, classify, classify_legs
from omega_tui.exchange.bitget.translation.changes import (
    build_batch,
    build_batch_cancel,
    build_batch_leg,
    build_change,
    build_reversal,
)
from omega_tui.exchange.bitget.translation.orders import build_cancel, build_order
from omega_tui.exchange.bitget.translation.plans import build_plan, build_plan_cancel, plan_type
from omega_tui.exchange.bitget.translation.words import TranslationError
from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType, RestPath
from omega_tui.exchange.port import BATCH_LIMIT, NotSent, Outcome, Stopped, never_stopped

_PRODUCT = {"productType": ProductType.USDT_FUTURES.value}


async def _no_objection(patience: Patience) -> str:
    return ""


class RestActions:
    """Actions by way of a `Dispatch`.

    A `refusal` (read-only, no key) ends every one as NotSent with these words, and so does an `objection` to
    the key in use, which is asked before each.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        refusal: str = "",
        objection: Callable[[Patience], Awaitable[str]] = _no_objection,
    ) -> None:
        self._dispatch = dispatch
        self._refusal = refusal
        self._objection = objection

    async def place(self, request: OrderRequest, stopped: Stopped = never_stopped) -> Outcome:
        """Send one order, once. An order that contradicts itself is not sent."""
        try:
            path, params = _built(request)
        except TranslationError as error:
            return NotSent(str(error))
        name, patience = request.client_order_id, _patience(request)
        return await self._act(Action.PLACE, path, params, patience, name, last_look=partial(stopped, name))

    async def place_batch(
        self, requests: Sequence[OrderRequest], stopped: Stopped = never_stopped
    ) -> tuple[Outcome, ...]:
        """Send plain orders of one symbol and margin mode; one that contradicts itself is left out."""
        if len(requests) > BATCH_LIMIT:
            return _none_sent(requests, f"at most {BATCH_LIMIT} orders at once")
        outcomes: list[Outcome] = []
        legs: dict[int, dict[str, str]] = {}
        for number, request in enumerate(requests):
            outcomes.append(NotSent(""))
            try:
                legs[number] = build_batch_leg(request, requests[0])
            except TranslationError as error:
                outcomes[number] = NotSent(str(error))
        if legs:
            patience = max(_patience(requests[number]) for number in legs)
            names = [(None, leg["clientOid"]) for leg in legs.values()]
            params, held = build_batch(list(legs.values())), dict[str, str]()
            judged = await self._act_on_legs(
                *(Action.PLACE, RestPath.BATCH_PLACE_ORDER, params, patience, names),
                last_look=partial(_hold_back, params["orderList"], held, stopped),
            )
            for number, outcome in zip(legs, judged, strict=True):
                reason = held.get(legs[number]["clientOid"])
                outcomes[number] = outcome if reason is None else NotSent(reason)
        return tuple(outcomes)

    async def amend(self, change: OrderChange, stopped: Stopped = never_stopped) -> Outcome:
        """Ask for other terms of an order, once. A change that contradicts itself is not sent."""
        try:
            path, params = build_change(change)
        except TranslationError as error:
            return NotSent(str(error))
        target = change.target
        replaced = target.plan is None and change.size is not None
        # A replacement is known by its new id; of other changes of plain orders it is not told which id they
        # are acknowledged with.
        client_order_id = change.new_client_order_id if replaced else target.plan and target.client_order_id
        order_id = None if replaced else target.order_id
        urgent = change.reduces or (target.plan is not None and target.plan.of_position)
        patience = WAY_OUT if urgent else ENTRY
        last_look = partial(stopped, change.new_client_order_id)
        return await self._act(
            Action.AMEND, path, params, patience, client_order_id, order_id, last_look=last_look
        )

    async def reverse(self, request: OrderRequest, stopped: Stopped = never_stopped) -> Outcome:
        """Close `request.size` of the opposed position and open as much on the other side, once."""
        params = build_reversal(request)
        path, name = RestPath.CLICK_BACKHAND, request.client_order_id
        return await self._act(Action.REVERSE, path, params, ENTRY, name, last_look=partial(stopped, name))

    async def cancel(self, target: OrderRef) -> Outcome:
        """Ask for the cancellation of one order, plain or a plan."""
        if target.plan is not None:
            return (await self.cancel_batch([target]))[0]
        try:
            params = build_cancel(target)
        except TranslationError as error:
            return NotSent(str(error))
        # Judged by the id that was sent: of the other one nothing was said.
        name = None if target.order_id else target.client_order_id
        return await self._act(Action.CANCEL, RestPath.CANCEL_ORDER, params, WAY_OUT, name, target.order_id)

    async def cancel_batch(self, targets: Sequence[OrderRef]) -> tuple[Outcome, ...]:
        """Ask for the cancellation of orders of one symbol, all plain or all plans of one kind."""
        if not targets:
            return ()
        if len(targets) > BATCH_LIMIT or len({(target.symbol, target.plan) for target in targets}) > 1:
            return _none_sent(targets, f"at most {BATCH_LIMIT} orders of one symbol and kind at once")
        kind = targets[0].plan
        try:
            params = build_batch_cancel(targets) if kind is None else build_plan_cancel(kind, targets)
        except TranslationError as error:
            return _none_sent(targets, str(error))
        path = RestPath.BATCH_CANCEL_ORDERS if kind is None else RestPath.CANCEL_PLAN_ORDER
        names = [(target.order_id, target.client_order_id) for target in targets]
        return await self._act_on_legs(Action.CANCEL, path, params, WAY_OUT, names)

    async def cancel_all(self, symbol: str | None) -> Outcome:
        """Ask for the cancellation of every plain order of a symbol, or of all symbols."""
        if symbol is None:
            params = _PRODUCT | {"marginCoin": MARGIN_COIN}
            return await self._act(Action.CANCEL_ALL, RestPath.CANCEL_ALL_ORDERS, params, WAY_OUT)
        params = _PRODUCT | {"symbol": symbol}
        return await self._act(Action.CANCEL_ALL, RestPath.BATCH_CANCEL_ORDERS, params, WAY_OUT)

    async def cancel_plans(self, symbol: str | None, kind: PlanKind) -> Outcome:
        """Ask for the cancellation of every plan of one kind of a symbol, or of all symbols."""
        params = _PRODUCT | {"planType": plan_type(kind)} | ({"symbol": symbol} if symbol else {})
        return await self._act(Action.CANCEL_ALL, RestPath.CANCEL_PLAN_ORDER, params, WAY_OUT)

    async def close_position(self, symbol: str, hold_side: HoldSide | None) -> Outcome:
        """Ask the exchange to close at market whatever is open; one-way mode ignores the hold side."""
        params = _PRODUCT | {"symbol": symbol}
        if hold_side is not None:
            params["holdSide"] = hold_side.value
        return await self._act(Action.CLOSE, RestPath.CLOSE_POSITIONS, params, WAY_OUT)

    async def set_leverage(self, symbol: str, leverage: int, hold_side: HoldSide | None) -> Outcome:
        """Set a symbol's leverage; the hold side matters in isolated hedge mode only."""
        params = _PRODUCT | {"symbol": symbol, "marginCoin": MARGIN_COIN, "leverage": str(leverage)}
        if hold_side is not None:
            params["holdSide"] = hold_side.value
        return await self._act(Action.SETTING, RestPath.SET_LEVERAGE, params, ENTRY)

    async def set_position_mode(self, position_mode: PositionMode) -> Outcome:
        """Set the account's position mode."""
        params = _PRODUCT | {"posMode": position_mode.value}
        return await self._act(Action.SETTING, RestPath.SET_POSITION_MODE, params, ENTRY)

    async def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> Outcome:
        """Set a symbol's margin mode."""
        params = _PRODUCT | {"symbol": symbol, "marginCoin": MARGIN_COIN, "marginMode": margin_mode.value}
        return await self._act(Action.SETTING, RestPath.SET_MARGIN_MODE, params, ENTRY)

    async def _act(
        self,
        action: Action,
        path: RestPath,
        params: dict[str, Any],
        patience: Patience,
        client_order_id: str | None = None,
        order_id: str | None = None,
        *,
        last_look: Callable[[], str] = nothing_stops,
    ) -> Outcome:
        if held := self._refusal or await self._objection(patience):
            return NotSent(held)
        return await self._dispatch.act(
            *(action, path, params, patience),
            lambda evidence: classify(action, evidence, client_order_id, order_id),
            last_look,
        )

    async def _act_on_legs(
        self,
        action: Action,
        path: RestPath,
        params: dict[str, Any],
        patience: Patience,
        names: Sequence[tuple[str | None, str | None]],
        *,
        last_look: Callable[[], str] = nothing_stops,
    ) -> tuple[Outcome, ...]:
        if held := self._refusal or await self._objection(patience):
            return _none_sent(names, held)
        return await self._dispatch.act(
            *(action, path, params, patience),
            lambda evidence: classify_legs(action, evidence, names),
            last_look,
        )


def _hold_back(leaving: list[dict[str, str]], held: dict[str, str], stopped: Stopped) -> str:
    """Take out of a batch what must not leave after all, with the reasons; a reason of its own when nothing
    is left."""
    for leg in tuple(leaving):
        name = leg["clientOid"]
        if reason := stopped(name):
            held[name] = reason
            leaving.remove(leg)
    return "" if leaving else "no leg is left to send"


def _patience(request: OrderRequest) -> Patience:
    return WAY_OUT if request.reduce_only else ENTRY


def _none_sent(legs: Sequence[object], reason: str) -> tuple[Outcome, ...]:
    return tuple(NotSent(reason) for _ in legs)


def _built(request: OrderRequest) -> tuple[RestPath, dict[str, str]]:
    if request.plan is not None:
        return build_plan(request, request.plan)
    return RestPath.PLACE_ORDER, build_order(request)
