"""The mode line: where orders go, what the market is, and how far the data can be trusted. Two lines, always
shown."""

from collections.abc import Callable, Sequence

from omega_tui.domain.events import Health
from omega_tui.domain.orders import PositionMode
from omega_tui.engine.account_views import Freshness
from omega_tui.engine.views import Posture, StatusView
from omega_tui.ui import format as text_of
from omega_tui.ui.keymaps import ARROWS
from omega_tui.ui.rows.ladder import freshness_words
from omega_tui.ui.rows.spans import Line, Span, filled, fit, line_width, on, width_of

VENUE_TOKENS = {"SIM": "sim", "PAPER": "paper", "DEMO": "demo", "LIVE": "live"}
"""Each environment has a hue of its own; the word stands in it."""

KeyOf = Callable[[str], str]
"""What the key of an action is called, by the action's id."""

_Group = tuple[int, tuple[Span, ...]]
"""A group of words that stays together, and its rank: the highest rank goes first when room is short."""


def build_status(
    view: StatusView,
    width: int,
    key: KeyOf = ARROWS.shown,
    *,
    private: bool = False,
    workspace: str = "",
) -> list[Line]:
    """Both lines, `width` cells each. `key` names an action's key; `private` hides the account's name;
    `workspace` is named when given."""
    return [_market_line(view, width), _account_line(view, width, key, private, workspace)]


def venue_token(venue: str) -> str:
    """The hue of an environment; an unknown one is shown like live money."""
    return VENUE_TOKENS.get(venue, "live")


