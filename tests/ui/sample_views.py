"""Fixed pictures of an engine at work: one market with a position, three orders and a swing."""

import math
from dataclasses import replace
from decimal import Decimal

from omega_tui.analytics.fibonacci import pivot_points
from omega_tui.domain.events import Health
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    OrderState,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.account_views import (
    AccountView,
    FillRow,
    FillsView,
    Freshness,
    LeverageEffect,
    OrderRow,
    OrdersView,
    PositionRow,
    PositionsView,
    ProtectPreview,
)
from omega_tui.engine.chart_views import ChartFill, ChartView, FibonacciRow, FibonacciView, PriceLine
from omega_tui.engine.intents import Protect, SetLeverage, TicketDraft, TicketPreview
from omega_tui.engine.views import (
    LadderMark,
    LadderOrder,
    LadderView,
    LinkView,
    LogLevel,
    LogRow,
    LogView,
    Posture,
    StatusView,
    TapeRow,
    TapeView,
)

START_MS = 1_795_240_800_000
LIVE = Freshness(Health.LIVE, 0.1, "")
MID_TICKS = 641_234
D = Decimal

BTC = Instrument(
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick=D("0.1"),
    lot=D("0.001"),
    min_size=D("0.001"),
    min_notional=D(5),
    maker_fee_rate=D("0.0002"),
    taker_fee_rate=D("0.0006"),
    min_leverage=1,
    max_leverage=125,
    max_limit_size=D(220),
    max_market_size=D(60),
    funding_interval_hours=8,
    tradable=True,
)

STATUS = StatusView(
    venue="SIM",
    account="practice",
    market_note="REPLAY bybit 2026-08-09",
    read_only=False,
    symbol="BTCUSDT",
    last_price=D("64123.4"),
    direction=1,
    mark_price=D("64121.9"),
    change_24h=D("0.0123"),
    funding_rate=D("0.0001"),
    funding_in_seconds=11_520,
    position_mode=PositionMode.HEDGE,
    margin_mode=MarginMode.CROSSED,
    leverage=10,
    profile="newbie",
    posture=Posture.NORMAL,
    book=LIVE,
    private=LIVE,
    actions=LIVE,
    stream_lag_ms=12,
    ack_p50_ms=84,
    instrument=BTC,
)


LINK = LinkView(
    (
        ("book", LIVE),
        ("ticker", LIVE),
        ("tape", LIVE),
        ("candles", LIVE),
        ("private", Freshness(Health.RESYNC, 3.2, "the account is being compared")),
        ("actions", LIVE),
    ),
    stream_lag_ms=12,
    ack_p50_ms=41,
    ack_p99_ms=120,
    acks=37,
)


def sizes(row: int) -> float:
    """A repeatable size for a price row, between a few thousandths and a few units."""
    wave = math.sin(row * 12.9898) * 43758.5453
    share = wave - math.floor(wave)
    return round(0.004 + share**3 * 4.2, 3)


def ladder(group: int, depth: int, mid: int = MID_TICKS) -> LadderView:
    """A book around `mid` ticks with one level a tick, grouped like the engine groups."""
    best_bid, best_ask = mid, mid + 1
    bid_row, ask_row = best_bid // group, -(-best_ask // group)
    return LadderView(
        symbol="BTCUSDT",
        tick=D("0.1"),
        price_places=1,
        size_places=3,
        group=group,
        bids=tuple((bid_row - i, round(sizes(bid_row - i) * group**0.5, 3)) for i in range(depth)),
        asks=tuple((ask_row + i, round(sizes(ask_row + i) * group**0.5, 3)) for i in range(depth)),
        best_bid_ticks=best_bid,
        best_ask_ticks=best_ask,
        last_ticks=mid,
        orders=(
            LadderOrder(MID_TICKS - 4, Side.BUY, D("0.010"), "c1", OrderState.WORKING, D("2.31")),
            LadderOrder(MID_TICKS + 7, Side.SELL, D("0.010"), "c2", OrderState.WORKING, D(0)),
            LadderOrder(MID_TICKS - 6, Side.BUY, D("0.025"), "c3", OrderState.UNKNOWN),
        ),
        marks=(
            LadderMark(MID_TICKS - 2, "entry", "entry"),
            LadderMark(MID_TICKS - 1, "break-even", "break-even"),
            LadderMark(MID_TICKS + 5, "fib", "fib 0.382"),
            LadderMark(MID_TICKS - 8, "fib", "fib 0.5"),
            LadderMark(MID_TICKS - 9, "liquidation", "liquidation"),
            LadderMark(MID_TICKS - 5, "stop", "stop"),
            LadderMark(MID_TICKS + 4, "target", "target"),
        ),
        health=LIVE,
        spread_ticks=1,
        imbalance=0.23,
    )


