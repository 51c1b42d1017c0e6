"""Which colours the screen is drawn in: chosen in the settings or with a key, and remembered.

What the settings name is taken at every start. What they leave open ("auto") is what was chosen in the
cockpit last; before anything was chosen it is dark, or the terminal's own sixteen colours where it has no
more.
"""

from collections.abc import Mapping

from omega_tui.ui.kept import Kept
from omega_tui.ui.themes import PALETTES, SIXTEEN, Palette, palette_named

AUTO = "auto"
"""The settings leave the choice to the cockpit."""

_KEPT_AS = "looks"


def few_colours(environment: Mapping[str, str]) -> bool:
    """Whether this terminal, by its name, shows no more than sixteen colours."""
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return False
    name = environment.get("TERM", "")
    return not any(word in name for word in ("256color", "direct", "kitty", "truecolor"))


class Looks:
    """The palette in force. `theme` is a palette's name or label or `AUTO`; `red_up` None leaves that open;
    `few` is for a terminal of sixteen colours, `grey` for one that was told to show none: what is drawn then
    are greys, and those take a palette of mixed colours."""

    def __init__(
        self,
        kept: Kept,
        theme: str = AUTO,
        red_up: bool | None = None,
        *,
        few: bool = False,
        grey: bool = False,
    ) -> None:
        self._kept = kept
        self._grey = grey
        last = kept.load(_KEPT_AS)
        self._fixed = palette_named(theme)
        chosen = self._fixed or palette_named(str(last.get("theme")))
        self._plain = chosen or (SIXTEEN if few else PALETTES[0])
        self._swapped = bool(last.get("red_up")) if red_up is None else red_up

    @property
    def palette(self) -> Palette:
        """What to draw with."""
        plain = PALETTES[0] if self._grey and self._plain is SIXTEEN else self._plain
        return plain.swapped() if self._swapped else plain

    @property
    def words(self) -> str:
        """The choice as the trader reads it."""
        fixed = self._fixed if self._fixed is not self._plain else None
        until = f" · until the next start, the settings say {fixed.label}" if fixed else ""
        return f"colours: {self._plain.label}, {self.palette.rising} is up{until}"

    def next_theme(self) -> None:
        """The next palette of the list, for now and the next start."""
        self._plain = PALETTES[(PALETTES.index(self._plain) + 1) % len(PALETTES)]
        self._keep()

    def swap(self) -> None:
        """The colours of rising and falling changed over, for now and the next start."""
        self._swapped = not self._swapped
        self._keep()

    def _keep(self) -> None:
        self._kept.save(_KEPT_AS, {"theme": self._plain.label, "red_up": self._swapped})
