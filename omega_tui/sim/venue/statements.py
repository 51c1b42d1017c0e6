"""What the account is worth, binds and risks right now: the figures Bitget shows, from ledger and market.

Reads everything, changes nothing.

Definitions, as the captured replies of real accounts bear them out:
- equity = wallet balance + unrealized profit at mark;
- position margin = value at mark / leverage (isolated: what was bound at each opening fill), since Bitget
  "updates estimated liquidation price and margin calculation" in September 2025;
- what open orders bind is as `commitments` counts it;
- available for crossed orders counts crossed unrealized profit and loss, for isolated orders and
  transfers only the loss.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Contract, MarginMode
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.commitments import Commitments
from omega_tui.sim.venue.ledger import LedgerAccount, LedgerPosition
from omega_tui.sim.venue.margin import (
    break_even_price,
    crossed_liquidation_point,
    initial_margin,
    isolated_liquidation_point,
    maintenance_margin,
    tier_of,
)
from omega_tui.sim.venue.positions import Position

_ZERO = Decimal(0)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class _Pool:
    """The positions of one margin mode together."""

    margin: Decimal
    unrealized: Decimal
    maintenance: Decimal


class Statements:
    """Figures of one account; `mark` gives a symbol's mark price, `commitments` what open orders bind."""

    def __init__(
        self,
        account: Account,
        contracts: Mapping[str, Contract],
        mark: Callable[[str], Decimal],
        commitments: Commitments,
        choices: Choices,
    ) -> None:
        self._account = account
        self._contracts = contracts
        self._mark = mark
        self._commitments = commitments
        self._choices = choices

    def account(self) -> LedgerAccount:
        """The money, with everything that is bound."""
        balance = self._account.balance
        crossed, isolated = self._pool(MarginMode.CROSSED), self._pool(MarginMode.ISOLATED)
        locked = self._commitments.locked()
        free = balance - isolated.margin - locked
        spendable = free - crossed.margin
        unrealized = crossed.unrealized + isolated.unrealized
        isolated_available = max(spendable + min(crossed.unrealized, _ZERO), _ZERO)
        return LedgerAccount(
            balance=balance,
            equity=balance + unrealized,
            locked=locked,
            available=max(free, _ZERO),
            crossed_available=max(spendable + crossed.unrealized, _ZERO),
            isolated_available=isolated_available,
            transferable=isolated_available,
            unrealized=unrealized,
            crossed_unrealized=crossed.unrealized,
            isolated_unrealized=isolated.unrealized,
            crossed_margin=crossed.margin,
            isolated_margin=isolated.margin,
            crossed_risk_rate=self._crossed_risk(crossed),
            position_mode=self._account.position_mode,
        )

    def available(self, mode: MarginMode) -> Decimal:
        """What new orders of a margin mode may bind."""
        account = self.account()
        return account.crossed_available if mode is MarginMode.CROSSED else account.isolated_available

    def positions(self, symbol: str | None) -> list[LedgerPosition]:
        """The open positions with all their figures."""
        found = [each for each in self._account.positions if symbol in (None, each.symbol)]
        if not found:
            return []
        crossed = self._pool(MarginMode.CROSSED)
        return [self._position(each, crossed) for each in found]

    def mark(self, symbol: str) -> Decimal:
        """The price that values a symbol's positions."""
        return self._mark(symbol)

    def unrealized(self, held: Position) -> Decimal:
        """A position's profit at mark, before fees."""
        return held.unrealized(self._mark(held.symbol))

    def isolated_ratio(self, held: Position) -> Decimal:
        """Maintenance over own equity of an isolated position; liquidation is at 1."""
        return _risk(self.maintenance(held), held.isolated_margin + self.unrealized(held))

    def isolated_liquidation_price(self, held: Position) -> Decimal:
        """The mark price at which an isolated position is liquidated, not above zero when there is none."""
        contract = self._contracts[held.symbol]
        return isolated_liquidation_point(
            held.side,
            held.size,
            held.entry_quote,
            held.isolated_margin,
            contract.tiers,
            contract.taker_fee_rate,
        )

    def net_size(self, symbol: str) -> Decimal:
        """Long less short of a symbol."""
        return sum((each.signed_size for each in self._account.positions.of(symbol)), _ZERO)

    def unbound(self) -> Decimal:
        """The wallet without what isolated positions hold: it carries the crossed ones."""
        bound = sum((each.isolated_margin for each in self._account.positions), _ZERO)
        return self._account.balance - bound

    def crossed_spare(self) -> Decimal:
        """Crossed equity above the maintenance margin of all crossed positions."""
        crossed = self._pool(MarginMode.CROSSED)
        return self._crossed_equity(crossed) - crossed.maintenance

    def crossed_ratio(self) -> Decimal:
        """Maintenance of all crossed positions over the equity that carries them; liquidation is at 1."""
        return self._crossed_risk(self._pool(MarginMode.CROSSED))

    def maintenance(self, held: Position) -> Decimal:
        """What a position must be worth at least, the fee of closing it included."""
        contract = self._contracts[held.symbol]
        return maintenance_margin(
            contract.tiers, held.size * self._mark(held.symbol), contract.taker_fee_rate
        )

    def margin_missing(self, held: Position, leverage: int) -> Decimal:
        """What a position would bind more with another leverage; negative when crossed and less."""
        if held.margin_mode is MarginMode.ISOLATED:
            return self._account.isolated_missing(held, leverage)
        return self._crossed_margin(held, leverage) - self._margin(held)

    def _position(self, held: Position, crossed: _Pool) -> LedgerPosition:
        account, contract, mark = self._account, self._contracts[held.symbol], self._mark(held.symbol)
        locked = self._commitments.reserved(held.symbol, held.side)
        booked = held.achieved + held.funding + held.fees
        return LedgerPosition(
            position_id=held.position_id,
            symbol=held.symbol,
            hold_side=held.side,
            margin_mode=held.margin_mode,
            position_mode=account.position_mode,
            leverage=account.settings(held.symbol).leverage(held.side),
            size=held.size,
            available=held.size - locked,
            locked=locked,
            opening_size=self._commitments.resting_to_open(held.symbol, held.side),
            open_price_average=held.average_entry,
            mark_price=mark,
            margin=self._margin(held),
            unrealized=held.unrealized(mark),
            achieved_profits=held.achieved,
            liquidation_price=self._liquidation_price(held, crossed),
            break_even_price=break_even_price(
                held.side, held.size, held.entry_quote, booked, contract.taker_fee_rate
            ),
            keep_margin_rate=tier_of(contract.tiers, held.size * mark).keep_margin_rate,
            margin_ratio=self._margin_ratio(held, crossed),
            funding=held.funding,
            fees=held.fees,
            auto_margin=held.auto_margin,
            created_ms=held.created_ms,
            updated_ms=held.updated_ms,
        )

    def _margin(self, held: Position) -> Decimal:
        if held.margin_mode is MarginMode.ISOLATED:
            return held.isolated_margin
        return self._crossed_margin(held, self._account.settings(held.symbol).leverage(held.side))

    def _crossed_margin(self, held: Position, leverage: int) -> Decimal:
        by_entry = self._choices.crossed_margin_by_entry
        value = held.entry_quote if by_entry else held.size * self._mark(held.symbol)
        return initial_margin(value, leverage)

    def _pool(self, mode: MarginMode) -> _Pool:
        """Of a crossed long and short of one symbol only the larger one needs maintenance margin."""
        margin = unrealized = _ZERO
        maintenance: dict[str, Decimal] = {}
        for held in self._account.positions:
            if held.margin_mode is mode:
                margin += self._margin(held)
                unrealized += self.unrealized(held)
                other = maintenance.get(held.symbol, _ZERO)
                own = self.maintenance(held)
                crossed = mode is MarginMode.CROSSED
                maintenance[held.symbol] = max(own, other) if crossed else own + other
        return _Pool(margin, unrealized, sum(maintenance.values(), _ZERO))

    def _crossed_equity(self, crossed: _Pool) -> Decimal:
        return self.unbound() + crossed.unrealized

    def _crossed_risk(self, crossed: _Pool) -> Decimal:
        return _risk(crossed.maintenance, self._crossed_equity(crossed))

    def _margin_ratio(self, held: Position, crossed: _Pool) -> Decimal:
        if held.margin_mode is MarginMode.CROSSED:
            return self._crossed_risk(crossed)
        return self.isolated_ratio(held)

    def _liquidation_price(self, held: Position, crossed: _Pool) -> Decimal | None:
        if held.margin_mode is MarginMode.ISOLATED:
            price = self.isolated_liquidation_price(held)
        else:
            spare = self._crossed_equity(crossed) - crossed.maintenance
            price = crossed_liquidation_point(self._mark(held.symbol), self.net_size(held.symbol), spare)
        return price if price > 0 else None


def _risk(maintenance: Decimal, equity: Decimal) -> Decimal:
    """Maintenance over equity; liquidation is at 1, which is also the answer when nothing is left."""
    if not maintenance:
        return _ZERO
    return maintenance / equity if equity > 0 else _ONE