def tape(limit: int) -> TapeView:
    rows = []
    for index in range(min(limit, 60)):
        side = Side.BUY if sizes(index) > 0.4 else Side.SELL
        size = sizes(index + 7)
        price = D(MID_TICKS - (index * 7) % 5) * D("0.1")
        rows.append(TapeRow(START_MS - index * 730, side, f"{price:,.1f}", f"{size:.3f}", size > 3))
    return TapeView("BTCUSDT", tuple(rows))


def candles(count: int) -> tuple[Candle, ...]:
    result = []
    price = 63_600.0
    for index in range(120):
        drift = math.sin(index / 9.0) * 46 + math.sin(index / 3.7) * 22
        close = price + drift * 0.9 + (sizes(index) - 1) * 6
        high, low = max(price, close) + sizes(index + 3) * 14, min(price, close) - sizes(index + 5) * 14
        start = START_MS - (119 - index) * 900_000
        result.append(Candle(start, price, high, low, close, 20 + sizes(index + 11) * 60))
        price = close
    shift = 64_123.4 - result[-1].close
    result = [
        replace(c, open=c.open + shift, high=c.high + shift, low=c.low + shift, close=c.close + shift)
        for c in result
    ]
    return tuple(result[-count:])


def chart(limit: int, until_ms: int | None = None) -> ChartView:
    every = candles(120)
    known = [each for each in every if until_ms is None or each.start_ms <= until_ms]
    shown = known[max(0, len(known) - limit) :]
    return ChartView(
        symbol="BTCUSDT",
        timeframe=Timeframe.M15,
        price_places=1,
        candles=tuple(shown),
        lines=(
            PriceLine(64_123.2, "entry", "entry"),
            PriceLine(64_290.0, "fib", "0.382"),
            PriceLine(63_990.0, "fib", "0.618"),
            PriceLine(64_015.0, "buy", "buy 0.010"),
            PriceLine(63_850.0, "stop", "stop"),
        ),
        health=LIVE,
        fills=(
            ChartFill(START_MS - 40 * 900_000, Side.BUY, 64_123.2),
            ChartFill(START_MS - 8 * 900_000, Side.SELL, 64_150.0),
        ),
        newer=len(every) - len(known),
        older=len(known) - len(shown),
        last=64_123.4,
    )


RATIOS = ("0", "0.236", "0.382", "0.5", "0.618", "0.786", "1", "1.618", "2.618", "4.236")


def fibonacci() -> FibonacciView:
    low, high, last = D("63480.0"), D("64890.0"), D("64123.4")
    rows = []
    for ratio in RATIOS:
        level = D(ratio)
        price = high - (high - low) * level if level <= 1 else low + (high - low) * level
        price = price.quantize(D("0.1"))
        distance = float((price - last) / last * 100)
        sitting = "entry" if ratio == "0.5" else ""
        rows.append(
            FibonacciRow(ratio, price, distance, int((price - last) / D("0.1")), ratio == "0.5", sitting)
        )
    pivots = pivot_points(D("64890.0"), D("63350.5"), last)
    return FibonacciView("BTCUSDT", Timeframe.M15, "up", low, high, 1, tuple(rows), "", pivots=pivots)


