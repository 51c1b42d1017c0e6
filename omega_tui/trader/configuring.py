"""From the arguments of a trader object to settings: the same sources as the cockpit's, arguments last."""

import warnings
from collections.abc import Mapping

import msgspec

from omega_tui.settings import ApiKeys, Secret, Settings, SettingsError, Venue, load
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
    missing = [name for name, key in zip(_ARGUMENTS, keys, strict=True) if not key]
    if missing:
        raise InvalidInput(
            missing[0], "it is missing although other parts are given", "give all three or none"
        )
    api_key, secret_key, passphrase = (Secret(key or "") for key in keys)
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
