"""`omega-tui sim` as a process: one line of address, an orderly end, and words for whoever asks wrongly."""

import argparse
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.main import build_parser, run
from omega_tui.sim.security import ApiKey
from tests.sim.protocol.clients import sign
from tests.support.shared import needs_shared, shared_path

PATIENCE = 20


def parse(*arguments: str) -> argparse.Namespace:
    return build_parser().parse_args(arguments)


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The simulator as a child, with the facts of its first line."""
    child = subprocess.Popen(
        [sys.executable, "-m", "omega_tui", "sim", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert child.stdout is not None
        yield child, json.loads(child.stdout.readline())
    finally:
        child.kill()
        child.wait(PATIENCE)
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


def server_time(facts: dict[str, Any]) -> int:
    with urllib.request.urlopen(facts["rest"] + "/api/v2/public/time", timeout=PATIENCE) as reply:
        return int(json.load(reply)["data"]["serverTime"])


def test_it_says_where_it_is_and_leaves_when_told() -> None:
    with process("--seed", "7", "--symbols", "ETHUSDT,BTCUSDT") as (child, facts):
        assert facts.keys() == {
            "rest",
            "ws_public",
            "ws_private",
            "api_key",
            "secret",
            "passphrase",
            "symbols",
            "market",
            "control",
            "control_token",
        }
        assert facts["symbols"] == ["ETHUSDT", "BTCUSDT"]
        assert facts["market"] == "synthetic, seed 7"
        assert facts["ws_private"].startswith("ws://127.0.0.1:")
        assert server_time(facts) > 0
        child.send_signal(signal.SIGTERM)
        output, narration = child.communicate(timeout=PATIENCE)
    assert (child.returncode, output, narration) == (0, "", "")


def test_it_does_not_outlive_its_parent() -> None:
    """When the cockpit is killed nothing but the closed pipe tells the child."""
    keys = {"OMEGA_SIM_API_KEY": "bg_given", "OMEGA_SIM_SECRET": "s", "OMEGA_SIM_PASSPHRASE": "p"}
    with process("--with-parent", "--symbols", "BTCUSDT", **keys) as (child, facts):
        assert (facts["api_key"], facts["secret"], facts["passphrase"]) == ("bg_given", "s", "p")
        assert server_time(facts) > 0
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(PATIENCE) == 0


def test_a_stepped_exchange_begins_when_told_and_moves_when_told() -> None:
    """Whoever repeats a run needs the same start; whoever steps needs nothing but HTTP."""
    start, day = 1_795_000_000_000, 86_400_000
    flags = ("--clock", "stepped", "--start-ms", str(start), "--market-step", "60s", "--symbols", "BTCUSDT")
    with process(*flags) as (_, facts):
        assert server_time(facts) == start
        request = urllib.request.Request(
            facts["control"] + "clock",
            data=json.dumps({"step_ms": day}).encode(),
            headers={"Authorization": f"Bearer {facts['control_token']}"},
        )
        with urllib.request.urlopen(request, timeout=4 * PATIENCE) as reply:
            assert json.load(reply) == {"now_ms": start + day, "stepped": True}
        assert server_time(facts) == start + day
        history = (
            f"{facts['rest']}/api/v2/mix/market/history-fund-rate?symbol=BTCUSDT&productType=usdt-futures"
        )
        with urllib.request.urlopen(history, timeout=PATIENCE) as reply:
            settled = [int(row["fundingTime"]) for row in json.load(reply)["data"]]
        assert [at > start for at in settled[:4]] == [True, True, True, False]


def test_all_fifty_symbols_can_be_asked_for() -> None:
    with process("--symbols", "all") as (_, facts):
        assert len(facts["symbols"]) == 50


def short_tape(folder: Path, *more: str) -> Path:
    """The first moments of a recording, and lines of our own after them."""
    tape = next(shared_path("tapes", "ws").glob("bybit_v5_2026*.jsonl.gz"))
    short = folder / "short.jsonl.gz"
    with gzip.open(tape, "rt") as lines, gzip.open(short, "wt") as copy:
        copy.writelines(line for line, _ in zip(lines, range(600), strict=False))
        copy.writelines(more)
    return short


@needs_shared
def test_the_end_of_a_tape_is_announced(tmp_path: Path) -> None:
    """The cockpit shows it; a market that stands still without a word looks like a fault."""
    short = short_tape(tmp_path)
    with process("--tape", str(short), "--loop", "--speed", "100") as (child, facts):
        assert short.name in facts["market"]
        assert child.stderr is not None
        told = [json.loads(child.stderr.readline()) for _ in range(2)]
    assert told == [{"event": "end_of_tape", "lap": lap, "looping": True} for lap in (1, 2)]


@needs_shared
def test_a_tape_that_breaks_off_midway_ends_the_process_with_its_words(tmp_path: Path) -> None:
    """A market that stops for a bad line must not look like a quiet one."""
    short = short_tape(tmp_path, "not a frame\n")
    with process("--tape", str(short), "--speed", "100") as (child, _):
        assert child.wait(PATIENCE) == 1
        assert child.stderr is not None
        assert f"{short}, line 601" in child.stderr.read()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--speed", "0"),
        ("--speed", "101"),
        ("--speed", "fast"),
        ("--speed", "NaN"),
        ("--balance", "-5"),
        ("--balance", "1e3"),
        ("--port", "70000"),
        ("--seed", "-1"),
        ("--symbols", "BTCUSDT,BTCUSDT"),
        ("--symbols", "BTCUSDT,"),
        ("--position-mode", "both"),
        ("--clock", "stopped"),
        ("--market-step", "70"),
        ("--market-step", "50ms"),
        ("--market-step", "61s"),
        ("--start-ms", "5"),
        ("--persona", "unifed"),
        ("--choice", "books_checksum"),
        ("--choice", "books_checksum=yes"),
        ("--choice", "modify_delay_ms=-1"),
        ("--choice", "modify_delay_ms=0.5"),
        ("--choice", "retired_routes_code=1"),
        ("--choice", "nothing=true"),
        ("--seed", "1", "--tape", "x.jsonl"),
    ],
)
def test_flags_that_cannot_be_are_refused(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(*arguments)
    assert ended.value.code == 2
    assert arguments[0].lstrip("-") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--choice", "books_levels"), "books_levels"),
        (("--choice", "books_levels=x"), "books_levels"),
        (("--choice", "books_levels=0"), "books_levels"),
        (("--choice", "candle_snapshot_rows=0"), "candle_snapshot_rows"),
        (("--choice", "modify_delay_ms=99999999999999999999"), "modify_delay_ms"),
        (("--choice", "status_of_refusals=99"), "status_of_refusals"),
        (("--listen-fd", "999"), "--listen-fd"),
        (("--listen-fd", "-1"), "--listen-fd"),
        (("--port", "99999"), "--port"),
        (("--balance", "NaN"), "--balance"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_it(arguments: tuple[str, ...], words: str) -> None:
    """Neither a traceback nor a page of usage, which would hide what is wrong."""
    tried = subprocess.run(
        [sys.executable, "-m", "omega_tui", "sim", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert tried.returncode == 2
    assert tried.stdout == ""
    (line,) = tried.stderr.splitlines()
    assert line.startswith("omega-tui sim: ")
    assert words in line


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (("--choice", "book_checksum=true"), "books_checksum"),
        (("--choice", "books_checksum=True"), "true"),
        (("--persona", "demmo"), "demo"),
    ],
)
def test_a_typo_is_told_the_nearest_name(
    arguments: tuple[str, ...], nearest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(*arguments)
    assert f"did you mean {nearest}?" in capsys.readouterr().err


@pytest.mark.parametrize("name", [field.name for field in fields(Choices)])
def test_every_open_question_can_be_answered_by_a_flag(name: str) -> None:
    default = getattr(Choices(), name)
    spelled = str(default).lower() if isinstance(default, bool) else str(default)
    assert parse("--choice", f"{name}={spelled}").choice == [(name, default)]


def test_every_open_question_is_explained() -> None:
    """The class's own words are all that a user finds about a choice."""
    told = Choices.__doc__ or ""
    assert [field.name for field in fields(Choices) if f"`{field.name}`" not in told] == []