POSITIONS = PositionsView(
    (
        PositionRow(
            symbol="BTCUSDT",
            hold_side=HoldSide.LONG,
            size=D("0.010"),
            base="BTC",
            entry_price=D("64123.2"),
            mark_price=D("64121.9"),
            unrealized=D("-0.013"),
            unrealized_percent=D("-0.02"),
            realized=D("-0.3847"),
            liquidation_price=D("58012.7"),
            liquidation_distance_percent=D("9.53"),
            margin=D("64.12"),
            margin_mode=MarginMode.CROSSED,
            leverage=10,
            break_even_price=D("64200.1"),
            funding=D("0"),
            fees=D("-0.3847"),
            price_places=1,
            size_places=3,
            protected=D(1),
            stop_price=D("63000"),
            target_price=D("66000"),
        ),
    ),
    LIVE,
)


def order(key: str, side: Side, price: str, state: OrderState, evidence: str = "") -> OrderRow:
    return OrderRow(
        key=key,
        symbol="BTCUSDT",
        side=side,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.POST_ONLY if side is Side.SELL else TimeInForce.GTC,
        size=D("0.010"),
        filled=D("0"),
        price=D(price),
        reduce_only=side is Side.SELL,
        state=state,
        age_seconds=73,
        foreign=False,
        evidence=evidence,
        price_places=1,
        size_places=3,
    )


ORDERS = OrdersView(
    (
        order("c3", Side.BUY, "64122.8", OrderState.UNKNOWN, "no answer for 4 s; asking by client order id"),
        order("c1", Side.BUY, "64123.0", OrderState.WORKING),
        order("c2", Side.SELL, "64124.1", OrderState.WORKING),
    ),
    LIVE,
)


def plan(key: str, kind: PlanKind, trigger: str, *, foreign: bool = False, size: str = "0") -> OrderRow:
    base = order(key, Side.SELL, "0", OrderState.WORKING)
    made = Plan(kind, D(trigger), TriggerBy.MARK, D("0.008") if kind.trails else None)
    return replace(base, size=D(size), price=None, plan=made, foreign=foreign)


EVERY_ORDER = OrdersView(
    (
        *ORDERS.rows[:1],
        replace(order("e", Side.BUY, "63900", OrderState.WORKING), stop_loss=D(63000), take_profit=D(66000)),
        plan("t", PlanKind.TRIGGER, "65000", size="0.010"),
        plan("s", PlanKind.POSITION_STOP_LOSS, "63000"),
        plan("p", PlanKind.TAKE_PROFIT, "66000", size="0.004", foreign=True),
        plan("r", PlanKind.TRAILING_STOP, "64500", size="0.010"),
        order("x", Side.SELL, "64124.1", OrderState.PENDING_CANCEL),
    ),
    LIVE,
)
"""One of each kind."""

NAKED = PositionsView(
    (
        replace(POSITIONS.rows[0], protected=D("0.6")),
        replace(
            POSITIONS.rows[0], symbol="ETHUSDT", hold_side=HoldSide.SHORT, protected=D(0), stop_price=None
        ),
        replace(POSITIONS.rows[0], symbol="SOLUSDT", protected=None, stop_price=None, target_price=None),
        replace(POSITIONS.rows[0], symbol="XRPUSDT", stop_price=None),
    ),
    LIVE,
)
"""Every reading of the protection gauge but the good one."""

FILLS = FillsView(
    (
        FillRow(
            START_MS - 65_000,
            "BTCUSDT",
            Side.BUY,
            D("64123.2"),
            D("0.010"),
            D("-0.3847"),
            D("0"),
            False,
            1,
            3,
        ),
        FillRow(
            START_MS - 940_000,
            "ETHUSDT",
            Side.SELL,
            D("3120.55"),
            D("0.50"),
            D("-0.3121"),
            D("12.4"),
            True,
            2,
            2,
        ),
    )
)

ACCOUNT = AccountView(
    coin="USDT",
    equity=D("10011.7023"),
    available=D("9947.58"),
    margin_used=D("64.12"),
    unrealized=D("-0.013"),
    realized_session=D("12.4"),
    fees_session=D("-0.6968"),
    long_notional=D("641.22"),
    short_notional=D("0"),
    health=LIVE,
    open_risk=D("0.0423"),
    open_risk_cap=D("0.146"),
    day_profit=D("-35.1"),
    day_loss_limit=D("200.23"),
)

