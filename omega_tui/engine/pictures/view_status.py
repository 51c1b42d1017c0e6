"""The mode line."""

from decimal import Decimal
from statistics import median_low

from omega_tui.domain.events import Surface
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.profiles import EntryType
from omega_tui.engine.narration import order_words
from omega_tui.engine.risk.limits import UNLOCK_PHRASE
from omega_tui.engine.state import State
from omega_tui.engine.views import LinkView, StatusView


def build_status(state: State) -> StatusView:
    """The mode line as of now."""
    market, ticker = state.market, state.market.ticker
    position_mode, margin_mode = state.modes(market.symbol)
    posture, posture_reason = state.posture(market.symbol)
    return StatusView(
        venue=state.options.venue,
        account=state.options.account,
        market_note=state.options.market_note,
        read_only=state.options.read_only,
        symbol=market.symbol,
        last_price=market.last_price,
        direction=market.direction,
        mark_price=state.mark(market.symbol),
        change_24h=ticker.change_24h if ticker is not None else None,
        funding_rate=ticker.funding_rate if ticker is not None else None,
        funding_in_seconds=_funding_in_seconds(state),
        position_mode=position_mode,
        margin_mode=margin_mode,
        leverage=shown_leverage(state),
        profile=state.risk.profile.name if state.risk.profile is not None else "",
        posture=posture,
        book=state.feeds.market_freshness(),
        private=state.feeds.freshness(Surface.PRIVATE),
        actions=state.feeds.freshness(Surface.ACTIONS),
        stream_lag_ms=state.feeds.lag_ms(),
        ack_p50_ms=median_low(state.ack_latencies_ms) if state.ack_latencies_ms else None,
        instrument=state.instrument,
        profile_leverage=_profile_leverage(state),
        profile_risk=state.risk.profile.risk if state.risk.profile is not None else None,
        unasked=state.risk.profile.unasked if state.risk.profile is not None else Decimal(0),
        entry_type=state.risk.profile.entry_type if state.risk.profile is not None else EntryType.LIMIT,
        posture_reason=posture_reason + leftover_words(state),
        halted=state.halted,
        halted_symbols=tuple(sorted(state.halted_symbols)),
        live_phrase=state.live_phrase,
        day_phrase=UNLOCK_PHRASE if state.risk.is_locked(state.today) else "",
        alarm=state.alarms.text,
        changing=state.changing,
        compared=state.reconciled,
        alarm_waits=state.alarms.waits_to_be_seen,
    )


def build_link(state: State) -> LinkView:
    """The connection as of now."""
    acks, slips = sorted(state.ack_latencies_ms), sorted(state.slippages)
    return LinkView(
        surfaces=(
            *((surface.value, state.feeds.freshness(surface)) for surface in Surface),
            *state.faces.items(),
        ),
        stream_lag_ms=state.feeds.lag_ms(),
        ack_p50_ms=median_low(acks) if acks else None,
        ack_p99_ms=acks[-1 - len(acks) // 100] if acks else None,
        acks=len(acks),
        slippage_p50=median_low(slips) if slips else None,
        slippage_p99=slips[-1 - len(slips) // 100] if slips else None,
        slips=len(slips),
    )


def leftover_words(state: State) -> str:
    """The entries that HALT has not proven gone yet; empty when there are none."""
    left = [each for each in state.ledger.unfinished() if each.order.may_add]
    left = [each for each in left if state.is_halted(each.order.symbol)]
    if not left:
        return ""
    named = ", ".join(f"{order_words(each.order)} ({each.state.replace('_', ' ')})" for each in left[:3])
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    return f"; still to go: {named}{more}"


def _profile_leverage(state: State) -> tuple[int, int] | None:
    profile = state.risk.profile
    return profile.leverages(state.risk.volatility.get(state.market.symbol)) if profile is not None else None


def shown_leverage(state: State) -> int | None:
    """The leverage of the open position, else what an opening long would get."""
    for position in state.positions_of(state.market.symbol):
        return position.leverage
    settings = state.settings.get(state.market.symbol)
    return settings.leverage(HoldSide.LONG) if settings is not None else None


def _funding_in_seconds(state: State) -> int | None:
    ticker = state.market.ticker
    if ticker is None or ticker.next_funding_ms is None:
        return None
    # Both ends on the exchange's clock: its newest stamp, moved on by the time since it arrived.
    age = state.feeds.freshness(Surface.TICKER).age_seconds or 0.0
    return max(0, int((ticker.next_funding_ms - ticker.exchange_ms) / 1000 - age))
