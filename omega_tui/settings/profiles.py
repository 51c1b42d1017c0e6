"""Trader profiles as the settings file writes them: tables `[profiles.NAME]` that override the four or add.

What a limit means and which values it may have is said in `domain.profiles`. A table whose name is none of
the built-in ones makes a profile of its own and has to say which one it is based on, so that a misspelt name
cannot leave the real one as it was.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from omega_tui.domain.profiles import BUILT_IN, EntryType, Profile, Target, profile_problems

DEFAULT_PROFILE = "strategic"
"""The profile of who chose none."""

BASED_ON = "based_on"
"""The option that names the profile whose values a new one starts from."""


def parse_profiles(tables: object, place: str, problems: list[str]) -> Mapping[str, Profile]:
    """Every profile there is, the built-in ones overridden by `tables`; what is wrong goes to `problems`."""
    if not isinstance(tables, Mapping):
        problems.append(f"{place}: profiles: write tables, as [profiles.newbie]")
        return BUILT_IN
    profiles = dict(BUILT_IN)
    for name, table in tables.items():
        where = f"{place}: profiles.{name}"
        if not isinstance(table, Mapping):
            problems.append(f"{where}: write a table, [profiles.{name}]")
            continue
        base = _base(name, table, where, problems)
        if base is not None:
            options = {option: value for option, value in table.items() if option != BASED_ON}
            profiles[name] = _overridden(replace(base, name=name), options, where, problems)
    return profiles


def nearest(word: str, words: Iterable[str]) -> str:
    """A suggestion for a misspelt word, else nothing."""
    near = difflib.get_close_matches(word, list(words), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def written_options(profile: Profile) -> dict[str, str]:
    """Each option of a profile as it would be written."""
    shown: dict[str, str] = {}
    for option in _READERS:
        value = getattr(profile, option)
        if option == "targets":
            value = ", ".join(f"{leg.multiple}: {leg.share_percent} %" for leg in value)
        shown[option] = str(value).lower() if isinstance(value, bool) else str(value)
    return shown


def _base(name: str, table: Mapping[str, object], where: str, problems: list[str]) -> Profile | None:
    wanted = table.get(BASED_ON, name)
    found = BUILT_IN.get(wanted) if isinstance(wanted, str) else None
    if found is None and BASED_ON in table:
        problems.append(f"{where}.{BASED_ON}: choose one of {', '.join(BUILT_IN)}, not {wanted!r}")
    elif found is None:
        problems.append(
            f"{where}: unknown profile {name!r}{nearest(name, BUILT_IN)} "
            f"A new one says {BASED_ON} = one of {', '.join(BUILT_IN)}"
        )
    return found


def _overridden(base: Profile, options: Mapping[str, object], where: str, problems: list[str]) -> Profile:
    """`base` with the options that could be read; every one that could not is told."""
    read: dict[str, Any] = {}
    before = len(problems)
    for option, value in options.items():
        reader = _READERS.get(option)
        if reader is None:
            problems.append(f"{where}: unknown option {option!r}{nearest(option, _READERS)}")
            continue
        try:
            read[option] = reader(value)
        except ValueError as error:
            problems.append(f"{where}.{option}: {error}")
    changed = replace(base, **read)
    problems.extend(f"{where}.{problem}" for problem in profile_problems(changed))
    return changed if len(problems) == before else base


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"write a number, not {value!r}")
    return Decimal(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"write a whole number, not {value!r}")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"write true or false, not {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"write a text, not {value!r}")
    return value


def _entry_type(value: object) -> EntryType:
    if not isinstance(value, str) or value not in list(EntryType):
        raise ValueError(f"choose one of {', '.join(EntryType)}, not {value!r}")
    return EntryType(value)


def _targets(value: object) -> tuple[Target, ...]:
    return tuple(map(_target, value if isinstance(value, list) else [value]))


def _target(pair: object) -> Target:
    if not isinstance(pair, list) or len(pair) != 2:
        raise ValueError("write pairs of multiple and share, as [[1.5, 40], [2.5, 60]]")
    return Target(_decimal(pair[0]), _decimal(pair[1]))


_BY_TYPE: dict[object, Callable[[object], Any]] = {
    Decimal: _decimal,
    int: _whole,
    bool: _flag,
    str: _text,
    EntryType: _entry_type,
    tuple[Target, ...]: _targets,
}
_READERS = {field.name: _BY_TYPE[field.type] for field in fields(Profile) if field.name != "name"}
