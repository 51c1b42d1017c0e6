"""The cockpit's colours: the only module with colour literals.

Every colour is a semantic name (`up`, `bid`, `live` …) that Python reaches through a `Palette` and the
stylesheets reach as a `$variable`. What a colour is used for is decided elsewhere; a colour is always the
second channel beside a word, a sign or an arrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.theme import Theme

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


@dataclass(frozen=True, slots=True)
class Palette:
    """A named set of semantic colours; `label` is what the trader reads."""

    name: str
    label: str
    dark: bool
    colours: Mapping[str, str]

    def theme(self) -> Theme:
        """The same colours as a Textual theme, every name a stylesheet variable."""
        colours = self.colours
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
            variables=dict(colours),
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

PALETTES = (
    Palette("omega-dark", "dark", True, _DARK),
    Palette("omega-light", "light", False, _LIGHT),
    Palette("omega-blue-orange", "colour-blind", True, _COLOUR_BLIND),
)
"""Every shipped palette; the first is the default."""


def palette_named(name: str) -> Palette:
    """The palette with this name, or the default for a name that is not ours."""
    return next((palette for palette in PALETTES if palette.name == name), PALETTES[0])
