"""Real accounts, replayed: what Bitget printed for a trader's positions and orders comes out of the venue.

The positions are of October 2022 (with one liquidation), the orders of April 2023; both in hedge mode and
isolated. Bitget cuts what it prints; every comparison says how finely.
"""

import json
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Any

from omega_tui.clock import ManualClock
from omega_tui.sim.facts import (
    BookSnapshot,
    Direction,
    Force,
    HoldSide,
    Level,
    MarginMode,
    MarketFacts,
    OrderType,
    PositionMode,
    PublicTrade,
    Tier,
)
from omega_tui.sim.market.contracts import contract_for
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder, LedgerPosition, OrderChanged, OrderSpec
from omega_tui.sim.venue.settings import LeverageRequest
from omega_tui.sim.venue.venue import Venue, VenueSettings
from tests.support.shared import needs_shared, shared_path

D = Decimal
SYMBOL = "BTCUSDT"
STEP = D("0.5")
LOT = D("0.001")
CONTRACT = replace(
    contract_for(SYMBOL),
    volume_place=3,
    size_multiplier=LOT,
    min_trade_num=LOT,
    tiers=(Tier(1, D(0), D(150_000), 125, D("0.004")),),
)
"""BTCUSDT as it was then: lots of 0.001, a first tier that ends at 150 000."""

pytestmark = needs_shared


def read(*path: str) -> Any:
    """A recorded file with its numbers as they are written."""
    return json.loads(shared_path("tapes", *path).read_text(), parse_float=Decimal)


class RealAccount:
    """A hedge account on isolated margin whose market shows just what an order is to meet."""

    def __init__(self, balance: int = 10_000) -> None:
        self.clock = ManualClock(1_665_146_841_498)
        settings = VenueSettings(PositionMode.HEDGE, D(balance), 10, MarginMode.ISOLATED)
        self.venue = Venue([CONTRACT], settings, self.clock.wall_ms)
        self.fills: list[LedgerFill] = []
        self.orders: list[LedgerOrder] = []
        self.venue.listen(self._on_event)

    def _on_event(self, event: object) -> None:
        if isinstance(event, OrderChanged):
            self.orders.append(event.order)
            if event.fill is not None:
                self.fills.append(event.fill)

    def market(self, bids: tuple[Level, ...], asks: tuple[Level, ...], mark: Decimal) -> None:
        now = self.clock.wall_ms()
        self.venue.on_market(BookSnapshot(SYMBOL, now, bids, asks))
        self.mark(mark)

    def mark(self, mark: Decimal) -> None:
        self.venue.on_market(MarketFacts(SYMBOL, self.clock.wall_ms(), mark_price=str(mark)))

    def lever(self, side: HoldSide, leverage: int) -> None:
        self.venue.settings.set_leverage(SYMBOL, LeverageRequest(leverage, side))

    def order(self, side: HoldSide, size: Decimal, price: Decimal | None, *, closes: bool) -> LedgerOrder:
        opens = Direction.BUY if side is HoldSide.LONG else Direction.SELL
        return self.venue.place(
            OrderSpec(
                symbol=SYMBOL,
                direction=opens.opposite if closes else opens,
                order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
                size=size,
                price=price,
                force=Force.GTC,
                margin_mode=MarginMode.ISOLATED,
                hold_side=side,
                closes=closes,
                reduce_only=closes,
                client_oid=None,
            )
        )

    def take(self, side: HoldSide, size: Decimal, quote: Decimal, *, closes: bool) -> LedgerOrder:
        """Trade `size` for `quote` as a taker, on two neighbouring prices where one does not suit."""
        low = (quote / size).quantize(D(1), ROUND_FLOOR)
        low += STEP if low + STEP <= quote / size else 0
        above = (quote - size * low) / STEP
        shares = [(str(low), size - above), (str(low + STEP), above)]
        levels = tuple((price, str(share)) for price, share in shares if share)
        if (side is HoldSide.LONG) is closes:
            self.market(levels[::-1], (), low)
        else:
            self.market((), levels, low)
        return self.order(side, size, None, closes=closes)

    def make(self, side: HoldSide, size: Decimal, price: Decimal, filled: Decimal) -> LedgerOrder:
        """Rest an opening order and let the market fill `filled` of it."""
        below, above = str(price - STEP), str(price + STEP)
        buys = side is HoldSide.LONG
        self.market(((below, "9"),), ((above, "9"),), price)
        order = self.order(side, size, price, closes=False)
        taker = Direction.SELL if buys else Direction.BUY
        trade = PublicTrade(SYMBOL, self.clock.wall_ms(), str(price), str(filled), taker)
        self.venue.on_market(trade)
        return order

    def position(self) -> LedgerPosition:
        (position,) = self.venue.positions()
        return position


