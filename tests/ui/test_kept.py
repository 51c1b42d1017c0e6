"""What the screen remembers from one run to the next."""

import stat
from pathlib import Path

import pytest

from omega_tui.ui.kept import Kept


def test_what_was_kept_is_there_in_the_next_run(tmp_path: Path) -> None:
    """Bug: the layout is forgotten; or others on the machine can read what was typed."""
    folder = tmp_path / "screen"
    assert Kept(folder).save("layout", {"workspace": 2, "note": "φ"})
    assert Kept(folder).load("layout") == {"workspace": 2, "note": "φ"}
    assert Kept(folder).load("other") == {}
    assert stat.S_IMODE((folder / "layout.json").stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == ["layout.json"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b" " * 2_000_000 + b"{}"])
def test_a_damaged_file_counts_as_empty_and_is_written_anew(tmp_path: Path, damage: bytes) -> None:
    """Bug: a cockpit that does not start because of its own layout file."""
    (tmp_path / "layout.json").write_bytes(damage)
    kept = Kept(tmp_path)
    assert kept.load("layout") == {}
    assert kept.save("layout", {"workspace": 1})
    assert kept.load("layout") == {"workspace": 1}


def test_a_disk_that_refuses_is_told_and_nothing_breaks(tmp_path: Path) -> None:
    """Bug: a full disk ends the session of who changes the theme."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    kept = Kept(tmp_path / "file")
    assert not kept.save("layout", {"workspace": 1})
    assert kept.load("layout") == {}


def test_without_a_folder_it_lasts_as_long_as_the_run() -> None:
    """Bug: a headless look leaves files behind."""
    kept = Kept()
    assert kept.save("layout", {"workspace": 3})
    assert kept.load("layout") == {"workspace": 3}
