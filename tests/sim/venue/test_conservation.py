"""Whatever the trader and the market do: no cent and no lot appears or disappears, and no rule breaks.

The oracle folds the announced fills in exact fractions and knows nothing of how the venue keeps its books.
"""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.facts import Direction, Force, HoldSide, MarginMode, OrderStatus, PositionMode, SelfTrade
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.closing import Reversal
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder, OrderChanged, OrderSpec
from omega_tui.sim.venue.modifying import Modification
from omega_tui.sim.venue.positions import Position
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, SYMBOL, Scene

START = Decimal(10_000)

directions = st.sampled_from(Direction)
sizes = st.sampled_from(["0.3", "0.7", "1", "2.5", "9"])
ticks = st.integers(-6, 6)
forces = st.sampled_from((Force.GTC, Force.GTC, Force.GTC, Force.POST_ONLY, Force.IOC, Force.FOK))
closing = st.sampled_from((False, False, True))
self_trades = st.sampled_from(SelfTrade)
queue = st.lists(st.sampled_from(["0.3", "1", "2"]), max_size=3)
books = st.tuples(ticks, queue, queue)
orders = st.one_of(
    st.tuples(st.just("market"), directions, sizes, closing, self_trades),
    st.tuples(st.just("limit"), directions, sizes, ticks, forces, closing, self_trades),
)
market = st.one_of(
    st.tuples(st.just("trade"), directions, sizes, ticks),
    st.tuples(st.just("snapshot"), books),
    st.tuples(st.just("delta"), books),
    st.tuples(st.just("mark"), ticks),
)
others = st.one_of(
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("close"), st.sampled_from(HoldSide)),
    st.tuples(st.just("modify"), st.integers(0, 3), sizes, ticks),
    st.tuples(st.just("reverse"), st.sampled_from(HoldSide), st.none() | sizes),
    st.tuples(st.just("wait"), st.sampled_from((10, 20))),
)
scripts = st.lists(st.one_of(orders, orders, market, market, others), min_size=12, max_size=45)


def price_at(tick: int) -> str:
    return str(Decimal(100) + Decimal(tick) / 10)


@dataclass
class Oracle:
    """Positions by side as exact (size, cost), and the money that fills moved."""

    mode: PositionMode
    size: dict[HoldSide, Fraction] = field(default_factory=lambda: {side: Fraction(0) for side in HoldSide})
    cost: dict[HoldSide, Fraction] = field(default_factory=lambda: {side: Fraction(0) for side in HoldSide})
    profit: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)

    def fold(self, fill: LedgerFill) -> None:
        buys = fill.direction is BUY
        left, price = Fraction(fill.size), Fraction(fill.price)
        rate = Fraction("0.0002") if fill.maker else Fraction("0.0006")
        exact = left * price * rate
        self.fees -= Fraction(int(exact * 10**8), 10**8)
        if self.mode is PositionMode.ONE_WAY or fill.trade_side != "open":
            left = self._close(SHORT if buys else LONG, left, price)
        if left:
            side = LONG if buys else SHORT
            assert self.mode is PositionMode.ONE_WAY or fill.trade_side == "open"
            self.size[side] += left
            self.cost[side] += left * price

    def _close(self, side: HoldSide, size: Fraction, price: Fraction) -> Fraction:
        closed = min(size, self.size[side])
        if closed:
            cost = self.cost[side] * closed / self.size[side]
            self.profit += (price * closed - cost) * (1 if side is LONG else -1)
            self.cost[side] -= cost
            self.size[side] -= closed
        return size - closed


def act(scene: Scene, action: tuple[object, ...]) -> None:
    match action:
        case ("market" | "limit", *_):
            place(scene, action)
        case ("trade" | "snapshot" | "delta" | "mark", *_):
            happen(scene, action)
        case ("cancel" | "modify", int() as index, *change):
            pending = scene.venue.pending()
            if pending:
                change_order(scene, pending[index % len(pending)], change)
        case ("close", HoldSide() as side):
            scene.venue.closer.close(SYMBOL, side)
        case ("reverse", HoldSide() as side, (str() | None) as size):
            wanted = Reversal(SYMBOL, side, None if size is None else Decimal(size), None)
            scene.venue.closer.reverse(wanted)
        case ("wait", int() as milliseconds):
            scene.wait(milliseconds)


