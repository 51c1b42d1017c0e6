"""Which layout a terminal of this size gets; the stylesheet says what each one looks like."""

from enum import Enum

LEAST_COLUMNS, LEAST_ROWS = 40, 12
"""Below this only the size that is needed is shown."""


class Layout(Enum):
    """Layouts by size; the value is the screen's style class."""

    TINY = "-tiny"
    COMPACT = "-compact"
    SMALL = "-small"
    MEDIUM = "-medium"
    LARGE = "-large"


def layout_for(columns: int, rows: int) -> Layout:
    """The richest layout that fits."""
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return Layout.TINY
    if columns < 80 or rows < 24:
        return Layout.COMPACT
    if columns < 120 or rows < 34:
        return Layout.SMALL
    return Layout.MEDIUM if columns < 180 or rows < 46 else Layout.LARGE


def too_small_words(columns: int, rows: int) -> str:
    """What a terminal that is too small says."""
    return f"too small: {columns}×{rows}, needs {LEAST_COLUMNS}×{LEAST_ROWS} · F12 halts"
