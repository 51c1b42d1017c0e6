"""What can be lost, beside what may be: the caps as gauges, each position at its stop, what holds entries."""

from decimal import Decimal

from omega_tui.domain.events import Health
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.protection import naked_words
from omega_tui.engine.account_views import AccountView, PositionRow
from omega_tui.engine.views import Posture, StatusView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import doubt_spans, money
from omega_tui.ui.rows.bars import gauge
from omega_tui.ui.rows.ladder import freshness_words
from omega_tui.ui.rows.spans import Line, Span, filled, fit, padded, spread_out, title_line, wrapped

_WIDEST_GAUGE = 40
_ALMOST = 0.8
"""A gauge this full is drawn in the colour of a warning."""


def build_risk(
    account: AccountView,
    positions: tuple[PositionRow, ...],
    status: StatusView,
    width: int,
    height: int,
    *,
    focused: bool,
    private: bool,
) -> list[Line]:
    """The risk panel."""
    info: list[Span] = [*doubt_spans(account.health)]
    info.append((f"profile {status.profile}" if status.profile else "no profile", "muted"))
    lines = [title_line("RISK", info, width, focused)]
    lines += _caps(account, width, private)
    lines += [line for row in positions for line in _position(row, width, private)]
    lines += _entries(status, width)
    return padded(lines, width, height)


def _caps(account: AccountView, width: int, private: bool) -> list[Line]:
    day, limit = account.day_profit, account.day_loss_limit
    lost = max(Decimal(0), -day) if day is not None else None
    lines = [_gauge("open risk", account.open_risk, account.open_risk_cap, _risk_words(account), width)]
    words = f"{money(day, private, signed=True)} of {_limit_words(limit, private)}"
    lines.append(_gauge("day's loss", lost, limit, words, width))
    for label, amount in (("long", account.long_notional), ("short", account.short_notional)):
        lines.append(spread_out([(f" {label}", "muted")], [(f"{money(amount, private)} ", "ink")], width))
    return lines


def _risk_words(account: AccountView) -> str:
    return f"{_share(account.open_risk)} of {_share(account.open_risk_cap)}"


def _limit_words(limit: Decimal | None, private: bool) -> str:
    return "no limit" if limit is None else f"-{money(limit, private)}"


def _gauge(label: str, used: Decimal | None, cap: Decimal | None, words: str, width: int) -> Line:
    known = used is not None and cap is not None and cap > 0
    share = float(used / cap) if used is not None and cap and known else 0.0
    right: list[Span] = [(f" {words} ", "ink")]
    room = max(0, min(_WIDEST_GAUGE, width - 14 - len(words)))
    bar = gauge(share, room, "warn" if share >= _ALMOST else "good")
    return spread_out([(f" {fit(label, 10)} ", "muted"), *bar], right, width)


def _position(row: PositionRow, width: int, private: bool) -> list[Line]:
    """A position: how much of it stops cover, and what it comes to there."""
    side = "LONG" if row.hold_side is HoldSide.LONG else "SHORT"
    token = "up bold" if row.hold_side is HoldSide.LONG else "down bold"
    left: list[Span] = [(f" {row.symbol} ", "ink bold"), (f"{side} ", token), *_cover(row)]
    result = result_at_stop(row)
    words = f"{money(result, private, signed=True)} at the stop "
    found: list[Span] = [(words, text_of.direction_token(result))] if result is not None else []
    lines = [spread_out(left, found, width)]
    if row.stop_price is not None and row.mark_price:
        away = text_of.percent((row.stop_price - row.mark_price) / row.mark_price * 100)
        price = text_of.number(row.stop_price, row.price_places)
        lines.append(filled([(f"   stop {price}, {away}", "ink")], width))
    if row.liquidation_price is not None:
        far = text_of.percent(row.liquidation_distance_percent, 1, signed=False)
        price = text_of.number(row.liquidation_price, row.price_places)
        lines.append(filled([(f"   liquidation {price}, {far} away", "liquidation")], width))
    return lines


def _cover(row: PositionRow) -> list[Span]:
    if row.protected is None:
        return [("stops not known", "warn")]
    share = float(row.protected)
    bar = gauge(share, 8, "good" if share >= 1 else "error")
    if row.protected < 1:
        return [*bar, (f" {naked_words(row.protected)} ", "error bold reverse")]
    return [*bar, (" 100%", "good")]


def result_at_stop(row: PositionRow) -> Decimal | None:
    """Profit (below zero: loss) against the entry of what stops cover, were they hit, fees aside, in the
    quote coin; None without a stop or while the cover is not known."""
    if row.stop_price is None or row.protected is None:
        return None
    gain = (row.stop_price - row.entry_price) * row.size * row.protected
    return gain if row.hold_side is HoldSide.LONG else -gain


def _entries(status: StatusView, width: int) -> list[Line]:
    """What stops an order that adds risk right now, or that nothing does."""
    held = [
        f"{name} {freshness_words(surface.health, surface.age_seconds)}"
        for name, surface in (("book", status.book), ("account", status.private), ("orders", status.actions))
        if surface.health is not Health.LIVE
    ]
    if status.posture is not Posture.NORMAL:
        held.insert(0, f"{status.posture.value}: {status.posture_reason}".removesuffix(": "))
    if held:
        words = f"entries wait: {'; '.join(held)}. Closing, cancelling and stops work"
        return [filled([(f" {text}", "warn bold")], width) for text in wrapped(words, width - 2, 3)]
    asked = "every order is asked"
    if status.unasked > 0:
        asked = f"an order is sent unasked while it can lose {_share(status.unasked)} at most"
    return [
        filled([(f" {text}", token)], width)
        for words, token in (("entries are open", "good"), (asked, "muted"))
        for text in wrapped(words, width - 2, 2)
    ]


def _share(value: Decimal | None) -> str:
    return text_of.percent(None if value is None else value * 100, 1, signed=False)
