"""Who may ask the API, from where and how much: A01 to A09, and what the table of security asks for."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from omega_tui.api import server
from omega_tui.api.options import ApiOptions, ApiRefused
from omega_tui.api.routes import build_app
from omega_tui.api.server import serving
from omega_tui.api.source import Source
from omega_tui.api.tokens import read_token, write_token
from omega_tui.clock import CountingIds, RandomIds
from omega_tui.domain.events import Health, PositionsReported
from omega_tui.serving import serve_beside
from omega_tui.settings import load
from tests.api.house import TOKEN, house
from tests.engine.fake_gateway import EXCHANGE_MS, position

BEARER = b"authorization: Bearer " + TOKEN.encode()


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", f"{TOKEN} "[1:]])
async def test_a01_without_the_token_nothing_is_told(tmp_path: Path, token: str) -> None:
    async with house(tmp_path, token=token) as served:
        for path in ("/api/status", "/api/account", "/metrics", "/openapi.json", "/no/such/path"):
            assert await served.get(path) == (401, None), path
        status, body = await served.post("/api/bitget/history/add", {})
        assert (status, body) == (401, None)
        assert served.guard.refused == {401: 6}


async def test_a01_a_token_of_other_bytes_is_wrong_and_no_fault_of_ours(tmp_path: Path) -> None:
    """Bug: comparing texts raises for letters beyond ASCII, and the answer is 500."""
    async with house(tmp_path) as served:
        host = f"host: 127.0.0.1:{served.port}".encode()
        for line in (b"authorization: Bearer \xff\xfe\xe9", b"authorization: Basic " + TOKEN.encode()):
            assert _status(await served.raw(b"GET /api/status HTTP/1.1", host, line)) == 401
        twice = await served.raw(b"GET /api/status HTTP/1.1", host, BEARER, b"authorization: Bearer x")
        assert _status(twice) == 401
        asked = f"GET /api/status?token={TOKEN} HTTP/1.1".encode()
        assert _status(await served.raw(asked, host)) == 401, "a token in a URL would end up in logs"
        assert _status(await served.raw(b"GET /api/status HTTP/1.1", host, BEARER)) == 200


async def test_a01_guessing_is_slowed_down(tmp_path: Path) -> None:
    async with house(tmp_path, token="wrong") as served:
        found = [(await served.get("/api/status"))[0] for _ in range(22)]
        assert (found[0], found[-1]) == (401, 429)
        served.session.headers.pop("Authorization")
        assert (await served.get("/api/status"))[0] == 401, "who brings none guesses nothing"


@pytest.mark.parametrize(
    "host",
    [
        *(b"evil.example", b"evil.example:%d", b"127.0.0.1.evil.example:%d", b"localhost.:%d"),
        *(b"127.0.0.1", b"a\x40127.0.0.1:%d", b"127.0.0.1:%d\x40evil.example", b"", b"127.0.0.1:%d/x"),
        *(b"[::1", b"127.0.0.1:%d#", b"127.0.0.1:00%d", b"\xff", b"127.0.0.1:%d,evil.example"),
    ],
)
async def test_a02_a03_a_host_that_is_not_ours_is_refused_before_the_token_counts(
    tmp_path: Path, host: bytes
) -> None:
    """DNS rebinding, and hosts that a framework's own URL would be confused by (CVE-2026-48710)."""
    async with house(tmp_path) as served:
        named = b"host: " + (host % served.port if b"%d" in host else host)
        answer = await served.raw(b"GET /api/health HTTP/1.1", named, BEARER)
        assert _status(answer) == 400
        assert b"surfaces" not in answer


async def test_a03_no_host_and_two_hosts_are_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        own = f"host: 127.0.0.1:{served.port}".encode()
        assert _status(await served.raw(b"GET /api/health HTTP/1.1", BEARER)) == 400
        assert _status(await served.raw(b"GET /api/health HTTP/1.1", own, b"host: evil", BEARER)) == 400
        absolute = await served.raw(b"GET http://evil.example/api/status HTTP/1.1", own)
        assert _status(absolute) in (400, 401, 404)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
async def test_own_names_are_let_in(tmp_path: Path, name: str) -> None:
    async with house(tmp_path) as served:
        assert (await served.get("/api/status", Host=f"{name}:{served.port}"))[0] == 200


