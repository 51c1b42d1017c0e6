"""What befalls the account by itself: others who trade on it, orders that end, settings that change.

An act happens once, when its time has come, and again only when it is asked for again. One that the exchange
refuses says so where the faults are listed.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import Direction, Force, MarginMode, OrderType, PositionMode
from omega_tui.sim.faults.fault import Fault, Named, Positive
from omega_tui.sim.faults.streams import StreamTampers
from omega_tui.sim.payloads.orders import ids_row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.ledger import LedgerOrder, OrderSpec
from omega_tui.sim.venue.positions import opened_side
from omega_tui.sim.venue.settings import LeverageRequest

ELSEWHERE = "WEB"
"""The `enterPointSource` of what the trader does somewhere else."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What acts act on."""

    exchange: SimulatedExchange
    tampers: StreamTampers


class Act(Fault, frozen=True, kw_only=True):
    """Something that happens once at `at_ms`."""

    def act(self, stage: Stage) -> object:
        """Do it; returns what to tell about it. Raises Refused."""
        raise NotImplementedError


class ExternalTrade(Act, frozen=True, kw_only=True):
    """An order that somebody else, or the trader on the web site, places on this account."""

    symbol: Named
    side: Direction
    size: Decimal
    closes: bool = False

    def spec(self, exchange: SimulatedExchange, price: Decimal | None) -> OrderSpec:
        """The order: `side` is its true direction; in hedge mode `closes` says whose position it concerns."""
        side = opened_side(self.side.opposite if self.closes else self.side)
        hedge = exchange.venue.position_mode is PositionMode.HEDGE
        return OrderSpec(
            symbol=self.symbol,
            direction=self.side,
            order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
            size=self.size,
            price=price,
            force=Force.GTC,
            margin_mode=exchange.venue.leverage(self.symbol).margin_mode,
            hold_side=side if hedge else None,
            closes=self.closes and hedge,
            reduce_only=self.closes,
            client_oid=None,
            enter_point=ELSEWHERE,
        )


class ExternalFill(ExternalTrade, frozen=True, kw_only=True):
    """A market order from elsewhere trades on this account."""

    serves = ("O27", "O32", "O40")

    def act(self, stage: Stage) -> object:
        return ids_row(stage.exchange.venue.place(self.spec(stage.exchange, None)))


class ExternalOrder(ExternalTrade, frozen=True, kw_only=True):
    """A limit order from elsewhere rests on this account."""

    serves = ("O32", "O40")

    price: Decimal

    def act(self, stage: Stage) -> object:
        return ids_row(stage.exchange.venue.place(self.spec(stage.exchange, self.price)))


class OrderAct(Act, frozen=True, kw_only=True):
    """Something that happens to open orders: the one named by an id, else all of `symbol`."""

    symbol: Named
    order_id: Named | None = None
    client_oid: Named | None = None

    def orders(self, exchange: SimulatedExchange) -> list[LedgerOrder]:
        """The orders meant; Refused 40768 when there are none."""
        venue = exchange.venue
        if self.order_id is None and self.client_oid is None:
            found = venue.pending(self.symbol)
        else:
            order = venue.order(self.symbol, self.order_id, self.client_oid)
            found = [] if order is None else [order]
        if not found:
            raise refusal(Code.CANCEL_UNKNOWN_ORDER)
        return found


class ExternalCancel(OrderAct, frozen=True, kw_only=True):
    """Open orders are cancelled from elsewhere."""

    serves = ("O10",)

    def act(self, stage: Stage) -> object:
        venue = stage.exchange.venue
        return [ids_row(venue.cancel(one.symbol, one.order_id, None)) for one in self.orders(stage.exchange)]


class ExchangeCancel(OrderAct, frozen=True, kw_only=True):
    """The exchange cancels open orders for a reason of its own."""

    serves = ("O34",)

    reason: Named = "stp_cancel"

    def act(self, stage: Stage) -> object:
        incidents = stage.exchange.venue.incidents
        return [ids_row(incidents.cancel(order, self.reason)) for order in self.orders(stage.exchange)]


class RestingFill(OrderAct, frozen=True, kw_only=True):
    """Open orders trade at their own price, out of turn: `size` of each, or all."""

    serves = ("O09",)

    size: Decimal | None = None

    def act(self, stage: Stage) -> object:
        incidents = stage.exchange.venue.incidents
        orders = self.orders(stage.exchange)
        return [ids_row(incidents.fill(one, one.size if self.size is None else self.size)) for one in orders]


class PositionModeSwitched(Act, frozen=True, kw_only=True):
    """The position mode is switched elsewhere."""

    serves = ("O28",)

    mode: PositionMode

    def act(self, stage: Stage) -> object:
        stage.exchange.venue.settings.set_position_mode(self.mode)
        return {"posMode": self.mode}


class MarginModeSwitched(Act, frozen=True, kw_only=True):
    """A symbol's margin mode is switched elsewhere."""

    serves = ("O29",)

    symbol: Named
    mode: MarginMode

    def act(self, stage: Stage) -> object:
        stage.exchange.venue.settings.set_margin_mode(self.symbol, self.mode)
        return {"marginMode": self.mode}


class LeverageSwitched(Act, frozen=True, kw_only=True):
    """A symbol's leverage is changed elsewhere, on both sides."""

    serves = ("O29",)

    symbol: Named
    leverage: Positive

    def act(self, stage: Stage) -> object:
        request = LeverageRequest(long_leverage=self.leverage, short_leverage=self.leverage)
        stage.exchange.venue.settings.set_leverage(self.symbol, request)
        return {"leverage": self.leverage}


KINDS: Final[tuple[type[Fault], ...]] = (
    *(ExternalFill, ExternalOrder, ExternalCancel, ExchangeCancel, RestingFill),
    *(PositionModeSwitched, MarginModeSwitched, LeverageSwitched),
)
"""The faults of this module."""
