"""The store of record: what was intended, sent and answered, on disk before it counts."""

from omega_tui.journal.files import JournalInUse, JournalRefused, journal_path
from omega_tui.journal.journal import Journal, JournalFailed, JournalPort, NoJournal, read_body
from omega_tui.journal.schema import JournalDamaged, JournalRow

__all__ = [
    "Journal",
    "JournalDamaged",
    "JournalFailed",
    "JournalInUse",
    "JournalPort",
    "JournalRefused",
    "JournalRow",
    "NoJournal",
    "journal_path",
    "read_body",
]
