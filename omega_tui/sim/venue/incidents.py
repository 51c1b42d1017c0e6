"""What befalls an account without its asking: a trade out of turn, a cancel by the exchange, changed rules.

The market and the trader act through `Venue`; this is for whoever plays the exchange's misfortunes.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.facts import Contract
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.intake import Market
from omega_tui.sim.venue.ledger import LedgerOrder
from omega_tui.sim.venue.order_store import LIVE, OrderStore


class Incidents:
    """Acts on one account; everything is announced as if it had come from the market."""

    def __init__(
        self,
        desk: Desk,
        orders: OrderStore,
        contracts: dict[str, Contract],
        markets: dict[str, Market],
        settle: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._orders = orders
        self._contracts = contracts
        self._markets = markets
        self._settle = settle

    def fill(self, order: LedgerOrder, size: Decimal) -> LedgerOrder:
        """Trade `size` of a resting order, all that rests at most, at its own price and out of turn."""
        self._desk.market(order.symbol).matcher.serve(order.order_id, size)
        self._settle()
        return self._orders[order.order_id]

    def cancel(self, order: LedgerOrder, reason: str) -> LedgerOrder:
        """Cancel a live order for a reason of the exchange's. Refused 45055 when it is not live."""
        if self._orders[order.order_id].status not in LIVE:
            raise refusal(Code.NOT_CANCELLABLE)
        gone = self._desk.cancel(self._orders[order.order_id], reason)
        self._settle()
        return gone

    def change_contract(self, contract: Contract) -> None:
        """Put other rules in force for a listed symbol; what rests and is held stays as it is."""
        market = self._desk.market(contract.symbol)
        self._contracts[contract.symbol] = contract
        self._markets[contract.symbol] = replace(market, contract=contract)
        self._settle()
