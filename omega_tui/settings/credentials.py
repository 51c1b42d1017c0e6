"""Exchange keys: a type that never prints, and which variables hold the keys of which venue.

Where the variables came from and what they are used for is not known here. `BITGET_API_KEY`,
`BITGET_SECRET_KEY` and `BITGET_PASSPHRASE` serve any real venue; spelled `BITGET_MAINNET_…` or
`BITGET_TESTNET_…` they serve that one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn


class Venue(StrEnum):
    """Which exchange the cockpit trades on."""

    SIM = "sim"
    """The simulated exchange on loopback; its own keys, made afresh at each start."""

    TESTNET = "testnet"
    """Bitget's demo trading: the real market, play money."""

    MAINNET = "mainnet"
    """Bitget itself: real money."""


class Secret:
    """A text that shows itself only to who calls `reveal()`: never in repr, str, format, pickle or a copy."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that signs."""
        return self._text

    @property
    def tail(self) -> str:
        """The last four characters: enough to tell one account's key from another's, and no more."""
        return self._text[-4:]

    def __repr__(self) -> str:
        return "***"

    def __format__(self, specification: str) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is neither pickled nor copied")


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """The three parts that Bitget signs a request with. `origin` names the variables, never their values."""

    api_key: Secret
    secret_key: Secret
    passphrase: Secret
    origin: str


class KeysError(ValueError):
    """Keys that are incomplete or cannot be right; one sentence a problem, each with its fix."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


_FIELDS = ("API_KEY", "SECRET_KEY", "PASSPHRASE")
_SHARED_PREFIX = "BITGET_"
_PREFIXES = {Venue.TESTNET: "BITGET_TESTNET_", Venue.MAINNET: "BITGET_MAINNET_"}
_PLAUSIBLE = re.compile(r"[!#-&(-~][!-~]*")

VARIABLES = tuple(prefix + part for prefix in (_SHARED_PREFIX, *_PREFIXES.values()) for part in _FIELDS)
"""Every variable name that holds a part of some venue's keys."""


def find_keys(venue: Venue, variables: Mapping[str, str]) -> ApiKeys | None:
    """The keys of `venue`, or None when there are none: then only the market can be watched.

    A venue's own variables win over the shared ones, as a whole: parts of two keys are never mixed. An empty
    value counts as absent. Raises KeysError naming the missing or impossible part.
    """
    if venue is Venue.SIM:
        return None
    for prefix in (_PREFIXES[venue], _SHARED_PREFIX):
        parts = {prefix + part: variables.get(prefix + part, "").strip() for part in _FIELDS}
        if any(parts.values()):
            check_parts(parts)
            api_key, secret_key, passphrase = map(Secret, parts.values())
            return ApiKeys(api_key, secret_key, passphrase, f"{prefix}…")
    return None


def check_parts(parts: Mapping[str, str]) -> None:
    """Raise KeysError unless all three parts are there and can be what Bitget gave out; tells no value."""
    present = [name for name, value in parts.items() if value]
    problems = [
        f"{name} is missing although {' and '.join(present)} {'is' if len(present) == 1 else 'are'} set; "
        f"set all three, or none to watch the market without trading"
        for name, value in parts.items()
        if not value
    ]
    problems += [
        f"{name} has a space, a quote or a character that no Bitget key has; copy it again, unquoted"
        for name, value in parts.items()
        if value and not _PLAUSIBLE.fullmatch(value)
    ]
    if problems:
        raise KeysError(problems)
