"""What closed positions add up to: rates, factors, streaks, drawdown, ratios of daily results.

Every figure is of the trades it is given, comes with how many of them it rests on, and is None where they do
not tell it. A win is a net result above zero, after fees and funding.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import sqrt

from omega_tui.analytics.trades import Trade

DAY_MS = 86_400_000
DAYS_A_YEAR = 365
"""Perpetual contracts trade on every day."""

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Result:
    """The sums of a run of results in USDT, in the order they came.

    `profit_factor` is the sum of profits by that of losses, None without a loss; `expectancy` is the mean.
    """

    count: int
    wins: int
    losses: int
    gross_profit: Decimal
    gross_loss: Decimal
    best: Decimal | None
    worst: Decimal | None
    winning_streak: int
    losing_streak: int

    @property
    def net(self) -> Decimal:
        """What it all came to."""
        return self.gross_profit + self.gross_loss

    @property
    def win_rate(self) -> Decimal | None:
        """Wins as a share of all results."""
        return Decimal(self.wins) / self.count if self.count else None

    @property
    def profit_factor(self) -> Decimal | None:
        """Sum of profits by the sum of losses."""
        return self.gross_profit / -self.gross_loss if self.gross_loss else None

    @property
    def expectancy(self) -> Decimal | None:
        """The mean result."""
        return self.net / self.count if self.count else None

    @property
    def average_win(self) -> Decimal | None:
        """The mean profit of the wins."""
        return self.gross_profit / self.wins if self.wins else None

    @property
    def average_loss(self) -> Decimal | None:
        """The mean loss of the losses, negative."""
        return self.gross_loss / self.losses if self.losses else None


def add_up(results: Iterable[Decimal]) -> Result:
    """Sum results up, oldest first. One of exactly zero is neither a win nor a loss and ends a streak."""
    count = wins = losses = winning = losing = longest_winning = longest_losing = 0
    gross_profit = gross_loss = _ZERO
    best = worst = None
    for result in results:
        count += 1
        if result > 0:
            wins, winning, losing, gross_profit = wins + 1, winning + 1, 0, gross_profit + result
            longest_winning = max(longest_winning, winning)
        elif result < 0:
            losses, losing, winning, gross_loss = losses + 1, losing + 1, 0, gross_loss + result
            longest_losing = max(longest_losing, losing)
        else:
            winning = losing = 0
        if best is None or result > best:
            best = result
        if worst is None or result < worst:
            worst = result
    return Result(count, wins, losses, gross_profit, gross_loss, best, worst, longest_winning, longest_losing)


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of the summed results below an earlier peak, in USDT, and the longest time below one.

    `length_ms` runs from a peak to the result that passed it, or to the newest result.
    """

    depth: Decimal
    length_ms: int


def measure_drawdown(results: Iterable[tuple[int, Decimal]]) -> Drawdown:
    """The drawdown of (time in ms, result) pairs, oldest first; the peak before the first result is 0."""
    total = peak = depth = _ZERO
    since: int | None = None
    length = 0
    for at, result in results:
        total += result
        if total >= peak:
            if since is not None:
                length = max(length, at - since)
            peak, since = total, at
            continue
        since = at if since is None else since
        depth = max(depth, peak - total)
        length = max(length, at - since)
    return Drawdown(depth, length)


@dataclass(frozen=True, slots=True)
class DailyRatios:
    """Sharpe and Sortino ratio of the results of `days` calendar days (UTC), a year's worth.

    Returns are on a constant capital, whose size cancels out; the risk-free rate is 0. None under two days
    or where nothing varies. Sharpe: mean by sample standard deviation. Sortino: mean by the root of the mean
    square of the losing days, over all days (F. A. Sortino, R. van der Meer, "Downside risk", 1991).
    """

    days: int
    sharpe: float | None
    sortino: float | None


