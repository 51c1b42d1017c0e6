"""The cockpit's colours: the only module with colour literals.

Every colour is a semantic name (`up`, `bid`, `live` …) that Python reaches through a `Palette` and the
stylesheets reach as a `$variable`. What a colour is used for is decided elsewhere; a colour is always the
second channel beside a word, a sign or an arrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textual.theme import BUILTIN_THEMES, Theme

TEXT_TOKENS = (
    "ink",
    "muted",
    "accent",
    "up",
    "down",
    "bid",
    "ask",
    "sim",
    "paper",
    "demo",
    "live",
    "good",
    "warn",
    "error",
    "unknown",
    "entry",
    "even",
    "liquidation",
    "fib",
)
"""Colours that words are written in; each must be readable on every one of `GROUND_TOKENS`."""

GROUND_TOKENS = ("ground", "surface", "raised", "cursor")
"""Colours that words are written on."""

_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

TERMINAL_COLOURS = (*_HUES, *(f"bright_{hue}" for hue in _HUES))
"""The sixteen colours that a terminal's own settings choose, in the order of their numbers."""


_RISING_AND_FALLING = (("up", "down"), ("bid", "ask"), ("bid-bar", "ask-bar"), ("up-soft", "down-soft"))


@dataclass(frozen=True, slots=True)
class Palette:
    """A named set of semantic colours; `label` is what the trader reads and writes into the settings.

    A colour is `#rrggbb`, or one of `TERMINAL_COLOURS`: whatever the terminal shows under that name. `bright`
    are grounds on which every word is written in the ground colour. `rising` and `falling` say which hues
    those are.
    """

    name: str
    label: str
    dark: bool
    colours: Mapping[str, str]
    bright: frozenset[str] = frozenset()
    rising: str = "green"
    falling: str = "red"

    def swapped(self) -> "Palette":
        """The same with the colours of rising and falling, and those of bid and ask, changed over."""
        colours = dict(self.colours)
        for one, other in _RISING_AND_FALLING:
            colours[one], colours[other] = self.colours[other], self.colours[one]
        name = f"{self.name}-swapped"
        return replace(self, name=name, colours=colours, rising=self.falling, falling=self.rising)

    def theme(self) -> Theme:
        """The same colours as a Textual theme, every name a stylesheet variable."""
        # Textual's own styles ask an ANSI theme for names that its other themes work out for themselves.
        ansi = all(colour in TERMINAL_COLOURS for colour in self.colours.values())
        colours = {name: f"ansi_{colour}" if ansi else colour for name, colour in self.colours.items()}
        return Theme(
            name=self.name,
            primary=colours["accent"],
            warning=colours["warn"],
            error=colours["error"],
            success=colours["good"],
            foreground=colours["ink"],
            background=colours["ground"],
            surface=colours["surface"],
            panel=colours["raised"],
            dark=self.dark,
            ansi=ansi,
            variables={**(BUILTIN_THEMES["ansi-dark"].variables if ansi else {}), **colours},
        )


_DARK = {
    "ground": "#0a0b0d",
    "surface": "#131518",
    "raised": "#202328",
    "cursor": "#2e333b",
    "faint": "#364153",
    "ink": "#dbe1ea",
    "muted": "#97a3b6",
    "accent": "#82b1ff",
    "up": "#34d399",
    "down": "#ff7d8b",
    "bid": "#34d399",
    "ask": "#ff7d8b",
    "bid-bar": "#123a2e",
    "ask-bar": "#46212b",
    "up-soft": "#1f7a5c",
    "down-soft": "#96434f",
    "sim": "#c4a7ff",
    "paper": "#5eead4",
    "demo": "#67d4ff",
    "live": "#ff79d0",
    "good": "#34d399",
    "warn": "#f7bd54",
    "error": "#ff7d8b",
    "unknown": "#f7a8ff",
    "entry": "#8fd3ff",
    "even": "#c8d0dc",
    "liquidation": "#ffa05c",
    "fib": "#e0c36c",
}

