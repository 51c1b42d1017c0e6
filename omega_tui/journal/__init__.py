"""The store of record: what was intended, sent and answered, on disk before it counts."""

from omega_tui.journal.files import JournalInUse, JournalRefused, account_mark, in_use, journal_path, prune
from omega_tui.journal.journal import Journal, append_at_once
from omega_tui.journal.onlooker import Onlooker
from omega_tui.journal.port import JournalFailed, JournalPort, NoJournal, RowRefused
from omega_tui.journal.projections import Recollection, read_body
from omega_tui.journal.reading import (
    JournalListing,
    JournalReader,
    Verified,
    csv_line,
    export_csv,
    export_json_lines,
    formula_safe,
    list_journals,
    read_journal,
    time_text,
)
from omega_tui.journal.replay import Fold, Folded
from omega_tui.journal.schema import JournalDamaged, JournalRow

__all__ = [
    "Fold",
    "Folded",
    "Journal",
    "JournalDamaged",
    "JournalFailed",
    "JournalInUse",
    "JournalListing",
    "JournalPort",
    "JournalReader",
    "JournalRefused",
    "JournalRow",
    "NoJournal",
    "Onlooker",
    "Recollection",
    "RowRefused",
    "Verified",
    "account_mark",
    "append_at_once",
    "csv_line",
    "export_csv",
    "export_json_lines",
    "formula_safe",
    "in_use",
    "journal_path",
    "list_journals",
    "prune",
    "read_body",
    "read_journal",
    "time_text",
]