def cut(value: Decimal, places: int) -> Decimal:
    """As Bitget prints."""
    return value.quantize(D(1).scaleb(-places), ROUND_DOWN)


def opened(real: dict[str, Any]) -> RealAccount:
    """An account that came to a recorded position the way its trader did.

    The margin tells at which leverage it was opened, and whether a settlement of funding has passed since.
    """
    account, side = RealAccount(), HoldSide(real["holdSide"])
    size, entry, margin = D(real["total"]), D(real["averageOpenPrice"]), D(real["margin"])
    leverage = int((size * entry / margin).to_integral_value(ROUND_FLOOR))
    account.market((), (), entry)
    account.lever(side, leverage)
    account.take(side, size, size * entry, closes=False)
    if cut(account.position().margin, 4) != margin:
        now = account.clock.wall_ms()
        facts = MarketFacts(SYMBOL, now, mark_price="19333.98", funding_rate="-0.0001")
        account.venue.on_market(facts)
        due = account.venue.ticker(SYMBOL).next_funding_ms
        assert due is not None
        account.venue.on_time(due)
    account.lever(side, real["leverage"])
    return account


def recorded(*, liquidated: bool) -> list[dict[str, Any]]:
    rows = [row["position"] for row in read("golden", "bitget_positions_liqpx.json")["positions"]]
    return [row for row in rows if (D(row["marginRate"]) >= 1) is liquidated]


def test_recorded_positions_have_their_figures_in_the_venue() -> None:
    """Margin, liquidation price, profit and margin ratio of every recorded position."""
    rows = recorded(liquidated=False)
    assert len(rows) == 11
    for real in rows:
        account = opened(real)
        account.mark(D(real["markPrice"]))
        ours = account.position()
        assert ours.leverage == real["leverage"]
        assert cut(ours.margin, 4) == D(real["margin"])
        assert ours.liquidation_price is not None
        assert abs(ours.liquidation_price - D(real["liqPx"])) < D("0.01")
        assert cut(ours.unrealized, 4) == D(real["upl"])
        assert abs(ours.margin_ratio - D(real["marginRate"])) < D("0.00003")
        assert ours.keep_margin_rate == D(real["keepMarginRate"])


def test_the_recorded_liquidation_happens_where_it_did() -> None:
    """Ten cents before its liquidation price the position lives; at the recorded mark it is closed."""
    for real in recorded(liquidated=True):
        account = opened(real)
        account.market((), (("20441", "1"),), D(real["liqPx"]) - D("0.1"))
        assert account.position().size == D("0.009")
        account.mark(D(real["markPrice"]))
        assert account.venue.positions() == []
        burst = account.orders[-1]
        assert (burst.trade_side, burst.order_source) == ("burst_close_short", "liquidation")
        assert (burst.average_price, burst.profit) == (D(20441), D("-0.6165"))
        closed = account.venue.closed_positions()[0]
        assert closed.profit == D("-0.6165")
    assert len(recorded(liquidated=True)) == 2


def replay(account: RealAccount, real: dict[str, Any]) -> LedgerOrder:
    """Do what a recorded order did: at its price as a maker when its fee says so, else what it took."""
    action, side = real["side"].split("_")
    hold, size, quote = HoldSide(side), D(real["filledQty"]), D(real["filledAmount"])
    maker = -D(real["fee"]) == quote * CONTRACT.maker_fee_rate
    if action == "close":
        return account.take(hold, size, quote, closes=True)
    account.market((), (), D(real["priceAvg"]))
    account.lever(hold, int(real["leverage"]))
    if maker:
        return account.make(hold, D(real["size"]), D(real["price"]), size)
    return account.take(hold, size, quote, closes=False)


