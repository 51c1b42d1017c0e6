"""Whatever happens to an account, liquidations and all: no cent appears or disappears, and nothing changes
without being told.

Here the market jumps, funding is settled, margin and leverage are moved and positions taken by force. The
oracle knows the announced fills and the bills, and nothing of how the venue keeps its books.
"""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings, target
from hypothesis import strategies as st

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Direction, HoldSide, MarginMode, MarketFacts, PositionMode, Tier
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import (
    AccountChanged,
    Deleveraged,
    LedgerBill,
    OrderChanged,
    PositionClosed,
    PositionsChanged,
)
from omega_tui.sim.venue.settings import LeverageRequest
from omega_tui.sim.venue.wallet import MARGIN_MOVES
from tests.sim.venue.scene import BUY, CONTRACT, ETH, LONG, SHORT, SYMBOL, Scene
from tests.sim.venue.test_conservation import Oracle, act, check_orders, orders, others

START = Decimal(80)
NARROW = replace(
    CONTRACT,
    tiers=(
        Tier(1, Decimal(0), Decimal(150), 125, Decimal("0.004")),
        Tier(2, Decimal(150), Decimal(300), 100, Decimal("0.01")),
        Tier(3, Decimal(300), Decimal(450), 75, Decimal("0.02")),
        Tier(4, Decimal(450), Decimal(1_000_000), 50, Decimal("0.05")),
    ),
)
"""Tiers so narrow that a few contracts climb them."""
PRICES = st.integers(60, 140)
risks = st.one_of(
    st.tuples(st.just("jump"), PRICES),
    st.tuples(st.just("jump"), PRICES),
    st.tuples(st.just("fund"), st.integers(-30, 30)),
    st.tuples(st.just("margin"), st.sampled_from(HoldSide), st.integers(-40, 40)),
    st.tuples(st.just("auto"), st.sampled_from(HoldSide), st.booleans()),
    st.tuples(st.just("leverage"), st.sampled_from((2, 5, 10, 20, 50))),
    st.tuples(
        st.just("adl"), st.sampled_from(HoldSide), st.sampled_from(("0.3", "2", "50")), st.integers(-2, 2)
    ),
)
opening = st.tuples(
    st.just("market"), st.sampled_from(Direction), st.sampled_from(("2.5", "5")), st.just(False)
)
script_parts = st.one_of(orders, orders, others, risks, risks)
scripts = st.builds(
    lambda held, rest: [*held, *rest],
    st.lists(opening, min_size=1, max_size=2),
    st.lists(script_parts, min_size=8, max_size=40),
)


def strike(scene: Scene, action: tuple[object, ...]) -> None:
    """Do one of the things that this file is about; those of the other file are its own."""
    venue = scene.venue
    match action:
        case ("jump", int() as price):
            # The market and what is owed move together, so that nobody trades far from the mark.
            scene.facts(str(price))
            below, above = str(price - Decimal("0.1")), str(price + Decimal("0.1"))
            scene.snapshot(((below, "3"), (str(price - 1), "3")), ((above, "3"), (str(price + 1), "3")))
        case ("fund", int() as rate):
            venue.on_market(MarketFacts(SYMBOL, scene.now, funding_rate=str(Decimal(rate) / 10_000)))
            due = venue.ticker(SYMBOL).next_funding_ms
            assert due is not None
            venue.on_time(due)
        case ("margin", HoldSide() as side, int() as amount):
            venue.margins.move(SYMBOL, side, Decimal(amount))
        case ("auto", HoldSide() as side, bool() as on):
            venue.margins.set_auto(SYMBOL, side, on=on)
        case ("leverage", int() as leverage):
            venue.settings.set_leverage(SYMBOL, LeverageRequest(leverage, LONG))
            venue.settings.set_leverage(SYMBOL, LeverageRequest(leverage, SHORT))
        case ("adl", HoldSide() as side, str() as size, int() as ticks):
            mark = venue.ticker(SYMBOL).mark
            assert mark is not None
            venue.risk.deleverage(SYMBOL, side, Decimal(size), mark + Decimal(ticks) / 10)
        case ("market", Direction() as direction, str() as size, bool()):
            hold = None
            if venue.position_mode is PositionMode.HEDGE:
                hold = LONG if direction is BUY else SHORT
            scene.place(scene.spec(direction, size, hold=hold))
        case _:
            act(scene, action)


