"""The connection as lines: every surface, the delays, and what the screen costs."""

from dataclasses import dataclass

from omega_tui.domain.events import Health
from omega_tui.engine.views import LinkView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.ladder import freshness_words
from omega_tui.ui.rows.spans import Line, Span, filled, padded, spread_out, title_line, wrapped

_NAMES = {"private": "account", "actions": "orders"}
"""Surfaces as the mode line calls them."""


@dataclass(frozen=True, slots=True)
class ScreenCost:
    """What drawing costs: bytes a second to the terminal, None where they cannot be counted, and frames that
    were left out because the terminal was still busy."""

    bytes_a_second: int | None
    frames_skipped: int


def build_link(view: LinkView, cost: ScreenCost, width: int, height: int, *, focused: bool) -> list[Line]:
    """The link panel."""
    lines = [title_line("LINK", [], width, focused)]
    for name, surface in view.surfaces:
        live = surface.health is Health.LIVE
        token = "good bold" if live else "error bold" if surface.health is Health.DOWN else "warn bold"
        words = freshness_words(surface.health, surface.age_seconds)
        lines.append(
            filled(
                [(f" {_NAMES.get(name, name):<9}", "muted"), ("● " if live else "○ ", token), (words, token)],
                width,
            )
        )
        if surface.reason and not live:
            lines += [
                filled([(f"   {text}", "ink")], width) for text in wrapped(surface.reason, width - 4, 2)
            ]
    lines += [_figure(label, value, width) for label, value in _figures(view, cost)]
    return padded(lines, width, height)


def _figures(view: LinkView, cost: ScreenCost) -> list[tuple[str, str]]:
    p50, p99 = (text_of.milliseconds(each) for each in (view.ack_p50_ms, view.ack_p99_ms))
    answers = f"{p50} / {p99} ({view.acks})" if view.acks else text_of.NOTHING
    rate = cost.bytes_a_second
    return [
        ("stream lag", text_of.milliseconds(view.stream_lag_ms)),
        ("order ack p50 / p99", answers),
        ("to the terminal", text_of.NOTHING if rate is None else f"{rate / 1000:.1f} kB/s"),
        ("frames left out", str(cost.frames_skipped)),
    ]


def _figure(label: str, value: str, width: int) -> Line:
    left: list[Span] = [(f" {label}", "muted")]
    return spread_out(left, [(f"{value} ", "ink")], width)
