"""What the exchange does of itself: prices jump, it closes positions, rules and listings change."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import msgspec
from aiohttp import WSCloseCode

from omega_tui.domain.values import ceil_to_step, decimal_text, floor_to_step
from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import HoldSide, MarketFacts, SymbolStatus
from omega_tui.sim.faults.acts import Act, Stage
from omega_tui.sim.faults.fault import Address, Fault, Named, Positive
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.ledger import LedgerPosition

_RULES = frozenset(
    {
        *("price_place", "price_end_step", "volume_place", "size_multiplier", "min_trade_num"),
        *("min_trade_usdt", "max_lever", "maker_fee_rate", "taker_fee_rate"),
    }
)
"""What of a contract can change."""

_FARTHEST_STEPS: Final = 100
"""Of a hundredth each: how far the price may go to liquidate."""


class PriceJump(Act, frozen=True, kw_only=True):
    """Mark and last price of a symbol are elsewhere all at once, until the market says otherwise."""

    serves = ("O19", "O25")

    symbol: Named
    mark: Decimal | None = None
    last: Decimal | None = None

    def act(self, stage: Stage) -> object:
        return _tell_prices(stage.exchange, self.symbol, self.mark, self.last)


class ContractChange(Act, frozen=True, kw_only=True):
    """A contract's rules change; what is not given stays."""

    serves = ("P32",)

    symbol: Named
    price_place: int | None = None
    price_end_step: Positive | None = None
    volume_place: int | None = None
    size_multiplier: Decimal | None = None
    min_trade_num: Decimal | None = None
    min_trade_usdt: Decimal | None = None
    max_lever: Positive | None = None
    maker_fee_rate: Decimal | None = None
    taker_fee_rate: Decimal | None = None

    def act(self, stage: Stage) -> object:
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        rules = {name: value for name, value in given.items() if name in _RULES}
        before = stage.exchange.venue.contract(self.symbol)
        stage.exchange.change_contract(replace(before, **rules))
        return rules


class SymbolOff(Act, frozen=True, kw_only=True):
    """A symbol may not be traded any more, and with `unlisted` leaves the list of contracts."""

    serves = ("P33",)

    symbol: Named
    status: SymbolStatus = SymbolStatus.OFF
    unlisted: bool = True

    def act(self, stage: Stage) -> object:
        symbol = stage.exchange.venue.contract(self.symbol).symbol
        stage.exchange.venue.listings.change(symbol, self.status)
        if self.unlisted:
            stage.exchange.delist(symbol)
        return {"symbols": stage.exchange.symbols}


class Disconnect(Act, frozen=True, kw_only=True):
    """Stream connections are ended: with a close code, or `abrupt` without a word."""

    serves = ("P25", "P29", "N01", "N02")

    address: Address | None = None
    code: int = WSCloseCode.GOING_AWAY
    abrupt: bool = False

    def act(self, stage: Stage) -> object:
        lines = stage.tampers.lines(self.address)
        for line in lines:
            if self.abrupt:
                line.abort()
            else:
                line.finish(self.code)
        return {"connections": len(lines)}


class Deleveraged(Act, frozen=True, kw_only=True):
    """A position, or `size` of it, is taken by auto-deleveraging, at the mark price unless told."""

    serves = ("O26",)

    symbol: Named
    hold_side: HoldSide
    size: Decimal | None = None
    price: Decimal | None = None

    def act(self, stage: Stage) -> object:
        stage.exchange.venue.risk.deleverage(self.symbol, self.hold_side, self.size, self.price)
        return {"symbol": self.symbol, "holdSide": self.hold_side}


class Liquidated(Act, frozen=True, kw_only=True):
    """The mark price jumps to where a position is liquidated; what follows is the exchange's own doing.

    Where a crossed position is liquidated is an estimate: the price goes on until it has come to that.
    """

    serves = ("O25",)

    symbol: Named
    hold_side: HoldSide

    def act(self, stage: Stage) -> object:
        held = self._held(stage.exchange)
        if held is None or held.liquidation_price is None:
            raise refusal(Code.NO_POSITION_TO_CLOSE)
        falls = held.liquidation_price < held.mark_price
        mark, beyond = held.liquidation_price, Decimal("0.99") if falls else Decimal("1.01")
        to_tick = floor_to_step if falls else ceil_to_step
        tick = stage.exchange.venue.contract(self.symbol).tick
        for _ in range(_FARTHEST_STEPS):
            mark = to_tick(mark * beyond, tick)
            _tell_prices(stage.exchange, self.symbol, mark, None)
            present = self._held(stage.exchange)
            if present is None or (present.position_id, present.size) != (held.position_id, held.size):
                break
        return {"markPrice": decimal_text(mark)}

    def _held(self, exchange: SimulatedExchange) -> LedgerPosition | None:
        found = exchange.venue.positions(self.symbol)
        return next((one for one in found if one.hold_side is self.hold_side), None)


class FundingDue(Act, frozen=True, kw_only=True):
    """The next settlement of funding falls `ms` from now, at `rate`."""

    serves = ("O31",)

    symbol: Named
    rate: Decimal | None = None
    ms: Positive = 1

    def act(self, stage: Stage) -> object:
        exchange = stage.exchange
        symbol, now = exchange.venue.contract(self.symbol).symbol, exchange.clock.now_ms()
        rate = None if self.rate is None else decimal_text(self.rate)
        exchange.apply(MarketFacts(symbol, now, funding_rate=rate, next_funding_ms=now + self.ms))
        return {"fundingTime": now + self.ms}


def _tell_prices(
    exchange: SimulatedExchange, symbol: str, mark: Decimal | None, last: Decimal | None
) -> dict[str, str | None]:
    listed = exchange.venue.contract(symbol).symbol
    told = [None if price is None else decimal_text(price) for price in (mark, last)]
    exchange.apply(MarketFacts(listed, exchange.clock.now_ms(), mark_price=told[0], last_price=told[1]))
    return {"markPrice": told[0], "lastPr": told[1]}


KINDS: Final[tuple[type[Fault], ...]] = (
    *(PriceJump, Deleveraged, Liquidated, FundingDue, ContractChange, SymbolOff, Disconnect),
)
"""The faults of this module."""
