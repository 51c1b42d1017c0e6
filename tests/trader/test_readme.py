"""What README and docs/scripts.md show of scripts and the shell is run as it stands."""

import io
import os
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from omega_tui.cli import main
from omega_tui.commands.exit_codes import ExitCode
from tests.support.simulator import Simulator

_ROOT = Path(__file__).resolve().parents[2]
_DOCUMENT = _ROOT / "docs" / "scripts.md"


def block(path: Path, language: str) -> str:
    text = path.read_text(encoding="utf-8").partition("From scripts and the shell\n")[2]
    found = re.search(rf"```{language}\n(.*?)```", text, re.S)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", [_ROOT / "README.md", _DOCUMENT], ids=lambda path: path.name)
def test_the_example_for_scripts_runs(path: Path) -> None:
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(block(path, "python"), str(path), "exec"), {})
    words = said.getvalue().split()
    assert words[0] == "filled"
    assert float(words[1]) > 0
    assert words[-1] == "0", "nothing is left open"


def test_the_examples_for_the_shell_run(
    exchange: Simulator,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    Path("sim.json").write_text(exchange.line + "\n")
    starting, *commands = block(_DOCUMENT, "sh").splitlines()
    assert starting.endswith("> sim.json &"), "the test starts it itself"
    for line in commands:
        program, *words = shlex.split(line)
        assert program == "omega-tui"
        assert main(words) == 0, f"{line}\n{capsys.readouterr().err}"


def test_the_table_names_every_exit_code() -> None:
    [numbers] = [line for line in _DOCUMENT.read_text().splitlines() if line.startswith("| 0 |")]
    assert [int(cell) for cell in numbers.strip("| ").split("|")] == [code.value for code in ExitCode]