_LIGHT = {
    "ground": "#dddfe2",
    "surface": "#fbfcfd",
    "raised": "#eceef0",
    "cursor": "#d8e4f7",
    "faint": "#b9c2ce",
    "ink": "#17202c",
    "muted": "#475262",
    "accent": "#1d4fbf",
    "up": "#00613c",
    "down": "#a81832",
    "bid": "#00613c",
    "ask": "#a81832",
    "bid-bar": "#c6f0da",
    "ask-bar": "#f9d9dd",
    "up-soft": "#8fcfb2",
    "down-soft": "#eda7b1",
    "sim": "#4a1fb0",
    "paper": "#00595a",
    "demo": "#00557f",
    "live": "#a0006e",
    "good": "#00613c",
    "warn": "#6b4400",
    "error": "#a81832",
    "unknown": "#8a1c9c",
    "entry": "#00557f",
    "even": "#3d4856",
    "liquidation": "#8f2a00",
    "fib": "#684e00",
}

_COLOUR_BLIND = {
    **_DARK,
    "up": "#5ab0ff",
    "down": "#ff9e3d",
    "bid": "#5ab0ff",
    "ask": "#ff9e3d",
    "bid-bar": "#14284d",
    "ask-bar": "#452b10",
    "up-soft": "#2f6398",
    "down-soft": "#93601f",
    "good": "#7cc4ff",
    "warn": "#ffe070",
    "error": "#ffb066",
    "liquidation": "#ffd0a0",
    "entry": "#cfe6ff",
    "fib": "#d8d8a8",
}

_HIGH_CONTRAST = {
    "ground": "#000000",
    "surface": "#080808",
    "raised": "#262626",
    "cursor": "#00005f",
    "faint": "#8a8a8a",
    "ink": "#ffffff",
    "muted": "#d0d0d0",
    "accent": "#87d7ff",
    "up": "#afffaf",
    "down": "#ffafaf",
    "bid": "#afffaf",
    "ask": "#ffafaf",
    "bid-bar": "#003a1e",
    "ask-bar": "#4a0a14",
    "up-soft": "#00af5f",
    "down-soft": "#d75f5f",
    "sim": "#d7afff",
    "paper": "#5fffd7",
    "demo": "#87d7ff",
    "live": "#ffafff",
    "good": "#afffaf",
    "warn": "#ffd75f",
    "error": "#ffafaf",
    "unknown": "#ffd7ff",
    "entry": "#afd7ff",
    "even": "#e4e4e4",
    "liquidation": "#ffaf5f",
    "fib": "#ffff87",
}

_SIXTEEN = {
    "ground": "black",
    "surface": "black",
    "raised": "white",
    "cursor": "bright_cyan",
    "faint": "bright_black",
    "ink": "white",
    "muted": "white",
    "accent": "bright_cyan",
    "up": "bright_green",
    "down": "bright_red",
    "bid": "bright_green",
    "ask": "bright_red",
    "bid-bar": "bright_green",
    "ask-bar": "bright_red",
    "up-soft": "green",
    "down-soft": "red",
    "sim": "cyan",
    "paper": "bright_white",
    "demo": "bright_cyan",
    "live": "bright_magenta",
    "good": "bright_green",
    "warn": "bright_yellow",
    "error": "bright_red",
    "unknown": "bright_magenta",
    "entry": "bright_cyan",
    "even": "bright_white",
    "liquidation": "bright_red",
    "fib": "bright_yellow",
}

PALETTES = (
    Palette("omega-dark", "dark", True, _DARK),
    Palette("omega-light", "light", False, _LIGHT),
    Palette("omega-high-contrast", "high-contrast", True, _HIGH_CONTRAST),
    Palette("omega-blue-orange", "colour-blind", True, _COLOUR_BLIND, rising="blue", falling="orange"),
    Palette(
        "omega-16",
        "16-colours",
        True,
        _SIXTEEN,
        bright=frozenset({"raised", "cursor", "bid-bar", "ask-bar"}),
    ),
)
"""Every shipped palette; the first is the default."""

SIXTEEN = PALETTES[-1]
"""The palette for terminals that have no more than their own sixteen colours."""


def palette_named(name: str) -> Palette | None:
    """The palette with this name or label, or None for one that is not ours."""
    return next((palette for palette in PALETTES if name in (palette.name, palette.label)), None)
