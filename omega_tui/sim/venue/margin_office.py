"""The margin of isolated positions, moved by the trader or, in need, by the exchange for him.

Rules of Bitget's pages "Change-Margin" and "Set-Auto-Margin"; nothing here changes the wallet, it only moves
money between its free part and a position.
"""

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal

from omega_tui.domain.values import is_multiple
from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.facts import HoldSide, MarginMode
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.margin import initial_margin
from omega_tui.sim.venue.positions import Position
from omega_tui.sim.venue.statements import Statements
from omega_tui.sim.venue.wallet import Business

_ZERO = Decimal(0)
_MONEY = Decimal("1e-8")


class MarginOffice:
    """Moves margin; `announce` is called when it did for the trader."""

    def __init__(self, account: Account, statements: Statements, announce: Callable[[], None]) -> None:
        self._account = account
        self._statements = statements
        self._announce = announce

    def move(self, symbol: str, side: HoldSide, amount: Decimal) -> None:
        """Add `amount` to an isolated position's margin, or take it out when negative.

        Refused 40875 when crossed, 40802 without a position, 40800 when the money is not there, or the
        position's leverage asks for what would be taken.
        """
        if self._account.settings(symbol).margin_mode is MarginMode.CROSSED:
            raise refusal(Code.MARGIN_OF_CROSSED)
        position = self._account.positions.get(symbol, side)
        if position is None:
            raise refusal(Code.MARGIN_WITHOUT_POSITION)
        if not amount or not is_multiple(amount, _MONEY):
            raise refusal(Code.PARAMETER_WRONG, "amount")
        if amount > self._statements.available(MarginMode.ISOLATED) or -amount > self._removable(position):
            raise refusal(Code.MARGIN_INSUFFICIENT)
        position.isolated_margin += amount
        business = Business.ADD_MARGIN if amount > 0 else Business.REMOVE_MARGIN
        self._account.wallet.book(symbol, business, amount)
        self._announce()

    def set_auto(self, symbol: str, side: HoldSide, *, on: bool) -> None:
        """Whether the margin of an isolated position grows by itself before it would be liquidated.

        Refused 22011 when crossed, 40838 without a position.
        """
        if self._account.settings(symbol).margin_mode is MarginMode.CROSSED:
            raise refusal(Code.AUTO_MARGIN_OF_CROSSED)
        position = self._account.positions.get(symbol, side)
        if position is None:
            raise refusal(Code.AUTO_MARGIN_WITHOUT_POSITION)
        if position.auto_margin is not on:
            position.auto_margin = on
            self._announce()

    def rescue(self, position: Position) -> bool:
        """Add the position's initial margin once more, or all there is when that is less; whether any was.

        ("Automatic margin call in isolated margin mode".) Whether that saves the position shows at the next
        look: when it does not, money follows until there is none, as Bitget warns.
        """
        if not position.auto_margin:
            return False
        available = self._statements.available(MarginMode.ISOLATED).quantize(_MONEY, ROUND_DOWN)
        amount = min(self._initial(position), available)
        if not amount:
            return False
        position.isolated_margin += amount
        self._account.wallet.book(position.symbol, Business.AUTO_ADD_MARGIN, amount)
        return True

    def _initial(self, position: Position) -> Decimal:
        settings = self._account.settings(position.symbol)
        return initial_margin(position.entry_quote, settings.leverage(position.side))

    def _removable(self, position: Position) -> Decimal:
        """What is above the margin that the leverage asks for, after the present loss.

        The maintenance margin is asked for too: it grows with the mark price and may be the greater.
        """
        loss = min(self._statements.unrealized(position), _ZERO)
        asked = max(self._initial(position), self._statements.maintenance(position))
        return max(position.isolated_margin + loss - asked, _ZERO)
