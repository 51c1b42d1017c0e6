"""Completion files: they know every command and flag, and the shells read them."""

import shutil
import subprocess

import pytest

from omega_tui.cli import main
from omega_tui.commands.completion import SHELLS


def written(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_its_flags_are_there(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = written(shell, capsys)
    for word in ("tutor", "doctor", "order", "validate", "completion", "sim"):
        assert word in text
    for flag in ("plain", "venue", "dry-run", "persona"):
        assert flag in text


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("omega-tui --pl", "--plain"),
        ("omega-tui config val", "validate"),
        ("omega-tui sim --pers", "--persona"),
    ],
)
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_from_it(typed: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Bug: a file that bash reads without complaint and that completes nothing."""
    words = typed.split()
    script = (
        f"{written('bash', capsys)}\nCOMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
        '_omega_tui; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [wanted]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = written("fish", capsys)
    assert subprocess.run(["fish", "-n"], input=text, text=True, check=False).returncode == 0
