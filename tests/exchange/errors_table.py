"""`python3 -m tests.exchange.errors_table`: renews the tables in `docs/errors.md`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from omega_tui.exchange.bitget.rest.refusals import DEFINITE, KINDS, MEANINGS, Kind, advice

PATH: Final = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
BEGIN: Final = "<!-- tables: written by tests.exchange.errors_table -->"
END: Final = "<!-- tables: end -->"

OLDER_NOTES: Final = {
    "40001": "invalid API key",
    "40002": "invalid signature",
    "40003": "rate limit",
    "40004": "bad request",
    "40005": "insufficient funds",
    "40006": "bad symbol",
    "40007": "order not found",
    "40008": "—",
    "40009": "—",
    "40010": "—",
}
"""What a list that circulates says of the first codes; it names seven of them."""

_TITLES: Final = {
    Kind.KEY: "The key or its signature",
    Kind.PERMISSION: "What the key or the account may do",
    Kind.CLOCK: "The clock",
    Kind.LIMIT: "Too many requests",
    Kind.MAINTENANCE: "A contract that is closed",
    Kind.INTERNAL: "Trouble inside the exchange",
    Kind.DUPLICATE: "A client id that was used before",
    Kind.NOT_FOUND: "An order that is not found",
    Kind.FINISHED: "An order that is finished",
    Kind.NOTHING_TO_CANCEL: "Nothing to cancel",
    Kind.NOTHING_TO_CLOSE: "Nothing to close",
    Kind.CONTENT: "What was asked for",
}


def main() -> None:
    """Write the tables into the page."""
    before, _, rest = PATH.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PATH.write_text(f"{before}{BEGIN}\n{tables()}\n{END}{after}", encoding="utf-8")


def tables() -> str:
    """Every kind with its codes, and where older notes differ, as Markdown."""
    return "\n\n".join([*map(_kind, _TITLES), _older()])


def _kind(kind: Kind) -> str:
    codes = sorted((code for code, one in KINDS.items() if one is kind), key=lambda code: (len(code), code))
    head = f"### {_TITLES[kind]}\n\n{kind.value[0].upper()}{kind.value[1:]}.\n\n"
    return head + _rows(
        ("Code", "Real meaning", "Next step"),
        ((f"`{code}`", MEANINGS[code], advice(code) or "change what it names") for code in codes),
    )


def _older() -> str:
    rows = (
        (f"`{code}`", claim, MEANINGS[code], _class(KINDS[code]), advice(code))
        for code, claim in OLDER_NOTES.items()
    )
    head = ("Code", "Older notes", "Real meaning", "Our class", "Next step")
    return f"### Where older notes differ\n\n{_rows(head, rows)}"


def _class(kind: Kind) -> str:
    return "refused" if kind in DEFINITE or kind is Kind.LIMIT else "unknown"


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


if __name__ == "__main__":
    main()