class Auditor:
    """Follows one account from outside."""

    def __init__(self, scene: Scene, mode: PositionMode) -> None:
        self._scene = scene
        self._oracle = Oracle(mode)
        self._seen = 0
        self._bills: list[LedgerBill] = [*scene.venue.wallet.bills()]
        self._flow = Fraction(0)
        self._shown = self._figures()

    def check(self) -> None:
        """After an action: everything adds up, and what changed was told."""
        events = self._scene.events[self._seen :]
        self._seen = len(self._scene.events)
        fills = [event.fill for event in events if isinstance(event, OrderChanged) and event.fill]
        for fill in fills:
            self._oracle.fold(fill)
            sign = -1 if fill.direction is BUY else 1
            self._flow += sign * Fraction(fill.size) * Fraction(fill.price)
        self._check_bills(len(fills))
        self._check_positions()
        self._check_told(events)

    def _check_bills(self, fills: int) -> None:
        every = list(self._scene.venue.wallet.bills())[::-1]
        news, self._bills = every[len(self._bills) :], every
        balance = every[len(every) - len(news) - 1].balance
        for bill in news:
            balance += 0 if bill.business in MARGIN_MOVES else bill.amount + bill.fee
            assert bill.balance == balance
        account = self._scene.venue.account()
        assert balance == account.balance
        assert account.equity >= 0, "the trader owes money"
        assert self._scene.venue.wallet.carried == 0
        traded = [bill for bill in news if bill.fee or _is_trade(bill)]
        assert len(traded) == fills
        told = self._scene.fills[len(self._scene.fills) - fills :]
        assert [(bill.amount, bill.fee) for bill in traded] == [(fill.profit, fill.fee) for fill in told]

    def _check_positions(self) -> None:
        held = {position.hold_side: position for position in self._scene.venue.positions()}
        net = Fraction(0)
        for side in HoldSide:
            position = held.get(side)
            assert (Fraction(position.size) if position else 0) == self._oracle.size[side]
            if position:
                net += Fraction(position.size) * (1 if side is LONG else -1)
                exact = self._oracle.cost[side] / self._oracle.size[side]
                assert abs(Fraction(position.open_price_average) - exact) < Fraction(1, 10**10)
                assert 0 <= position.locked <= position.size
                assert position.margin_ratio < 1
        earned = sum((Fraction(fill.profit) for fill in self._scene.fills), Fraction(0))
        mark = Fraction(self._scene.venue.ticker(SYMBOL).mark or 0)
        unrealized = Fraction(self._scene.venue.account().unrealized)
        assert abs(earned + unrealized - self._flow - net * mark) < Fraction(1, 10**6)
        if not held:
            assert earned == self._flow

    def _figures(self) -> tuple[object, object]:
        positions = [
            (each.position_id, each.size, each.locked, each.funding, each.fees, each.auto_margin)
            for each in self._scene.venue.positions()
        ]
        account = self._scene.venue.account()
        return positions, (account.balance, account.locked, account.isolated_margin)

    def _check_told(self, events: list[object]) -> None:
        """A client that only listens knows of everything but prices."""
        (positions, money), shown = self._figures(), self._shown
        self._shown = positions, money
        told = {type(event) for event in events}
        assert positions == shown[0] or PositionsChanged in told
        assert money == shown[1] or AccountChanged in told
        closed = [event.position for event in events if isinstance(event, PositionClosed)]
        assert closed == list(self._scene.venue.closed_positions())[: len(closed)][::-1]
        latest = {event.order.order_id: event.order for event in events if isinstance(event, OrderChanged)}
        for order in latest.values():
            assert self._scene.state_of(order) == order


def _is_trade(bill: LedgerBill) -> bool:
    return not (bill.business in MARGIN_MOVES or bill.business.startswith(("trans_", "contract_", "risk_")))


def play(
    mode: PositionMode, margin_mode: MarginMode, choices: Choices, script: list[tuple[object, ...]]
) -> int:
    """How often something was taken by force."""
    scene = Scene(mode, str(START), 20, margin_mode, choices, (NARROW, ETH))
    scene.snapshot((("99.9", "3"), ("99", "3")), (("100.1", "3"), ("101", "3")))
    auditor = Auditor(scene, mode)
    for action in script:
        with suppress(Refused):
            strike(scene, action)
        auditor.check()
        check_orders(scene)
    burst = sum("burst" in order.trade_side for order in scene.venue.finished())
    return burst + sum(isinstance(event, Deleveraged) for event in scene.events)


@given(st.sampled_from(MarginMode), st.booleans(), scripts)
@settings(max_examples=120, deadline=None)
def test_money_is_conserved_in_one_way_mode(
    margin_mode: MarginMode, fund_takes: bool, script: list[tuple[object, ...]]
) -> None:
    choices = Choices(fund_takes_remainder=fund_takes)
    target(float(play(PositionMode.ONE_WAY, margin_mode, choices, script)))


@given(st.sampled_from(MarginMode), st.booleans(), scripts)
@settings(max_examples=120, deadline=None)
def test_money_is_conserved_in_hedge_mode(
    margin_mode: MarginMode, fund_takes: bool, script: list[tuple[object, ...]]
) -> None:
    choices = Choices(fund_takes_remainder=fund_takes)
    target(float(play(PositionMode.HEDGE, margin_mode, choices, script)))
