"""The first start on a bare interpreter, tried on small checkouts that need no network.

Their lock is empty and their build backend is a file of their own; everything but the download is real.
"""

import ast
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from omega_tui import _boot

ROOT = Path(__file__).resolve().parent.parent
BARE_PYTHON = Path(sys.base_prefix) / "bin" / "python3"
pytestmark = pytest.mark.skipif(not BARE_PYTHON.exists(), reason="the interpreter under the venv is not here")

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "omega-tui"
version = "0"
"""

BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "omega_tui-0-py3-none-any.whl"
    facts = "omega_tui-0.dist-info"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr(f"{facts}/METADATA", "Metadata-Version: 2.1\\nName: omega-tui\\nVersion: 0\\n")
        wheel.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{facts}/RECORD", "")
    return name

build_wheel = build_editable
"""

CLI = """
import sys

def main():
    print(sys.prefix, *sys.argv[1:])
    return 7
"""


def make_checkout(folder: Path) -> Path:
    package = folder / "omega_tui"
    package.mkdir(parents=True)
    for name in ("__init__.py", "__main__.py", "_boot.py", "clock.py"):
        shutil.copy(ROOT / "omega_tui" / name, package / name)
    (package / "cli.py").write_text(CLI)
    # Inside the environment the bootstrap looks for what the lock brings.
    (folder / "textual.py").write_text("")
    (folder / "pytest.py").write_text("")
    (folder / "backend.py").write_text(BACKEND)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "requirements.lock").write_text("# nothing\n")
    (folder / "requirements-dev.lock").write_text("# nothing\n")
    return folder


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OMEGA_"))}
    return {**kept, "PIP_NO_INDEX": "1", **changes}


def run(folder: Path, *arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run the bare interpreter in `folder`."""
    return subprocess.run(
        [str(BARE_PYTHON), *arguments],
        cwd=folder,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def start(folder: Path, *arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    return run(folder, "-m", "omega_tui", *arguments, **changes)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout whose environment was made by one first start."""
    folder = make_checkout(tmp_path_factory.mktemp("checkout") / "with space")
    first = start(folder, "--speed", "5")
    assert first.returncode == 7, first.stderr
    (folder / "first.stderr").write_text(first.stderr)
    (folder / "first.stdout").write_text(first.stdout)
    yield folder
    shutil.rmtree(folder)


def test_the_first_start_says_what_it_does_and_goes_on_inside_the_new_environment(checkout: Path) -> None:
    said = (checkout / "first.stderr").read_text().splitlines()
    assert "first use: installing the locked packages into .venv, about half a minute" in said[0]
    assert "environment ready after" in said[1]
    assert len(said) == 2, "pip's own output is for failures"
    assert (checkout / "first.stdout").read_text() == f"{checkout / '.venv'} --speed 5\n"


def test_the_second_start_changes_nothing_and_says_nothing(checkout: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (checkout / ".venv").rglob("*.stamp")}
    again = start(checkout)
    assert (again.returncode, again.stderr) == (7, "")
    assert {path: path.stat().st_mtime_ns for path in (checkout / ".venv").rglob("*.stamp")} == before


def test_a_changed_lock_is_installed_at_the_next_start(checkout: Path) -> None:
    with open(checkout / "requirements.lock", "a") as lock:
        lock.write("# and a comment\n")
    assert "first use" in start(checkout).stderr
    assert start(checkout).stderr == ""


def test_the_tests_set_includes_what_the_cockpit_needs(checkout: Path) -> None:
    """Alternating between the two commands must not install again and again."""
    ran = run(checkout, "-c", "from omega_tui import _boot; _boot.ensure('tests')")
    assert ran.returncode == 0, ran.stderr
    made = _boot.Environment(checkout)
    assert made.is_ready(_boot.TESTS)
    assert made.is_ready(_boot.RUN)


def test_an_environment_that_lost_a_package_is_an_error_and_not_a_loop(checkout: Path) -> None:
    """A stamp that lies once made the process start itself for ever."""
    probe = checkout / "textual.py"
    probe.unlink()
    try:
        ran = start(checkout)
    finally:
        probe.write_text("")
    assert ran.returncode == 2
    assert "textual is missing from .venv" in ran.stderr


def test_an_interrupted_set_up_is_redone_from_nothing(checkout: Path) -> None:
    """A half-installed package looks installed to pip; only an empty folder can be trusted."""
    rubbish = checkout / ".venv" / "lib" / "half-installed"
    rubbish.write_text("")
    (checkout / ".venv" / "omega-setup-unfinished").touch()
    assert not _boot.Environment(checkout).is_ready(_boot.RUN)
    again = start(checkout)
    assert again.returncode == 7
    assert "environment ready" in again.stderr
    assert not rubbish.exists()


def test_two_first_starts_at_once_make_one_environment(tmp_path: Path) -> None:
    folder = make_checkout(tmp_path / "checkout")
    with ThreadPoolExecutor() as threads:
        both = list(threads.map(lambda _: start(folder), range(2)))
    said = [process.stderr for process in both]
    assert [process.returncode for process in both] == [7, 7], said
    assert sum("environment ready" in text for text in said) == 1


def test_without_a_network_it_exits_with_2_and_the_commands_to_type(tmp_path: Path) -> None:
    folder = make_checkout(tmp_path / "checkout")
    (folder / "requirements.lock").write_text("textual==8.2.8 --hash=sha256:" + "0" * 64 + "\n")
    failed = start(folder, PIP_FIND_LINKS="")
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert "Traceback" not in failed.stderr
    assert "textual" in failed.stderr, "pip's words are shown when it failed"
    assert ".venv/bin/python -m pip install --require-hashes -r requirements.lock" in failed.stderr
    assert ".venv/bin/python -m omega_tui" in failed.stderr
    assert not _boot.Environment(folder).is_ready(_boot.RUN)
    by_hand = folder / ".venv" / "added-by-hand"
    by_hand.touch()
    assert start(folder, PIP_FIND_LINKS="").returncode == 2
    assert by_hand.exists(), "following the advice must not be undone by the next start"


def test_a_checkout_that_cannot_be_written_gets_the_commands_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SystemExit) as stopped:
        _boot._set_up_once(_boot.Environment(tmp_path), _boot.RUN)
    assert stopped.value.code == 2
    assert "Permission denied" in capsys.readouterr().err


