"""The trading commands as a shell runs them: exit codes, one JSON document, dry runs that send nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from omega_tui.cli import main
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.commands.failures import exit_code
from omega_tui.commands.parser import NAMES
from omega_tui.trader import errors
from omega_tui.trader.errors import TraderError
from tests.support.long import LONG
from tests.support.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]
Shell = Callable[..., tuple[int, dict[str, Any]]]

WRITE_ROUTES = (
    *("place-order", "batch-place-order", "modify-order", "cancel-order", "batch-cancel-orders"),
    *("cancel-all-orders", "close-positions", "click-backhand", "place-plan-order", "place-tpsl-order"),
    *("place-pos-tpsl", "modify-plan-order", "modify-tpsl-order", "cancel-plan-order", "set-leverage"),
    *("set-margin-mode", "set-position-mode"),
)


@pytest.fixture(autouse=True)
def quiet_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The umask, the limits and the folder of the tests stay as they are."""
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shell(exchange: Simulator, capsys: Captured) -> Shell:
    """Runs a command against the serving simulator; the exit code and the JSON document."""

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main([*words, "--json", "--sim", exchange.line])
        out = capsys.readouterr().out
        [line] = out.splitlines()
        document = json.loads(line)
        assert document["exit_code"] == code
        assert document["ok"] == (code == 0)
        for secret in exchange.secrets:
            assert secret not in out
        return code, document

    return run


def buy(*more: str, size: str = "0.002btc") -> list[str]:
    return ["order", "buy", "BTCUSDT", size, *more]


def test_a_day_of_trading_from_the_shell(shell: Shell) -> None:
    """Each command is a process of its own to the exchange: what one did, the next one finds."""
    code, quote = shell("quote", "BTCUSDT_UMCBL")
    assert code == 0
    assert Decimal(quote["bid_price"]) < Decimal(quote["ask_price"])
    assert len(shell("book", "ETHUSDT", "--limit", "4")[1]["asks"]) == 4
    code, order = shell(*buy("--stop", "64500"))
    assert (code, order["state"], order["filled"]) == (0, "filled", "0.002")
    code, resting = shell(*buy("--limit", "64000", "--post-only", "--stop", "63500"))
    assert (code, resting["time_in_force"]) == (0, "post_only")
    assert resting["id"] in {each["id"] for each in shell("orders")[1]["orders"]}
    code, held = shell("positions")
    assert [(each["hold_side"], each["size"]) for each in held["positions"]] == [("long", "0.002")]
    code, cancelled = shell("cancel", resting["order_id"])
    assert (code, cancelled["cancelled"]) == (0, 1)
    code, balance = shell("account")
    assert Decimal(balance["balance"]["equity"]) < 10000
    assert balance["status"]["posture"] == "NORMAL"


def test_a_halt_from_the_shell_holds_for_whoever_comes_next(shell: Shell) -> None:
    """Bug: a halt that ends with the process that asked for it."""
    shell(*buy("--limit", "64000", "--stop", "63500"))
    code, halted = shell("halt")
    assert code == 0
    assert [each["canceled"] for each in halted["entries"]] == [True]
    code, refused = shell(*buy("--stop", "64500"))
    assert code == ExitCode.REFUSED
    assert "HALT" in refused["message"]
    assert shell("account")[1]["status"]["posture"] == "HALT"
    assert shell("resume")[0] == 0
    assert shell(*buy("--stop", "64500"))[0] == 0


@LONG
def test_dry_runs_show_everything_and_send_nothing(exchange: Simulator, shell: Shell) -> None:
    """The simulator counts what reaches it: not one request that changes something may."""
    shell(*buy("--stop", "64500"))
    _, resting = shell(*buy("--limit", "64000", "--stop", "63500"))
    before = shell("orders")[1], shell("positions")[1]["positions"][0]["size"]
    for route in WRITE_ROUTES:
        exchange.fault("delay_request", route=route, ms=0)
    code, shown = shell(*buy("--stop", "64500", "--target", "68000", "--dry-run", size="500$"))
    assert code == 0
    assert shown["dry_run"]
    for figure in ("size", "notional", "margin", "fee", "loss_at_stop", "reward_to_risk"):
        assert Decimal(shown[figure]), figure
    code, forbidden = shell(*buy("--stop", "64500", "--dry-run", size="50btc"))
    assert code == ExitCode.REFUSED
    assert forbidden["problems"]
    assert shell("cancel", resting["id"], "--dry-run")[1]["would_cancel"][0]["id"] == resting["id"]
    assert len(shell("cancel", "--all", "--dry-run")[1]["would_cancel"]) == 1
    assert shell("close", "BTCUSDT", "--dry-run")[1]["effect"].startswith("sell 0.002")
    code, wrong = shell("protect", "BTCUSDT", "--stop", "70000", "--dry-run")
    assert code == ExitCode.REFUSED, "a stop on the wrong side of the price"
    assert wrong["problems"]
    assert shell("protect", "BTCUSDT", "--stop", "64000", "--dry-run")[0] == 0
    [effect] = shell("leverage", "BTCUSDT", "4", "--dry-run")[1]["effects"]
    assert (effect["leverage_after"], effect["hold_side"]) == (4, "long")
    assert shell("amend", resting["id"], "--limit", "63900", "--dry-run")[1]["new_terms"] == {
        "price": "63900"
    }
    assert shell("halt", "--dry-run")[1]["would_cancel"][0]["id"] == resting["id"]
    assert shell("resume", "--dry-run")[0] == 0
    seen = {each["members"]["route"]: each["seen"] for each in exchange.faults()}
    assert set(seen) == set(WRITE_ROUTES)
    assert not any(seen.values()), seen
    after = shell("orders")[1], shell("positions")[1]["positions"][0]["size"]
    assert after[1] == before[1]
    assert [each["id"] for each in after[0]["orders"]] == [each["id"] for each in before[0]["orders"]]
    shell("cancel", resting["id"])
    assert any(each["seen"] for each in exchange.faults()), "what is not a dry run is seen"


