"""Sessions of everything a trader and a market can do, followed and judged by a second account."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import (
    BookSnapshot,
    Direction,
    Force,
    HoldSide,
    MarginMode,
    MarketFacts,
    PlanStatus,
    PlanType,
    PositionMode,
    PublicTrade,
    SelfTrade,
    TriggerType,
)
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.closing import Reversal
from omega_tui.sim.venue.ledger import NO_PRESETS, LedgerBill, OrderChanged, OrderSpec, PlanChanged, Presets
from omega_tui.sim.venue.modifying import Modification
from omega_tui.sim.venue.plan_requests import GuardChange, GuardRequest, PlanChange, PlanRequest
from omega_tui.sim.venue.plans import PENDING
from omega_tui.sim.venue.settings import LeverageRequest
from tests.sim.venue.reference import DUST, LONG, SHORT, Levers, Reference
from tests.sim.venue.scene import BUY, ETH, SELL, SYMBOL, Scene
from tests.sim.venue.test_money_conservation import NARROW

SYMBOLS = (SYMBOL, ETH.symbol)
START = 300
LEVERAGE = 17
SIZES = tuple(Decimal(size) for size in ("0.337", "0.7", "1", "2.501", "4"))
FORCES = (Force.GTC, Force.GTC, Force.GTC, Force.POST_ONLY, Force.IOC, Force.FOK)
OFFSETS = tuple(Decimal(ticks) / 10 for ticks in (-30, -11, -2, -1, 1, 2, 11, 30))
_OF_POSITIONS = frozenset({"guard", "reverse", "margin", "auto", "leverage", "adl"})
Step = tuple[str, int, int, int, int]
Picked = TypeVar("Picked")


def pick(among: tuple[Picked, ...], number: int) -> Picked:
    return among[number % len(among)]


class Session:
    """An exchange, its trader, and the second account."""

    def __init__(self, mode: PositionMode, margin_mode: MarginMode, choices: Choices) -> None:
        contracts = (NARROW, replace(NARROW, symbol=ETH.symbol, taker_fee_rate=Decimal("0.00055")))
        self.scene = Scene(mode, str(START), LEVERAGE, margin_mode, choices, contracts)
        self.venue = self.scene.venue
        self.reference = Reference(
            contracts={each.symbol: each for each in contracts},
            levers={
                each: Levers(margin_mode, LEVERAGE, dict.fromkeys(HoldSide, LEVERAGE)) for each in SYMBOLS
            },
            balance=Fraction(START),
            fund_takes=choices.fund_takes_remainder,
        )
        self._seen_events, self._last_bill = 0, next(self.venue.wallet.bills()).bill_id
        for symbol in SYMBOLS:
            self.jump(symbol, Decimal(100))
            self.rate(symbol, 1)

    def jump(self, symbol: str, price: Decimal) -> None:
        """The market and what is owed move together, so that nobody trades far from the mark."""
        scene, tick = self.scene, Decimal("0.1")
        self.reference.marks[symbol] = Fraction(price)
        self.venue.on_market(MarketFacts(symbol, scene.now, mark_price=str(price), last_price=str(price)))
        bids, asks = (
            tuple(
                (str(price + sign * far), size)
                for far, size in ((tick, "1.5"), (5 * tick, "3"), (9 * tick, "9"))
            )
            for sign in (-1, 1)
        )
        self.venue.on_market(BookSnapshot(symbol, scene.now, bids, asks))

    def rate(self, symbol: str, rate: int) -> None:
        self.reference.rates[symbol] = Fraction(rate, 10_000)
        text = str(Decimal(rate) / 10_000)
        self.venue.on_market(MarketFacts(symbol, self.scene.now, funding_rate=text))

    def price(self, symbol: str, number: int) -> Decimal:
        mark = self.venue.ticker(symbol).mark
        assert mark is not None
        return mark + pick(OFFSETS, number)

    @property
    def hedge(self) -> bool:
        return self.venue.position_mode is PositionMode.HEDGE

    def spec(self, symbol: str, a: int, b: int, c: int) -> OrderSpec:
        """Any order: the three numbers say which."""
        direction = pick((BUY, SELL), a)
        closes, limit = a % 5 == 0, b % 3 > 0
        opened = LONG if direction is BUY else SHORT
        hold = (SHORT if opened is LONG else LONG) if closes else opened
        present = self.venue.leverage(symbol).margin_mode
        presets = NO_PRESETS
        if c % 7 == 0 and not closes:
            far = Decimal(3) if opened is LONG else Decimal(-3)
            base = self.price(symbol, b)
            presets = Presets(base + far, base - far)
        return self.scene.spec(
            direction,
            str(pick(SIZES, c)),
            str(self.price(symbol, b)) if limit else None,
            force=pick(FORCES, a + c),
            hold=hold if self.hedge else None,
            closes=closes and self.hedge,
            reduce_only=closes,
            symbol=symbol,
            margin_mode=pick(tuple(MarginMode), c) if a % 11 == 0 else present,
            presets=presets,
            self_trade=pick(tuple(SelfTrade), b + c),
        )

    def act(self, step: Step) -> None:
        kind, symbol, a, b, c = step[0], pick(SYMBOLS, step[1]), *step[2:]
        side = pick(tuple(HoldSide), a)
        held = self.venue.positions()
        if held and kind in _OF_POSITIONS:
            symbol, side = held[a % len(held)].symbol, held[a % len(held)].hold_side
        actions: dict[str, Callable[[], object]] = {
            "place": lambda: self.venue.place(self.spec(symbol, a, b, c)),
            "open": lambda: self.open(symbol, side, b),
            "jump": lambda: self.jump(symbol, Decimal(100 + a % 61 - 30) if b % 3 else self.price(symbol, c)),
            "trade": lambda: self.trade(symbol, a, b, c),
            "fund": lambda: self.fund(symbol, a % 61 - 30),
            "wait": lambda: self.scene.wait(20),
            "cancel": lambda: self.cancel(a, b),
            "modify": lambda: self.modify(a, b, c),
            "plan": lambda: self.plan(symbol, a, b, c),
            "guard": lambda: self.guard(symbol, side, b, c),
            "change plan": lambda: self.change_plan(a, b, c),
            "close": lambda: self.venue.closer.close(symbol if b % 2 else None, side if c % 2 else None),
            "reverse": lambda: self.venue.closer.reverse(
                Reversal(symbol, side, pick((None, *SIZES), b), None)
            ),
            "margin": lambda: self.margin(symbol, side, Decimal(b % 81 - 40)),
            "auto": lambda: self.auto(symbol, side, on=bool(b % 2)),
            "leverage": lambda: self.leverage(symbol, side, pick((2, 5, 13, 17, 33, 75), b)),
            "mode": lambda: self.margin_mode(symbol, pick(tuple(MarginMode), a)),
            "hedge": lambda: self.venue.settings.set_position_mode(pick(tuple(PositionMode), a)),
            "adl": lambda: self.venue.risk.deleverage(
                symbol, side, pick((None, *SIZES), b), self.price(symbol, c)
            ),
            "transfer": lambda: self.venue.transfers.move(Decimal(a % 101 - 50)),
            "incident": lambda: self.incident(a, b),
        }
        with suppress(Refused):
            actions[kind]()

    def open(self, symbol: str, side: HoldSide, b: int) -> None:
        direction = BUY if side is LONG else SELL
        hold = side if self.hedge else None
        self.scene.place(
            self.scene.spec(
                direction,
                str(pick(SIZES, b)),
                hold=hold,
                symbol=symbol,
                margin_mode=self.venue.leverage(symbol).margin_mode,
            )
        )

    def trade(self, symbol: str, a: int, b: int, c: int) -> None:
        price, size = str(self.price(symbol, b)), str(pick(SIZES, c))
        self.venue.on_market(PublicTrade(symbol, self.scene.now, price, size, pick((BUY, SELL), a)))

    def fund(self, symbol: str, rate: int) -> None:
        self.rate(symbol, rate)
        due = self.venue.ticker(symbol).next_funding_ms
        assert due is not None
        self.scene.wait(due - self.scene.now)

    def cancel(self, a: int, b: int) -> None:
        pending = self.venue.pending()
        if b % 9 == 0:
            self.venue.cancel_many(None)
        elif pending:
            order = pending[a % len(pending)]
            self.venue.cancel(order.symbol, order.order_id, None)

    def modify(self, a: int, b: int, c: int) -> None:
        pending = self.venue.pending()
        if pending:
            order = pending[a % len(pending)]
            name = f"new-{len(self.scene.events)}"
            wanted = Modification(name, pick(SIZES, c), self.price(order.symbol, b))
            self.venue.modifier.modify(order, wanted)

    def plan(self, symbol: str, a: int, b: int, c: int) -> None:
        track = c % 4 == 0
        order = self.spec(symbol, a, 0 if track else b, c)
        kind = PlanType.TRACK if track else PlanType.NORMAL
        if track and order.presets:
            order = replace(order, presets=Presets(Decimal(2), Decimal(3)))
        callback = Decimal(1) if track else None
        by = pick(tuple(TriggerType), a)
        self.venue.plans.place(PlanRequest(kind, order, self.price(symbol, a + c), by, callback))

    def guard(self, symbol: str, side: HoldSide, b: int, c: int) -> None:
        kinds = tuple(kind for kind in PlanType if kind not in (PlanType.NORMAL, PlanType.TRACK))
        kind = pick(kinds, b)
        whole = kind in (PlanType.POSITION_PROFIT, PlanType.POSITION_LOSS)
        self.venue.plans.guards.place(
            GuardRequest(
                kind,
                symbol,
                side,
                self.price(symbol, c),
                pick(tuple(TriggerType), c),
                execute_price=self.price(symbol, b) if c % 3 == 0 and kind is not PlanType.MOVING else None,
                size=None if whole else pick(SIZES, c),
                callback=Decimal(2) if kind is PlanType.MOVING else None,
            )
        )

    def change_plan(self, a: int, b: int, c: int) -> None:
        waiting = self.venue.plans.pending()
        if not waiting:
            return
        plan = waiting[a % len(waiting)]
        symbol, price = plan.order.symbol, self.price(plan.order.symbol, b)
        if c % 4 == 0:
            self.venue.plans.cancel(plan.plan_id, None, symbol, {plan.plan_type})
        elif c % 4 == 1:
            self.venue.plans.trigger(plan)
        elif plan.position_id is None:
            self.venue.plans.modify(
                plan.plan_id, None, symbol, PlanChange(pick(SIZES, c), trigger_price=price)
            )
        else:
            self.venue.plans.guards.modify(plan.plan_id, None, symbol, GuardChange(price))

    def margin(self, symbol: str, side: HoldSide, amount: Decimal) -> None:
        self.venue.margins.move(symbol, side, amount)
        self.reference.held[symbol, side].margin += Fraction(amount)

    def auto(self, symbol: str, side: HoldSide, *, on: bool) -> None:
        self.venue.margins.set_auto(symbol, side, on=on)
        (self.reference.auto.add if on else self.reference.auto.discard)((symbol, side))

    def leverage(self, symbol: str, side: HoldSide, leverage: int) -> None:
        self.venue.settings.set_leverage(symbol, LeverageRequest(leverage, side))
        for each in [side] if self.hedge else HoldSide:
            self.reference.relever(symbol, each, leverage)

    def margin_mode(self, symbol: str, mode: MarginMode) -> None:
        self.venue.settings.set_margin_mode(symbol, mode)
        self.reference.levers[symbol].mode = mode

    def incident(self, a: int, b: int) -> None:
        pending = self.venue.pending()
        if pending and b % 3:
            self.venue.incidents.fill(pending[a % len(pending)], pick(SIZES, b))
        elif pending:
            self.venue.incidents.cancel(pending[a % len(pending)], "stp_cancel")

    def follow(self) -> None:
        """Let the second account hear what the first one did."""
        events = self.scene.events[self._seen_events :]
        self._seen_events = len(self.scene.events)
        bills: list[LedgerBill] = []
        for bill in self.venue.wallet.bills():
            if bill.bill_id == self._last_bill:
                break
            bills.insert(0, bill)
        if bills:
            self._last_bill = bills[-1].bill_id
        for event in events:
            if not isinstance(event, OrderChanged):
                continue
            if event.fill is not None:
                while int(bills[1].bill_id if len(bills) > 1 else event.fill.trade_id) < int(
                    event.fill.trade_id
                ):
                    self.reference.bill(bills.pop(0))
                self.reference.trade(event.order, event.fill, bills.pop(0))
            self.reference.note(event.order)
        for bill in bills:
            self.reference.bill(bill)
        self.reference.end_step()

    def compare(self) -> None:
        """All that is shown of the account and its positions, figure by figure."""
        reference, account = self.reference, self.venue.account()
        crossed = reference.of_mode(MarginMode.CROSSED)
        gains = sum((reference.gain(key) for key in crossed), Fraction(0))
        margin = sum((reference.crossed_margin(key) for key in crossed), Fraction(0))
        isolated = reference.of_mode(MarginMode.ISOLATED)
        spendable = reference.free() - reference.locked() - margin
        figures = {
            "balance": reference.balance,
            "equity": reference.balance + sum((reference.gain(key) for key in reference.held), Fraction(0)),
            "locked": reference.locked(),
            "crossed_margin": margin,
            "isolated_margin": reference.balance - reference.free(),
            "isolated_unrealized": sum((reference.gain(key) for key in isolated), Fraction(0)),
            "available": max(reference.free() - reference.locked(), Fraction(0)),
            "crossed_available": max(spendable + gains, Fraction(0)),
            "isolated_available": max(spendable + min(gains, Fraction(0)), Fraction(0)),
        }
        for name, wanted in figures.items():
            assert abs(Fraction(getattr(account, name)) - wanted) < DUST, name
        self._compare_positions()
        self._compare_orders()

    def _compare_positions(self) -> None:
        reference = self.reference
        shown = {(each.symbol, each.hold_side): each for each in self.venue.positions()}
        assert shown.keys() == reference.held.keys()
        for key, held in reference.held.items():
            position = shown[key]
            assert Fraction(position.size) == held.size
            assert position.margin_mode is held.mode
            assert Fraction(position.funding) == held.funding
            assert Fraction(position.fees) == held.fees
            assert abs(Fraction(position.achieved_profits) - held.earned) < DUST
            assert abs(Fraction(position.open_price_average) - held.cost / held.size) < DUST
            if held.mode is MarginMode.ISOLATED:
                assert abs(Fraction(position.margin) - held.margin) < DUST
                equity, needs = held.margin + reference.gain(key), reference.maintenance(key)
            else:
                equity, needs = reference.crossed_equity(), reference.crossed_needs()
            assert abs(Fraction(position.margin_ratio) - needs / equity) < DUST

    def _compare_orders(self) -> None:
        closing: dict[tuple[str, HoldSide], Fraction] = {}
        for order in self.venue.pending():
            assert self.reference.orders[order.order_id] == order
            if order.reduce_only:
                side = order.hold_side or (SHORT if order.direction is Direction.BUY else LONG)
                key = order.symbol, side
                closing[key] = closing.get(key, Fraction(0)) + Fraction(order.size - order.filled)
        assert len(self.venue.pending()) == len(self.reference.orders)
        for key, size in closing.items():
            assert key in self.reference.held, "a reduce-only order rests without a position"
            assert size <= self.reference.held[key].size
        ids = {position.position_id for position in self.venue.positions()}
        for plan in self.venue.plans.pending():
            assert plan.status is PlanStatus.LIVE
            assert plan.position_id is None or plan.position_id in ids
        told = {
            event.plan.plan_id: event.plan for event in self.scene.events if isinstance(event, PlanChanged)
        }
        waiting = {plan_id for plan_id, plan in told.items() if plan.status in PENDING}
        assert waiting == {plan.plan_id for plan in self.venue.plans.pending()}
