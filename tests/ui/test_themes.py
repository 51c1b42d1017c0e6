"""Every shipped colour pair can be read, and up is told from down without colour vision."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from omega_tui.ui.stylesheets import stylesheets
from omega_tui.ui.themes import (
    GROUND_TOKENS,
    PALETTES,
    SIXTEEN,
    TERMINAL_COLOURS,
    TEXT_TOKENS,
    Palette,
)
from omega_tui.ui.widgets.style_book import StyleBook
from tests.ui.colour_sight import (
    MACHADO,
    contrast,
    difference,
    lab_difference,
    quantised,
    seen_by,
    terminal_rgb,
)

SOURCE = Path(__file__).parents[2] / "omega_tui" / "ui"
BARS = (("bid", "bid-bar"), ("ask", "ask-bar"))
RGB = [palette for palette in PALETTES if palette is not SIXTEEN]
BY_NAME = pytest.mark.parametrize("palette", RGB, ids=lambda palette: palette.label)
EVERY = pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.label)


LEAST = {"high-contrast": 7.0}
"""Contrast of WCAG 2 that a palette promises; 4.5 where nothing is said."""

IN_256_COLOURS = 0.95
"""What is left of it at least after a terminal of 256 colours has shown its nearest ones."""


def least(palette: Palette) -> float:
    return LEAST.get(palette.label, 4.5)


def weak_pairs(palette: Palette, shown: Callable[[str], str], lowest: float) -> dict[str, float]:
    """Texts that are too faint on a ground of the palette, as `shown`."""
    pairs = [(text, ground) for text in TEXT_TOKENS for ground in GROUND_TOKENS]
    pairs += BARS
    contrasts = {
        f"{text} on {ground}": contrast(
            shown(palette.colours["ground" if ground in palette.bright else text]),
            shown(palette.colours[ground]),
        )
        for text, ground in pairs
    }
    return {pair: round(value, 2) for pair, value in contrasts.items() if value < lowest}


@BY_NAME
def test_every_text_colour_is_readable_on_every_ground(palette: Palette) -> None:
    assert weak_pairs(palette, str, least(palette)) == {}
    assert weak_pairs(palette, quantised, least(palette) * IN_256_COLOURS) == {}
    assert weak_pairs(palette.swapped(), str, least(palette)) == {}


@BY_NAME
def test_grounds_stay_apart_in_256_colours(palette: Palette) -> None:
    """Inside tmux the title rows and the cursor row would vanish otherwise."""
    grounds = [quantised(palette.colours[name]) for name in (*GROUND_TOKENS, "bid-bar", "ask-bar")]
    assert len(set(grounds)) == len(grounds)


@pytest.mark.parametrize("terminal", ["xterm", "linux"])
def test_the_sixteen_colours_are_the_terminals_own_and_readable(terminal: str) -> None:
    """Bug: a truecolor sequence on a terminal that knows sixteen, or a blue that nobody can read on black."""
    assert set(SIXTEEN.colours.values()) <= set(TERMINAL_COLOURS)
    assert weak_pairs(SIXTEEN, terminal_rgb(terminal), 4.5) == {}


@EVERY
def test_palettes_name_the_same_colours(palette: Palette) -> None:
    """A name missing in one palette would crash the theme key."""
    assert set(palette.colours) == set(PALETTES[0].colours)


@EVERY
def test_swapping_twice_changes_nothing_and_once_changes_both_sides(palette: Palette) -> None:
    """Bug: red for up in the chart, and green bids in the ladder beside it."""
    swapped = palette.swapped()
    assert swapped.swapped().colours == palette.colours
    for one, other in (("up", "down"), ("bid", "ask"), ("bid-bar", "ask-bar"), ("up-soft", "down-soft")):
        assert swapped.colours[one] == palette.colours[other]
        assert swapped.colours[other] == palette.colours[one]
    assert swapped.colours["error"] == palette.colours["error"]


@EVERY
def test_environments_have_hues_of_their_own(palette: Palette) -> None:
    hues = [palette.colours[name] for name in ("sim", "paper", "demo", "live")]
    assert len(set(hues)) == 4
    assert palette.colours["live"] not in (palette.colours["up"], palette.colours["down"])


@pytest.mark.parametrize("kind", MACHADO)
@pytest.mark.parametrize("pair", [("up", "down"), ("bid", "ask"), ("up-soft", "down-soft")])
def test_colour_blind_scheme_keeps_up_and_down_apart(kind: str, pair: tuple[str, str]) -> None:
    """Twenty in CIEDE2000 is told apart at a glance; the usual green and red come to nine."""
    (colours,) = (palette.colours for palette in PALETTES if palette.label == "colour-blind")
    rising, falling = (seen_by(colours[name], MACHADO[kind]) for name in pair)
    assert difference(rising, falling) >= 20


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_the_published_one(
    first: tuple[float, float, float], second: tuple[float, float, float], expected: float
) -> None:
    """Rows of the test data of Sharma, Wu and Dalal: a wrong formula would approve any palette."""
    assert lab_difference(first, second) == pytest.approx(expected, abs=5e-5)


def test_only_the_themes_module_holds_colours() -> None:
    """A literal elsewhere would survive a theme switch."""
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(")
    files = [path for path in SOURCE.rglob("*.py") if path.name != "themes.py"] + stylesheets()
    hits = {path.name: literal.findall(path.read_text(encoding="utf-8")) for path in files}
    assert {name: found for name, found in hits.items() if found} == {}


def test_every_style_token_of_a_token_book_parses_once() -> None:
    book = StyleBook(PALETTES[0])
    style = book["bid bold on bid-bar"]
    assert style.bold
    assert style.color is not None
    assert style.color.name == PALETTES[0].colours["bid"]
    assert style.bgcolor is not None
    assert style.bgcolor.name == PALETTES[0].colours["bid-bar"]
    assert book["bid bold on bid-bar"] is style