def test_a_real_order_history_earns_and_pays_to_the_last_digit() -> None:
    """All forty realised profits and every fee, exactly; what stays open is the recorded long."""
    recording = read("trades", "bitget_umcbl_BTCUSDT_orders_20230412_20230426.json")
    traded = [order for order in recording["orders"] if order["filledQty"]]
    traded.sort(key=lambda order: int(order["uTime"]))
    account = RealAccount()
    closes = 0
    for real in traded:
        placed = replay(account, real)
        order = account.venue.order(SYMBOL, placed.order_id, None)
        assert order is not None
        if real["state"] == "canceled":
            account.venue.cancel(SYMBOL, placed.order_id, None)
        assert order.filled == D(real["filledQty"])
        assert order.filled_quote == D(real["filledAmount"])
        assert (order.profit, order.fee) == (D(real["totalProfits"]), D(real["fee"])), real["orderId"]
        closes += real["side"].startswith("close")
    assert (closes, len(traded)) == (40, 79)
    reference = recording["reference_stats"]
    assert sum(fill.fee for fill in account.fills) == D(reference["fees_all_rows"])
    gross = D(reference["gross_profit"]) + D(reference["gross_loss"])
    assert sum(fill.profit for fill in account.fills) == gross
    assert account.venue.account().balance == 10_000 + gross + D(reference["fees_all_rows"])
    left = account.position()
    assert (left.hold_side, left.size, left.open_price_average) == (HoldSide.LONG, D("0.1"), D(28381))
    assert len(account.venue.closed_positions()) == 38


def test_the_help_centres_examples_come_out_of_the_venue() -> None:
    """Average entry, partial close and a whole life with fees and funding, as the articles reckon."""
    cases = {case["id"]: case for case in read("golden", "bitget_pnl_margin_examples.json")["cases"]}
    account = RealAccount(100_000)
    for size, price in cases["avg-entry"]["inputs"]["fills"]:
        account.take(HoldSide.LONG, D(size), D(size) * D(price), closes=False)
    assert account.position().open_price_average.quantize(D("0.1")) == D("26285.7")

    partial = cases["realized-partial-close"]
    account = RealAccount(100_000)
    account.take(HoldSide.LONG, D("1.4"), D("1.4") * 25_000, closes=False)
    account.take(HoldSide.LONG, D("0.9"), D("0.9") * 27_000, closes=True)
    assert sum(fill.profit for fill in account.fills) == D(partial["expected"]["closed_pnl"])
    assert -sum(fill.fee for fill in account.fills) == D(partial["expected"]["fees"])

    whole = cases["realized-full"]
    account = RealAccount(100_000)
    account.make(HoldSide.LONG, D(1), D(90_000), D(1))
    now = account.clock.wall_ms()
    account.venue.on_market(MarketFacts(SYMBOL, now, mark_price="90000", funding_rate="0.001"))
    due = account.venue.ticker(SYMBOL).next_funding_ms
    assert due is not None
    account.venue.on_time(due)
    account.mark(D(95_000))
    assert account.position().unrealized == D(whole["expected"]["upl"])
    account.market((("93999.5", "9"),), (("94000.5", "9"),), D(94_000))
    account.order(HoldSide.LONG, D(1), D(94_000), closes=True)
    account.venue.on_market(PublicTrade(SYMBOL, now, "94000", "1", Direction.BUY))
    (closed,) = account.venue.closed_positions()
    assert (closed.profit, -closed.open_fee, -closed.close_fee, -closed.funding) == (
        *(D(whole["expected"]["closing_profit"]), D(whole["expected"]["open_fee"])),
        *(D(whole["expected"]["close_fee"]), D(whole["expected"]["funding_fee"])),
    )
    assert closed.net_profit == D(whole["expected"]["realized"])


def test_bitcoins_twelve_tiers_are_those_of_the_exchange() -> None:
    real = read("ws", "bitget_v2_rest_20260925.json")["mix_market_query_position_lever_BTCUSDT"]
    ours = contract_for(SYMBOL).tiers
    assert len(ours) == len(real) == 12
    for tier, row in zip(ours, real, strict=True):
        assert (tier.level, tier.leverage) == (int(row["level"]), int(row["leverage"]))
        assert (tier.start_unit, tier.end_unit) == (D(row["startUnit"]), D(row["endUnit"]))
        assert tier.keep_margin_rate == D(row["keepMarginRate"])