def _market_line(view: StatusView, width: int) -> Line:
    hue = venue_token(view.venue)
    arrow = text_of.direction_arrow(view.direction)
    places = view.instrument.price_places if view.instrument else 2
    # A replayed or invented market must say so at any width, so its note is cut before it is left out.
    note = fit(view.market_note, min(width_of(view.market_note), width // 3))
    left: list[_Group] = [
        (0, ((f" {view.venue} ", f"{hue} bold reverse"),)),
        (1, ((f" {note} ", f"{hue} bold"),) if note else ()),
        (0, ((f" {view.symbol} ", "ink bold"),)),
        (0, ((f"{_price(view, places)} {arrow} ", f"{text_of.direction_token(view.direction)} bold"),)),
        (3, _labelled("24h", _change(view), text_of.direction_token(view.change_24h))),
        (4, _labelled("mark", text_of.number(view.mark_price, places))),
        (5, _labelled("funding", _funding(view))),
    ]
    # What cannot be trusted is said before what the market is called.
    right: list[_Group] = [(0 if _doubtful(view) else 1, health_spans(view))]
    return on(_packed(left, right, width), "raised")


def _account_line(view: StatusView, width: int, key: KeyOf, private: bool, workspace: str) -> Line:
    account = "•••" if private else view.account
    left: list[_Group] = [
        (0, _posture(view.posture)),
        (
            1,
            (("READ-ONLY ", "warn bold"),)
            if view.read_only and view.posture is not Posture.READ_ONLY
            else (),
        ),
        (4, ((f"{account} ", "muted"),)),
        (2, ((f"{_mode(view.position_mode)} ", "ink"),)),
        (2, ((f"{_margin(view)} ", "ink"),)),
        (3, _labelled("profile", view.profile) if view.profile else ()),
        (1, _reason(view, width, key)),
    ]
    right: list[_Group] = [
        (3, ((f" {workspace} ", "accent bold"),) if workspace else ()),
        (6, _labelled("stream", text_of.milliseconds(view.stream_lag_ms))),
        (5, _labelled("ack", text_of.milliseconds(view.ack_p50_ms))),
    ]
    return on(_packed(left, right, width), "raised")


def build_alarm(view: StatusView, width: int, key: KeyOf = ARROWS.shown) -> Line:
    """The banner of what needs the trader's eyes now, with the keys that answer it."""
    answers = f" · {key('protect')} protects · {key('flatten')} flattens"
    keys = " · ESC: seen" if view.alarm_waits else "" if view.read_only else answers
    text = fit(view.alarm, min(width_of(view.alarm), max(0, width - width_of(keys) - 4)))
    return filled([(f" !! {text}{keys} ", "error bold reverse")], width, "error bold reverse")


def _reason(view: StatusView, width: int, key: KeyOf) -> tuple[Span, ...]:
    """Why not everything is let through, and the key that changes it: cut before it is left out."""
    if not view.posture_reason:
        return ()
    locked = view.live_phrase or view.day_phrase or view.symbol in view.halted_symbols
    way = f"{key('halt')} resumes · " if view.halted else f"{key('unlock')} unlocks · " if locked else ""
    text = f"{way}{view.posture_reason}"
    return ((f" {fit(text, min(width_of(text), max(24, width - 18)))} ", "warn"),)


def health_spans(view: StatusView) -> tuple[Span, ...]:
    """`data LIVE` when every surface is; else those that are not, by name, equals together."""
    bad = _doubtful(view)
    if not bad:
        return (("● ", "good"), ("data LIVE ", "good bold"))
    names: dict[tuple[str, str], list[str]] = {}
    for name, surface in bad:
        token = "error bold" if surface.health is Health.DOWN else "warn bold"
        names.setdefault((freshness_words(surface.health, surface.age_seconds), token), []).append(name)
    return tuple(
        span
        for (words, token), group in names.items()
        for span in (("○ ", token), (f"{', '.join(group)} {words} ", token))
    )


def _doubtful(view: StatusView) -> list[tuple[str, Freshness]]:
    surfaces = (("book", view.book), ("account", view.private), ("orders", view.actions))
    return [(name, surface) for name, surface in surfaces if surface.health is not Health.LIVE]


def _price(view: StatusView, places: int) -> str:
    return text_of.number(view.last_price, places)


def _change(view: StatusView) -> str:
    return text_of.rate(view.change_24h, 2)


def _funding(view: StatusView) -> str:
    if view.funding_rate is None:
        return text_of.NOTHING
    wait = "" if view.funding_in_seconds is None else f" in {text_of.duration(view.funding_in_seconds)}"
    return text_of.rate(view.funding_rate) + wait


def _mode(mode: PositionMode | None) -> str:
    if mode is None:
        return "mode —"
    return "hedge" if mode is PositionMode.HEDGE else "one-way"


def _margin(view: StatusView) -> str:
    if view.margin_mode is None:
        return "margin —"
    return f"{view.margin_mode.value} {view.leverage or text_of.NOTHING}×"


def _posture(posture: Posture) -> tuple[Span, ...]:
    if posture is Posture.NORMAL:
        return ((f" {posture.value} ", "good bold"),)
    token = "error" if posture is Posture.HALT else "warn"
    return ((f" {posture.value} ", f"{token} bold reverse"), (" ", "ink"))


def _labelled(label: str, value: str, style: str = "ink") -> tuple[Span, ...]:
    return ((f" {label} ", "muted"), (f"{value} ", style))


def _packed(left: Sequence[_Group], right: Sequence[_Group], width: int) -> Line:
    """Both halves on one line; groups leave by rank, highest first, until the rest fits."""
    ranks = sorted({rank for rank, _ in (*left, *right)}, reverse=True)
    limit = ranks[0]
    for limit in ranks:
        if _total(left, limit) + _total(right, limit) <= width:
            break
    start, end = _flat(left, limit), _flat(right, limit)
    gap = max(0, width - line_width(start) - line_width(end))
    return filled((*start, (" " * gap, "ink"), *end), width)


def _flat(groups: Sequence[_Group], limit: int) -> list[Span]:
    return [span for rank, spans in groups if rank <= limit for span in spans]


def _total(groups: Sequence[_Group], limit: int) -> int:
    return line_width(_flat(groups, limit))
