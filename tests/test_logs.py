"""The log file: private whatever is rotated, redacted whatever is raised, silent whatever the disk does."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from omega_tui import logs


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    before, umask = root.handlers[:], os.umask(0o022)
    yield
    os.umask(umask)
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before


def test_every_file_of_the_rotation_is_the_users_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: the second file is made with the usual mode, and anybody on the machine reads it."""
    monkeypatch.setattr(logs, "_BYTES", 200)
    (tmp_path / "omega-tui.log").touch(mode=0o644)
    logs.log_to_file(tmp_path, lambda text: text)
    for _ in range(10):
        logging.getLogger("x").warning("w" * 100)
    files = list(tmp_path.glob("omega-tui.log*"))
    assert len(files) > 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_no_secret_is_written_from_an_exceptions_text(tmp_path: Path) -> None:
    """Bug: the message is redacted and the traceback below it is not."""
    logs.log_to_file(tmp_path, lambda text: text.replace("canary", "***"))
    try:
        raise ValueError("header canary is not valid")
    except ValueError:
        logging.getLogger("x").exception("failed with %s", "canary")
    written = (tmp_path / "omega-tui.log").read_text()
    assert "ValueError" in written
    assert "canary" not in written


def test_a_disk_that_fails_costs_lines_and_not_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: the logging library prints its own traceback to the terminal."""
    logs.log_to_file(tmp_path, lambda text: text)
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)

    def full(text: str) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handler, "stream", type("Full", (), {"write": staticmethod(full)})())
    logging.getLogger("x").warning("anything")
    monkeypatch.undo()
    assert capsys.readouterr() == ("", "")


def test_without_a_folder_nothing_is_logged_and_nothing_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    logs.log_to_file(tmp_path / "file" / "below", lambda text: text)
    logging.getLogger("x").warning("anything")
    assert capsys.readouterr() == ("", "")