def daily_ratios(results: Iterable[tuple[int, Decimal]]) -> DailyRatios:
    """The ratios of (time in ms, result) pairs; days between the first and last without one count as 0."""
    by_day: dict[int, Decimal] = {}
    for at, result in results:
        day = at // DAY_MS
        by_day[day] = by_day.get(day, _ZERO) + result
    if not by_day:
        return DailyRatios(0, None, None)
    first, last = min(by_day), max(by_day)
    series = [float(by_day.get(day, _ZERO)) for day in range(first, last + 1)]
    days = len(series)
    if days < 2:
        return DailyRatios(days, None, None)
    mean = sum(series) / days
    spread = sqrt(sum((each - mean) ** 2 for each in series) / (days - 1))
    downside = sqrt(sum(min(each, 0.0) ** 2 for each in series) / days)
    year = sqrt(DAYS_A_YEAR)
    return DailyRatios(
        days,
        mean / spread * year if spread else None,
        mean / downside * year if downside else None,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A sum over the trades that tell a figure, and how many those are."""

    count: int
    total: Decimal

    @property
    def mean(self) -> Decimal | None:
        """Their mean."""
        return self.total / self.count if self.count else None


def _known(values: Iterable[Decimal | None]) -> Known:
    told = [value for value in values if value is not None]
    return Known(len(told), sum(told, _ZERO))


@dataclass(frozen=True, slots=True)
class Performance:
    """All figures of a set of closed positions; excursions are shares of the entry price."""

    result: Result
    drawdown: Drawdown
    daily: DailyRatios
    fees: Known
    funding: Known
    r_multiple: Known
    adverse: Known
    favourable: Known
    average_hold_ms: int | None
    checked: int
    """Positions that the exchange's own history confirms."""


def performance(trades: Sequence[Trade]) -> Performance:
    """Every figure of `trades`, which stand in the order of their closing."""
    nets = [trade.position.net for trade in trades]
    timed = [(trade.position.closed_ms, net) for trade, net in zip(trades, nets, strict=True)]
    count = len(trades)
    held = sum(trade.position.held_ms for trade in trades)
    return Performance(
        result=add_up(nets),
        drawdown=measure_drawdown(timed),
        daily=daily_ratios(timed),
        fees=_known(trade.position.fees for trade in trades),
        funding=_known(trade.position.funding for trade in trades),
        r_multiple=_known(trade.r_multiple for trade in trades),
        adverse=_known(trade.adverse for trade in trades),
        favourable=_known(trade.favourable for trade in trades),
        average_hold_ms=held // count if count else None,
        checked=sum(trade.position.check == "agrees" for trade in trades),
    )


def equity_curve(trades: Iterable[Trade]) -> list[tuple[int, Decimal]]:
    """The summed net result after each closed position: (time in ms, USDT)."""
    total = _ZERO
    curve = []
    for trade in trades:
        total += trade.position.net
        curve.append((trade.position.closed_ms, total))
    return curve


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _hour(trade: Trade) -> tuple[str, ...]:
    return (f"{trade.position.opened_ms // 3_600_000 % 24:02}",)


def _weekday(trade: Trade) -> tuple[str, ...]:
    return (_WEEKDAYS[datetime.fromtimestamp(trade.position.opened_ms / 1000, UTC).weekday()],)


GROUPINGS: dict[str, Callable[[Trade], tuple[str, ...]]] = {
    "symbol": lambda trade: (trade.position.symbol,),
    "side": lambda trade: (trade.position.hold_side.value,),
    "profile": lambda trade: (trade.profile,) if trade.profile else (),
    "hour": _hour,
    "weekday": _weekday,
    "tag": lambda trade: trade.tags,
}
"""By what results are told apart; hour and weekday are those of the entry, in UTC. A trade may be in several
groups of one kind, or in none."""


def group(trades: Iterable[Trade], by: str) -> dict[str, list[Trade]]:
    """The trades of each group of a kind of `GROUPINGS`, groups in their natural order."""
    names = GROUPINGS[by]
    groups: dict[str, list[Trade]] = {}
    for trade in trades:
        for name in names(trade):
            groups.setdefault(name, []).append(trade)
    order = _WEEKDAYS.index if by == "weekday" else str
    return dict(sorted(groups.items(), key=lambda item: order(item[0])))
