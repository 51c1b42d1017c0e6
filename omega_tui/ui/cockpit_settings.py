"""What the cockpit is told when it starts; whoever starts it reads configuration, the cockpit does not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from omega_tui.clock import Clock, Ids, RandomIds, SystemClock
from omega_tui.ui.clipboard import Route
from omega_tui.ui.kept import Kept
from omega_tui.ui.keymaps import ARROWS, Chosen
from omega_tui.ui.looks import AUTO
from omega_tui.ui.paint_clock import LOCAL_RATE


def _unchanged(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class CockpitSettings:
    """`frame_rate` is frames a second. `crash_report` is the file a crash writes to, None for none; `redact`
    takes secrets out of that file's text. `ladder_sizes` stand on the digits while the ladder has the keys,
    in the order language. `ascii_only` is for a terminal that shows no other characters, `few_colours` for
    one of sixteen colours, `kept` what the screen remembers between runs. `keymap` is what `keymaps.choose`
    found. `theme` and `red_up` are as `looks.Looks` takes them, `clipboard` is the way that a copy goes;
    `bell`, `title` and `tutor` are those of the settings' group `screen`."""

    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=RandomIds)
    theme: str = AUTO
    red_up: bool | None = None
    few_colours: bool = False
    frame_rate: float = LOCAL_RATE
    crash_report: Path | None = None
    redact: Callable[[str], str] = _unchanged
    ascii_only: bool = False
    ladder_sizes: tuple[str, ...] = ("risk 0.5%", "risk 1%", "100$", "500$", "1000$")
    keymap: Chosen = field(default_factory=lambda: Chosen(ARROWS))
    kept: Kept = field(default_factory=Kept)
    clipboard: Route = Route.OSC52
    bell: Literal["off", "price", "all"] = "price"
    title: bool = False
    tutor: bool = False