async def test_a04_another_sites_page_is_refused_and_nothing_is_shared_with_it(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        for headers in (
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": f"http://127.0.0.1:{served.port + 1}"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            url = f"http://127.0.0.1:{served.port}/api/bitget/history/add"
            async with served.session.post(url, headers=headers, data="{}") as reply:
                assert reply.status == 403
                assert not [name for name in reply.headers if name.lower().startswith("access-control")]
            async with served.session.options(url, headers=headers) as preflight:
                assert preflight.status in (403, 405)
                assert "access-control-allow-origin" not in preflight.headers
        own = {"Origin": f"http://127.0.0.1:{served.port}", "Sec-Fetch-Site": "same-origin"}
        assert (await served.get("/api/status", **own))[0] == 200


async def test_a04_an_origin_that_was_configured_is_named_exactly(tmp_path: Path) -> None:
    """Bug: `*`, or the origin of whoever asks, reflected."""
    page = "https://desk.example"
    async with house(tmp_path, origins=(page,)) as served:
        url = f"http://127.0.0.1:{served.port}/api/status"
        async with served.session.get(url, headers={"Origin": page}) as reply:
            assert (reply.status, reply.headers["access-control-allow-origin"]) == (200, page)
            assert "access-control-allow-credentials" not in reply.headers
        asked = {"Origin": page, "Access-Control-Request-Method": "GET"}
        async with served.session.options(url, headers=asked) as reply:
            assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, page)
        async with served.session.get(url, headers={"Origin": page + ".evil"}) as reply:
            assert reply.status == 403


async def test_a04_no_route_trades_and_one_writes(tmp_path: Path) -> None:
    """Bug: a route that places an order where no page was meant to reach one."""
    async with house(tmp_path) as served:
        source = Source(served.rig.engine, served.rig.clock, CountingIds(), "1", 60)
        app = build_app(source, ApiOptions(token=b"x", schema=True))
        paths = app.openapi()["paths"]
        writing = [path for path, methods in paths.items() if set(methods) - {"get"}]
        assert writing == ["/api/bitget/history/add"]
        assert len(paths) == 11
        before = list(served.rig.gateway.asked)
        for path in paths:
            await served.get(path)
        acting = {"place", "cancel", "amend", "reverse", "place_batch"}
        assert not acting & set(served.rig.gateway.asked[len(before) :])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_a05_beyond_this_machine_needs_the_flag_and_a_token_of_ones_own(host: str) -> None:
    own = {"token": b"x", "host": host}
    with pytest.raises(ApiRefused, match="--beyond-loopback"):
        ApiOptions(**own).check()  # type: ignore[arg-type]
    with pytest.raises(ApiRefused, match="--token-file"):
        ApiOptions(**own, beyond_loopback=True).check()  # type: ignore[arg-type]
    ApiOptions(**own, beyond_loopback=True, own_token=True).check()  # type: ignore[arg-type]
    for local in ("127.0.0.1", "::1", "localhost"):
        ApiOptions(token=b"x", host=local).check()


async def test_a06_a_head_that_is_never_finished_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slowloris: a thousand half requests would keep everybody else out."""
    monkeypatch.setattr(server, "_HEAD_SECONDS", 0.05)
    async with house(tmp_path) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /api/status HTTP/1.1\r\nhost: ")
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert (await served.get("/api/status"))[0] == 200


async def test_a06_giant_heads_and_bodies_are_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        host = f"host: 127.0.0.1:{served.port}".encode()
        huge = await served.raw(b"GET /api/status HTTP/1.1", host, BEARER, b"x: " + b"a" * 40_000)
        assert _status(huge) in (400, 431)
        many = [b"x-%d: 1" % number for number in range(200)]
        assert _status(await served.raw(b"GET /api/status HTTP/1.1", host, BEARER, *many)) == 431
        url = f"http://127.0.0.1:{served.port}/api/bitget/history/add"
        async with served.session.post(url, data=b" " * 20_000) as reply:
            assert reply.status == 413

        async def drip() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b" " * 1_000

        async with served.session.post(url, data=drip()) as reply:
            assert reply.status == 413, "a length that is not told beforehand"
        assert (await served.get("/api/status"))[0] == 200


async def test_a06_connections_beyond_the_most_are_turned_away_and_it_serves_on(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(120)]
        assert (await served.get("/api/status"))[0] == 503
        for _, writer in held:
            writer.close()
        async with asyncio.timeout(5):
            while (await served.get("/api/status"))[0] != 200:  # noqa: ASYNC110 - the server has no event
                await asyncio.sleep(0)


async def test_a06_too_many_requests_are_told_to_come_back(tmp_path: Path) -> None:
    async with house(tmp_path, requests_a_second=5) as served:
        found = [(await served.get("/api/status"))[0] for _ in range(7)]
        assert found == [200] * 5 + [429] * 2
        served.rig.clock.advance(1)
        assert (await served.get("/api/status"))[0] == 200


async def test_a07_a_hostile_symbol_cannot_forge_a_metric(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        evil = position(symbol='BTC"} 1\nomega_equity_usdt 0\n# \\')
        served.rig.gateway.emit(PositionsReported((evil,), EXCHANGE_MS))
        text = await served.text("/metrics")
        (line,) = [each for each in text.splitlines() if each.startswith("omega_unrealized_pnl_usdt{")]
        assert '\\"' in line
        assert "\\n" in line
        assert text.count("\nomega_equity_usdt ") == 1


async def test_a08_a_port_that_is_taken_leaves_the_cockpit_running_and_is_said(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        engine = served.rig.engine
        flags = {"api.port": str(served.port), "paths.state": str(tmp_path)}
        settings = load(flags, environment={}, folder=tmp_path)
        await serve_beside(engine, served.rig.clock, CountingIds(), settings)
        faces = dict(engine.views.link().surfaces)
        assert faces["api"].health is Health.DOWN
        assert "the HTTP API is DOWN" in served.rig.log_text()
        assert served.rig.views.status().posture == "NORMAL"


async def test_a09_what_is_open_tells_words_and_no_figure(tmp_path: Path) -> None:
    async with house(tmp_path, token="") as served:
        status, body = await served.get("/api/health")
        assert (status, body["status"]) == (200, "ok")
        words = await served.text("/api/health")
        assert not any(character.isdigit() for character in words)
        served.rig.clock.advance(60)
        status, body = await served.get("/api/health")
        assert (status, body["status"], body["surfaces"]["book"]) == (503, "degraded", "stale")


async def test_every_answer_forbids_caching_framing_and_foreign_code(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        for path in ("/api/status", "/dashboard", "/dashboard/none", "/none"):
            async with served.session.get(f"http://127.0.0.1:{served.port}{path}") as reply:
                policy = reply.headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert reply.headers["cache-control"] == "no-store"
                assert reply.headers["x-content-type-options"] == "nosniff"
                assert "server" not in reply.headers


async def test_the_description_is_served_only_when_asked_for(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        for path in ("/openapi.json", "/docs", "/redoc"):
            assert (await served.get(path))[0] == 404
    async with house(tmp_path / "b", schema=True) as served:
        assert (await served.get("/openapi.json"))[0] == 200


async def test_a_unix_socket_is_its_owners_alone_and_takes_the_place_of_a_dead_one(tmp_path: Path) -> None:
    place = tmp_path / "run" / "api.sock"
    async with house(tmp_path) as served:
        source = Source(served.rig.engine, served.rig.clock, CountingIds(), "1", 60)
        options = ApiOptions(token=TOKEN.encode(), socket=place)
        async with serving(source, options):
            assert stat.S_IMODE(os.stat(place).st_mode) == 0o600
            connector = aiohttp.UnixConnector(str(place))
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                aiohttp.ClientSession(connector=connector, headers=headers) as session,
                session.get("http://localhost/api/status") as reply,
            ):
                assert reply.status == 200
            with pytest.raises(ApiRefused, match="another program"):
                async with serving(source, options):
                    raise AssertionError("it must not be served twice")
        assert not place.exists()


def test_a_token_is_fresh_private_and_long(tmp_path: Path) -> None:
    path = tmp_path / "state" / "api.token"
    first, second = write_token(path, RandomIds()), write_token(path, RandomIds())
    assert first != second
    assert len(second) * 5.17 >= 256, "bits of 36 letters each"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_token(path) == second


def test_a_token_that_others_can_read_or_that_is_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("a" * 40)
    path.chmod(0o644)
    with pytest.raises(ApiRefused, match="chmod 600"):
        read_token(path)
    path.chmod(0o600)
    assert read_token(path) == b"a" * 40
    for text in ("short", "a b" * 20, "ä" * 40):
        path.write_text(text)
        with pytest.raises(ApiRefused, match="letters and digits"):
            read_token(path)
    link = tmp_path / "link"
    link.symlink_to(path)
    for missing in (tmp_path / "none", link):
        with pytest.raises(ApiRefused, match="cannot be read"):
            read_token(missing)


def test_the_token_shows_in_no_repr() -> None:
    options = ApiOptions(token=b"s3cr3t")
    assert "s3cr3t" not in repr(options)
