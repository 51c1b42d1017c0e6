"""What the screen is told, from the settings and the terminal that it stands in."""

import os
from collections.abc import Callable

from omega_tui.clock import Clock, Ids
from omega_tui.settings import Settings
from omega_tui.ui.characters import speaks_unicode
from omega_tui.ui.clipboard import route_for
from omega_tui.ui.cockpit_settings import CockpitSettings
from omega_tui.ui.kept import Kept
from omega_tui.ui.keymaps import choose
from omega_tui.ui.looks import few_colours
from omega_tui.ui.paint_clock import over_ssh


def screen_settings(
    settings: Settings, clock: Clock, ids: Ids, redact: Callable[[str], str]
) -> CockpitSettings:
    """The cockpit's settings; `redact` takes every secret of this run out of a text."""
    screen = settings.screen
    return CockpitSettings(
        clock=clock,
        ids=ids,
        frame_rate=screen.ssh_paint_hz if over_ssh(os.environ) else screen.paint_hz,
        crash_report=settings.paths.state / "crash.txt",
        redact=redact,
        ascii_only=_ascii_only(screen.characters),
        theme=screen.theme,
        red_up=None if screen.red_up == "auto" else screen.red_up == "yes",
        few_colours=few_colours(os.environ),
        ladder_sizes=settings.ladder.sizes,
        keymap=choose(settings.keys.map, settings.paths.config),
        kept=Kept(settings.paths.state / "screen"),
        clipboard=route_for(screen.clipboard, os.environ),
        bell=screen.bell,
        title=screen.title,
        tutor=screen.tutor,
    )


def _ascii_only(wanted: str) -> bool:
    return wanted == "ascii" or (wanted == "auto" and not speaks_unicode(os.environ))
