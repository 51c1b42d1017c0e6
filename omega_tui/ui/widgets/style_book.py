"""Style tokens to Rich styles, parsed once and kept: no markup and no colour parsing while painting."""

from rich.style import Style

from omega_tui.ui.themes import Palette


class StyleBook:
    """The styles of one palette. A token is a colour name, `bold`, `dim`, `reverse`, and `on` a ground
    colour. `ascii_only` is for terminals that show no other characters."""

    def __init__(self, palette: Palette, *, ascii_only: bool = False) -> None:
        self.palette = palette
        self.ascii_only = ascii_only
        self._styles: dict[str, Style] = {}

    def __getitem__(self, token: str) -> Style:
        style = self._styles.get(token)
        if style is None:
            style = self._styles[token] = self._parse(token)
        return style

    def _parse(self, token: str) -> Style:
        front, _, ground = token.partition(" on ")
        words = front.split()
        names = [word for word in words if word in self.palette.colours]
        colours = self.palette.colours
        front = "ground" if ground in self.palette.bright else names[0] if names else "ink"
        return Style(
            color=colours[front],
            bgcolor=colours[ground or "surface"],
            bold="bold" in words,
            reverse="reverse" in words,
            underline="underline" in words,
        )
