"""The journal's files: private to the user, one per account, one writer at a time, on a disk of this machine.

POSIX permissions and advisory locks; what is inside the file is `schema`'s business.
"""

import fcntl
import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

ENDINGS: Final = ("", "-wal", "-shm", ".lock")
"""What SQLite and the lock put beside a journal, itself included."""

_ACCOUNT_LENGTH = 12
_MOUNTS = Path("/proc/self/mounts")
_NETWORK_FILESYSTEMS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "coda", "ncpfs", "9p", "davfs", "drvfs"),
        *("ceph", "glusterfs", "lustre", "beegfs", "gpfs", "orangefs", "pvfs2", "ocfs2", "gfs2"),
        *("vboxsf", "prl_fs", "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs"),
        *("fuse.ceph", "fuse.ceph-fuse", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.smbnetfs", "fuse.curlftpfs"),
        *("fuse.mfs", "fuse.juicefs", "fuse.vmhgfs-fuse"),
    }
)


class JournalRefused(Exception):
    """The journal cannot be used; the message says why and what to do."""


class JournalInUse(JournalRefused):
    """Another process writes this journal."""


def journal_path(folder: Path, venue: str, account: str = "") -> Path:
    """The journal of a venue (sim, demo, live) and an account of it.

    Venues never share one, so that play money cannot pass for real; `account` is `account_mark`'s.
    """
    name = f"{venue}-{account}" if account else venue
    return folder / f"{name.lower()}.journal"


def account_mark(api_key: str) -> str:
    """A short name of the account that a key belongs to, from which the key cannot be told."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:_ACCOUNT_LENGTH]


def prepare(path: Path) -> None:
    """Make folder (0700) and file (0600), and narrow what is wider.

    Raises JournalRefused: for a link, for what belongs to another user, for a network filesystem.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        inspect(path)
        path.parent.chmod(0o700)
        make_private(path)
        for each in beside(path):
            if each.exists():
                each.chmod(0o600)
    except OSError as error:
        raise JournalRefused(f"{path} cannot be written: {error.strerror}; check its folder") from error


def inspect(path: Path) -> None:
    """Look at the folder and the files without changing any. Raises JournalRefused and OSError."""
    kind = filesystem(path.parent)
    if kind in _NETWORK_FILESYSTEMS:
        raise JournalRefused(
            f"{path.parent} is on a network filesystem ({kind}), where SQLite's log cannot be trusted: "
            "choose a data folder on a disk of this machine"
        )
    _refuse_foreign(path.parent, path.parent.stat())
    for each in beside(path):
        try:
            facts = each.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(facts.st_mode):
            raise JournalRefused(f"{each} is a link or no file at all: move it away")
        _refuse_foreign(each, facts)


def _refuse_foreign(path: Path, facts: os.stat_result) -> None:
    if facts.st_uid != os.geteuid():
        raise JournalRefused(f"{path} belongs to another user: its contents cannot be trusted")


def make_private(path: Path, *, new: bool = False) -> None:
    """Make an empty file with mode 0600, following no link; with `new` it must not exist. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_EXCL if new else 0)
    os.close(os.open(path, flags, 0o600))


def lock(path: Path) -> int:
    """Take the writer's lock; returns the descriptor that holds it. Raises JournalRefused, JournalInUse."""
    name = beside(path)[ENDINGS.index(".lock")]
    try:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise JournalRefused(f"{name} cannot be opened: {error.strerror}; check its folder") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise JournalInUse("another cockpit trades this account") from error
    return descriptor


def in_use(path: Path) -> bool:
    """Whether somebody writes this journal at this moment."""
    if not path.exists():
        return False
    try:
        unlock(lock(path))
    except JournalRefused as error:
        return isinstance(error, JournalInUse)
    return False


def unlock(descriptor: int) -> None:
    """Give the writer's lock back."""
    os.close(descriptor)


def last_written(path: Path) -> int:
    """When a journal was written to last, in nanoseconds of the file system; 0 for one that is gone.

    SQLite writes beside the file for a long time before it touches the file itself.
    """
    newest = 0
    for each in beside(path)[: ENDINGS.index("-wal") + 1]:
        with suppress(FileNotFoundError):
            newest = max(newest, each.stat().st_mtime_ns)
    return newest


def prune(folder: Path, pattern: str, kept: int) -> None:
    """Remove the journals of that name but the `kept` that were written to last and those in use."""
    found = sorted(folder.glob(pattern), key=last_written)
    for old in found[:-kept]:
        with suppress(JournalRefused, OSError):
            descriptor = lock(old)
            try:
                for each in folder.glob(f"{old.name}*"):
                    each.unlink(missing_ok=True)
            finally:
                unlock(descriptor)


def beside(path: Path) -> tuple[Path, ...]:
    """The journal's file and those that belong to it, in the order of `ENDINGS`."""
    return tuple(path.with_name(path.name + ending) for ending in ENDINGS)


def filesystem(folder: Path, mounts: Path | None = None) -> str:
    """The type of filesystem that `folder` is on, as the table of mounts spells it; "" if unknown."""
    try:
        table = (mounts or _MOUNTS).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    found, longest = "", -1
    here = folder.resolve()
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_unescaped(fields[1]))
        depth = len(point.parts)
        # Of two mounts on one point the later covers the earlier.
        if depth >= longest and here.is_relative_to(point):
            found, longest = fields[2], depth
    return found


def _unescaped(text: str) -> str:
    """A path of the mount table, in which blanks and backslashes are octal (proc_mounts(5))."""
    for octal, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(octal, plain)
    return text
