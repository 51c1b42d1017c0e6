"""A seeded trader who presses everything, whatever the weather, while the cockpit is killed now and then."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from omega_tui.domain.orders import HoldSide, OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelScope,
    ClosePosition,
    Flatten,
    Halt,
    OrderFamily,
    PlaceBatch,
    PlaceOrder,
    PlanDraft,
    Protect,
    Resume,
    Reverse,
    TicketDraft,
)
from omega_tui.sim import facts
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import OrderSpec
from tests.virtual.exchange import seeded
from tests.virtual.world import World

SYMBOL = "BTCUSDT"
_ACTIONS_IN_THE_DARK = 6
_OPENED = {
    facts.Direction.BUY: facts.HoldSide.LONG,
    facts.Direction.SELL: facts.HoldSide.SHORT,
}
_PATIENCE_SECONDS = 90.0


class SeededTrader:
    """Draws what to do next; `deaths` is the chance that the cockpit is killed instead."""

    def __init__(self, seed: int, world: World, deaths: float = 0.03) -> None:
        self._rng: random.Random = seeded(seed, "trader")
        self._world = world
        self._deaths = deaths
        self._doings: tuple[tuple[int, Callable[[], None]], ...] = (
            (8, self._limit),
            (6, self._market),
            (2, self._reduce),
            (2, self._batch),
            (3, self._trigger),
            (4, self._cancel_one),
            (4, self._amend),
            (1, self._cancel_all),
            (2, self._close),
            (1, self._reverse),
            (2, self._protect),
            (1, self._flatten),
            (1, self._halt),
            (2, self._resume),
            (2, self._somebody_else),
            (1, self._disk),
        )

    async def trade(self, actions: int) -> None:
        """Do `actions` things, a random while apart; now and then the cockpit gets time to see clearly."""
        for number in range(actions):
            if number % _ACTIONS_IN_THE_DARK == 0:
                await self._see_clearly()
            await asyncio.sleep(self._rng.choice((0.0, 0.01, 0.05, 0.2, 1.0)))
            if self._rng.random() < self._deaths:
                await self._world.die()
                await asyncio.sleep(self._rng.uniform(0.0, 3.0))
                await self._world.live()
                await self._see_clearly()
            else:
                weights = [weight for weight, _ in self._doings]
                self._rng.choices([doing for _, doing in self._doings], weights)[0]()

    async def _see_clearly(self) -> None:
        """Leave a HALT, have room on the disk, and wait until new risk is possible, but not for ever."""
        self._world.journal.failing = False
        status = self._world.engine.views.status
        ends = self._world.clock.monotonic() + _PATIENCE_SECONDS
        while status().posture.value != "NORMAL" and self._world.clock.monotonic() < ends:
            if status().posture.value == "HALT":
                self._resume()
            await asyncio.sleep(0.2)

    @property
    def _last(self) -> Decimal | None:
        return self._world.engine.views.status().last_price

    def _draft(self, **changes: object) -> TicketDraft:
        size = Decimal(self._rng.randint(1, 6)) * Decimal("0.001")
        return self._world.draft(side=self._side(), size=size, **changes)

    def _side(self) -> Side:
        return self._rng.choice((Side.BUY, Side.SELL))

    def _priced(self) -> TicketDraft | None:
        last = self._last
        if last is None:
            return None
        draft = self._draft(price=last)
        away = Decimal(self._rng.choice((-20, -3, 3, 40, 200))) / 10_000
        price = last * (1 - away if draft.side is Side.BUY else 1 + away)
        force = self._rng.choice((TimeInForce.GTC, TimeInForce.GTC, TimeInForce.POST_ONLY, TimeInForce.IOC))
        return self._world.draft(side=draft.side, size=draft.size, price=price, time_in_force=force)

    def _limit(self) -> None:
        draft = self._priced()
        if draft is not None:
            self._world.place(draft)

    def _market(self) -> None:
        self._world.place(self._draft(order_type=OrderType.MARKET))

    def _reduce(self) -> None:
        self._world.place(self._draft(order_type=OrderType.MARKET, closes=True))

    def _batch(self) -> None:
        drafts = [draft for draft in (self._priced(), self._priced(), self._priced()) if draft is not None]
        preview = self._world.engine.views.preview
        self._world.submit(PlaceBatch(tuple(PlaceOrder(draft, preview(draft)) for draft in drafts)))

    def _trigger(self) -> None:
        last = self._last
        if last is None:
            return
        away = Decimal(self._rng.choice((-300, -30, 20, 300))) / 10_000
        by = self._rng.choice(tuple(TriggerBy))
        plan = PlanDraft(PlanKind.TRIGGER, last * (1 + away), by)
        self._world.place(self._draft(order_type=OrderType.MARKET, plan=plan))

    def _cancel_one(self) -> None:
        key = self._some_order()
        if key is not None:
            self._world.submit(CancelOrder(key))

    def _amend(self) -> None:
        key, last = self._some_order(), self._last
        if key is not None and last is not None:
            price = last * (1 + Decimal(self._rng.choice((-40, -2, 2, 40))) / 10_000)
            size = Decimal(self._rng.randint(1, 6)) * Decimal("0.001")
            self._world.submit(AmendOrder(key, size=size, price=price))

    def _some_order(self) -> str | None:
        rows = self._world.engine.views.orders().rows
        return self._rng.choice(rows).key if rows else None

    def _cancel_all(self) -> None:
        scope, family = self._rng.choice(tuple(CancelScope)), self._rng.choice(tuple(OrderFamily))
        self._world.submit(CancelAll(scope, family))

    def _held(self) -> HoldSide | None:
        rows = self._world.engine.views.positions().rows
        return self._rng.choice(rows).hold_side if rows else None

    def _close(self) -> None:
        held = self._held()
        if held is not None:
            share = self._rng.choice((Decimal("0.25"), Decimal("0.5"), Decimal(1)))
            self._world.submit(ClosePosition(SYMBOL, held, share))

    def _reverse(self) -> None:
        held = self._held()
        if held is not None:
            self._world.submit(Reverse(SYMBOL, held))

    def _protect(self) -> None:
        held, last = self._held(), self._last
        if held is None or last is None:
            return
        sign = 1 if held is HoldSide.LONG else -1
        stop = last * (1 - sign * Decimal(self._rng.choice((-1, 5, 30, 300))) / 10_000)
        target = last * (1 + sign * Decimal(self._rng.choice((5, 40, 300))) / 10_000)
        legs = self._rng.choice(((stop, None), (None, target), (stop, target)))
        self._world.submit(Protect(SYMBOL, held, legs[0], legs[1], self._rng.choice(tuple(TriggerBy))))

    def _flatten(self) -> None:
        self._world.submit(Flatten(self._rng.choice((SYMBOL, None))))

    def _halt(self) -> None:
        self._world.submit(Halt())

    def _resume(self) -> None:
        self._world.submit(Resume())

    def _somebody_else(self) -> None:
        """Another client of the same account trades at market."""
        venue = self._world.exchange.sim.venue
        hedge = venue.position_mode is facts.PositionMode.HEDGE
        side = self._rng.choice(tuple(facts.Direction))
        spec = OrderSpec(
            symbol=SYMBOL,
            direction=side,
            order_type=facts.OrderType.MARKET,
            size=Decimal("0.001"),
            price=None,
            force=facts.Force.GTC,
            margin_mode=venue.leverage(SYMBOL).margin_mode,
            hold_side=_OPENED[side] if hedge else None,
            closes=False,
            reduce_only=False,
            client_oid=f"other-{self._world.ids.token(12)}",
        )
        with suppress(Refused):
            venue.place(spec)

    def _disk(self) -> None:
        """The disk fills up, or has room again."""
        self._world.journal.failing = not self._world.journal.failing