def place(scene: Scene, action: tuple[object, ...]) -> None:
    match action:
        case (_, Direction() as direction, str() as size, bool() as closes, SelfTrade() as self_trade):
            scene.venue.place(spec_for(scene, direction, size, None, Force.GTC, closes, self_trade))
        case (
            _,
            Direction() as direction,
            str() as size,
            int() as tick,
            Force() as force,
            bool() as closes,
            SelfTrade() as self_trade,
        ):
            scene.venue.place(spec_for(scene, direction, size, price_at(tick), force, closes, self_trade))


def happen(scene: Scene, action: tuple[object, ...]) -> None:
    match action:
        case ("trade", Direction() as direction, str() as size, int() as tick):
            scene.trade(price_at(tick), size, direction)
        case ("snapshot", (int() as tick, list() as bids, list() as asks)):
            scene.snapshot(*sides(tick, bids, asks))
        case ("delta", (int() as tick, list() as bids, list() as asks)):
            bid_levels, ask_levels = sides(tick, bids, asks)
            crossed_bids = tuple((price_at(each), "0") for each in range(tick, 20))
            crossed_asks = tuple((price_at(each), "0") for each in range(-20, tick + 1))
            scene.delta(bid_levels + crossed_bids, ask_levels + crossed_asks)
        case ("mark", int() as tick):
            scene.facts(price_at(tick))


def change_order(scene: Scene, order: LedgerOrder, change: list[object]) -> None:
    match change:
        case (str() as size, int() as tick):
            wanted = Modification(f"new-{len(scene.events)}", Decimal(size), Decimal(price_at(tick)))
            scene.venue.modifier.modify(order, wanted)
        case _:
            scene.venue.cancel(SYMBOL, order.order_id, None)


