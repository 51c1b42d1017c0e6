"""Liquidation and auto-deleveraging: what the exchange does to positions that their margin carries no more.

Follows Bitget's pages "Leverage and risk management" and "Liquidation", which say, for a margin ratio of
100 % at the mark price:
- an isolated position first gets more margin when its trader allowed that; then its own orders are
  cancelled and all of it is closed in the market;
- crossed positions are liquidated together: all orders are cancelled, those of isolated symbols too; longs
  are netted against shorts of the same symbol; then positions above the first tier are reduced by two tiers
  at a time; then what is left is closed in the market;
- the insurance fund takes what a liquidation leaves and pays what it lacks ("Risk margin").

Each step is taken only while the ratio still demands it. Which position is reduced first Bitget does not
say; here it is the one that binds the most maintenance margin.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from omega_tui.domain.values import ceil_to_step, is_multiple, round_to_step
from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Contract, HoldSide, MarginMode
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.desk import RISK_CANCEL, Desk
from omega_tui.sim.venue.forced import Cause
from omega_tui.sim.venue.ledger import Deleveraged, LedgerEvent, LedgerOrder, LedgerPosition
from omega_tui.sim.venue.margin import tier_of
from omega_tui.sim.venue.margin_office import MarginOffice
from omega_tui.sim.venue.order_store import OrderStore
from omega_tui.sim.venue.positions import Position, opening_direction
from omega_tui.sim.venue.statements import Statements
from omega_tui.sim.venue.wallet import Business

_ZERO = Decimal(0)
_LIQUIDATION = Decimal(1)
_TIERS_AT_ONCE = 2
_FARTHEST_PRICE = 100


class RiskOffice:
    """Watches the margin ratios of one account and acts on them."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        account: Account,
        statements: Statements,
        orders: OrderStore,
        desk: Desk,
        margins: MarginOffice,
        choices: Choices,
        emit: Callable[[LedgerEvent], None],
        settle: Callable[[], None],
    ) -> None:
        self._contracts = contracts
        self._account = account
        self._statements = statements
        self._orders = orders
        self._desk = desk
        self._margins = margins
        self._choices = choices
        self._emit = emit
        self._settle = settle
        self._safe: object = None

    def react(self) -> bool:
        """Take the next step of a liquidation that is due; whether there was one."""
        if not self._account.positions:
            return self._forgiven()
        picture = self._picture()
        if picture == self._safe:
            return False
        acted = self._isolated() or self._crossed()
        if acted:
            self._desk.money_moved()
        else:
            self._safe = picture
        return acted

    def deleverage(
        self, symbol: str, side: HoldSide, size: Decimal | None = None, price: Decimal | None = None
    ) -> None:
        """Take a position, or `size` of it, as the counterpart of another trader's liquidation.

        Traded without a fee at the bankruptcy price of that trader, which is the mark price unless told
        ("Introduction to auto-deleveraging (ADL)"). Refused 22002 without a position, 40020 for a size or a
        price that is none.
        """
        position = self._account.positions.get(symbol, side)
        if position is None:
            raise refusal(Code.NO_POSITION_TO_CLOSE)
        taken = position.size if size is None else min(size, position.size)
        paid = self._takeover_price(symbol) if price is None else price
        whole = taken == position.size or is_multiple(taken, self._contracts[symbol].size_multiplier)
        if taken <= 0 or not whole:
            raise refusal(Code.PARAMETER_WRONG, "size")
        reach = _FARTHEST_PRICE * self._statements.mark(symbol)
        if not (0 < paid < reach and is_multiple(paid, self._contracts[symbol].tick)):
            raise refusal(Code.PARAMETER_WRONG, "price")
        self._desk.force_close(Cause.ADL, position, taken, paid)
        direction = opening_direction(side).opposite
        self._emit(Deleveraged(symbol, direction, paid, taken, position.updated_ms))
        self._settle()

    def adl_rank(self, position: LedgerPosition) -> Decimal:
        """How near a position is to being deleveraged, from 0 to 1, which is first in the line.

        Bitget ranks all traders by profit on entry value, times the margin ratio when it is a profit and
        divided by it when it is a loss. Alone here, the trader is ranked by where that score lies between
        minus and plus infinity, a half at zero.
        """
        gain = position.unrealized / (position.size * position.open_price_average)
        ratio = position.margin_ratio
        if gain <= 0 and not ratio:
            return _ZERO
        score = gain * ratio if gain > 0 else gain / ratio
        return (1 + score / (1 + abs(score))) / 2

    def _picture(self) -> object:
        """All that a margin ratio depends on; while it stands still, so do the ratios."""
        return self._account.balance, [
            (
                *(each.position_id, each.size, each.entry_quote, each.isolated_margin),
                *(self._statements.mark(each.symbol), self._contracts[each.symbol]),
            )
            for each in self._account.positions
        ]

    def _forgiven(self) -> bool:
        """Whoever holds nothing owes nothing: the fund pays what losses took beyond the wallet."""
        debt = self._account.balance
        if debt >= 0:
            return False
        self._settle_with_fund("", debt)
        self._desk.money_moved()
        return True

    def _isolated(self) -> bool:
        for position in self._account.positions:
            if position.margin_mode is MarginMode.ISOLATED and self._is_due(position):
                if self._margins.rescue(position) or self._cancelled(self._own_orders(position)):
                    return True
                margin = position.isolated_margin
                spent = self._close(Cause.BURST, position, position.size)
                self._settle_with_fund(position.symbol, margin - spent)
                return True
        return False

    def _is_due(self, position: Position) -> bool:
        return self._statements.isolated_ratio(position) >= _LIQUIDATION

    def _crossed(self) -> bool:
        if self._statements.crossed_ratio() < _LIQUIDATION:
            return False
        return self._cancelled(self._orders.live()) or self._netted() or self._reduced() or self._burst()

    def _netted(self) -> bool:
        """Longs and shorts of one symbol cancel each other out at the mark, without going to the market."""
        for position in self._crossed_positions():
            pair = self._account.positions.of(position.symbol)
            if len(pair) > 1:
                size = min(each.size for each in pair)
                for each in pair:
                    self._close(Cause.OFFSET, each, size)
                return True
        return False

    def _reduced(self) -> bool:
        """The heaviest position above the first tier comes down by two tiers."""
        ranked = sorted(self._crossed_positions(), key=self._statements.maintenance, reverse=True)
        for position in ranked:
            size = self._above_lower_tier(position)
            if size:
                self._close(Cause.REDUCE, position, size)
                return True
        return False

    def _above_lower_tier(self, position: Position) -> Decimal:
        """What must be closed for the position to fit two tiers lower, 0 in the first tier."""
        contract, mark = self._contracts[position.symbol], self._statements.mark(position.symbol)
        place = contract.tiers.index(tier_of(contract.tiers, position.size * mark))
        if not place:
            return _ZERO
        excess = position.size - contract.tiers[max(place - _TIERS_AT_ONCE, 0)].end_unit / mark
        return min(ceil_to_step(excess, contract.size_multiplier), position.size)

    def _burst(self) -> bool:
        for position in self._crossed_positions():
            self._close(Cause.BURST, position, position.size)
        self._settle_with_fund("", self._statements.unbound())
        return True

    def _close(self, cause: Cause, position: Position, size: Decimal) -> Decimal:
        """Close by force and return what the wallet lost by it."""
        before = self._account.balance
        self._desk.force_close(cause, position, size, self._takeover_price(position.symbol))
        return before - self._account.balance

    def _takeover_price(self, symbol: str) -> Decimal:
        """What the exchange pays for what nobody else takes: the mark, as a price that can be traded."""
        tick = self._contracts[symbol].tick
        return max(round_to_step(self._statements.mark(symbol), tick), tick)

    def _settle_with_fund(self, symbol: str, remainder: Decimal) -> None:
        """The insurance fund takes what is left of the margin (positive) or makes up for what is missing."""
        if remainder < 0 or (remainder and self._choices.fund_takes_remainder):
            self._account.wallet.book(symbol, Business.INSURANCE, -remainder)

    def _cancelled(self, orders: list[LedgerOrder]) -> bool:
        for order in orders:
            self._desk.cancel(order, RISK_CANCEL)
        return bool(orders)

    def _own_orders(self, position: Position) -> list[LedgerOrder]:
        """The open orders that open or close a position; in one-way mode all of its symbol do."""
        live = self._orders.live(position.symbol)
        return [order for order in live if order.hold_side in (None, position.side)]

    def _crossed_positions(self) -> list[Position]:
        return [each for each in self._account.positions if each.margin_mode is MarginMode.CROSSED]
