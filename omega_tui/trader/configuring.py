"""From the arguments of a trader object to settings: the same sources as the cockpit's, arguments last."""

import warnings
from collections.abc import Mapping

import msgspec

from omega_tui.settings import (
    ApiKeys,
    KeysError,
    Secret,
    Settings,
    SettingsError,
    Venue,
    check_parts,
    load,
)
from omega_tui.sim.child import SimulatorAddress, SimulatorUnreadable, read_address
from omega_tui.trader.errors import InvalidInput
from omega_tui.trader.inputs import read_symbol, read_word
from omega_tui.trader.numbers import read_number

_ARGUMENTS = ("api_key", "secret_key", "passphrase")


def configure(
    venue: str,
    keys: tuple[str | None, str | None, str | None],
    profile: str,
    capital: object,
    symbol: str | None,
    overrides: Mapping[str, object],
) -> Settings:
    """The settings that these arguments ask for. Raises InvalidInput."""
    chosen = read_word(venue, Venue, "venue")
    flags = {"venue": chosen.value, "profile": profile, **overrides}
    if chosen is Venue.SIM:
        flags.setdefault("sim.balance", f"{read_number(capital, 'initial_capital'):f}")
    if symbol is not None:
        flags["market.symbol"] = read_symbol(symbol)
    try:
        settings = load(flags)
    except SettingsError as error:
        raise InvalidInput("settings", "; ".join(error.problems), "mend them") from None
    for warning in settings.warnings:
        # Two frames up stands whoever asked for a trader.
        warnings.warn(warning, UserWarning, stacklevel=3)
    given = _given_keys(keys)
    if given is not None and chosen is not Venue.SIM:
        settings = msgspec.structs.replace(settings, api_keys=given)
    return settings


def _given_keys(keys: tuple[str | None, str | None, str | None]) -> ApiKeys | None:
    """Keys that were given as arguments: all three or none, so that parts of two keys never mix."""
    if not any(keys):
        return None
    parts = {name: (key or "").strip() for name, key in zip(_ARGUMENTS, keys, strict=True)}
    missing = [name for name, key in parts.items() if not key]
    if missing:
        raise InvalidInput(
            missing[0], "it is missing although other parts are given", "give all three or none"
        )
    try:
        check_parts(parts)
    except KeysError as error:
        # A key that no header can carry would fail after a connection was made, when all is in doubt.
        name, _, problem = error.problems[0].partition(" ")
        raise InvalidInput(name, *problem.split("; ", 1)) from None
    api_key, secret_key, passphrase = map(Secret, parts.values())
    return ApiKeys(api_key, secret_key, passphrase, "arguments")


def read_running(sim: str | None, venue: Venue) -> SimulatorAddress | None:
    """The simulator that serves already, when one is named. Raises InvalidInput."""
    if sim is None:
        return None
    if venue is not Venue.SIM:
        raise InvalidInput("sim", f"a simulator has nothing to do with {venue}", 'use venue="sim"')
    try:
        return read_address(sim)
    except SimulatorUnreadable as error:
        raise InvalidInput("sim", str(error), "give the first line of omega-tui sim") from None
