"""The doctor: it finds what is amiss, says what to do, ends with the right number, and prints no secret."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from omega_tui.cli import main
from omega_tui.clock import RandomIds, SystemClock
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.doctor import examination, machine, signature
from omega_tui.doctor.diagnosis import Diagnosis
from omega_tui.doctor.findings import Finding, Level, fail, note, ok, warn
from omega_tui.doctor.place import Place
from omega_tui.domain.account import KeyFacts
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.signing import VECTORS, request_prehash, sign, sign_login
from omega_tui.journal import Journal, journal_path
from omega_tui.settings import Settings, Venue, load
from omega_tui.settings.credentials import ApiKeys, Secret
from tests.exchange.fake import Answer, FakeRest, FakeStream, hang, refusal, reply
from tests.support.shared import needs_shared, shared_path

_KEYS = Credentials("key-canary-1234", "secret-canary", "phrase-canary")


def _settings(tmp_path: Path, **changes: str) -> Settings:
    folders = {f"paths.{name}": str(tmp_path / name) for name in ("config", "data", "state", "cache")}
    return load(folders | changes, environment={}, folder=tmp_path)


def _levels(findings: list[Finding]) -> dict[str, Level]:
    return {finding.name: finding.level for finding in findings}


@pytest.mark.parametrize(
    ("environment", "size", "encoding", "bad"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, (120, 36), "utf-8", set()),
        ({"TERM": "xterm"}, (79, 24), "UTF-8", {"terminal"}),
        ({"TERM": "xterm"}, None, "UTF-8", {"terminal"}),
        ({"TERM": "dumb"}, (80, 24), "utf-8", {"colours"}),
        ({}, (80, 24), "ANSI_X3.4-1968", {"colours", "characters"}),
    ],
)
def test_a_terminal_that_cannot_show_the_cockpit_is_told_with_its_remedy(
    environment: dict[str, str], size: tuple[int, int] | None, encoding: str, bad: set[str]
) -> None:
    found = list(machine.terminal(environment, os.terminal_size(size) if size else None, encoding))
    assert {finding.name for finding in found if finding.level is Level.WARN} == bad
    assert all(finding.todo for finding in found if finding.level is Level.WARN)


def test_keys_are_masked_and_a_file_that_others_can_read_is_told(tmp_path: Path) -> None:
    secrets = (Secret("key-canary-1234"), Secret("secret-canary"), Secret("phrase-canary"))
    settings = _settings(tmp_path, venue="testnet")
    keys = ApiKeys(*secrets, "BITGET_…")
    open_file = ".env is open to other users; run: chmod 600 .env"
    settings = msgspec.structs.replace(settings, api_keys=keys, warnings=(open_file,))
    found = list(machine.credentials(settings))
    text = Diagnosis(found).as_text() + Diagnosis(found).as_json()
    assert "canary" not in text
    assert "…1234" in text
    assert "13 characters" in text
    assert "chmod 600" in text


def test_a_damaged_journal_fails_and_a_whole_one_is_counted(tmp_path: Path) -> None:
    settings = _settings(tmp_path, venue="testnet")
    path = journal_path(settings.paths.data, "DEMO", "abc")
    journal = Journal(path, SystemClock())
    journal.close()
    assert _levels(list(machine.journals(settings))) == {"journal": Level.OK}
    raw = bytearray(path.read_bytes())
    raw[200:4000] = bytes(3800)
    path.write_bytes(raw)
    assert _levels(list(machine.journals(settings))) == {"journal": Level.FAIL}


def test_a_damaged_journal_of_a_simulated_account_is_no_obstacle(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    for name in ("a", "b"):
        Journal(journal_path(settings.paths.data / "sim", "SIM", name), SystemClock()).close()
    (tmp_path / "data" / "sim" / "sim-a.journal").write_bytes(b"SQLite format 3\0 and nothing else" * 200)
    found = list(machine.journals(settings))
    assert [finding.level for finding in found] == [Level.WARN, Level.OK]
    assert "1 of 2" in found[-1].words


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("withdraw", [False, True])
@pytest.mark.parametrize("bound", [False, True])
def test_permissions_decide_and_a_withdrawal_key_fails_on_real_money(
    tmp_path: Path, live: bool, withdraw: bool, bound: bool
) -> None:
    settings = _settings(tmp_path, venue="mainnet" if live else "testnet")
    addresses = ("203.0.113.7",) if bound else ()
    levels = _levels(list(examination._key(KeyFacts("1", True, withdraw, ("coor",), addresses), settings)))
    expected = (Level.FAIL if live else Level.WARN) if withdraw else Level.OK
    assert levels["withdrawal"] is expected
    assert levels["addresses"] is (Level.OK if bound else Level.WARN)
    nothing = _levels(list(examination._key(KeyFacts("1", False, False, (), addresses), settings)))
    assert nothing["permissions"] is Level.FAIL


async def test_an_exchange_that_does_not_answer_is_unreachable(tmp_path: Path, ccxt_loaded: None) -> None:
    settings = _settings(tmp_path, venue="testnet")
    async with FakeRest() as rest, FakeStream() as stream:
        rest.answers["/api/v2/public/time"] = refusal("40404", "no", 404)
        place = Place(Endpoints.loopback(rest.url, stream.url, stream.url), _KEYS)
        findings = await _examined(place, settings)
    diagnosis = Diagnosis(findings)
    assert not diagnosis.reached
    assert not diagnosis.sound


async def _examined(place: Place, settings: Settings) -> list[Finding]:
    from omega_tui.exchange.bitget.gateway import BitgetGateway

    gateway = BitgetGateway(place.endpoints, place.credentials, SystemClock(), RandomIds(), read_only=True)
    await gateway.start(lambda event: None)
    try:
        return await examination._look(gateway, place, settings, SystemClock())
    finally:
        await gateway.stop()


async def test_a_clock_that_is_off_and_a_unified_account_are_named(tmp_path: Path, ccxt_loaded: None) -> None:
    settings = _settings(tmp_path, venue="testnet")
    async with FakeRest(offset_ms=5000) as rest, FakeStream() as stream:
        rest.answers["/api/v2/mix/account/account"] = refusal("40085", "You are in Unified Account mode")
        place = Place(Endpoints.loopback(rest.url, stream.url, stream.url), _KEYS)
        findings = await _examined(place, settings)
    found = {finding.name: finding for finding in findings}
    assert found["clock"].level is Level.WARN
    assert "5" in found["clock"].words
    assert found["account type"].level is Level.FAIL
    assert "unified" in found["account type"].words


@needs_shared
def test_our_signer_agrees_with_every_known_vector() -> None:
    path = shared_path("bitget", "fixtures", "signature-vectors.jsonl")
    known = [json.loads(line) for line in path.read_text().splitlines()]
    assert known
    assert all(sign(one["secret"], one["prehash"]) == one["sign"] for one in known)
    assert {(one.prehash, one.signature) for one in VECTORS} <= {
        (one["prehash"], one["sign"]) for one in known
    }


def test_a_login_signs_as_any_text_does() -> None:
    assert sign_login("bg_secret", 1700000000) == VECTORS[2].signature
    assert request_prehash(1, "GET", "/a?b=c") == "1GET/a?b=c"


@pytest.mark.parametrize(
    ("answer", "level", "words"),
    [
        (reply([]), Level.OK, "taken"),
        (refusal("40009", "sign signature error"), Level.FAIL, "does not match"),
        (refusal("40012", "apikey/password is incorrect"), Level.FAIL, "wrong"),
        (refusal("40099", "exchange environment is incorrect"), Level.FAIL, "environment"),
        (refusal("99999", "?"), Level.FAIL, "99999"),
        (hang, Level.FAIL, "no answer"),
    ],
)
async def test_the_exchanges_word_on_a_signature_is_told_with_its_remedy(
    answer: Answer, level: Level, words: str, ccxt_loaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from omega_tui.exchange.bitget.rest import client as rest_module

    monkeypatch.setattr(rest_module.CcxtClient.__init__, "__defaults__", (0.5,))
    async with FakeRest() as rest:
        rest.answers["/api/v2/mix/account/accounts"] = answer
        endpoints = Endpoints.loopback(rest.url, "ws://127.0.0.1:1", "ws://127.0.0.1:1")
        found = await signature._compare(endpoints, _KEYS, SystemClock())
        (request,) = rest.to("/api/v2/mix/account/accounts")
    by_name = {finding.name: finding for finding in found}
    assert by_name["ccxt"].level is Level.OK
    assert by_name["ours"].words == request.headers["access-sign"]
    assert by_name["prehash"].words.endswith(f"GET{request.target}")
    assert by_name["server"].level is level
    assert words in by_name["server"].words
    assert level is Level.OK or by_name["server"].todo
    assert "canary" not in Diagnosis(found).as_json()


def test_the_numbers_of_the_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "umask", lambda mask: 0)
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    cases: list[tuple[list[Finding], ExitCode]] = [
        ([ok("a", "b"), warn("c", "d", "e"), note("f", "g")], ExitCode.OK),
        ([ok("a", "b"), fail("c", "d", "e")], ExitCode.FAILED),
        ([fail("exchange", "no", "e", unreachable=True)], ExitCode.UNREACHABLE),
    ]
    asked: list[tuple[Venue, str | None]] = []
    for findings, code in cases:

        def run(settings: Settings, subject: str | None, found: list[Finding] = findings) -> Diagnosis:
            asked.append((settings.venue, subject))
            return Diagnosis(found)

        monkeypatch.setattr("omega_tui.doctor.run_doctor", run)
        assert main(["doctor", "--json"]) == code
        told = json.loads(capsys.readouterr().out)
        assert [one["name"] for one in told["findings"]] == [one.name for one in findings]
    assert main(["doctor", "signature", "--testnet"]) == ExitCode.UNREACHABLE
    assert asked[0] == (Venue.SIM, None)
    assert asked[-1] == (Venue.TESTNET, "signature")
    assert "→ e" in capsys.readouterr().out


@pytest.mark.timeout(60)
def test_it_works_against_the_embedded_simulator_without_keys(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    findings: Callable[..., Any] = examination.examine
    found = asyncio.run(findings(settings, SystemClock(), RandomIds()))
    assert Diagnosis(found).sound, Diagnosis(found).as_text()
    names = {finding.name for finding in found}
    assert {
        "clock",
        "time",
        "accounts",
        "account stream",
        "account type",
        "position mode",
        "journal",
        "hosts",
    } <= names


def test_neither_what_is_nor_what_to_do_reaches_a_terminal_as_it_came() -> None:
    """Bug: a path with a control character in it, told as what to mend, is written out in JSON."""
    hostile = "\x9b2J\u202e\x1b]52;c;"
    told = Diagnosis([fail("key file", hostile, hostile)])
    for text in (told.as_text(), told.as_json()):
        assert not set(hostile) & set("\x9b\u202e\x1b") & set(text)