def test_an_installed_wheel_never_makes_an_environment(tmp_path: Path) -> None:
    folder = make_checkout(tmp_path / "site-packages")
    (folder / "pyproject.toml").unlink()
    ran = start(folder)
    assert (ran.returncode, ran.stderr) == (7, "")
    assert not (folder / ".venv").exists()


def test_containers_can_opt_out(tmp_path: Path) -> None:
    folder = make_checkout(tmp_path / "checkout")
    ran = start(folder, OMEGA_NO_BOOTSTRAP="1")
    assert (ran.returncode, ran.stderr) == (7, "")
    assert not (folder / ".venv").exists()


def test_an_old_interpreter_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.delenv("OMEGA_NO_BOOTSTRAP", raising=False)
    with pytest.raises(SystemExit) as stopped:
        _boot.ensure(_boot.RUN)
    assert stopped.value.code == 2
    assert "Python 3.11 or newer is needed; this one is 3.9" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py", "_boot.py"])
def test_an_old_interpreter_can_read_what_it_meets_first(name: str) -> None:
    """Newer syntax here would show a traceback instead of the sentence above."""
    ast.parse((ROOT / "omega_tui" / name).read_text(), feature_version=(3, 7))


def test_the_start_loads_the_standard_library_only() -> None:
    """`python3 -m omega_tui` has nothing else before the environment exists."""
    program = textwrap.dedent("""
        import sys
        before = set(sys.modules)
        import omega_tui._boot
        new = {name.partition(".")[0] for name in set(sys.modules) - before}
        print(sorted(new - set(sys.stdlib_module_names) - {"omega_tui"}))
    """)
    loaded = run(ROOT, "-c", program)
    assert loaded.stdout == "[]\n"
