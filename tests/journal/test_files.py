"""Whose the journal's files are, who may read them, and what disk they may lie on."""

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from omega_tui.clock import ManualClock
from omega_tui.journal import (
    Journal,
    JournalInUse,
    JournalRefused,
    account_mark,
    files,
    journal_path,
    list_journals,
    prune,
    read_journal,
)

WAIT = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return journal_path(tmp_path / "data", "LIVE", "0123")


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", ".lock"])
def test_a_link_in_place_of_a_file_is_refused_and_its_target_left_alone(
    path: Path, tmp_path: Path, ending: str
) -> None:
    """Following one would write, or narrow the mode of, whatever somebody pointed it at."""
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    target.chmod(0o644)
    path.parent.mkdir()
    path.with_name(path.name + ending).symlink_to(target)
    with pytest.raises(JournalRefused, match="link"):
        Journal(path, ManualClock())
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"precious", 0o644)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_belongs_to_another_user_is_refused(path: Path, what: str) -> None:
    Journal(path, ManualClock()).close()
    os.chown(path.parent if what == "folder" else path, 65534, 65534)
    with pytest.raises(JournalRefused, match="belongs to another user"):
        Journal(path, ManualClock())
    with pytest.raises(JournalRefused, match="belongs to another user"), read_journal(path):
        pass


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_network_filesystem_is_refused_before_anything_is_written(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """S14: two machines over one log corrupt it, and a lock there holds nobody back."""
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/share {tmp_path} {kind} rw 0 0\n")
    monkeypatch.setattr(files, "_MOUNTS", table)
    with pytest.raises(JournalRefused, match=r"network filesystem .*disk of this machine"):
        Journal(path, ManualClock())
    assert not path.exists()


def test_the_filesystem_is_that_of_the_deepest_mount_and_of_the_last_one_on_a_point(tmp_path: Path) -> None:
    folder = tmp_path / "with blank" / "data"
    folder.mkdir(parents=True)
    blank = str(tmp_path / "with blank").replace(" ", "\\040")
    table = tmp_path / "mounts"
    table.write_text(
        f"a / ext4 rw 0 0\nb {blank} nfs rw 0 0\nc {blank} xfs rw 0 0\nd /elsewhere nfs rw 0 0\nbad\n"
    )
    assert files.filesystem(folder, table) == "xfs"
    assert files.filesystem(tmp_path, table) == "ext4"
    assert files.filesystem(tmp_path, tmp_path / "no such table") == ""


def test_each_account_has_its_own_journal_and_lock(tmp_path: Path) -> None:
    """Two accounts of one venue may be traded at once; one account may not be traded twice (S15)."""
    first = journal_path(tmp_path, "DEMO", account_mark("key one"))
    second = journal_path(tmp_path, "DEMO", account_mark("key two"))
    opened = [Journal(first, ManualClock()), Journal(second, ManualClock())]
    with pytest.raises(JournalInUse, match="another cockpit trades this account"):
        Journal(first, ManualClock())
    for each in opened:
        each.close()


def test_the_account_in_a_file_name_is_not_the_key() -> None:
    mark = account_mark("bg_0123456789abcdef0123456789abcdef")
    assert len(mark) == 12
    assert "0123456789" not in mark
    assert mark != account_mark("bg_0123456789abcdef0123456789abcdee")


def test_a_file_that_sqlite_cannot_open_is_refused_and_locks_nobody_out(tmp_path: Path) -> None:
    """Bug: a cockpit that ends in a traceback where it should look on without a journal."""
    deep = journal_path(tmp_path.joinpath(*["deep" * 50] * 3), "live")
    for _ in range(2):
        with pytest.raises(JournalRefused, match="cannot be used"):
            Journal(deep, ManualClock())
    with pytest.raises(JournalRefused, match="cannot be used"), read_journal(deep):
        pass


def _journals(folder: Path, *names: str) -> list[Path]:
    """Closed journals, each older by an hour than the next."""
    paths = [journal_path(folder, "sim", name) for name in names]
    for age, each in enumerate(reversed(paths)):
        Journal(each, ManualClock()).close()
        os.utime(each, (1e9 - 3600 * age,) * 2)
    return paths


def test_only_journals_that_nobody_writes_make_room_for_newer_ones(tmp_path: Path) -> None:
    """Bug: a cockpit that stays open for long loses its journal to commands that come and go."""
    oldest, idle, newest = _journals(tmp_path, "a", "b", "c")
    in_use = Journal(oldest, ManualClock())
    os.utime(oldest, (1, 1))
    os.utime(oldest.with_name(f"{oldest.name}-wal"), (1, 1))
    prune(tmp_path, "sim-*.journal", 1)
    in_use.close()
    assert sorted(tmp_path.glob("*.journal")) == [oldest, newest]
    assert not list(tmp_path.glob(f"{idle.name}*"))


def test_the_journal_written_to_last_is_told_by_its_newest_row(tmp_path: Path) -> None:
    """Bug: SQLite's log is where rows go first, and the file itself looks old for hours."""
    older, newer = _journals(tmp_path, "a", "b")
    with closing(Journal(older, ManualClock())) as journal:
        journal.append("row", {}).result(WAIT)
        os.utime(older, (1, 1))
        assert [each.path for each in list_journals(tmp_path)] == [newer, older]


def test_a_journal_that_goes_while_it_is_looked_for_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: two cockpits start at once, and what one of them cleared away ends the other."""
    [gone] = _journals(tmp_path, "a")
    monkeypatch.setattr(Path, "glob", lambda *_: iter([gone]))
    gone.unlink()
    assert list_journals(tmp_path) == []
    prune(tmp_path, "sim-*.journal", 1)
