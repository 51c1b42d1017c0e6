"""`python3 -m tests.sim.faults.table`: renews the catalogue in `docs/faults.md`."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from omega_tui.sim.faults.catalogue import KINDS, describe, served
from omega_tui.sim.faults.situations import NEEDS_NO_FAULT, SITUATIONS

PATH: Final = Path(__file__).resolve().parents[3] / "docs" / "faults.md"
BEGIN: Final = "<!-- catalogue: written by tests.sim.faults.table -->"
END: Final = "<!-- catalogue: end -->"


def main() -> None:
    """Write the catalogue into the page."""
    before, _, rest = PATH.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PATH.write_text(f"{before}{BEGIN}\n{catalogue()}\n{END}{after}", encoding="utf-8")


def catalogue() -> str:
    """All faults by what they are counted in, and the situations that they make, as Markdown."""
    parts = [_family(words, list(kinds)) for words, kinds in groupby(map(describe, KINDS), _counted_in)]
    made = served()
    rows = [
        (one, words, ", ".join(f"`{name}`" for name in made.get(one, ())) or NEEDS_NO_FAULT[one])
        for one, words in SITUATIONS.items()
    ]
    parts.append("### By situation\n\n" + _rows(("", "Situation", "Faults that make it"), rows))
    return "\n\n".join(parts)


def _counted_in(told: dict[str, Any]) -> str:
    return str(told["counted_in"])


def _family(counted_in: str, kinds: list[dict[str, Any]]) -> str:
    scopes = ", ".join(f"`{name}`" for name in kinds[0]["scopes"])
    limited = f" They can be limited to {scopes}." if scopes else ""
    rows = [(f"`{told['name']}`", told["does"], _members(told), " ".join(told["serves"])) for told in kinds]
    table = _rows(("Fault", "What happens", "Members", "Situations"), rows)
    return f"### {counted_in.capitalize()}\n\nCounted in {counted_in}.{limited}\n\n{table}"


def _members(told: dict[str, Any]) -> str:
    """Each member with its default; those in bold must be given."""
    return ", ".join(
        f"**`{name}`**"
        if name in told["needed"]
        else f"`{name}`" + ("" if default is None else f" {default}")
        for name, default in told["members"].items()
    )


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


if __name__ == "__main__":
    main()
