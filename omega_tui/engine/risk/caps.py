"""What the risk limits forbid an order that opens or adds, and how much they leave room for. Pure.

One list of caps serves both: a size that follows from risk stops at the tightest, a size that was typed is
refused by each that it exceeds. They stand on `exposure`, which takes everything at its worst, and know of
faces as little as the exchange does. Orders that only reduce never come here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, MarginMode, Side
from omega_tui.domain.profiles import OPEN_RISK_PERCENT, Profile
from omega_tui.domain.risk import unit_risk
from omega_tui.domain.sizing import SizeCap, largest_notional, legal_size, opening_loss, unit_cost
from omega_tui.domain.values import decimal_text
from omega_tui.engine.risk.exposure import Exposure, equity, position_name, taker_fee
from omega_tui.engine.risk.touch import crosses
from omega_tui.engine.state import State

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_HOUR_SECONDS = 3600.0
_MINUTE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Entry:
    """An order that may open or add, as far as the limits look at it.

    `size` is all of it in base units; what nets out a position in one-way mode is taken off here. `price` is
    where it is expected to trade, `stop` the trigger of the stop that comes with it, None for none.
    `entry_fee` is the rate that is expected to be paid. What else the account has at stake, and which order
    it replaces, stands in the exposure that it is judged with.
    """

    symbol: str
    side: Side
    size: Decimal
    price: Decimal
    stop: Decimal | None
    entry_fee: Decimal

    @property
    def hold_side(self) -> HoldSide:
        """The side of the position that it adds to."""
        return HoldSide.LONG if self.side is Side.BUY else HoldSide.SHORT


def entry_problems(
    state: State,
    symbol: str,
    side: Side,
    size: Decimal,
    price: Decimal,
    stop: Decimal | None,
    *,
    instead_of: str | None = None,
) -> Iterator[str]:
    """Every limit that an order would break, in plain words with the way out; nothing when it may go.

    `price` is where it is expected to trade (its limit, its trigger, or the book's average for a market
    order), `stop` the trigger price of the stop that comes with it. For an amendment `instead_of` is the row
    key of the order that goes. An order whose whole size nets out a position breaks no limit.
    """
    instrument, settings = state.instruments.get(symbol), state.settings.get(symbol)
    if instrument is None or settings is None:
        yield f"nothing is known of {symbol} yet"
        return
    takes = symbol != state.market.symbol or crosses(state, symbol, side, price)
    fee = instrument.taker_fee_rate if takes else instrument.maker_fee_rate
    entry = Entry(symbol, side, size, price, stop, fee)
    yield from judge(Exposure(state, instead_of), entry, instrument, settings)


def judge(
    exposure: Exposure, entry: Entry, instrument: Instrument, settings: SymbolSettings
) -> Iterator[str]:
    """`entry_problems` for who has looked everything up."""
    state, opening = exposure.state, exposure.opening_part(entry.symbol, entry.hold_side, entry.size)
    if not opening:
        return
    if state.balance is None:
        yield "the balance is not known yet"
    yield from _rate_problems(exposure)
    profile = state.risk.profile
    if profile is not None:
        yield from _profile_problems(exposure, profile, entry, settings)
    for cap in size_caps(exposure, entry, instrument, settings):
        if opening > cap.size:
            room = legal_size(max(_ZERO, cap.size), instrument)
            most = f"at most {decimal_text(room)} {instrument.base}" if room else "nothing more"
            yield f"{cap.name}: {most}: {cap.why}"


def size_caps(
    exposure: Exposure, entry: Entry, instrument: Instrument, settings: SymbolSettings
) -> Iterator[SizeCap]:
    """How much may be opened by each limit; `entry.size` is not looked at."""
    yield from _margin_caps(exposure, entry, instrument, settings)
    yield from _tier_caps(exposure, entry, settings)
    profile, worth = exposure.state.risk.profile, equity(exposure.state)
    if profile is not None and worth is not None and entry.price > 0:
        yield from _profile_caps(exposure, profile, entry, settings, max(_ZERO, worth))


def counted_leverage(state: State, profile: Profile, settings: SymbolSettings, hold_side: HoldSide) -> int:
    """The leverage that an entry is measured with: the exchange's, but never above the profile's maximum.

    In crossed mode the exchange's figure only decides how much margin is bound. Where the account would be
    liquidated follows from what all positions are worth against its equity, which is capped instead.
    """
    return min(settings.leverage(hold_side), most_leverage(state, profile, settings.symbol))


def most_leverage(state: State, profile: Profile, symbol: str) -> int:
    """The profile's maximum now: less while the market is wild, for a profile that scales."""
    return profile.leverages(state.risk.volatility.get(symbol))[1]


def _rate_problems(exposure: Exposure) -> Iterator[str]:
    most = exposure.state.options.entries_a_minute
    if most is None or exposure.without is not None:
        return
    sent = _entries_since(exposure.state, _MINUTE_SECONDS)
    if sent >= most:
        yield f"{sent} entries within a minute: {most} is the most, wait a little"


def _entries_since(state: State, seconds: float) -> int:
    since, ledger = state.clock.monotonic() - seconds, state.ledger
    earlier = [
        key for key, at in state.risk.earlier_entries.items() if at >= since and ledger.get(key) is None
    ]
    return len(earlier) + sum(
        each.order.may_add and each.replaces is None for each in ledger.opened_since(since)
    )


