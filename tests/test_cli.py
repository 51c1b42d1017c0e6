"""The command line: what goes where, how it ends, and that it does not load what it does not need."""

import argparse
import io
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from omega_tui import __version__
from omega_tui.cli import main
from omega_tui.settings import Settings, Venue, config_file

ROOT = Path(__file__).resolve().parent.parent
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def private_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """The umask and the folder of the tests stay as they are; which masks were set is told."""
    masks: list[int] = []
    monkeypatch.setattr(os, "umask", masks.append)
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    return masks


class Terminal(io.StringIO):
    """A standard input that a person types into."""

    def isatty(self) -> bool:
        return True


def sit_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ends are a terminal, as the screen wants them."""
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")


def wire(monkeypatch: pytest.MonkeyPatch, **functions: Callable[..., object]) -> None:
    """Stand in for the layers behind the command line."""
    module = types.ModuleType("omega_tui.wiring")
    module.__dict__.update(functions)
    monkeypatch.setitem(sys.modules, "omega_tui.wiring", module)


def test_without_a_command_the_cockpit_opens_with_what_the_flags_say(
    monkeypatch: pytest.MonkeyPatch, private_process: list[int]
) -> None:
    seen: list[Settings] = []

    def run_cockpit(settings: Settings) -> int:
        seen.append(settings)
        return 1

    sit_at_a_terminal(monkeypatch)
    wire(monkeypatch, run_cockpit=run_cockpit)
    flags = "--symbol ETHUSDT --speed 5 --loop --position-mode hedge --tape a.gz b.gz --venue testnet"
    assert main(flags.split()) == 1
    (settings,) = seen
    assert settings.market.symbol.name == "ETHUSDT"
    assert (settings.sim.speed, settings.sim.loop, settings.sim.position_mode) == (5, True, "hedge")
    assert settings.sim.tape == (Path.cwd() / "a.gz", Path.cwd() / "b.gz")
    assert settings.venue is Venue.TESTNET
    assert private_process == [0o077], "files made from here on are the user's alone"


def test_ctrl_c_is_an_ending_of_its_own_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def run_cockpit(settings: Settings) -> int:
        raise KeyboardInterrupt

    sit_at_a_terminal(monkeypatch)
    wire(monkeypatch, run_cockpit=run_cockpit)
    assert main([]) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("live", "code"), [(True, 0), (False, 3)])
def test_headless_prints_one_json_line_and_says_whether_the_market_was_reached(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, live: bool, code: int
) -> None:
    def run_headless(settings: Settings, seconds: float) -> dict[str, object]:
        return {"live": live, "symbol": settings.market.symbol, "seconds": seconds}

    wire(monkeypatch, run_headless=run_headless)
    assert main(["--headless", "5"]) == code
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"live": live, "symbol": "BTCUSDT", "seconds": 5.0}


def test_sim_hands_its_own_flags_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def build_parser() -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser()
        parser.add_argument("--port", type=int)
        return parser

    module = types.ModuleType("omega_tui.sim.main")
    module.__dict__.update(build_parser=build_parser, run=lambda options: options.port)
    monkeypatch.setitem(sys.modules, "omega_tui.sim.main", module)
    assert main(["sim", "--port", "9"]) == 9


def test_flags_before_sim_are_refused_rather_than_ignored(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--speed", "5", "sim"])
    assert stopped.value.code == 2
    assert "sim first" in capsys.readouterr().err


@pytest.mark.parametrize(
    "flags", ["--venue moon", "--symbol btcusdt", "--speed 0", "--config nowhere.toml", "--balance -5"]
)
def test_what_cannot_be_used_ends_with_2_before_anything_opens(flags: str, capsys: Captured) -> None:
    assert main(flags.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("omega-tui: ")
    assert "Traceback" not in captured.err


def test_a_settings_file_cannot_write_to_the_terminal_through_an_error(
    tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text('"\\u001b]0;owned\\u0007" = 1\nvenue = "\\u001b[2J"\n')
    assert main(["--config", str(path)]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_abbreviated_flags_are_refused(capsys: Captured) -> None:
    """`--sp 5` must not begin to mean something else when a flag is added."""
    with pytest.raises(SystemExit) as stopped:
        main(["--sp", "5"])
    assert stopped.value.code == 2


def test_config_show_tells_value_and_origin_and_hides_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    for part in ("API_KEY", "SECRET_KEY", "PASSPHRASE"):
        monkeypatch.setenv(f"BITGET_TESTNET_{part}", "canary")
    assert main(["config", "show", "--venue", "testnet", "--seed", "7"]) == 0
    shown = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines()}
    assert rows["venue"] == ["testnet", "--venue"]
    assert rows["sim.seed"] == ["7", "--seed"]
    assert rows["screen.paint_hz"] == ["20", "default"]
    assert rows["api"] == ["keys", "set", "BITGET_TESTNET_…"]
    assert "canary" not in shown


def test_config_validate_judges_the_users_file(capsys: Captured) -> None:
    assert main(["config", "validate"]) == 0
    config_file().parent.mkdir(parents=True)
    config_file().write_text("[sim]\nspede = 1\n")
    assert main(["config", "validate"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "did you mean 'sim.speed'" in captured.err


def test_config_locate_names_the_file_and_the_folders(capsys: Captured) -> None:
    assert main(["config", "locate"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["settings"] == str(config_file())
    assert set(rows) == {"settings", "config", "data", "state", "cache"}


def test_help_documents_every_exit_code(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    for code in ("0 ", "1 ", "2 ", "3 ", "130 "):
        assert f"\n  {code}" in said


def run_python(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout


def test_version_is_answered_without_loading_anything_heavy() -> None:
    program = (
        "import sys\nfrom omega_tui.cli import main\n"
        "try: main(['--version'])\nexcept SystemExit: pass\n"
        "print(*[name for name in ('textual', 'rich', 'msgspec', 'asyncio', 'ccxt') if name in sys.modules])"
    )
    assert run_python(program).split("\n")[:2] == [f"omega-tui {__version__}", ""]


def test_the_first_picture_stands_before_the_screen_library_is_loaded() -> None:
    """On a slow disk the trader must see at once that the command was understood."""
    program = (
        "import sys\nfrom omega_tui import cli\n"
        "sys.stdin.isatty = sys.stdout.isatty = lambda: True\n"
        "def splash(venue, symbol):\n"
        "    print(venue, symbol, 'textual' in sys.modules, 'omega_tui.wiring' in sys.modules)\n"
        "    sys.exit()\n"
        "cli.splash = splash\n"
        "cli.main(['--symbol', 'ETHUSDT'])"
    )
    assert run_python(program) == "SIM ETHUSDT False False\n"


def test_keys_prints_the_keymap_in_force_and_checks_a_file(tmp_path: Path, capsys: Captured) -> None:
    """Whoever moves keys must see what a keymap does, and what is wrong with it, before the cockpit opens."""
    file = tmp_path / "mine.toml"
    file.write_text('[keys]\ntheme = "f7"\n', encoding="utf-8")
    assert main(["keys", "--check", str(file)]) == 0
    assert "can be used" in capsys.readouterr().err
    file.write_text('[keys]\ntheme = "t"\n"ticket.buy" = "b"\n', encoding="utf-8")
    assert main(["keys", "--check", str(file)]) == 2
    assert f"{file}, line 3: ticket.buy" in capsys.readouterr().err
    assert main(["keys"]) == 0
    assert '"ticket.buy" = ["B"]' in capsys.readouterr().out


def test_the_tutor_teaches_with_play_money_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bug: somebody learns the keys on an account with money in it."""
    seen: list[bool] = []

    def run_cockpit(settings: Settings) -> int:
        seen.append(settings.screen.tutor)
        return 0

    sit_at_a_terminal(monkeypatch)
    wire(monkeypatch, run_cockpit=run_cockpit)
    assert main(["tutor"]) == 0
    assert seen == [True]
    assert main(["tutor", "--venue", "testnet"]) == 2
    assert "simulated exchange" in capsys.readouterr().err
    assert seen == [True]


def test_without_a_terminal_the_screen_does_not_open_and_says_what_does(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Bug: with nobody at either end the screen spun on a closed input and took the machine's memory."""
    wire(monkeypatch)
    assert main([]) == 2
    assert "omega-tui --plain" in capsys.readouterr().err
