"""Actions on Bitget's REST endpoints: each is sent once, and ends as one of the port's outcomes.

Nothing is tried a second time here, whatever the outcome says. How requests travel is the sender's business,
how replies are judged that of `outcomes`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from omega_tui.domain.orders import HoldSide, MarginMode, OrderChange, OrderRef, OrderRequest, PositionMode
from omega_tui.domain.plans import PlanKind
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.limits import Limits
from omega_tui.exchange.bitget.outcomes import Action, Evidence, Transport, classify, classify_legs
from omega_tui.exchange.bitget.refusals import Kind, kind_of
from omega_tui.exchange.bitget.translate import TranslationError
from omega_tui.exchange.bitget.translate_changes import (
    build_batch,
    build_batch_cancel,
    build_batch_leg,
    build_change,
    build_reversal,
)
from omega_tui.exchange.bitget.translate_orders import build_cancel, build_order
from omega_tui.exchange.bitget.translate_plans import build_plan, build_plan_cancel, plan_type
from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType, RestPath
from omega_tui.exchange.port import BATCH_LIMIT, NotSent, Outcome, Rejected

_PLACE_PATIENCE = 1.0
_URGENT_PATIENCE = 5.0

_PRODUCT = {"productType": ProductType.USDT_FUTURES.value}


class Sender(Protocol):
    """Whatever carries requests: ccxt here, something else one day."""

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        """Send one request once and report what was seen."""
        ...


class RestActions:
    """Actions over a `Sender`.

    `clock_refused` is called when a timestamp was not accepted. A `refusal` (read-only, no key) ends every
    action as NotSent with these words.
    """

    def __init__(
        self, sender: Sender, limits: Limits, clock_refused: Callable[[], None], refusal: str = ""
    ) -> None:
        self._sender = sender
        self._limits = limits
        self._clock_refused = clock_refused
        self._refusal = refusal

    async def place(self, request: OrderRequest) -> Outcome:
        """Send one order, once. An order that contradicts itself is not sent."""
        try:
            path, params = _built(request)
        except TranslationError as error:
            return NotSent(str(error))
        return await self._act(Action.PLACE, path, params, _patience(request), request.client_order_id)

    async def place_batch(self, requests: Sequence[OrderRequest]) -> tuple[Outcome, ...]:
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
            params = build_batch(list(legs.values()))
            judged = await self._act_on_legs(
                Action.PLACE, RestPath.BATCH_PLACE_ORDER, params, patience, names
            )
            for number, outcome in zip(legs, judged, strict=True):
                outcomes[number] = outcome
        return tuple(outcomes)

    async def amend(self, change: OrderChange) -> Outcome:
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
        urgent = target.plan is not None and target.plan.of_position
        patience = _URGENT_PATIENCE if urgent else _PLACE_PATIENCE
        return await self._act(Action.AMEND, path, params, patience, client_order_id, order_id)

    async def reverse(self, request: OrderRequest) -> Outcome:
        """Close `request.size` of the opposed position and open as much on the other side, once."""
        params = build_reversal(request)
        path, name = RestPath.CLICK_BACKHAND, request.client_order_id
        return await self._act(Action.REVERSE, path, params, _PLACE_PATIENCE, name)

    async def cancel(self, target: OrderRef) -> Outcome:
        """Ask for the cancellation of one order, plain or a plan."""
        if target.plan is not None:
            return (await self.cancel_batch([target]))[0]
        try:
            params = build_cancel(target)
        except TranslationError as error:
            return NotSent(str(error))
        return await self._act(Action.CANCEL, RestPath.CANCEL_ORDER, params, _URGENT_PATIENCE)

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
        return await self._act_on_legs(Action.CANCEL, path, params, _URGENT_PATIENCE, names)

    async def cancel_all(self, symbol: str | None) -> Outcome:
        """Ask for the cancellation of every plain order of a symbol, or of all symbols."""
        if symbol is None:
            params = _PRODUCT | {"marginCoin": MARGIN_COIN}
            return await self._act(Action.CANCEL_ALL, RestPath.CANCEL_ALL_ORDERS, params, _URGENT_PATIENCE)
        params = _PRODUCT | {"symbol": symbol}
        return await self._act(Action.CANCEL_ALL, RestPath.BATCH_CANCEL_ORDERS, params, _URGENT_PATIENCE)

    async def cancel_plans(self, symbol: str | None, kind: PlanKind) -> Outcome:
        """Ask for the cancellation of every plan of one kind of a symbol, or of all symbols."""
        params = _PRODUCT | {"planType": plan_type(kind)} | ({"symbol": symbol} if symbol else {})
        return await self._act(Action.CANCEL_ALL, RestPath.CANCEL_PLAN_ORDER, params, _URGENT_PATIENCE)

    async def close_position(self, symbol: str, hold_side: HoldSide | None) -> Outcome:
        """Ask the exchange to close at market whatever is open; one-way mode ignores the hold side."""
        params = _PRODUCT | {"symbol": symbol}
        if hold_side is not None:
            params["holdSide"] = hold_side.value
        return await self._act(Action.CLOSE, RestPath.CLOSE_POSITIONS, params, _URGENT_PATIENCE)

    async def set_leverage(self, symbol: str, leverage: int, hold_side: HoldSide | None) -> Outcome:
        """Set a symbol's leverage; the hold side matters in isolated hedge mode only."""
        params = _PRODUCT | {"symbol": symbol, "marginCoin": MARGIN_COIN, "leverage": str(leverage)}
        if hold_side is not None:
            params["holdSide"] = hold_side.value
        return await self._act(Action.SETTING, RestPath.SET_LEVERAGE, params, _PLACE_PATIENCE)

    async def set_position_mode(self, position_mode: PositionMode) -> Outcome:
        """Set the account's position mode."""
        params = _PRODUCT | {"posMode": position_mode.value}
        return await self._act(Action.SETTING, RestPath.SET_POSITION_MODE, params, _PLACE_PATIENCE)

    async def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> Outcome:
        """Set a symbol's margin mode."""
        params = _PRODUCT | {"symbol": symbol, "marginCoin": MARGIN_COIN, "marginMode": margin_mode.value}
        return await self._act(Action.SETTING, RestPath.SET_MARGIN_MODE, params, _PLACE_PATIENCE)

    async def _act(
        self,
        action: Action,
        path: RestPath,
        params: dict[str, Any],
        patience: float,
        client_order_id: str | None = None,
        order_id: str | None = None,
    ) -> Outcome:
        evidence = await self._send(path, params, patience)
        return self._noted(classify(action, evidence, client_order_id, order_id))

    async def _act_on_legs(
        self,
        action: Action,
        path: RestPath,
        params: dict[str, Any],
        patience: float,
        names: Sequence[tuple[str | None, str | None]],
    ) -> tuple[Outcome, ...]:
        evidence = await self._send(path, params, patience)
        return tuple(self._noted(outcome) for outcome in classify_legs(action, evidence, names))

    async def _send(self, path: RestPath, params: dict[str, Any], patience: float) -> Evidence:
        if self._refusal:
            return Evidence(Transport.NO_BYTE_LEFT, words=self._refusal)
        if not await self._limits.acquire(path, patience):
            return Evidence(Transport.NO_BYTE_LEFT, words="too many requests are waiting here already")
        return await self._sender.send(path, params)

    def _noted(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Rejected):
            if kind_of(outcome.code) is Kind.CLOCK:
                self._clock_refused()
            if outcome.code == Code.TOO_MANY_REQUESTS:
                self._limits.penalize()
        return outcome


def _patience(request: OrderRequest) -> float:
    # An entry that waits leaves at an old price; a close that gives up leaves the position open.
    return _URGENT_PATIENCE if request.reduce_only else _PLACE_PATIENCE


def _none_sent(legs: Sequence[object], reason: str) -> tuple[Outcome, ...]:
    return tuple(NotSent(reason) for _ in legs)


def _built(request: OrderRequest) -> tuple[RestPath, dict[str, str]]:
    if request.plan is not None:
        return build_plan(request, request.plan)
    return RestPath.PLACE_ORDER, build_order(request)
