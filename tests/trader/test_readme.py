"""The README's section for scripts does what it says: its program and its commands are run as they stand."""

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

_README = Path(__file__).resolve().parents[2] / "README.md"


def section() -> str:
    text = _README.read_text(encoding="utf-8")
    return text.partition("## From scripts and the shell\n")[2].partition("\n## ")[0]


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", section(), re.S)
    assert found is not None
    return found[1]


def test_the_example_for_scripts_runs() -> None:
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(block("python"), str(_README), "exec"), {})
    state, filled, price, left = said.getvalue().split()
    assert state == "filled"
    assert float(filled) > 0
    assert float(price) > 0
    assert left == "0"


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
    starting, *commands = block("sh").splitlines()
    assert starting.endswith("> sim.json &"), "the test starts it itself"
    for line in commands:
        program, *words = shlex.split(line)
        assert program == "omega-tui"
        assert main(words) == 0, f"{line}\n{capsys.readouterr().err}"


def test_the_table_names_every_exit_code() -> None:
    [numbers] = [line for line in section().splitlines() if line.startswith("| 0 |")]
    assert [int(cell) for cell in numbers.strip("| ").split("|")] == [code.value for code in ExitCode]
