"""A second account, reckoned in exact fractions from Bitget's own words and from nothing of the venue's.

It follows a real one by its bills and fills, in their order, and says what each must have been: the fee and
profit of a fill, the funding of a settlement, what the insurance fund takes, and whether a forced close was
due. Everything that can be seen of the real account is then compared with it.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from omega_tui.sim.facts import Contract, HoldSide, MarginMode, OrderStatus, PositionMode
from omega_tui.sim.venue.ledger import LedgerBill, LedgerFill, LedgerOrder

LONG, SHORT = HoldSide.LONG, HoldSide.SHORT
UNIT = 10**8
DUST = Fraction(1, 10**10)
LIVE = (OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED)
Side = tuple[str, HoldSide]


def cut(value: Fraction) -> Fraction:
    """Towards zero, to eight places."""
    return Fraction(floor(value * UNIT) if value > 0 else ceil(value * UNIT), UNIT)


def raised(value: Fraction) -> Fraction:
    """Up, to eight places."""
    return Fraction(ceil(value * UNIT), UNIT)


@dataclass
class Held:
    """One position as exact sums."""

    mode: MarginMode
    size: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)
    margin: Fraction = Fraction(0)
    carried: Fraction = Fraction(0)
    earned: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)
    funding: Fraction = Fraction(0)


@dataclass
class Levers:
    """Leverages of one symbol and how its margin is held."""

    mode: MarginMode
    crossed: int
    by_side: dict[HoldSide, int]

    def of(self, side: HoldSide) -> int:
        return self.crossed if self.mode is MarginMode.CROSSED else self.by_side[side]


@dataclass
class Reference:
    """The account; `marks` and `rates` (funding) by symbol are what the market said last."""

    contracts: dict[str, Contract]
    levers: dict[str, Levers]
    balance: Fraction
    fund_takes: bool
    marks: dict[str, Fraction] = field(default_factory=dict)
    rates: dict[str, Fraction] = field(default_factory=dict)
    held: dict[Side, Held] = field(default_factory=dict)
    orders: dict[str, LedgerOrder] = field(default_factory=dict)
    auto: set[Side] = field(default_factory=set)
    forced: int = 0
    _to_fund: list[HoldSide] = field(default_factory=list)
    _free_before: Fraction | None = None
    _bursting: bool = False

    def sign(self, side: HoldSide) -> int:
        return 1 if side is LONG else -1

    def gain(self, key: Side) -> Fraction:
        held = self.held[key]
        return self.sign(key[1]) * (held.size * self.marks[key[0]] - held.cost)

    def maintenance(self, key: Side) -> Fraction:
        """Slice by slice, each tier's part at its own rate, and the fee of closing all of it."""
        contract = self.contracts[key[0]]
        value = self.held[key].size * self.marks[key[0]]
        total = value * Fraction(contract.taker_fee_rate)
        for tier in contract.tiers:
            last = tier is contract.tiers[-1]
            top = value if last else min(value, Fraction(tier.end_unit))
            total += max(top - Fraction(tier.start_unit), Fraction(0)) * Fraction(tier.keep_margin_rate)
        return total

    def of_mode(self, mode: MarginMode) -> list[Side]:
        return [key for key, held in self.held.items() if held.mode is mode]

    def isolated_due(self, key: Side) -> bool:
        return self.held[key].margin + self.gain(key) <= self.maintenance(key)

    def crossed_equity(self) -> Fraction:
        return self.free() + sum((self.gain(key) for key in self.of_mode(MarginMode.CROSSED)), Fraction(0))

    def crossed_needs(self) -> Fraction:
        """Of a long and a short of one symbol only the larger one needs maintenance margin."""
        needs: dict[str, Fraction] = {}
        for key in self.of_mode(MarginMode.CROSSED):
            needs[key[0]] = max(needs.get(key[0], Fraction(0)), self.maintenance(key))
        return sum(needs.values(), Fraction(0))

    def crossed_due(self) -> bool:
        return bool(self.of_mode(MarginMode.CROSSED)) and self.crossed_equity() <= self.crossed_needs()

    def free(self) -> Fraction:
        """The wallet without what isolated positions hold."""
        return self.balance - sum((held.margin for held in self.held.values()), Fraction(0))

    def initial(self, key: Side) -> Fraction:
        return raised(self.held[key].cost / self.levers[key[0]].of(key[1]))

    def crossed_margin(self, key: Side) -> Fraction:
        return raised(self.held[key].size * self.marks[key[0]] / self.levers[key[0]].of(key[1]))

    def locked(self) -> Fraction:
        """What open orders bind: one-way orders first close what stands against them, the oldest first."""
        against = {key: held.size for key, held in self.held.items()}
        total = Fraction(0)
        for order in self.orders.values():
            if order.status not in LIVE or order.reduce_only:
                continue
            opens = Fraction(order.size - order.filled)
            if order.hold_side is None:
                key = order.symbol, SHORT if order.direction == "buy" else LONG
                closes = min(opens, against.get(key, Fraction(0)))
                against[key] = against.get(key, Fraction(0)) - closes
                opens -= closes
            value = opens * Fraction(order.price or 0)
            total += raised(value / order.leverage)
            total += cut(value * Fraction(self.contracts[order.symbol].taker_fee_rate))
        return total

    def note(self, order: LedgerOrder) -> None:
        """An order as it stands now."""
        if order.order_id not in self.orders and order.status in LIVE:
            self.levers[order.symbol].mode = order.margin_mode
        self.orders[order.order_id] = order
        if order.status not in LIVE:
            del self.orders[order.order_id]

    def relever(self, symbol: str, side: HoldSide, leverage: int) -> None:
        """Another leverage: under a lower one an isolated position binds what is asked for now."""
        levers, key = self.levers[symbol], (symbol, side)
        if levers.mode is MarginMode.CROSSED:
            levers.crossed = leverage
            return
        lower, levers.by_side[side] = leverage < levers.by_side[side], leverage
        if lower and key in self.held:
            self.held[key].margin = max(self.held[key].margin, self.initial(key))

    def trade(self, order: LedgerOrder, fill: LedgerFill, bill: LedgerBill) -> None:
        """Fold a fill, and hold its bill to what it must say."""
        if order.enter_point_source == "SYS":
            self._judge(order, fill)
        size, price = Fraction(fill.size), Fraction(fill.price)
        contract = self.contracts[order.symbol]
        rate = Fraction(contract.maker_fee_rate if fill.maker else contract.taker_fee_rate)
        if order.trade_side.startswith(("offset_", "dte_sys_adl_")):
            rate = Fraction(0)
        fee = -cut(size * price * rate)
        assert Fraction(bill.fee) == Fraction(fill.fee) == fee
        opened = LONG if fill.direction == "buy" else SHORT
        if order.position_mode is PositionMode.ONE_WAY:
            closed = order.symbol, SHORT if opened is LONG else LONG
            part = min(size, self.held[closed].size) if closed in self.held else Fraction(0)
            assert not order.reduce_only or part == size, "a reduce-only order opened"
        elif order.reduce_only:
            assert order.hold_side is not None
            closed, part = (order.symbol, order.hold_side), size
            assert self.held[closed].size >= size, "more closed than held"
        else:
            closed, part = (order.symbol, opened), Fraction(0)
        close_fee = fee if part == size else -cut(part * price * rate)
        profit = self._reduce(closed, part, price, close_fee) if part else Fraction(0)
        assert abs(Fraction(bill.amount) - profit) < DUST
        assert bill.amount == fill.profit
        self.balance += profit + fee
        if part < size:
            key = order.symbol, opened
            held = self.held.setdefault(key, Held(order.margin_mode))
            held.size += size - part
            held.cost += (size - part) * price
            held.fees += fee - close_fee
            if held.mode is MarginMode.ISOLATED:
                held.margin += raised((size - part) * price / self.levers[order.symbol].of(opened))

    def bill(self, bill: LedgerBill) -> None:
        """Anything that is no trade."""
        amount = Fraction(bill.amount)
        match bill.business:
            case "contract_settle_fee":
                self._fund(bill)
            case "auto_append_margin":
                key = next(key for key in self.of_mode(MarginMode.ISOLATED) if self.isolated_due(key))
                assert key in self.auto
                assert key[0] == bill.symbol
                assert 0 < amount <= self.initial(key)
                self.held[key].margin += amount
            case "risk_captital_user_transfer":
                self._settle_with_fund(amount)
            case "trans_from_exchange" | "trans_to_exchange":
                self.balance += amount
            case _:
                assert bill.business in ("append_margin", "reduce_margin", "adjust_down_lever_append_margin")

    def end_step(self) -> None:
        """After an action nothing may be due, and nothing half done."""
        self._bursting = False
        self._free_before = None
        assert not any(self.isolated_due(key) for key in self.of_mode(MarginMode.ISOLATED))
        assert not self.crossed_due()
        if not self.held:
            assert self.balance >= 0

    def _judge(self, order: LedgerOrder, fill: LedgerFill) -> None:
        """A forced close is due when it begins."""
        first = order.filled == fill.size
        if order.trade_side.startswith("dte_sys_adl_") or not first:
            return
        self.forced += 1
        if order.margin_mode is MarginMode.ISOLATED:
            side = LONG if fill.direction == "sell" else SHORT
            assert self.isolated_due((order.symbol, side)), "liquidated without need"
            standing = [each for each in self.orders.values() if each.symbol == order.symbol]
            assert all(
                each.hold_side not in (None, side) for each in standing if each.order_id != order.order_id
            )
            self._free_before = self.free()
            return
        self._free_before = None
        burst = order.trade_side.startswith("burst_")
        offset = order.trade_side.startswith("offset_")
        assert self._bursting or self.crossed_due(), "liquidated without need"
        assert all(each.enter_point_source == "SYS" for each in self.orders.values())
        self._bursting = burst or (offset and not self._bursting)

    def _settle_with_fund(self, amount: Fraction) -> None:
        """A liquidated isolated position costs its margin, crossed ones all that is free, and nobody owes."""
        left = self._free_before
        if left is None or abs(self.free() + amount - left) >= DUST:
            assert not self.of_mode(MarginMode.CROSSED)
            assert abs(self.free() + amount) < DUST
        self._free_before = None
        assert amount > 0 or self.fund_takes
        self.balance += amount
        self._bursting = False

    def _fund(self, bill: LedgerBill) -> None:
        if not self._to_fund:
            self._to_fund = [side for side in HoldSide if (bill.symbol, side) in self.held]
        side = self._to_fund.pop(0)
        held = self.held[bill.symbol, side]
        paid = -cut(self.sign(side) * held.size * self.marks[bill.symbol] * self.rates[bill.symbol])
        assert Fraction(bill.amount) == paid
        held.funding += paid
        self.balance += paid
        if held.mode is MarginMode.ISOLATED:
            held.margin += paid

    def _reduce(self, key: Side, size: Fraction, price: Fraction, fee: Fraction) -> Fraction:
        held = self.held[key]
        cost = held.cost * size / held.size
        profit = self.sign(key[1]) * (size * price - cost) + held.carried
        booked = profit if size == held.size else Fraction(round(profit * UNIT), UNIT)
        held.carried = profit - booked
        held.margin -= held.margin * size / held.size
        held.cost -= cost
        held.size -= size
        held.earned += booked
        held.fees += fee
        if not held.size:
            del self.held[key]
            self.auto.discard(key)
        return booked