def test_what_only_looks_does_not_take_up_what_an_earlier_command_left(
    exchange: Simulator, shell: Shell
) -> None:
    """Bug: a cancel without proof is asked for again by the dry run or the look that comes next."""
    resting = shell(*buy("--limit", "64000", "--stop", "63500"))[1]["id"]
    exchange.fault("cancel_ignored")
    assert shell("cancel", resting, "--seconds", "1")[0] == ExitCode.UNPROVEN
    exchange.mend()
    for route in WRITE_ROUTES:
        exchange.fault("delay_request", route=route, ms=0)
    looks = ["cancel", "--all", "--dry-run"], ["positions"], ["leverage", "BTCUSDT"]
    for words in (buy("--stop", "64500", "--dry-run"), *looks):
        assert shell(*words)[0] == 0
    [order] = shell("orders")[1]["orders"]
    assert (order["id"], order["state"]) == (resting, "pending_cancel")
    assert not any(each["seen"] for each in exchange.faults())


def test_an_unknown_fate_a_refusal_and_a_rejection_end_with_their_numbers(
    exchange: Simulator, shell: Shell
) -> None:
    assert shell(*buy("--stop", "64500", size="50btc"))[0] == ExitCode.REFUSED
    exchange.fault("error_answer", route="place-order", code="45110", count=1)
    code, rejected = shell(*buy("--stop", "64500"))
    assert (code, rejected["code"]) == (ExitCode.REJECTED, "45110")
    exchange.lose_the_next_order()
    code, unknown = shell(*buy("--stop", "64500"), "--seconds", "1")
    assert code == ExitCode.UNKNOWN
    assert unknown["client_order_id"].startswith("omg")
    exchange.mend()
    assert shell("orders")[0] == 0
    assert [each["size"] for each in shell("positions")[1]["positions"]] == ["0.002"], "sent once"


def test_a_reader_that_went_away_changes_nothing_about_how_an_order_ended(
    exchange: Simulator, shell: Shell, tmp_path: Path
) -> None:
    """Bug: an order that was filled ends with the number of a failure, because nobody read the answer."""

    def unheard(*words: str) -> subprocess.CompletedProcess[str]:
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, "-m", "omega_tui", *words]
        try:
            return subprocess.run(
                command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
            )
        finally:
            os.close(writing)

    ordered = unheard(*buy("--stop", "64500"), "--json", "--sim", exchange.line)
    assert ordered.returncode == 0
    assert "could not be written" in ordered.stderr
    assert "Traceback" not in ordered.stderr
    assert [each["size"] for each in shell("positions")[1]["positions"]] == ["0.002"]
    shown = unheard("config", "show")
    assert (shown.returncode, shown.stderr) == (ExitCode.FAILED, "")


def test_in_hedge_mode_a_close_says_which_side(hedged: Simulator, capsys: Captured) -> None:
    """Bug: the wrong of two positions closed, because only one was expected."""
    where = ("--json", "--sim", hedged.line)
    assert main([*buy("--stop", "64500"), *where]) == 0
    assert main(["order", "sell", "BTCUSDT", "0.003btc", "--stop", "66000", *where]) == 0
    assert main(["close", "BTCUSDT", *where]) == ExitCode.USAGE
    capsys.readouterr()
    assert main(["close", "BTCUSDT", "--side", "long", *where]) == 0
    assert json.loads(capsys.readouterr().out)["left"] == "0"
    assert main(["positions", *where]) == 0
    [left] = json.loads(capsys.readouterr().out)["positions"]
    assert (left["hold_side"], left["size"]) == ("short", "0.003")


