"""Positions and the account's money, revalued at our newest mark in exact Decimal."""

from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.events import Surface
from omega_tui.domain.margin import notional_value, position_margin
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.profiles import OPEN_RISK_PERCENT
from omega_tui.engine.account_views import AccountView, PositionRow, PositionsView
from omega_tui.engine.protection.cover import position_cover
from omega_tui.engine.risk.caps import day_loss_limit
from omega_tui.engine.risk.exposure import Exposure, equity, position_profit
from omega_tui.engine.state import State

_ZERO = Decimal(0)


def build_positions(state: State) -> PositionsView:
    """Open positions, the watched symbol first."""
    watched_first = sorted(state.positions, key=lambda each: each.symbol != state.market.symbol)
    rows = tuple(build_position_row(state, position) for position in watched_first)
    return PositionsView(rows, state.feeds.freshness(Surface.PRIVATE))


def build_position_row(state: State, position: Position) -> PositionRow:
    """One position at our newest mark."""
    instrument = state.instruments.get(position.symbol)
    mark = state.mark(position.symbol)
    unrealized = position_profit(state, position)
    margin = position_margin(position)
    cover = position_cover(state, position)
    return PositionRow(
        symbol=position.symbol,
        hold_side=position.hold_side,
        size=position.size,
        base=instrument.base if instrument is not None else "",
        entry_price=position.entry_price,
        mark_price=mark,
        unrealized=unrealized,
        unrealized_percent=unrealized / margin * 100 if unrealized is not None and margin else None,
        realized=position.realized,
        liquidation_price=position.liquidation_price,
        liquidation_distance_percent=_distance_percent(position.liquidation_price, mark),
        margin=margin,
        margin_mode=position.margin_mode,
        leverage=position.leverage,
        break_even_price=position.break_even_price,
        funding=position.funding,
        fees=position.fees,
        price_places=instrument.price_places if instrument is not None else 2,
        size_places=instrument.size_places if instrument is not None else 4,
        protected=cover.share if cover is not None else None,
        stop_price=cover.stop_price if cover is not None else None,
        target_price=cover.target_price if cover is not None else None,
    )


def build_account(state: State) -> AccountView:
    """The account's money; equity moves with our marks between two reports of the balance."""
    balance, positions = state.balance, state.positions
    profits = [position_profit(state, position) for position in positions]
    unrealized = sum((each for each in profits if each is not None), _ZERO) if None not in profits else None
    profile = state.risk.profile
    coin = balance.coin if balance is not None else "USDT"
    return AccountView(
        coin=coin,
        equity=equity(state),
        available=balance.available if balance is not None else None,
        margin_used=sum(map(position_margin, positions), _ZERO) if balance is not None else None,
        unrealized=unrealized if balance is not None or positions else None,
        realized_session=state.ledger.realized,
        fees_session=state.ledger.fees(coin),
        fees_elsewhere=state.ledger.fees_elsewhere(coin),
        long_notional=_side_notional(state, HoldSide.LONG),
        short_notional=_side_notional(state, HoldSide.SHORT),
        health=state.feeds.freshness(Surface.PRIVATE),
        open_risk=_open_risk_share(state),
        open_risk_cap=OPEN_RISK_PERCENT / 100 if profile is not None else None,
        day_profit=state.day.profit(equity(state)),
        day_loss_limit=day_loss_limit(state, profile) if profile is not None else None,
    )


def _open_risk_share(state: State) -> Decimal | None:
    worth, risk = equity(state), Exposure(state).open_risk
    return risk / worth if risk is not None and worth is not None and worth > 0 else None


def _side_notional(state: State, hold_side: HoldSide) -> Decimal | None:
    total = _ZERO
    for position in state.positions:
        if position.hold_side is hold_side:
            mark = state.mark(position.symbol)
            if mark is None:
                return None
            total += notional_value(position.size, mark)
    return total


def _distance_percent(price: Decimal | None, mark: Decimal | None) -> Decimal | None:
    if price is None or not mark:
        return None
    return abs(price - mark) / mark * 100
