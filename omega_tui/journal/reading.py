"""Looking into a journal without writing it: checking, listing, exporting, while its cockpit trades on.

Nothing here takes the writer's lock or changes a row. What a row means is not known; money stays the text
that was written.
"""

import csv
import io
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from omega_tui.journal import files, inspection, schema
from omega_tui.journal.files import JournalRefused
from omega_tui.journal.replay import Fold, Folded, replay
from omega_tui.journal.schema import JournalDamaged, JournalRow

_encode = msgspec.json.Encoder().encode
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "|", "%")
_COLUMNS = (
    *("symbol", "side", "order_type", "state", "size", "price", "filled", "average_price", "fee", "profit"),
    *("client_order_id", "order_id", "trade_id", "reason"),
)


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that was recomputed as a whole: its rows, and the digest of the newest as hexadecimal text."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class JournalListing:
    """A journal that lies in a folder: its file and the bytes it takes."""

    path: Path
    bytes: int


class JournalReader:
    """An open journal that is only looked at; every answer is of one moment. Made by `read_journal`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def verify(self) -> Verified:
        """Recompute the whole chain and look whether the tables know every row.

        Raises JournalDamaged naming the first bad row.
        """
        try:
            head = inspection.inspect(self._connection)
        except schema.TablesDamaged:
            raise
        except JournalDamaged as error:
            raise schema.damage(self.path, error) from error
        except schema.SQLITE_ERRORS as error:
            raise schema.refusal(self.path, error) from error
        return Verified(head.sequence, head.digest.hex())

    def replay(self, fold: Fold[Folded], *kinds: str) -> tuple[Folded, list[JournalRow]]:
        """What `fold` makes of every execution, oldest first, and the rows of `kinds`.

        Raises JournalDamaged for an execution that cannot be read, JournalRefused for the file.
        """
        try:
            return replay(self._connection, fold, kinds)
        except JournalDamaged as error:
            raise schema.damage(self.path, error) from error
        except schema.SQLITE_ERRORS as error:
            raise schema.refusal(self.path, error) from error

    def rows(
        self, *kinds: str, since_ms: int | None = None, until_ms: int | None = None, newest: int | None = None
    ) -> Iterator[JournalRow]:
        """Rows of `kinds` (all when none is named), oldest first.

        `since_ms` is the first and `until_ms` the first no longer wanted millisecond of the writer's wall
        clock, which may have stepped: rows come in the order of writing. With `newest` only
        so many of the last ones. Raises JournalRefused where the file cannot be read.
        """
        try:
            yield from schema.select_rows(self._connection, kinds, since_ms, until_ms, newest)
        except schema.SQLITE_ERRORS as error:
            raise schema.refusal(self.path, error) from error


@contextmanager
def read_journal(path: Path) -> Iterator[JournalReader]:
    """Open a journal for looking. Raises JournalRefused (missing, newer, unreadable)."""
    if not path.exists():
        raise JournalRefused(f"{path} does not exist: nothing was written there yet")
    try:
        files.inspect(path)
    except OSError as error:
        raise JournalRefused(f"{path} cannot be read: {error.strerror}") from error
    with closing(schema.connect_reading(path)) as connection:
        yield JournalReader(path, connection)


def list_journals(folder: Path) -> list[JournalListing]:
    """The journals of a folder and of its simulated accounts, newest use last."""
    found = [*folder.glob("*.journal"), *(folder / "sim").glob("*.journal")]
    found.sort(key=files.last_written)
    return [JournalListing(path, path.stat().st_size) for path in found if path.exists()]


def export_json_lines(rows: Iterable[JournalRow]) -> Iterator[str]:
    """One line of JSON a row: sequence, time (UTC, ISO 8601), wall_ms, kind, body."""
    for row in rows:
        facts = {
            "sequence": row.sequence,
            "time": time_text(row.wall_ms),
            "wall_ms": row.wall_ms,
            "kind": row.kind,
            "body": msgspec.Raw(row.body),
        }
        yield _encode(facts).decode()


def export_csv(rows: Iterable[JournalRow]) -> Iterator[str]:
    """A line of headings, then one line a row: what every spreadsheet wants as columns, and the whole body.

    A cell that a spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers.
    """
    yield csv_line(("sequence", "time", "wall_ms", "kind", *_COLUMNS, "body"))
    for row in rows:
        facts = _members(row.body)
        columns = (facts.get(name, "") for name in _COLUMNS)
        text = row.body.decode(errors="replace")
        cells = (str(row.sequence), time_text(row.wall_ms), str(row.wall_ms), row.kind, *columns, text)
        yield csv_line(tuple(map(formula_safe, cells)))


def formula_safe(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula."""
    if cell.lstrip().startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def csv_line(cells: tuple[str, ...]) -> str:
    """A line of CSV without its end."""
    # Every cell is quoted: a spreadsheet that divides at semicolons must not find a cell inside a cell.
    out = io.StringIO()
    csv.writer(out, lineterminator="", quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue()


def _members(body: bytes) -> dict[str, str]:
    """The body's plain members by name, outer ones before those of an order or a request inside it."""
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    found: dict[str, str] = {}
    level = [value] if isinstance(value, dict) else []
    while level:
        for name, inner in ((n, i) for each in level for n, i in each.items()):
            if inner is not None and not isinstance(inner, dict | list):
                found.setdefault(name, inner if isinstance(inner, str) else _encode(inner).decode())
        level = [inner for each in level for inner in each.values() if isinstance(inner, dict)]
    return found


def time_text(wall_ms: int) -> str:
    """A moment in UTC: `2026-11-27T12:00:00.000Z`."""
    return (
        datetime.fromtimestamp(wall_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{wall_ms % 1000:03}Z"
    )
