"""What an order would come to before it is sent: how much the money opens, and where that is liquidated.

Follows Bitget's pages "Est-Open-Count", "Get-Max-Open" and "Get-Liquidation-Price". Reads, changes nothing.
"""

from collections.abc import Mapping
from decimal import Decimal

from omega_tui.domain.values import floor_to_step
from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.facts import Contract, HoldSide, MarginMode, PositionMode
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.commitments import Commitments
from omega_tui.sim.venue.intake import Market
from omega_tui.sim.venue.margin import (
    crossed_liquidation_point,
    direction_sign,
    initial_margin,
    isolated_liquidation_point,
    largest_notional,
    maintenance_margin,
    opening_loss,
    trading_fee,
    unit_cost,
)
from omega_tui.sim.venue.positions import opening_direction, other_side
from omega_tui.sim.venue.statements import Statements

_ZERO = Decimal(0)


class Forecasts:
    """Estimates for one account; a `price` of None means at market."""

    def __init__(
        self,
        markets: Mapping[str, Market],
        account: Account,
        statements: Statements,
        commitments: Commitments,
    ) -> None:
        self._markets = markets
        self._account = account
        self._statements = statements
        self._commitments = commitments

    def size_for(self, symbol: str, margin: Decimal, price: Decimal, leverage: int) -> Decimal:
        """What `margin` opens at `price`, fee and markups paid from it, in whole lots."""
        contract = self._markets[symbol].contract
        return floor_to_step(margin / unit_cost(price, leverage, contract), contract.size_multiplier)

    def largest_order(self, symbol: str, side: HoldSide, price: Decimal | None) -> Decimal:
        """The largest order towards a side that money and tiers allow beside what is held and ordered.

        In one-way mode it first closes what is held on the other side. Refused 22045 without a market.
        """
        contract, settings = self._markets[symbol].contract, self._account.settings(symbol)
        leverage, paid = settings.leverage(side), self._price(symbol, side, price)
        lost = opening_loss(opening_direction(side), Decimal(1), paid, self._statements.mark(symbol))
        money = self._statements.available(settings.margin_mode)
        held = self._account.positions.get(symbol, side)
        room = largest_notional(contract.tiers, leverage) - (held.entry_quote if held else _ZERO)
        room -= self._commitments.value_to_open(symbol, side)
        opened = min(money / (unit_cost(paid, leverage, contract) + lost), max(room, _ZERO) / paid)
        return floor_to_step(opened, contract.size_multiplier) + self._closes_first(symbol, side)

    def liquidation_point(self, symbol: str, side: HoldSide, size: Decimal, price: Decimal | None) -> Decimal:
        """Where the position would be liquidated after opening `size` more of a side.

        Not above zero when nowhere, as Bitget's page shows it. Refused 22045 without a market.
        """
        opened = size - self._closes_first(symbol, side)
        if opened <= 0:
            return _ZERO
        paid = self._price(symbol, side, price)
        if self._account.settings(symbol).margin_mode is MarginMode.ISOLATED:
            return self._isolated_point(symbol, side, opened, paid)
        return self._crossed_point(symbol, side, size, paid)

    def _isolated_point(self, symbol: str, side: HoldSide, opened: Decimal, paid: Decimal) -> Decimal:
        contract, held = self._markets[symbol].contract, self._account.positions.get(symbol, side)
        margin = initial_margin(opened * paid, self._account.settings(symbol).leverage(side))
        return isolated_liquidation_point(
            side,
            opened + (held.size if held else _ZERO),
            opened * paid + (held.entry_quote if held else _ZERO),
            margin + (held.isolated_margin if held else _ZERO),
            contract.tiers,
            contract.taker_fee_rate,
        )

    def _crossed_point(self, symbol: str, side: HoldSide, size: Decimal, paid: Decimal) -> Decimal:
        """Equity loses the fee and the way from price to mark; maintenance changes with the larger side."""
        contract, mark = self._markets[symbol].contract, self._statements.mark(symbol)
        before = {each.side: each.size for each in self._account.positions.of(symbol)}
        after = dict(before)
        after[side] = before.get(side, _ZERO) + size - self._closes_first(symbol, side)
        if self._account.position_mode is PositionMode.ONE_WAY:
            after.pop(other_side(side), None)
        spare = (
            self._statements.crossed_spare()
            + trading_fee(size * paid, contract.taker_fee_rate)
            + direction_sign(side) * (mark - paid) * size
            + _maintenance(contract, before, mark)
            - _maintenance(contract, after, mark)
        )
        net = after.get(HoldSide.LONG, _ZERO) - after.get(HoldSide.SHORT, _ZERO)
        return crossed_liquidation_point(mark, net, spare)

    def _closes_first(self, symbol: str, side: HoldSide) -> Decimal:
        """What of the other side an order closes before it opens."""
        if self._account.position_mode is PositionMode.HEDGE:
            return _ZERO
        return self._account.positions.size(symbol, other_side(side))

    def _price(self, symbol: str, side: HoldSide, price: Decimal | None) -> Decimal:
        if price is not None:
            return price
        offered = self._markets[symbol].matcher.book.levels(opening_direction(side).opposite, 1)
        if not offered:
            raise refusal(Code.NO_LIQUIDITY)
        return Decimal(offered[0][0])


def _maintenance(contract: Contract, sizes: Mapping[HoldSide, Decimal], mark: Decimal) -> Decimal:
    """The maintenance margin of one symbol's crossed sides: that of the larger one."""
    value = max(sizes.values(), default=_ZERO) * mark
    return maintenance_margin(contract.tiers, value, contract.taker_fee_rate)
