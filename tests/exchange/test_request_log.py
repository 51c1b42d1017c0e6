"""Nothing that opens an account is ever in the request log, whatever goes wrong."""

import json
import os
import stat
import time
from pathlib import Path

import pytest

from omega_tui import logs
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.rest.actions import RestActions
from omega_tui.exchange.bitget.rest.client import CcxtClient
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.rest.request_log import RequestLog
from omega_tui.exchange.port import ReadFailed
from omega_tui.settings import load
from omega_tui.wiring import _redaction
from tests.engine.requests import request as limit_buy
from tests.exchange.fake import Answer, FakeRest, close_silently, cut, hang, raw, refusal, reply, reset
from tests.exchange.links import dispatch_over

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_KEYS = Credentials("key-canary", "secret-canary", "phrase-canary")
_PLACE = "/api/v2/mix/order/place-order"
_FAULTS: list[Answer] = [
    reply({"orderId": "7", "clientOid": "omega-1"}),
    *(close_silently, reset, hang, cut("{", 40), raw(""), raw("<html>502</html>", 502)),
    *(raw("", 307, "Location: /x\r\n"), refusal("40009", "sign signature error")),
    refusal("429", "busy", 429),
]


@pytest.mark.parametrize("bodies", [False, True])
async def test_no_key_secret_passphrase_or_signature_is_in_any_line(bodies: bool) -> None:
    """A planted canary in every way a request can end."""
    lines: list[str] = []
    async with FakeRest() as server:
        client = CcxtClient(Endpoints(server.url, "", ""), _KEYS, lambda: 1700000000000, timeout=0.3)
        dispatch = dispatch_over(client, log=RequestLog(lines.append, bodies=bodies))
        actions, reads = RestActions(dispatch), RestReads(dispatch)
        for fault in _FAULTS:
            server.answers[_PLACE] = fault
            await actions.place(limit_buy("omega-1"))
        with pytest.raises(ReadFailed):
            await reads.positions()
        signatures = [request.headers["access-sign"] for request in server.requests]
        await client.close()
    with pytest.raises(ReadFailed, match="closed"):
        await reads.positions()
    written = "\n".join(lines)
    assert len(lines) >= len(_FAULTS) + 2
    assert "canary" not in written
    assert "ACCESS" not in written.upper()
    assert signatures
    assert not any(sign in written for sign in signatures)
    assert {json.loads(line)["outcome"] for line in lines} >= {"accepted", "unknown", "rejected", "notsent"}


def test_the_file_is_the_users_alone_rotates_and_is_redacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_REQUEST_BYTES", 300)
    umask = os.umask(0o022)
    try:
        lines = logs.RequestLines(tmp_path / "state", lambda text: text.replace("canary", "***"))
        for number in range(12):
            lines.write(json.dumps({"number": number, "reply": "canary " * 5}))
        lines.close()
    finally:
        os.umask(umask)
    files = list((tmp_path / "state").glob("requests.jsonl*"))
    assert 1 < len(files) <= 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not any("canary" in path.read_text() for path in files)


def test_s20_a_log_that_cannot_be_written_costs_lines_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mutant: a full disk raises out of an order."""
    (tmp_path / "state").write_text("a file where the folder should be")
    lines = logs.RequestLines(tmp_path / "state", lambda text: text)
    for _ in range(3):
        lines.write("{}")
    lines.close()
    lines.write("{}")
    assert capsys.readouterr() == ("", "")


def test_s20_a_disk_that_stands_still_never_makes_an_order_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    stuck, monkeyed = threading.Event(), threading.Event()

    def stand_still(text: str) -> str:
        monkeyed.set()
        stuck.wait(5)
        return text

    monkeypatch.setattr(logs, "_WAITING", 10)
    monkeypatch.setattr(logs, "_CLOSING_SECONDS", 0.05)
    lines = logs.RequestLines(tmp_path, stand_still)
    began = time.monotonic()
    for _ in range(1000):
        lines.write("{}")
    assert time.monotonic() - began < 0.5
    lines.close()
    stuck.set()
    assert monkeyed.wait(1)


def test_a_secret_is_taken_out_as_json_spells_it_too(tmp_path: Path) -> None:
    """Bug: a backslash is doubled in JSON, and the doubled secret is no longer recognised."""
    values = {f"BITGET_{part}": f"canary\\{part}" for part in ("API_KEY", "SECRET_KEY", "PASSPHRASE")}
    redact = _redaction(load({"venue": "testnet"}, environment=values, folder=tmp_path), None)
    assert "canary" not in redact(json.dumps(values))
    assert "canary" not in redact(str(values["BITGET_API_KEY"]))