def sides(tick: int, bids: list[str], asks: list[str]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return (
        tuple((price_at(tick - 1 - step), size) for step, size in enumerate(bids)),
        tuple((price_at(tick + 1 + step), size) for step, size in enumerate(asks)),
    )


def spec_for(
    scene: Scene,
    direction: Direction,
    size: str,
    price: str | None,
    force: Force,
    closes: bool,
    self_trade: SelfTrade,
) -> OrderSpec:
    if scene.venue.position_mode is PositionMode.ONE_WAY:
        return scene.spec(direction, size, price, force=force, reduce_only=closes, self_trade=self_trade)
    opens = LONG if direction is BUY else SHORT
    hold = opens if not closes else (SHORT if opens is LONG else LONG)
    return scene.spec(direction, size, price, force=force, hold=hold, closes=closes, self_trade=self_trade)


def play(mode: PositionMode, margin_mode: MarginMode, script: list[tuple[object, ...]]) -> None:
    scene, oracle = Scene(mode, margin_mode=margin_mode), Oracle(mode)
    states: dict[str, LedgerOrder] = {}
    for action in script:
        seen, before = len(scene.events), dict(oracle.size)
        try:
            act(scene, action)
        except Refused:
            half_done = action[0] == "reverse"
            assert half_done or not any(
                isinstance(event, OrderChanged) and event.fill for event in scene.events[seen:]
            )
        for event in scene.events[seen:]:
            if isinstance(event, OrderChanged):
                check_step(states.get(event.order.order_id), event.order)
                states[event.order.order_id] = event.order
            if isinstance(event, OrderChanged) and event.fill is not None:
                before = dict(oracle.size)
                oracle.fold(event.fill)
                if event.order.reduce_only:
                    assert all(oracle.size[side] <= before[side] for side in HoldSide)
        check_ledger(scene, oracle)
        check_orders(scene)
        check_locked(scene)
        check_book(scene)


def check_step(before: LedgerOrder | None, after: LedgerOrder) -> None:
    """An order begins alive, only ever fills further, and never comes back from its end."""
    if before is None:
        assert (after.status, after.filled) == (OrderStatus.LIVE, 0)
        return
    assert before.status in (OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED)
    assert before.filled <= after.filled <= after.size
    assert (after.status is OrderStatus.FILLED) == (after.filled == after.size)
    assert (before.size, before.price, before.direction) == (after.size, after.price, after.direction)


def check_locked(scene: Scene) -> None:
    """What open orders bind, counted anew order by order as Bitget describes it."""
    left_to_close = {position.hold_side: position.size for position in scene.venue.positions()}
    total = Decimal(0)
    for order in reversed(scene.venue.pending()):
        opens = order.size - order.filled
        if order.reduce_only:
            continue
        if order.hold_side is None:
            side = SHORT if order.direction is BUY else LONG
            closes = min(opens, left_to_close.get(side, Decimal(0)))
            left_to_close[side] = left_to_close.get(side, Decimal(0)) - closes
            opens -= closes
        notional = opens * (order.price or 0)
        total += (notional / order.leverage).quantize(Decimal("1e-8"), ROUND_UP)
        total += (notional * Decimal("0.0006")).quantize(Decimal("1e-8"), ROUND_DOWN)
    assert scene.venue.account().locked == total


def check_ledger(scene: Scene, oracle: Oracle) -> None:
    held = {position.hold_side: position for position in scene.venue.positions()}
    for side in HoldSide:
        position = held.get(side)
        assert (Fraction(position.size) if position else 0) == oracle.size[side]
        if position:
            exact = oracle.cost[side] / oracle.size[side]
            assert abs(Fraction(position.open_price_average) - exact) < Fraction(1, 10**10)
            assert 0 <= position.locked <= position.size
    account = scene.venue.account()
    fills = scene.fills
    assert account.balance == START + sum(fill.profit for fill in fills) + sum(fill.fee for fill in fills)
    assert sum(Fraction(fill.fee) for fill in fills) == oracle.fees
    earned = sum((Fraction(fill.profit) for fill in fills), Fraction(0))
    if not held:
        assert earned == oracle.profit
    assert abs(earned - oracle.profit) < Fraction(1, 10**7)
    assert account.equity == account.balance + account.unrealized


def check_orders(scene: Scene) -> None:
    venue = scene.venue
    for order in venue.pending() + venue.finished():
        fills = venue.fills(SYMBOL, order.order_id)
        assert order.filled == sum(fill.size for fill in fills) <= order.size
        assert order.fee == sum(fill.fee for fill in fills)
        assert order.filled_quote == sum(fill.size * fill.price for fill in fills)
        for fill in fills:
            assert (
                order.price is None
                or (fill.price <= order.price) == (order.direction is BUY)
                or (fill.price == order.price)
            )
            assert fill.maker or order.force is not Force.POST_ONLY
        if order.force is Force.FOK:
            assert order.filled in (0, order.size)
    assert all(order.force in (Force.GTC, Force.POST_ONLY) for order in venue.pending())


def check_book(scene: Scene) -> None:
    bids, asks = scene.levels(BUY, 50), scene.levels(SELL, 50)
    if bids and asks:
        assert Decimal(bids[0][0]) < Decimal(asks[0][0])
    shown = {BUY: dict(bids), SELL: dict(asks)}
    for order in scene.venue.pending():
        assert order.price is not None
        prices = {Decimal(price): Decimal(size) for price, size in shown[order.direction].items()}
        assert prices[order.price] >= order.size - order.filled


@given(scripts)
@settings(max_examples=120, deadline=None)
def test_one_way_books_balance(script: list[tuple[object, ...]]) -> None:
    play(PositionMode.ONE_WAY, MarginMode.CROSSED, script)


@given(scripts)
@settings(max_examples=120, deadline=None)
def test_hedge_books_balance(script: list[tuple[object, ...]]) -> None:
    play(PositionMode.HEDGE, MarginMode.ISOLATED, script)


trades = st.lists(st.tuples(st.integers(1, 9_999_999), st.integers(1, 50_000)), min_size=1, max_size=12)


@given(st.sampled_from(HoldSide), trades, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_position_loses_nothing_to_rounding(
    side: HoldSide, script: list[tuple[int, int]], dice: object
) -> None:
    """Money in = money out + what is still invested, to the last digit, after any adds and partial closes."""
    position = Position("1", SYMBOL, side, MarginMode.ISOLATED, 0, 0)
    sign = 1 if side is LONG else -1
    flow = booked = Decimal(0)
    for cents, lots in script:
        price, size = Decimal(cents) / 100, Decimal(lots) / 10_000
        if position.size and dice.random() < 0.5:  # type: ignore[attr-defined]
            size = min(size, position.size)
            booked += position.reduce(size, price, Decimal(0), 0)
            flow += sign * size * price
        else:
            position.add(size, price, Decimal(0), 7, 0)
            flow -= sign * size * price
        assert flow == booked + position.unbooked - sign * position.entry_quote
        assert position.isolated_margin >= 0
    if position.size:
        booked += position.reduce(position.size, Decimal(1), Decimal(0), 0)
    assert (position.entry_quote, position.unbooked, position.isolated_margin) == (0, 0, 0)