LOG = LogView(
    (
        LogRow(START_MS - 80_000, LogLevel.INFO, "connected to the practice exchange, 5 markets"),
        LogRow(START_MS - 66_000, LogLevel.INFO, "sent buy 0.010 BTCUSDT at market"),
        LogRow(START_MS - 65_900, LogLevel.GOOD, "acknowledged in 84 ms"),
        LogRow(START_MS - 65_800, LogLevel.GOOD, "filled buy 0.010 BTCUSDT at 64,123.2, fee 0.3847 USDT"),
        LogRow(
            START_MS - 9_000, LogLevel.WARNING, "no answer to buy 0.010 BTCUSDT at 64,122.8: UNKNOWN, asking"
        ),
    )
)


def preview(draft: TicketDraft) -> TicketPreview:
    """A preview by simple rules: the size is cut to the lot, the price to the tick."""
    problems, changes = [], []
    size, price = draft.size, draft.price
    if size is None:
        problems.append("size is missing")
    else:
        legal = size // BTC.lot * BTC.lot
        if legal != size:
            changes.append(f"size {size} rounded down to {legal}, a multiple of {BTC.lot}")
        size = legal
        if size < BTC.min_size:
            problems.append(f"size is below the least size {BTC.min_size} BTC")
    market = draft.order_type is OrderType.MARKET
    if not market and price is None:
        problems.append("price is missing")
    used = D("64123.5") if market else price
    notional = None if size is None or used is None else size * used
    rate = BTC.taker_fee_rate if market else BTC.maker_fee_rate
    where = "at market" if market else f"limit {price}"
    return TicketPreview(
        size=size,
        price=None if market else price,
        price_used=used,
        notional=notional,
        margin=None if notional is None else notional / 10,
        fee=None if notional is None else notional * rate,
        liquidation_price=None if notional is None else D("58012.7"),
        reduce_only=draft.closes,
        hold_side=HoldSide.LONG if draft.side is Side.BUY else HoldSide.SHORT,
        effect=f"{draft.side.value} {size} {draft.symbol} {where}, "
        + ("closes" if draft.closes else "opens")
        + f" {'long' if (draft.side is Side.BUY) != draft.closes else 'short'}",
        changes=tuple(changes),
        problems=tuple(problems),
        loss_at_stop=None if draft.stop_loss is None else D("12.34"),
        reward_to_risk=None if draft.take_profit is None else D("1.618"),
        stop_loss=draft.stop_loss,
        take_profit=draft.take_profit,
        plan=_plan(draft),
    )


def _plan(draft: TicketDraft) -> Plan | None:
    if draft.plan is None or draft.plan.trigger_price is None:
        return None
    return Plan(draft.plan.kind, draft.plan.trigger_price, draft.plan.trigger_by)


def protection(intent: Protect) -> ProtectPreview:
    """What protecting the sample's long would do: the stop must be below 64121.9."""
    stop, target = intent.stop_loss, intent.take_profit
    problems = []
    if stop is None and target is None:
        problems.append("type a stop or a target")
    if stop is not None and stop >= D("64121.9"):
        problems.append(f"the stop of a long must be below the price, 64121.9 now: at {stop} it would close")
    size = D("0.010") * intent.share
    loss = None if not stop else (D("64123.2") - stop) * size
    legs = [f"{name} {price}" for name, price in (("stop", stop), ("target", target)) if price]
    return ProtectPreview(
        effect=f"protect LONG 0.010 BTCUSDT: {', '.join(legs)}",
        stop_loss=stop,
        take_profit=target,
        loss_at_stop=loss,
        loss_share=None if loss is None else loss / D("10011.7023"),
        profit_at_target=None if not target else (target - D("64123.2")) * size,
        problems=tuple(problems),
    )


def leverage(intent: SetLeverage) -> LeverageEffect:
    """What another leverage would do to the sample's long."""
    words = f"LONG 0.010 at {intent.leverage}× instead of 10×: liquidation 58012.7, margin +64.12 USDT"
    return LeverageEffect(
        HoldSide.LONG, D("0.010"), 10, intent.leverage, D("64.12"), D("58012.7"), D("58012.7"), words
    )
