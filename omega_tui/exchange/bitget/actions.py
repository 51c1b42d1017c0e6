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
from omega_tui.exchange.bitget.outcomes import Action, Evidence, classify
from omega_tui.exchange.bitget.refusals import Kind, kind_of
from omega_tui.exchange.bitget.translate import TranslationError
from omega_tui.exchange.bitget.translate_orders import build_cancel, build_order
from omega_tui.exchange.bitget.translate_plans import build_plan
from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType, RestPath
from omega_tui.exchange.port import NotSent, Outcome, Rejected

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
        # An entry that waits leaves at an old price; a close that gives up leaves the position open.
        patience = _URGENT_PATIENCE if request.reduce_only else _PLACE_PATIENCE
        return await self._act(Action.PLACE, path, params, patience, request.client_order_id)

    async def cancel(self, target: OrderRef) -> Outcome:
        """Ask for the cancellation of one order."""
        try:
            params = build_cancel(target)
        except TranslationError as error:
            return NotSent(str(error))
        return await self._act(Action.CANCEL, RestPath.CANCEL_ORDER, params, _URGENT_PATIENCE)

    async def cancel_all(self, symbol: str | None) -> Outcome:
        """Ask for the cancellation of every plain order of a symbol, or of all symbols."""
        if symbol is None:
            params = _PRODUCT | {"marginCoin": MARGIN_COIN}
            return await self._act(Action.CANCEL_ALL, RestPath.CANCEL_ALL_ORDERS, params, _URGENT_PATIENCE)
        params = _PRODUCT | {"symbol": symbol}
        return await self._act(Action.CANCEL_ALL, RestPath.BATCH_CANCEL_ORDERS, params, _URGENT_PATIENCE)

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

    async def place_batch(self, requests: Sequence[OrderRequest]) -> tuple[Outcome, ...]:
        """Send plain orders of one symbol and margin mode; an outcome for each."""
        return tuple(NotSent("not possible yet") for _ in requests)

    async def amend(self, change: OrderChange) -> Outcome:
        """Ask for other terms of an order."""
        return NotSent("not possible yet")

    async def reverse(self, request: OrderRequest) -> Outcome:
        """Turn a position into one of the other side."""
        return NotSent("not possible yet")

    async def cancel_batch(self, targets: Sequence[OrderRef]) -> tuple[Outcome, ...]:
        """Ask for the cancellation of orders of one symbol; an outcome for each."""
        return tuple(NotSent("not possible yet") for _ in targets)

    async def cancel_plans(self, symbol: str | None, kind: PlanKind) -> Outcome:
        """Ask for the cancellation of every plan of one kind."""
        return NotSent("not possible yet")

    async def set_position_mode(self, position_mode: PositionMode) -> Outcome:
        """Set the account's position mode."""
        return NotSent("not possible yet")

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
    ) -> Outcome:
        if self._refusal:
            return NotSent(self._refusal)
        if not await self._limits.acquire(path, patience):
            return NotSent("too many requests are waiting here already")
        outcome = classify(action, await self._sender.send(path, params), client_order_id)
        if isinstance(outcome, Rejected):
            if kind_of(outcome.code) is Kind.CLOCK:
                self._clock_refused()
            if outcome.code == Code.TOO_MANY_REQUESTS:
                self._limits.penalize()
        return outcome


def _built(request: OrderRequest) -> tuple[RestPath, dict[str, str]]:
    if request.plan is not None:
        return build_plan(request, request.plan)
    return RestPath.PLACE_ORDER, build_order(request)