def asked(facts: dict[str, Any], path: str) -> tuple[int, dict[str, Any]]:
    """Status and envelope of a signed GET."""
    key = ApiKey(facts["api_key"], facts["secret"], facts["passphrase"])
    stamp = str(int(time.time() * 1000))
    headers = {
        "ACCESS-KEY": key.key,
        "ACCESS-SIGN": sign(key.secret, f"{stamp}GET{path}"),
        "ACCESS-TIMESTAMP": stamp,
        "ACCESS-PASSPHRASE": key.passphrase,
    }
    request = urllib.request.Request(facts["rest"] + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_persona_limits_and_choices_reach_the_exchange() -> None:
    accounts = "/api/v2/mix/account/accounts?productType=USDT-FUTURES"
    wanted = ("--persona", "bound-elsewhere", "--choice", "ip_refusal_names_list=true")
    with process("--symbols", "BTCUSDT", "--choice", "status_of_refusals=403", *wanted) as (_, facts):
        status, envelope = asked(facts, accounts)
        assert (status, envelope["code"]) == (403, "40038")


@pytest.mark.parametrize(("flags", "refused"), [((), True), (("--no-limits",), False)])
def test_limits_hold_unless_switched_off(flags: tuple[str, ...], *, refused: bool) -> None:
    """A client under test must meet the limits without anybody asking for them."""
    path = "/api/v2/mix/position/all-position?productType=USDT-FUTURES"
    with process("--symbols", "BTCUSDT", *flags) as (_, facts):
        statuses = {asked(facts, path)[0] for _ in range(60)}
    assert statuses == ({200, 429} if refused else {200})


def test_a_copied_account_begins_in_hedge_mode() -> None:
    path = "/api/v2/mix/account/account?symbol=BTCUSDT&productType=USDT-FUTURES&marginCoin=USDT"
    with process("--symbols", "BTCUSDT", "--persona", "copy-trader") as (_, facts):
        assert asked(facts, path)[1]["data"]["posMode"] == "hedge_mode"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--symbols", "NOPEUSDT"), "NOPEUSDT"),
        (("--tape", "/nowhere/tape.jsonl"), "/nowhere/tape.jsonl"),
        (("--loop",), "--tape"),
        (("--clock", "stepped", "--speed", "2"), "--speed"),
        (("--tape", "/nowhere/tape.jsonl", "--market-step", "5s"), "--market-step"),
        (("--persona", "read-only", "--persona", "withdraw"), "permissions"),
        (("--choice", "status_of_limits=42"), "status_of_limits"),
        (("--persona", "copy-trader", "--position-mode", "one-way"), "hedge"),
    ],
)
def test_what_cannot_be_started_is_explained(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parse(*arguments)) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_a_taken_port_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(parse("--port", str(port), "--symbols", "BTCUSDT")) == 2
    assert f"port {port}" in capsys.readouterr().err


def test_half_a_key_is_explained(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OMEGA_SIM_API_KEY", "bg_half")
    assert run(parse("--symbols", "BTCUSDT")) == 2
    assert "OMEGA_SIM_SECRET" in capsys.readouterr().err
