"""What the program was told: documented groups, checked once at the start, frozen afterwards.

Defaults give way to the TOML file, that to `OMEGA_…` variables (of a `.env` file, then of the environment),
and those to flags. An option that does not exist is refused with its file and the nearest name that does.
Keys are read from variables only and never print.
"""

from omega_tui.settings.credentials import ApiKeys, KeysError, Secret, Venue, check_parts
from omega_tui.settings.groups import Limits, Market, Paths, Screen, Settings, Sim
from omega_tui.settings.sources import SettingsError, config_file, describe, load

__all__ = [
    "ApiKeys",
    "KeysError",
    "Limits",
    "Market",
    "Paths",
    "Screen",
    "Secret",
    "Settings",
    "SettingsError",
    "Sim",
    "Venue",
    "check_parts",
    "config_file",
    "describe",
    "load",
]