def test_what_was_typed_wrongly_ends_with_2_and_says_what_to_type(shell: Shell) -> None:
    for words, hint in (
        (buy(size="500"), "500$"),
        (buy(size="1eth"), "BTC"),
        (["order", "buy", "btcusdt", "1btc"], "BTCUSDT"),
        (buy("--limit", "1e5"), "digits"),
        (buy("--limit", "64000.05", "--stop", "63000"), "64000"),
        (["order", "buy", "BTCUSDT"], "quantity"),
        (["cancel"], "--all"),
        (["cancel", "123", "--buys"], "--all"),
        (["amend", "nobody"], "nobody"),
    ):
        code, document = shell(*words)
        assert code == (ExitCode.NOT_FOUND if words[0] == "amend" else ExitCode.USAGE), document
        assert hint in document["message"]


def test_what_is_not_there_is_not_found_or_refused(shell: Shell) -> None:
    assert shell("cancel", "12345")[0] == ExitCode.NOT_FOUND
    assert shell("close", "BTCUSDT")[0] == ExitCode.REFUSED
    assert shell("order", "buy", "NONEUSDT", "5$")[0] == ExitCode.USAGE


def test_ctrl_c_while_an_answer_is_waited_for_loses_no_order(exchange: Simulator, shell: Shell) -> None:
    """O07 from the shell: what was sent is found again by the next command, and sent once."""
    exchange.lose_the_next_order()
    words = [*buy("--stop", "64500"), "--seconds", "60", "--sim", exchange.line]
    command = [sys.executable, "-m", "omega_tui", *words]
    ordering = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    exchange.until_fired("lost_answer")
    ordering.send_signal(signal.SIGINT)
    said = ordering.communicate(timeout=30)[1]
    assert ordering.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in said
    exchange.mend()
    assert [each["size"] for each in shell("positions")[1]["positions"]] == ["0.002"]
    assert not [each for each in shell("orders")[1]["orders"] if each["state"] == "unknown"]


def test_an_exchange_that_is_gone_ends_with_3(capsys: Captured) -> None:
    address = {
        "rest": "http://127.0.0.1:9",
        "ws_public": "ws://127.0.0.1:9",
        "ws_private": "ws://127.0.0.1:9",
    }
    keys = {"api_key": "bg_canary", "secret": "canary", "passphrase": "canary"}
    assert main(["positions", "--json", "--sim", json.dumps({**address, **keys})]) == ExitCode.UNREACHABLE
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"] == "ExchangeUnavailable"
    assert "canary" not in captured.out + captured.err


def test_without_a_serving_simulator_a_command_has_one_of_its_own(capsys: Captured) -> None:
    assert main(["account", "--balance", "1234"]) == 0
    assert "1234" in capsys.readouterr().out


def test_the_journal_of_what_was_traded_is_shown_verified_and_exported(
    shell: Shell, capsys: Captured, tmp_path: Path
) -> None:
    assert main(["journal", "show"]) == ExitCode.NOT_FOUND
    _, order = shell(*buy("--stop", "64500"))
    capsys.readouterr()
    assert main(["journal", "verify", "--json"]) == 0
    proof = json.loads(capsys.readouterr().out)
    assert proof["intact"]
    assert proof["rows"] > 0
    assert main(["journal", "show", "--json", "--limit", "500"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert len(rows) == proof["rows"]
    assert order["id"] in json.dumps(rows)
    assert main(["journal", "export"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == proof["rows"]
    assert [json.loads(line)["sequence"] for line in lines] == [row["sequence"] for row in rows]
    assert main(["journal", "export", "--csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == proof["rows"] + 1
    broken = tmp_path / "broken.journal"
    broken.write_bytes(b"no journal at all" * 100)
    assert main(["journal", "verify", "--file", str(broken)]) == ExitCode.FAILED


def test_a_person_gets_the_same_facts_as_lines(exchange: Simulator, capsys: Captured) -> None:
    assert main([*buy("--stop", "64500"), "--sim", exchange.line]) == 0
    shown = capsys.readouterr().out
    assert "state" in shown
    assert "filled" in shown
    assert main([*buy(size="500"), "--sim", exchange.line]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("omega-tui: ")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert "--json" in said
    writes = name in ("order", "amend", "cancel", "close", "protect", "leverage", "halt", "resume")
    assert ("--dry-run" in said) == writes


def test_every_way_a_trader_fails_has_a_number_of_its_own_meaning() -> None:
    kinds = [
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, TraderError)
    ]
    for kind in kinds:
        expected = kind in (TraderError, errors.TraderClosed)
        made = kind.__new__(kind)
        assert (exit_code(made) is ExitCode.FAILED) == expected, kind
