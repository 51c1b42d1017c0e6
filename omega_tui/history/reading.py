"""The account's past out of a journal: the rows that `review` puts together."""

from collections.abc import Callable, Iterable
from typing import Any

from omega_tui.domain.account import Bill
from omega_tui.domain.closed import ClosedPosition, ReportedPosition
from omega_tui.history.records import ADDED, CONTEXT, REMARK, TOLD, ContextRow, RemarkRow
from omega_tui.history.review import Records, Words
from omega_tui.journal import JournalRow, read_body
from omega_tui.journal.records import BILL, NOTE, NoteRow

KINDS = (BILL, NOTE, TOLD, ADDED, CONTEXT, REMARK)
"""The kinds of rows that `records_of` understands."""


def records_of(rows: Iterable[JournalRow]) -> Records:
    """What the rows tell. Raises JournalDamaged for one of another make."""
    records = Records()
    takers: dict[str, Callable[[JournalRow], None]] = {
        BILL: _into(records.bills, Bill),
        TOLD: _into(records.told, ReportedPosition),
        ADDED: _into(records.added, ClosedPosition),
        CONTEXT: _into(records.contexts, ContextRow),
        REMARK: _into(records.remarks, RemarkRow),
        NOTE: lambda row: records.words.append(_words(row)),
    }
    for row in rows:
        takers[row.kind](row)
    return records


def _into(found: list[Any], kind: type[Any]) -> Callable[[JournalRow], None]:
    return lambda row: found.append(read_body(row, kind))


def _words(row: JournalRow) -> Words:
    said = read_body(row, NoteRow)
    return Words(row.wall_ms, said.symbol, said.text, said.tag)
