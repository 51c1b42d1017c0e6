"""Depth bars behind figures, in eighths of a cell."""

from omega_tui.ui.rows.spans import Span

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar_to_right(text: str, share: float, token: str, ground: str) -> list[Span]:
    """`text` with a bar growing from its left edge over `share` (0 to 1) of its cells.

    A partly covered cell is drawn in eighths where the text is blank, and rounded where a digit stands.
    """
    full, eighths = _cells(share, len(text))
    spans: list[Span] = [(text[:full], f"{token} on {ground}")] if full else []
    if eighths and full < len(text) and text[full] == " ":
        spans.append((_EIGHTHS[eighths], ground))
        full += 1
    if text[full:]:
        spans.append((text[full:], token))
    return spans


def bar_to_left(text: str, share: float, token: str, ground: str) -> list[Span]:
    """The mirror image: the bar grows from the right edge."""
    full, eighths = _cells(share, len(text))
    start = len(text) - full
    spans: list[Span] = [(text[start:], f"{token} on {ground}")] if full else []
    if eighths and start > 0 and text[start - 1] == " ":
        # Eighth blocks grow from the left only, so the free part is drawn over the bar's colour.
        spans.insert(0, (_EIGHTHS[8 - eighths], f"surface on {ground}"))
        start -= 1
    if text[:start]:
        spans.insert(0, (text[:start], token))
    return spans


def gauge(share: float, width: int, token: str) -> list[Span]:
    """A bar of `width` cells, `share` (0 to 1) of it full, drawn so that it needs no colour to be read."""
    full, eighths = _cells(share, width)
    part = _EIGHTHS[eighths].strip()
    return [("█" * full + part, token), ("░" * (width - full - len(part)), "muted")]


def _cells(share: float, width: int) -> tuple[int, int]:
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    return eighths // 8, eighths % 8
