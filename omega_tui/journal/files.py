"""The journal's files: private to the user, one per venue, one writer at a time.

POSIX permissions and advisory locks; what is inside the file is `schema`'s business.
"""

import fcntl
import os
from pathlib import Path


class JournalRefused(Exception):
    """The journal cannot be used; the message says why and what to do."""


class JournalInUse(JournalRefused):
    """Another process writes this journal."""


def journal_path(folder: Path, venue: str) -> Path:
    """The journal of a venue (sim, demo, live): never shared, so that play money cannot pass for real."""
    return folder / f"{venue.lower()}.journal"


def prepare(path: Path) -> None:
    """Make folder (0700) and file (0600), and narrow what is wider. Raises JournalRefused."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        for name in (path, _beside(path, "-wal"), _beside(path, "-shm")):
            if name.exists():
                name.chmod(0o600)
    except OSError as error:
        raise JournalRefused(f"{path} cannot be written: {error.strerror}; check its folder") from error


def lock(path: Path) -> int:
    """Take the writer's lock; returns the descriptor that holds it. Raises JournalInUse."""
    descriptor = os.open(_beside(path, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise JournalInUse(f"another cockpit writes {path.name}: quit it to trade from here") from error
    return descriptor


def unlock(descriptor: int) -> None:
    """Give the writer's lock back."""
    os.close(descriptor)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
