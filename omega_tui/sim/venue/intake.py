"""The door of the exchange: turns what was asked for into an order that may enter, or says no.

Decides only; nothing changes here. What must happen with the order's entry (resting orders that give way
to it) is part of the answer.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import (
    Contract,
    Direction,
    Force,
    HoldSide,
    MarginMode,
    OrderStatus,
    OrderType,
    PositionMode,
)
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.commitments import Commitments
from omega_tui.sim.venue.ledger import LedgerOrder, OrderSpec
from omega_tui.sim.venue.listings import Listings
from omega_tui.sim.venue.margin import largest_notional, opening_loss
from omega_tui.sim.venue.matching import Matcher, Taker
from omega_tui.sim.venue.order_rules import (
    check_client_oid,
    check_count,
    check_market_price,
    check_mode,
    check_notional,
    check_price,
    check_size,
)
from omega_tui.sim.venue.order_store import OrderStore, remaining
from omega_tui.sim.venue.positions import opened_side, opening_direction
from omega_tui.sim.venue.quirks import Quirks
from omega_tui.sim.venue.snowflake import Snowflakes
from omega_tui.sim.venue.statements import Statements
from omega_tui.sim.venue.tickers import Ticker

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Market:
    """One symbol's contract, matching and ticker."""

    contract: Contract
    matcher: Matcher
    ticker: Ticker


@dataclass(frozen=True, slots=True)
class Admission:
    """An order that may enter, and the resting orders that are cancelled to make room for it."""

    order: LedgerOrder
    displaced: tuple[LedgerOrder, ...] = ()


class Intake:
    """Checks orders against contract, book, position and money of one account."""

    def __init__(
        self,
        account: Account,
        statements: Statements,
        orders: OrderStore,
        commitments: Commitments,
        listings: Listings,
        choices: Choices,
        ids: Snowflakes,
        now_ms: Callable[[], int],
        quirks: Quirks,
    ) -> None:
        self._quirks = quirks
        self._account = account
        self._statements = statements
        self._orders = orders
        self._commitments = commitments
        self._listings = listings
        self._choices = choices
        self._ids = ids
        self._now_ms = now_ms

    def admit(self, spec: OrderSpec, market: Market) -> Admission:
        """The order as it enters; raises `Refused` with Bitget's code."""
        doom = self._quirks.doomed.pop(spec.client_oid or "", None)
        if doom is not None:
            raise doom
        self.check(spec, market)
        check_count(self._orders.live_count(spec.symbol), self._orders.live_count(), market.contract)
        order = self._draft(spec)
        price = _expected_price(order, market.matcher)
        if order.hold_side is not None and order.reduce_only:
            return self._fit_hedge_close(order, order.hold_side, displaces=spec.displaces)
        if order.reduce_only:
            return self._fit_reduce_only(order)
        self._check_opening(order, price, market)
        return Admission(order)

    def check(self, spec: OrderSpec, market: Market) -> None:
        """What an order must be whatever book, money and other orders there are; raises `Refused`."""
        self._listings.check(spec)
        check_mode(spec, self._account.position_mode)
        check_size(spec, market.contract, dust=self._closes_whole(spec))
        check_price(spec, market.contract, market.ticker.mark)
        self.check_client_oid(spec.client_oid)

    def check_client_oid(self, client_oid: str | None) -> None:
        """Refused for a client id that is too long or was used before."""
        dedupes = client_oid is not None and self._quirks.dedupes_client_oids
        check_client_oid(client_oid, dedupes and self._orders.knows_client_oid(client_oid or ""))

    def _closes_whole(self, spec: OrderSpec) -> bool:
        """Whether the exchange closes all of a position at a word: it may be less than an order may be."""
        if not spec.displaces or spec.hold_side is None:
            return False
        return spec.size == self._account.positions.size(spec.symbol, spec.hold_side)

    def _draft(self, spec: OrderSpec) -> LedgerOrder:
        hedge = self._account.position_mode is PositionMode.HEDGE
        hold_side = spec.hold_side if hedge else None
        closes = hedge and spec.closes
        _require_consistent(spec, hold_side, closes)
        market = spec.order_type is OrderType.MARKET
        side = hold_side or opened_side(spec.direction)
        mode = self._margin_mode(spec, closes or spec.reduce_only)
        settings = replace(self._account.settings(spec.symbol), margin_mode=mode)
        order_id, now = self._ids.next(), self._now_ms()
        return LedgerOrder(
            order_id=order_id,
            client_oid=spec.client_oid or self._ids.next(),
            symbol=spec.symbol,
            direction=spec.direction,
            order_type=spec.order_type,
            force=Force.GTC if market else spec.force,
            size=spec.size,
            price=None if market else spec.price,
            hold_side=hold_side,
            trade_side=_trade_side(spec.direction, hedge, closes),
            reduce_only=closes if hedge else spec.reduce_only,
            margin_mode=mode,
            position_mode=self._account.position_mode,
            leverage=settings.leverage(side),
            status=OrderStatus.LIVE,
            filled=_ZERO,
            filled_quote=_ZERO,
            fee=_ZERO,
            profit=_ZERO,
            cancel_reason="",
            order_source=spec.order_source or ("market" if market else "normal"),
            enter_point_source=spec.enter_point,
            created_ms=now,
            updated_ms=now,
            presets=spec.presets,
            self_trade=spec.self_trade,
        )

    def _margin_mode(self, spec: OrderSpec, closes: bool) -> MarginMode:
        """The order's own mode wins while the symbol is idle; a held symbol keeps the mode it has."""
        present = self._account.settings(spec.symbol).margin_mode
        if closes or spec.margin_mode is present:
            return present
        busy = self._account.positions.of(spec.symbol) or self._orders.live_count(spec.symbol)
        if busy or not self._choices.order_sets_margin_mode:
            raise refusal(Code.MARGIN_MODE_FROZEN)
        return spec.margin_mode

    def _fit_hedge_close(self, order: LedgerOrder, side: HoldSide, *, displaces: bool) -> Admission:
        """A limit close must fit what is free; a market close is cut to it.

        One that finds nothing free, or that displaces others in any case, is cut to the position only.
        """
        held = self._account.positions.size(order.symbol, side)
        free = held - self._commitments.reserved(order.symbol, side)
        if not held:
            raise refusal(Code.NO_POSITION_TO_CLOSE)
        self._check_closing_price(order, side)
        limit = order.order_type is OrderType.LIMIT
        if displaces or not (free or limit):
            return self._displacing(order, held)
        if limit and order.size > free:
            raise refusal(Code.NOTHING_TO_CLOSE)
        return Admission(replace(order, size=min(order.size, free)))

    def _fit_reduce_only(self, order: LedgerOrder) -> Admission:
        """One-way: cut to the position; older reduce-only orders give way, oldest first."""
        side = self._account.closing_side(order)
        held = self._account.positions.size(order.symbol, side) if side else _ZERO
        if side is None or not held:
            raise refusal(Code.NO_POSITION_TO_CLOSE)
        self._check_closing_price(order, side)
        admission = self._displacing(order, held)
        return replace(admission, order=replace(admission.order, id_withheld=bool(admission.displaced)))

    def _displacing(self, order: LedgerOrder, held: Decimal) -> Admission:
        """Cut to the position; the oldest orders that close it too give way until all fit."""
        order = replace(order, size=min(order.size, held))
        return Admission(order, tuple(overhang(self._closing(order), held - order.size)))

    def _check_closing_price(self, order: LedgerOrder, side: HoldSide) -> None:
        """An isolated position is not closed beyond its liquidation price: its margin could not pay that."""
        position = self._account.positions.get(order.symbol, side)
        if order.price is None or position is None or position.margin_mode is not MarginMode.ISOLATED:
            return
        liquidation = self._statements.isolated_liquidation_price(position)
        if side is HoldSide.LONG and order.price < liquidation:
            raise refusal(Code.CLOSE_BELOW_LIQUIDATION)
        if side is HoldSide.SHORT and order.price > liquidation > 0:
            raise refusal(Code.CLOSE_ABOVE_LIQUIDATION)

    def _closing(self, like: LedgerOrder) -> Collection[LedgerOrder]:
        """Resting orders that close the same side as `like`, oldest first."""
        return self._commitments.closing(like.symbol, like.direction, like.hold_side)

    def _check_opening(self, order: LedgerOrder, price: Decimal, market: Market) -> None:
        opening = self._commitments.opening_part(order)
        if not opening:
            return
        self._listings.check_opening(order.symbol)
        contract = market.contract
        best = market.matcher.best(order.direction.opposite)
        if order.price is None and best is not None:
            check_market_price(order.direction, best, contract, market.ticker.mark)
        check_notional(order.size, price, contract)
        side = order.hold_side or opened_side(order.direction)
        held = self._account.positions.get(order.symbol, side)
        value = opening * price + (held.entry_quote if held else _ZERO)
        value += self._commitments.value_to_open(order.symbol, side)
        if value > largest_notional(contract.tiers, order.leverage):
            raise refusal(Code.ABOVE_TIER)
        cost = self._commitments.order_margin(order, opening, price)
        cost += opening_loss(order.direction, opening, price, self._statements.mark(order.symbol))
        if cost > self._statements.available(order.margin_mode):
            raise refusal(Code.BALANCE_EXCEEDED)


