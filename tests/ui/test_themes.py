"""Every shipped colour pair can be read, and up is told from down without colour vision."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem

from omega_tui.ui.stylesheets import stylesheets
from omega_tui.ui.themes import GROUND_TOKENS, PALETTES, TEXT_TOKENS, Palette
from omega_tui.ui.widgets.style_book import StyleBook

SOURCE = Path(__file__).parents[2] / "omega_tui" / "ui"
BARS = (("bid", "bid-bar"), ("ask", "ask-bar"))
BY_NAME = pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.label)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def quantised(colour: str) -> str:
    """The colour that a terminal of 256 colours shows."""
    return Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


@BY_NAME
@pytest.mark.parametrize(("shown", "least"), [(str, 4.5), (quantised, 4.3)], ids=["truecolor", "256 colours"])
def test_every_text_colour_is_readable_on_every_ground(
    palette: Palette, shown: Callable[[str], str], least: float
) -> None:
    colours = {name: shown(colour) for name, colour in palette.colours.items()}
    pairs = [(text, ground) for text in TEXT_TOKENS for ground in GROUND_TOKENS] + list(BARS)
    weak = {
        f"{text} on {ground}": round(contrast(colours[text], colours[ground]), 2)
        for text, ground in pairs
        if contrast(colours[text], colours[ground]) < least
    }
    assert weak == {}


@BY_NAME
def test_grounds_stay_apart_in_256_colours(palette: Palette) -> None:
    """Inside tmux the title rows and the cursor row would vanish otherwise."""
    grounds = [quantised(palette.colours[name]) for name in (*GROUND_TOKENS, "bid-bar", "ask-bar")]
    assert len(set(grounds)) == len(grounds)


@BY_NAME
def test_palettes_name_the_same_colours(palette: Palette) -> None:
    """A name missing in one palette would crash the theme key."""
    assert set(palette.colours) == set(PALETTES[0].colours)


@BY_NAME
def test_environments_have_hues_of_their_own(palette: Palette) -> None:
    hues = [palette.colours[name] for name in ("sim", "paper", "demo", "live")]
    assert len(set(hues)) == 4
    assert palette.colours["live"] not in (palette.colours["up"], palette.colours["down"])


def _seen_by(colour: str, matrix: tuple[tuple[float, float, float], ...]) -> tuple[float, float, float]:
    rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    red, green, blue = (sum(a * b for a, b in zip(row, linear, strict=True)) for row in matrix)
    return red, green, blue


MACHADO = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB."""


@pytest.mark.parametrize("kind", MACHADO)
def test_colour_blind_scheme_keeps_up_and_down_apart(kind: str) -> None:
    colours = next(palette for palette in PALETTES if palette.label == "colour-blind").colours
    up, down = (_seen_by(colours[name], MACHADO[kind]) for name in ("up", "down"))
    distance = sum((a - b) ** 2 for a, b in zip(up, down, strict=True)) ** 0.5
    assert distance > 0.4


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
