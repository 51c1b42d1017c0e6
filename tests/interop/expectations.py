"""What each judge is expected to find, read from `expected/<judge>.toml`.

`ok` names what must work in both position modes. `otherwise` names what must not, with the verdict and the
reason. `driven_elsewhere` and `no_route` account for everything else that the client offers.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.interop.judges import HERE, MODES, Judge

OK: Final = "ok"


@dataclass(frozen=True)
class Expected:
    """The verdict of one method in one mode; `because` explains any but ok."""

    verdict: str = OK
    because: str = ""


@dataclass(frozen=True)
class Expectation:
    """Everything expected of one judge."""

    methods: dict[tuple[str, str], Expected]
    """By method and mode."""
    names: list[str]
    """The methods, in the order in which they are listed."""
    elsewhere: dict[str, str]
    """Methods that no step has, with the reason; * stands for anything."""


@cache
def expectation_of(judge: Judge) -> Expectation:
    """Read the judge's table."""
    table = tomllib.loads((HERE / "expected" / f"{judge.name}.toml").read_text(encoding="utf-8"))
    methods = {(name, mode): Expected() for name in table["ok"] for mode in MODES}
    for row in table.get("otherwise", []):
        for mode in row.get("modes", MODES):
            methods[row["method"], mode] = Expected(row["verdict"], row["because"])
        for mode in set(MODES) - set(row.get("modes", MODES)):
            methods[row["method"], mode] = Expected()
    names = dict.fromkeys(name for name, _ in methods)
    elsewhere = {name: reason for reason, listed in table.get("elsewhere", {}).items() for name in listed}
    return Expectation(methods, list(names), elsewhere)