def overhang(oldest_first: Iterable[LedgerOrder], room: Decimal) -> list[LedgerOrder]:
    """The oldest of these orders that must go until the rest fits into `room`."""
    standing = tuple(oldest_first)
    excess = sum((remaining(order) for order in standing), _ZERO) - room
    gone: list[LedgerOrder] = []
    for order in standing:
        if excess <= 0:
            break
        gone.append(order)
        excess -= remaining(order)
    return gone


def taker_of(order: LedgerOrder) -> Taker:
    """The order as the matcher sees it when it comes to take."""
    return Taker(order.order_id, order.direction, order.size, order.price, order.self_trade)


def _expected_price(order: LedgerOrder, matcher: Matcher) -> Decimal:
    """The price that decides what an order costs; Refused 22045 for a market order without a market."""
    reach = matcher.reach(taker_of(order))
    average = reach.quote / reach.size if reach.size else _ZERO
    if order.price is not None:
        return max(order.price, average) if order.direction is Direction.SELL else order.price
    if not reach.size and not reach.blocked:
        raise refusal(Code.NO_LIQUIDITY)
    return average


def _trade_side(direction: Direction, hedge: bool, closes: bool) -> str:
    if hedge:
        return "close" if closes else "open"
    return f"{direction}_single"


def _require_consistent(spec: OrderSpec, hold_side: HoldSide | None, closes: bool) -> None:
    """In hedge mode side and intent decide the direction; a caller that disagrees misread the wire."""
    if hold_side is None:
        return
    opens = opening_direction(hold_side)
    if (spec.direction is opens) == closes:
        raise ValueError(f"{spec.direction} cannot {'close' if closes else 'open'} a {hold_side} position")
