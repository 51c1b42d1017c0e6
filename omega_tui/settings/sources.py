"""Gathers settings from file, variables and flags, checks them, and remembers where each came from.

Every problem found is reported, not only the first. What an option means is said in `groups`.
"""

import difflib
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeGuard, get_origin

import msgspec
import platformdirs

from omega_tui.domain.profiles import Profile
from omega_tui.domain.symbols import Symbol, parse_symbol
from omega_tui.settings.credentials import VARIABLES, ApiKeys, KeysError, Venue, find_keys
from omega_tui.settings.env_file import EnvFile, EnvFileError, read_env_file
from omega_tui.settings.groups import (
    FOLDER,
    Account,
    Api,
    Keys,
    Ladder,
    Limits,
    Market,
    Paths,
    Polling,
    Protection,
    Screen,
    Session,
    Settings,
    Sim,
)
from omega_tui.settings.profiles import DEFAULT_PROFILE, nearest, parse_profiles, written_options

_PROFILES = "profiles"

CONFIG_NAME = "config.toml"
"""The settings file in the user's configuration folder."""

_GROUPS: dict[str, type[msgspec.Struct]] = {
    "market": Market,
    "sim": Sim,
    "screen": Screen,
    "ladder": Ladder,
    "keys": Keys,
    "paths": Paths,
    "limits": Limits,
    "polling": Polling,
    "protection": Protection,
    "session": Session,
    "account": Account,
    "api": Api,
}
_TYPES: dict[str, Any] = {"venue": Venue, "profile": str} | {
    f"{group}.{option.name}": option.type
    for group, struct in _GROUPS.items()
    for option in msgspec.structs.fields(struct)
}
_BY_VARIABLE = {"OMEGA_" + name.upper().replace(".", "_"): name for name in _TYPES}
# Read by the bootstrap and by the tests, so they may stand in a `.env` too.
_OTHER_VARIABLES = ("OMEGA_NO_BOOTSTRAP", "OMEGA_SHARED")
_OUR_PREFIXES = ("OMEGA_", "BITGET_")
_LIMITS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "sim.speed": (lambda speed: speed.is_finite() and 0 < speed <= 100, "must be above 0 and at most 100"),
    "limits.price_distance_percent": (
        lambda percent: percent.is_finite() and 0 < percent <= 90,
        "must be above 0 and at most 90",
    ),
    "sim.balance": (lambda balance: balance.is_finite() and balance > 0, "must be above 0"),
    "market.symbols": (lambda symbols: len(symbols) > 0, "must name at least one contract"),
}


class SettingsError(ValueError):
    """Settings that cannot be used; `problems` are sentences with place and fix, and without secrets."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as it was written. Relative paths in it start at `folder`; only TOML knows types."""

    value: object
    origin: str
    folder: Path
    typed: bool = False

    def path(self, text: str) -> Path:
        """A file or folder as the writer meant it."""
        return self.folder / Path(text).expanduser()


