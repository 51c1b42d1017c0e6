"""Faults over the control face, and a plan given to the process."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.faults.plan import Plan, parse_fault
from omega_tui.sim.server import ServerSettings, SimServer
from tests.sim.protocol.clients import RestClient
from tests.sim.protocol.conftest import UNCOUNTED, MidMinuteClock
from tests.sim.protocol.scripted import ScriptedSource

PATIENCE = 20


class Control:
    """A client of the control face."""

    def __init__(self, server: SimServer, http: aiohttp.ClientSession) -> None:
        self._server = server
        self._http = http

    async def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._server.control_token}"}
        text = None if body is None else json.dumps(body)
        address = self._server.address.control + path
        async with self._http.request(method, address, data=text, headers=headers) as response:
            return response.status, await response.json()


@pytest.fixture
def control(server: SimServer, http: aiohttp.ClientSession) -> Control:
    return Control(server, http)


async def test_the_catalogue_lists_every_fault_with_its_members(control: Control) -> None:
    _, told = await control.send("GET", "faults/catalogue")
    faults = {one["name"]: one for one in told["faults"]}
    assert len(faults) > 80
    assert faults["lost_answer"]["members"]["ends"] == "silence"
    assert faults["error_answer"]["needed"] == ["code"]
    assert faults["error_answer"]["scopes"] == ["route", "symbol", "client_oid_prefix"]
    assert "lost_answer" in told["served"]["O01"]


async def test_a_fault_is_added_fires_is_counted_and_removed(control: Control, rest: RestClient) -> None:
    status, added = await control.send(
        "POST", "faults", {"name": "maintenance", "route": "public/time", "after": 1}
    )
    assert (status, added["number"], added["fired"], added["in_force"]) == (200, 1, 0, True)
    codes = [(await rest.get("/api/v2/public/time"))[1]["code"] for _ in range(3)]
    assert codes == ["00000", "40200", "40200"]
    _, told = await control.send("GET", "faults")
    (active,) = told["faults"]
    assert (active["name"], active["seen"], active["fired"]) == ("maintenance", 3, 2)
    assert active["members"]["route"] == "public/time"
    assert (await control.send("DELETE", "faults/1")) == (200, {"removed": 1})
    assert (await rest.get("/api/v2/public/time"))[0] == 200
    assert (await control.send("DELETE", "faults/1"))[0] == 400


async def test_an_act_happens_at_once_and_tells_what_came_of_it(control: Control, server: SimServer) -> None:
    act = {"name": "external_order", "symbol": "BTCUSDT", "side": "buy", "size": "0.01", "price": "59000"}
    _, told = await control.send("POST", "faults", act)
    (order,) = server.exchange.venue.pending()
    assert told["outcome"]["orderId"] == order.order_id
    _, told = await control.send("POST", "faults", act | {"size": "0.00001"})
    assert told["outcome"]["code"] == "40808"


async def test_what_cannot_be_is_refused_in_words(control: Control) -> None:
    assert await control.send("POST", "faults", {"name": "lost_anser"}) == (
        400,
        {"error": "unknown fault 'lost_anser'; did you mean 'lost_answer'?"},
    )
    assert await control.send("POST", "faults", {"name": "lost_answer", "symbol": "BTCUSD"}) == (
        400,
        {"error": "lost_answer: unknown symbol 'BTCUSD'; did you mean 'BTCUSDT'?"},
    )
    assert (await control.send("DELETE", "faults/x"))[0] == 400


async def test_clearing_ends_all_faults(control: Control, rest: RestClient) -> None:
    for _ in range(3):
        await control.send("POST", "faults", {"name": "maintenance"})
    assert (await rest.get("/api/v2/public/time"))[1]["code"] == "40200"
    assert await control.send("DELETE", "faults") == (200, {"faults": []})
    assert (await rest.get("/api/v2/public/time"))[0] == 200


async def test_faults_never_reach_the_control_face(control: Control) -> None:
    """Otherwise nobody could end a fault of everything."""
    for name in ("lost_answer", "half_open", "down", "limit_data"):
        await control.send("POST", "faults", {"name": name})
    assert (await control.send("DELETE", "faults"))[0] == 200


def sim(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "omega_tui", "sim", "--symbols", "BTCUSDT", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


def test_the_process_plays_a_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[fault]]\nname = "html_answer"\nroute = "public/time"\nstatus = 200\n')
    child = sim("--faults", str(plan))
    try:
        assert child.stdout is not None
        facts = json.loads(child.stdout.readline())
        with urllib.request.urlopen(facts["rest"] + "/api/v2/public/time", timeout=PATIENCE) as reply:
            assert reply.read().startswith(b"<!DOCTYPE html>")
        child.send_signal(signal.SIGTERM)
        assert child.communicate(timeout=PATIENCE) == ("", "")
    finally:
        child.kill()


def test_the_process_refuses_a_plan_that_cannot_be_played(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[fault]]\nname = "html_anser"\n')
    child = sim("--faults", str(plan))
    output, narration = child.communicate(timeout=PATIENCE)
    assert (child.returncode, output) == (2, "")
    assert f"{plan}, fault 1: unknown fault 'html_anser'; did you mean 'html_answer'?" in narration


def test_the_process_refuses_a_fault_of_a_symbol_that_it_does_not_list(tmp_path: Path) -> None:
    """It would never strike, and the test that relies on it would pass for nothing."""
    plan = tmp_path / "plan.toml"
    plan.write_text('[[fault]]\nname = "html_answer"\nsymbol = "ETHUSDT"\n')
    child = sim("--faults", str(plan))
    _, narration = child.communicate(timeout=PATIENCE)
    assert child.returncode == 2
    assert "html_answer: unknown symbol 'ETHUSDT'" in narration


async def test_two_runs_with_one_seed_fail_alike(http: aiohttp.ClientSession) -> None:
    """Whatever a plan did to a client once, it does again."""
    table = {"name": "html_answer", "route": "public/time", "probability": 0.4, "after": 3}

    async def run(seed: int) -> list[int]:
        clock = ExchangeClock(MidMinuteClock())
        settings = ServerSettings(requests=UNCOUNTED, faults=Plan(seed, (parse_fault(table),)))
        server = SimServer(ScriptedSource(clock.start_ms), clock, settings)
        await server.start()
        statuses = []
        for _ in range(30):
            async with http.get(server.address.rest + "/api/v2/public/time") as response:
                statuses.append(response.status)
        await server.stop()
        return statuses

    first = await run(7)
    assert first == await run(7)
    assert first != await run(8)
    assert set(first) == {200, 502}
