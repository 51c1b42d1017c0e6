"""What a command prints: one JSON document, or the same facts as lines and tables for a person.

Whatever reaches the terminal was made harmless first; nothing is left out but what is not known.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeGuard

from omega_tui.commands.exit_codes import ExitCode
from omega_tui.domain.text import safe_text

Facts = Mapping[str, object]

_WIDEST_CELL = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended and what it has to tell; None when it told that already."""

    code: ExitCode
    facts: Facts | None


def print_answer(answer: Answer, command: str, *, as_json: bool) -> None:
    """Write the answer to standard output, and what went wrong to standard error too.

    A reader that went away or a full disk is told there as well: it changes nothing about how it ended.
    """
    facts = answer.facts
    if facts is None:
        return
    failed = "message" in facts
    if failed:
        narrate(str(facts["message"]))
    if as_json:
        head = {"command": command, "ok": answer.code is ExitCode.OK, "exit_code": int(answer.code)}
        _write([json.dumps({**head, **facts})])
    elif not failed:
        _write(_lines(facts))


def _write(lines: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except OSError as error:
        mute()
        narrate(f"the answer could not be written: {error.strerror}")


def mute() -> None:
    """Drop what standard output still holds, which would be tried and complained about at the very end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def narrate(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"omega-tui: {safe_text(text, 1000)}\n")
    sys.stderr.flush()


def _lines(facts: Facts) -> Iterator[str]:
    width = max((len(name) for name, value in facts.items() if not _nested(value)), default=0)
    for name, value in facts.items():
        if _rows(value):
            yield f"{name}:"
            yield from (f"  {line}" for line in _table(value))
        elif isinstance(value, Mapping):
            yield f"{name}:"
            yield from (f"  {line}" for line in _lines(value))
        elif _shown(value):
            yield f"{name.ljust(width)}  {_cell(value)}"


def _nested(value: object) -> bool:
    return isinstance(value, Mapping) or _rows(value)


def _rows(value: object) -> TypeGuard[Sequence[Facts]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _shown(value: object) -> bool:
    return value is not None and value != ""


def _told(value: object) -> bool:
    """Whether a cell of a table has something to tell."""
    return _shown(value) and not _nested(value) and value != []


def _table(rows: Sequence[Facts]) -> Iterator[str]:
    """Columns of what some row knows; deeper facts stand behind their row."""
    names = [name for name in rows[0] if any(_told(row.get(name)) for row in rows)]
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    deeper = [[], *([(n, v) for n, v in row.items() if _nested(v)] for row in rows)]
    for line, below in zip(cells, deeper, strict=True):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for name, value in below:
            yield from (f"  {each}" for each in _lines({name: value}))


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return safe_text("; ".join(map(str, value)) or "none", 1000)
    return safe_text(str(value), _WIDEST_CELL * 4)
