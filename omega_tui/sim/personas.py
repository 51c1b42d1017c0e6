"""Who calls: what the exchange knows of the one key and of the account behind it.

A persona is a plain value. The named ones are what a client's start-up checks must tell apart; they combine
as long as they do not contradict each other. It knows no request: what a persona may do is decided in `rest`
and `streams`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final


class Environment(StrEnum):
    """Which of Bitget's two worlds a key belongs to ("Demo Trading")."""

    LIVE = "live"
    DEMO = "demo"


class AccountKind(StrEnum):
    """What kind of account the key opens: only a classic one speaks V2, and a copied one may not do all."""

    CLASSIC = "classic"
    UNIFIED = "unified"
    COPY_TRADER = "copy_trader"


class Permission(StrEnum):
    """What the key was made for."""

    READ = "read"
    TRADE = "trade"
    WITHDRAW = "withdraw"


class Standing(StrEnum):
    """Whether key and account are in good order; all of these may change while a client runs."""

    GOOD = "good"
    EXPIRED = "expired"
    """The key no longer counts as one: 40006."""
    DELETED = "deleted"
    """Nobody knows the key any more: 40037."""
    FROZEN = "frozen"
    """The account may do nothing: 40024."""
    REGION_LOCKED = "region_locked"
    """The account may not open anything where its owner lives: 40024 with the text captured in 2025."""


NO_KEY: Final = frozenset({Standing.EXPIRED, Standing.DELETED})
"""With these the key is as good as none."""


class PersonaUnknown(ValueError):
    """No persona has that name, or the named ones contradict each other; the text says which."""


@dataclass(frozen=True, slots=True)
class Persona:
    """The caller. `ips` are the addresses the key is bound to, none for any; `uid` numbers the account."""

    environment: Environment = Environment.LIVE
    account: AccountKind = AccountKind.CLASSIC
    permissions: frozenset[Permission] = frozenset({Permission.READ, Permission.TRADE})
    ips: tuple[str, ...] = ()
    uid: str = "7210043586"
    standing: Standing = Standing.GOOD

    def may(self, permission: Permission) -> bool:
        """Whether the key was made for this."""
        return permission in self.permissions

    def is_known_at(self, address: str) -> bool:
        """Whether the key may be used from this address."""
        return not self.ips or address in self.ips


_ELSEWHERE: Final = "192.0.2.1"
"""An address of the range kept for documentation, so nobody's."""

PERSONAS: Final[dict[str, Persona]] = {
    "demo": Persona(environment=Environment.DEMO),
    "unified": Persona(account=AccountKind.UNIFIED),
    "copy-trader": Persona(account=AccountKind.COPY_TRADER),
    "read-only": Persona(permissions=frozenset({Permission.READ})),
    "withdraw": Persona(permissions=frozenset(Permission)),
    "no-permission": Persona(permissions=frozenset()),
    "bound-here": Persona(ips=("127.0.0.1",)),
    "bound-elsewhere": Persona(ips=(_ELSEWHERE,)),
    "expired-key": Persona(standing=Standing.EXPIRED),
    "deleted-key": Persona(standing=Standing.DELETED),
    "frozen": Persona(standing=Standing.FROZEN),
    "region-locked": Persona(standing=Standing.REGION_LOCKED),
}
"""The personas by the names that `--persona` takes."""


def build_persona(names: Iterable[str]) -> Persona:
    """All the named personas in one. Raises PersonaUnknown."""
    changes: dict[str, Any] = {}
    for name in names:
        for field, value in _changes(name).items():
            if changes.setdefault(field, value) != value:
                raise PersonaUnknown(f"persona {name} contradicts another one about {field}")
    return replace(Persona(), **changes)


def _changes(name: str) -> dict[str, Any]:
    """What the named persona has otherwise than the usual one."""
    named, usual = PERSONAS.get(name), Persona()
    if named is None:
        nearest = get_close_matches(name, PERSONAS, 1)
        hint = f"did you mean {nearest[0]}?" if nearest else f"choose from {', '.join(PERSONAS)}"
        raise PersonaUnknown(f"no persona is called {name}; {hint}")
    values = {field.name: (getattr(named, field.name), getattr(usual, field.name)) for field in fields(named)}
    return {field: ours for field, (ours, theirs) in values.items() if ours != theirs}