def _profile_problems(
    exposure: Exposure, profile: Profile, entry: Entry, settings: SymbolSettings
) -> Iterator[str]:
    state = exposure.state
    yield from _day_problems(state, profile)
    most = most_leverage(state, profile, entry.symbol)
    leverage = settings.leverage(entry.hold_side)
    if settings.margin_mode is MarginMode.ISOLATED and leverage > most:
        yield f"{entry.symbol} is at {leverage}x isolated, {profile.name} allows {most}x: lower it first"
    if profile.stop_required and entry.stop is None:
        yield f"{profile.name} asks for a stop with every entry: give one"
    before = exposure.positions_to_be
    after = before | {position_name(state, entry.symbol, entry.hold_side)}
    if len(after) > max(profile.most_positions, len(before)):
        yield f"{profile.name} allows {profile.most_positions} positions, resting entries included: close one"
    sent = _entries_since(state, _HOUR_SECONDS)
    if exposure.without is None and sent >= profile.most_entries_an_hour:
        yield f"{sent} entries within an hour: {profile.name} allows {profile.most_entries_an_hour}"


def _day_problems(state: State, profile: Profile) -> Iterator[str]:
    """The loss of the day at this moment: the desk closes the day on it a little later."""
    loss = day_loss(state, profile)
    if loss is not None and not state.risk.is_judged(state.today):
        yield f"daily loss limit reached ({loss}): no new entries until 00:00 UTC, or an unlock typed out"


def day_loss(state: State, profile: Profile) -> str | None:
    """What the day has lost, in words, once that is as much as the profile lets it lose; else None."""
    profit, limit = state.day.profit(equity(state)), day_loss_limit(state, profile)
    if profit is None or limit is None or profit > -limit:
        return None
    return f"{-profit:.2f} lost, {profile.name} allows {limit:.2f}"


def day_loss_limit(state: State, profile: Profile) -> Decimal | None:
    """The loss that ends new entries, as money; None while there is no money that it could be a share of.

    What was moved in or out since the opening belongs to what the day is traded with: an account that was
    empty at midnight is not lost.
    """
    opening = state.day.opening_equity
    staked = opening + state.day.transfers if opening is not None else _ZERO
    return staked * profile.day_loss_share if staked > 0 else None


def _margin_caps(
    exposure: Exposure, entry: Entry, instrument: Instrument, settings: SymbolSettings
) -> Iterator[SizeCap]:
    state = exposure.state
    if state.balance is None or entry.price <= 0:
        return
    mark = state.mark(entry.symbol) or entry.price
    cost = unit_cost(entry.price, settings.leverage(entry.hold_side), instrument)
    cost += opening_loss(entry.side, entry.price, mark)
    available = state.balance.available - exposure.reserved_margin
    why = f"{available:.2f} {instrument.quote} is available for margin and fee"
    yield SizeCap("free margin", available / cost, why)


def _tier_caps(exposure: Exposure, entry: Entry, settings: SymbolSettings) -> Iterator[SizeCap]:
    leverage = settings.leverage(entry.hold_side)
    tiers = exposure.state.tiers.get(entry.symbol, ())
    most = largest_notional(tiers, leverage) if tiers else None
    if most is None or entry.price <= 0:
        return
    room = most - exposure.side_notional(entry.symbol, entry.hold_side)
    why = f"{leverage}x carries {most:.0f} in {entry.symbol}: lower the leverage for more"
    yield SizeCap("tier limit", room / entry.price, why)


def _profile_caps(
    exposure: Exposure, profile: Profile, entry: Entry, settings: SymbolSettings, worth: Decimal
) -> Iterator[SizeCap]:
    yield from _risk_caps(exposure, profile, entry, settings, worth)
    state = exposure.state
    leverage = counted_leverage(state, profile, settings, entry.hold_side)
    present = exposure.side_notional(entry.symbol, entry.hold_side)
    yield SizeCap(
        "largest position",
        (worth * profile.position_share * leverage - present) / entry.price,
        f"{profile.name} allows {profile.position_percent} % of equity at {leverage}x",
    )
    times = most_leverage(state, profile, entry.symbol)
    yield SizeCap(
        "leverage",
        (worth * times - exposure.total_notional) / entry.price,
        f"{profile.name} allows positions worth {times} times the equity",
    )


def _risk_caps(
    exposure: Exposure, profile: Profile, entry: Entry, settings: SymbolSettings, worth: Decimal
) -> Iterator[SizeCap]:
    """By the loss at the stop; without one, where a profile allows that, by the loss of margin or value."""
    if entry.stop is not None:
        risk = unit_risk(entry.price, entry.stop, entry.entry_fee, taker_fee(exposure.state, entry.symbol))
        why = f"{profile.name} risks {profile.risk_percent} %"
        yield SizeCap("risk per trade", worth * profile.risk / risk, why)
    else:
        isolated = settings.margin_mode is MarginMode.ISOLATED
        risk = entry.price / settings.leverage(entry.hold_side) if isolated else entry.price
    held = exposure.open_risk or _ZERO
    most = worth * OPEN_RISK_PERCENT / _HUNDRED
    why = (
        f"{held:.2f} is at risk already, {OPEN_RISK_PERCENT} % of equity is {most:.2f}; "
        "what has no stop counts to its liquidation: protect, reduce or cancel it first"
    )
    yield SizeCap("open risk", (most - held) / risk, why)
