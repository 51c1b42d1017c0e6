"""Aliases and variables: the trader's own words, kept from one run to the next."""

from collections.abc import Callable, Mapping
from typing import Any

from omega_tui.language import commands as say

_MOST = 200


class Names:
    """`kept` is what an earlier run had, `keep` stores all of it and says whether that worked."""

    def __init__(self, kept: Mapping[str, Any], keep: Callable[[Mapping[str, Any]], bool]) -> None:
        self._keep = keep
        self.aliases = _texts(kept.get("aliases"))
        self.variables = _texts(kept.get("variables"))

    def words(self, command: say.Command) -> str:
        """What taking a name would do."""
        match command:
            case say.Alias(name, text):
                return f"{name} stands for: {text}" if text else f"{name} stands for nothing any more"
            case say.Let(name, text):
                return f"${name} stands for: {text}" if text else f"${name} stands for nothing any more"
            case _:
                return ""

    def take(self, command: say.Command) -> str:
        """Take a name up, or away; what was done in words, empty for a command that names nothing."""
        match command:
            case say.Alias(name, text):
                _set(self.aliases, name, text)
            case say.Let(name, text):
                _set(self.variables, name, text)
            case _:
                return ""
        kept = self._keep({"aliases": self.aliases, "variables": self.variables})
        return self.words(command) + ("" if kept else "; the disk refused it: it lasts until the end only")


def _set(names: dict[str, str], name: str, text: str) -> None:
    names.pop(name, None)
    if text:
        names[name] = text
        while len(names) > _MOST:
            names.pop(next(iter(names)))


def _texts(found: object) -> dict[str, str]:
    """What a file that anybody may have edited holds of names, and nothing else."""
    if not isinstance(found, Mapping):
        return {}
    return {
        name.lower(): text
        for name, text in list(found.items())[:_MOST]
        if isinstance(name, str) and isinstance(text, str) and len(text) <= 1000
    }