def load(
    flags: Mapping[str, object] = MappingProxyType({}),
    *,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """The settings in force. Raises SettingsError with every problem found.

    `flags` maps dotted names to what was typed, without those left out. `config` is a file that must exist;
    when None, the user's own is read if there is one. `.env` is looked for in `folder` (the current one),
    then beside the user's `config.toml`.
    """
    environment = os.environ if environment is None else environment
    environment = {name: value for name, value in environment.items() if value}
    folder = folder or Path.cwd()
    problems: list[str] = []
    env_file = _find_env_file(folder, problems)
    given: dict[str, _Given] = {}
    given.update(_from_toml(config, problems))
    if env_file is not None:
        given.update(_from_env_file(env_file, problems))
    given.update(_from_environment(environment, folder))
    known = {name: value for name, value in flags.items() if name in _TYPES}
    problems.extend(f"unknown option {name!r}{_advice(name)}" for name in flags if name not in known)
    given.update({name: _Given(value, _flag(name), folder) for name, value in known.items()})
    profiles = _profiles(given, problems)
    values = dict(_converted(given, problems))
    profile = _chosen_profile(values.pop("profile", DEFAULT_PROFILE), profiles, given, problems)
    venue = Venue(values.pop("venue", Venue.SIM))
    warnings = _judge_exposures(venue, env_file, problems)
    if venue is Venue.MAINNET and values.get("account.log_bodies"):
        problems.append("account.log_bodies: requests and replies of real money are never written whole")
    api_keys = _keys(venue, {**(env_file.values if env_file else {}), **environment}, problems)
    if problems:
        raise SettingsError(problems)
    origins = {name: one.origin for name, one in given.items()}
    chosen = {"profile": profile, "profiles": MappingProxyType(dict(profiles))}
    return _assemble(venue, values, api_keys, origins, warnings, chosen)


def describe(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of every option, and whether keys were found; no secret among them."""
    for name in _TYPES:
        value: object = settings
        for part in name.split("."):
            value = getattr(value, part)
        yield name, _written(value), settings.origins.get(name, "default")
    profile = settings.profiles[settings.profile]
    for option, written in written_options(profile).items():
        name = f"{_PROFILES}.{profile.name}.{option}"
        yield name, written, settings.origins.get(name, "default")
    keys = settings.api_keys
    yield "api keys", "set" if keys else "none", keys.origin if keys else "default"


def config_file(config: Path | None = None) -> Path:
    """The TOML file that is read: the one asked for, else the user's own."""
    return config or platformdirs.user_config_path(FOLDER) / CONFIG_NAME


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_toml(config: Path | None, problems: list[str]) -> dict[str, _Given]:
    path = config_file(config)
    try:
        content = path.read_text(encoding="utf-8-sig")
        tree = tomllib.loads(content, parse_float=Decimal)
    except FileNotFoundError:
        if config is not None:
            problems.append(f"{path}: no such file")
        return {}
    except OSError as error:
        problems.append(f"{path}: {error.strerror}")
        return {}
    except ValueError as error:
        problems.append(f"{path}: {error}")
        return {}
    given = {name: _Given(value, str(path), path.parent, typed=True) for name, value in _flatten(tree)}
    unknown = [name for name in given if name not in _TYPES and not name.startswith(f"{_PROFILES}.")]
    problems.extend(f"{path}: unknown option {name!r}{_advice(name)}" for name in unknown)
    return {name: one for name, one in given.items() if name not in unknown}


def _flatten(tree: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict) and key in (*_GROUPS, _PROFILES):
            yield from ((f"{key}.{option}", inner) for option, inner in value.items())
        else:
            yield key, value


def _profiles(given: dict[str, _Given], problems: list[str]) -> Mapping[str, Profile]:
    """Take the profiles' tables out of what was given, and leave where each of their options came from."""
    names = [name for name in given if name.startswith(f"{_PROFILES}.")]
    tables = {name.partition(".")[2]: given.pop(name) for name in names}
    for profile, table in tables.items():
        if isinstance(table.value, Mapping):
            for option, value in table.value.items():
                given[f"{_PROFILES}.{profile}.{option}"] = replace(table, value=value)
    places = {table.origin for table in tables.values()}
    place = places.pop() if places else ""
    return parse_profiles({name: table.value for name, table in tables.items()}, place, problems)


def _chosen_profile(
    name: str, profiles: Mapping[str, Profile], given: Mapping[str, _Given], problems: list[str]
) -> str:
    if name not in profiles:
        origin = given["profile"].origin
        place = origin if origin.startswith("--") else f"{origin}: profile"
        advice = nearest(name, profiles) or f"; choose one of {', '.join(profiles)}"
        problems.append(f"{place}: no profile is called {name!r}{advice}")
    return name


def _advice(name: str) -> str:
    if any(word in name.lower() for word in ("key", "secret", "passphrase", "password")):
        return "; keys belong in .env, as BITGET_API_KEY, BITGET_SECRET_KEY and BITGET_PASSPHRASE"
    return _nearest(name, (*_TYPES, *_GROUPS))


def _nearest(word: str, words: Iterable[str]) -> str:
    """A suggestion, by the whole name or by its last part, else nothing."""
    by_end = {known.rpartition(".")[2]: known for known in words}
    near = difflib.get_close_matches(word, words, 1) or [
        by_end[end] for end in difflib.get_close_matches(word.rpartition(".")[2], by_end, 1)
    ]
    return f"; did you mean {near[0]!r}?" if near else ""


def _find_env_file(folder: Path, problems: list[str]) -> EnvFile | None:
    for candidate in (folder / ".env", config_file().with_name(".env")):
        try:
            found = read_env_file(candidate)
        except EnvFileError as error:
            problems.append(str(error))
            return None
        except OSError as error:
            problems.append(f"{candidate}: {error.strerror}")
            return None
        if found is not None:
            return found
    return None


def _from_env_file(env_file: EnvFile, problems: list[str]) -> Iterator[tuple[str, _Given]]:
    known = (*_BY_VARIABLE, *VARIABLES, *_OTHER_VARIABLES)
    for variable, value in env_file.values.items():
        place = f"{env_file.path}, line {env_file.lines[variable]}"
        if variable in _BY_VARIABLE:
            yield _BY_VARIABLE[variable], _Given(value, place, env_file.path.parent)
        elif variable.startswith(_OUR_PREFIXES) and variable not in known:
            problems.append(f"{place}: unknown name {variable!r}{_nearest(variable, known)}")


def _from_environment(environment: Mapping[str, str], folder: Path) -> Iterator[tuple[str, _Given]]:
    """Names that are not ours are left alone: the environment belongs to other programs too."""
    for variable, name in _BY_VARIABLE.items():
        if variable in environment:
            yield name, _Given(environment[variable], variable, folder)


def _flag(name: str) -> str:
    return "--" + name.rpartition(".")[2].replace("_", "-")


def _converted(given: Mapping[str, _Given], problems: list[str]) -> Iterator[tuple[str, Any]]:
    for name, one in given.items():
        if name.startswith(f"{_PROFILES}."):
            continue
        place = one.origin if one.origin.startswith("--") else f"{one.origin}: {name}"
        try:
            value = _convert(one, _TYPES[name])
        except ValueError as error:
            problems.append(f"{place}: {error}")
            continue
        allowed, words = _LIMITS.get(name, (None, ""))
        if allowed is None or allowed(value):
            yield name, value
        else:
            problems.append(f"{place}: {words}")


def _convert(one: _Given, target: Any) -> Any:
    """The value in its proper type. Raises ValueError saying what was expected."""
    plain = target.__origin__ if get_origin(target) is Annotated else target
    listed = get_origin(plain) is tuple
    kind = plain.__args__[0] if listed else plain
    value = one.value
    if listed and isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if kind is Symbol or kind is Path:
        texts = msgspec.convert(value if listed else [value], list[str])
        read = parse_symbol if kind is Symbol else one.path
        return tuple(map(read, texts)) if listed else read(texts[0])
    try:
        return msgspec.convert(value, target, strict=one.typed)
    except msgspec.ValidationError as error:
        choices = f"; choose one of {', '.join(kind)}" if _is_choice(kind) else ""
        raise ValueError(f"{error}{choices}") from None


def _is_choice(kind: object) -> TypeGuard[type[StrEnum]]:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _judge_exposures(venue: Venue, env_file: EnvFile | None, problems: list[str]) -> tuple[str, ...]:
    """A `.env` that others can read or swap is a warning, and with real money a refusal."""
    exposures = env_file.exposures if env_file else ()
    if venue is Venue.MAINNET:
        problems.extend(f"{exposure} (mainnet does not start before)" for exposure in exposures)
        return ()
    return exposures


def _keys(venue: Venue, variables: Mapping[str, str], problems: list[str]) -> ApiKeys | None:
    try:
        return find_keys(venue, variables)
    except KeysError as error:
        problems.extend(error.problems)
        return None


def _assemble(
    venue: Venue,
    values: Mapping[str, Any],
    api_keys: ApiKeys | None,
    origins: Mapping[str, str],
    warnings: tuple[str, ...],
    chosen: Mapping[str, Any],
) -> Settings:
    grouped: dict[str, dict[str, Any]] = {group: {} for group in _GROUPS}
    for name, value in values.items():
        group, option = name.split(".")
        grouped[group][option] = value
    groups: dict[str, Any] = {group: _GROUPS[group](**options) for group, options in grouped.items()}
    return Settings(
        venue=venue,
        api_keys=api_keys,
        origins=MappingProxyType(dict(origins)),
        warnings=warnings,
        **chosen,
        **groups,
    )
