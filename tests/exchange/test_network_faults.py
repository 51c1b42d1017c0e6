"""N01 to N24 of the fault catalogue against the real client: each has a test of its name.

The simulator makes the faults it can make; those below it (certificates, resolvers, cut requests, half-open
lines) are made by raw sockets here, or are told to the session, which needs no socket.
"""

import asyncio
import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from omega_tui.clock import ManualClock, RandomIds, SystemClock
from omega_tui.domain.events import BookChanged, Event, FillReported, Health, HealthChanged, Surface
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import OrderRef
from omega_tui.engine.market.feeds import Feeds
from omega_tui.engine.options import EngineOptions
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.bitget.rest.client import CcxtClient
from omega_tui.exchange.bitget.rest.outcomes import Action, Evidence, Transport, classify
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.streams.backoff import Backoff
from omega_tui.exchange.bitget.streams.dialing import dial
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.streams.session_events import ReconnectNeeded
from omega_tui.exchange.bitget.streams.topics import Topic
from omega_tui.exchange.bitget.wire import CONNECTION_ATTEMPTS, RestPath
from omega_tui.exchange.port import Accepted, NotSent, ReadFailed, Unknown
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.market.generated import GeneratedSource
from tests.engine.requests import request
from tests.exchange.fake import FakeRest, FakeStream, cut, raw, reply, until
from tests.exchange.links import dispatch_over
from tests.exchange.test_against_faults import BTC, Trial, Watched
from tests.exchange.test_against_simulator import Desk

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_KEYS = Credentials("key-canary", "secret-canary", "phrase-canary")
_PLACE = "/api/v2/mix/order/place-order"
_ORDER = {"symbol": BTC, "clientOid": "omega-1"}
_GOOD = '{"code":"00000","msg":"success","requestTime":1,"data":{"orderId":"7","clientOid":"omega-1"}}'


@pytest.fixture
async def trial() -> AsyncIterator[Trial]:
    clock = ExchangeClock(SystemClock())
    desk = Desk(GeneratedSource(7, clock.start_ms, [BTC]), clock, facts.PositionMode.ONE_WAY)
    desk.events = Watched()
    gateway = await desk.open()
    gateway.watch(BTC, Timeframe.M1)
    await desk.live()
    yield Trial(desk, gateway)
    await desk.close()


class Watch:
    """A gateway on fake servers, and what it reported."""

    def __init__(self, gateway: BitgetGateway, events: list[Event]) -> None:
        self.gateway, self.events = gateway, events

    def states(self, surface: Surface) -> list[HealthChanged]:
        return [e for e in self.events if isinstance(e, HealthChanged) and e.surface is surface]

    def is_live(self, surface: Surface) -> bool:
        return bool(self.states(surface)) and self.states(surface)[-1].health is Health.LIVE


@asynccontextmanager
async def _watch(endpoints: Endpoints, **options: Any) -> AsyncIterator[Watch]:
    events: list[Event] = []
    gateway = BitgetGateway(endpoints, _KEYS, SystemClock(), RandomIds(), **options)
    await gateway.start(events.append)
    yield Watch(gateway, events)
    await gateway.stop()


async def test_n01_a_reset_market_stream_is_stale_within_a_second_and_then_whole_again(trial: Trial) -> None:
    began = time.monotonic()
    trial.harm({"name": "reset_peer", "address": "public", "count": 1})
    await until(lambda: trial.desk.health(Surface.BOOK) is not Health.LIVE)
    assert time.monotonic() - began < 1.0
    await trial.follows_the_book()
    assert trial.events.crossed == []


async def test_n02_a_reset_account_stream_is_live_again_only_after_login_and_every_channel(
    trial: Trial,
) -> None:
    """The engine takes new risk only once it has compared the account after that."""
    trial.events.states.clear()
    trial.harm({"name": "reset_peer", "address": "private", "count": 1})
    await until(lambda: trial.events.states[-1:] == [Health.LIVE], 15)
    assert trial.events.states == [Health.DOWN, Health.CONNECTING, Health.LIVE]
    await trial.place("after")
    await until(lambda: trial.desk.order("after") is not None)


def _session() -> tuple[Session, int]:
    session = Session()
    session.want([Topic("books", BTC)], 0.0)
    return session, session.connected(0.0)


def _condemned_at(session: Session, between: Callable[[float], None]) -> float:
    for tick in range(1, 2000):
        now = tick * 0.25
        between(now)
        if any(isinstance(event, ReconnectNeeded) for event in session.tick(now)):
            return now
    raise AssertionError("never condemned")


def test_n03_a_peer_that_vanished_is_noticed_within_two_ping_intervals() -> None:
    """Not by the operating system, which takes minutes."""
    session, _ = _session()
    assert _condemned_at(session, lambda now: None) <= 2 * 25.0


def test_n04_what_we_send_does_not_count_as_life_of_the_other_side() -> None:
    session, _ = _session()
    sent: list[str] = []
    assert _condemned_at(session, lambda now: sent.extend(session.take_outgoing(now))) <= 2 * 25.0
    assert "ping" in sent


async def test_n05_a_reader_that_stalls_loses_no_frame_and_queues_a_bounded_number() -> None:
    async with FakeStream() as server:
        connection = await dial(server.url)
        frames = [json.dumps({"n": number}) for number in range(300)]
        sending = asyncio.create_task(_say(server, frames))
        await asyncio.sleep(0.3)
        assert not sending.done(), "the library must not take in what nobody reads"
        got = [json.loads(await connection.recv(decode=False))["n"] for _ in frames]
        await sending
        await connection.close()
    assert got == list(range(300))


async def _say(server: FakeStream, frames: list[str]) -> None:
    await until(lambda: server.live)
    padding = " " * 100_000
    for frame in frames:
        await server.live[0].send(frame + padding)


def test_n06_data_that_arrives_later_and_later_is_stale_by_its_own_time() -> None:
    """A thousand bytes a second: frames keep arriving, and each is older than the one before."""
    clock = ManualClock()
    feeds = Feeds(clock, EngineOptions(venue="SIM", account="test"))
    feeds.state(Surface.BOOK, Health.LIVE, "")
    sent_ms = clock.wall_ms()
    for _ in range(40):
        clock.advance(0.5)
        sent_ms += 100
        feeds.touch(Surface.BOOK, sent_ms)
    assert feeds.freshness(Surface.BOOK).health is Health.STALE


async def test_n07_a_latency_spike_ends_without_a_storm_of_reconnects(trial: Trial) -> None:
    clock = ManualClock()
    feeds = Feeds(clock, EngineOptions(venue="SIM", account="test"))
    feeds.state(Surface.BOOK, Health.LIVE, "")
    for lag in (0, 0, 5000, 5000):
        clock.advance(0.5)
        feeds.touch(Surface.BOOK, clock.wall_ms() - lag)
    assert feeds.freshness(Surface.BOOK).health is Health.STALE
    losses = len([e for e in trial.events if isinstance(e, HealthChanged) and e.health is Health.DOWN])
    spike = trial.harm({"name": "latency", "address": "public", "ms": 1500, "for_ms": 1500})
    await until(lambda: spike.seen > 0)
    await asyncio.sleep(2.0)
    await trial.follows_the_book()
    downs = [e for e in trial.events if isinstance(e, HealthChanged) and e.health is Health.DOWN]
    assert len(downs) == losses


async def test_n08_a_fill_that_overtakes_its_acknowledgement_is_told_as_it_is(trial: Trial) -> None:
    trial.harm({"name": "delay_answer", "route": "place-order", "ms": 600, "count": 1})
    placing = asyncio.create_task(trial.place())
    await until(lambda: trial.desk.order("f-1") is not None)
    trial.harm({"name": "resting_fill", "symbol": BTC, "client_oid": "f-1"})
    await until(lambda: bool(trial.desk.of(FillReported)))
    assert not placing.done()
    assert isinstance(await placing, Accepted)


def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)


async def test_n09_a_resolver_that_fails_at_the_start_is_said_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _no_names(monkeypatch)
    address = "localhost:9"
    async with _watch(Endpoints.loopback(f"http://{address}", f"ws://{address}", f"ws://{address}")) as watch:
        for surface in (Surface.PRIVATE, Surface.ACTIONS):
            await until(lambda surface=surface: _ends_with(watch.states(surface), Health.DOWN))
        tried = len(watch.states(Surface.PRIVATE))
        await until(lambda: len(watch.states(Surface.PRIVATE)) > tried)
        said = {e.reason for e in watch.events if isinstance(e, HealthChanged)}
        assert any("Name or service not known" in reason for reason in said)
        assert not any(e.health is Health.LIVE for e in watch.events if isinstance(e, HealthChanged))
        assert isinstance(await watch.gateway.actions.place(request("omega-1")), NotSent)


def _ends_with(states: list[HealthChanged], health: Health) -> bool:
    return bool(states) and states[-1].health is health


async def test_n10_a_resolver_that_fails_later_never_says_that_an_order_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with FakeRest() as rest:
        client = CcxtClient(Endpoints(rest.url.replace("127.0.0.1", "localhost"), "", ""), _KEYS, lambda: 1)
        rest.answers[_PLACE] = raw(_GOOD, headers="Connection: close\r\n")
        assert isinstance(classify(Action.PLACE, await client.send(RestPath.PLACE_ORDER, _ORDER)), Accepted)
        _no_names(monkeypatch)
        with pytest.raises(ReadFailed):
            await RestReads(dispatch_over(client)).order(OrderRef(BTC, None, "omega-1"))
        await client.close()


@asynccontextmanager
async def _tls(folder: Path, name: str, days: int = 2) -> AsyncIterator[tuple[int, Path, list[bytes]]]:
    """A server with a certificate of its own making for `name`; yields port, certificate and what it read."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={name}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days)]
    made = await asyncio.create_subprocess_exec(
        *(*command, *subject, "-keyout", str(key), "-out", str(certificate)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if await made.wait():
        pytest.skip("no openssl to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            heard.append(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1], certificate, heard
    server.close()


async def _knock(port: int) -> tuple[Evidence, str]:
    """What a request and a stream get from a TLS server."""
    client = CcxtClient(Endpoints(f"https://127.0.0.1:{port}", "", ""), _KEYS, lambda: 1, timeout=2.0)
    evidence = await client.send(RestPath.PLACE_ORDER, _ORDER)
    await client.close()
    with pytest.raises((OSError, ssl.SSLError)) as refused:
        await dial(f"wss://127.0.0.1:{port}/v2/ws/private")
    return evidence, str(refused.value)


async def test_n11_a_name_that_leads_elsewhere_is_decided_by_the_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trusted, but another's: the resolver was lied to."""
    async with _tls(tmp_path, "DNS:api.example.com") as (port, certificate, heard):
        make = ssl.create_default_context

        def trusting(*arguments: Any, **options: Any) -> ssl.SSLContext:
            context = make(*arguments, **options)
            context.load_verify_locations(certificate)
            return context

        monkeypatch.setattr(ssl, "create_default_context", trusting)
        evidence, words = await _knock(port)
    assert evidence.transport is Transport.NO_BYTE_LEFT
    assert "mismatch" in evidence.words.lower()
    assert "certificate" in words.lower()
    assert not any(heard)


async def test_n12_a_certificate_of_nobodys_is_refused_with_the_reason_and_no_secret_is_sent(
    tmp_path: Path,
) -> None:
    async with _tls(tmp_path, "IP:127.0.0.1") as (port, _, heard):
        evidence, words = await _knock(port)
    assert evidence.transport is Transport.NO_BYTE_LEFT
    assert "certificate" in evidence.words.lower()
    assert "certificate" in words.lower()
    assert not any(b"canary" in one for one in heard)


async def _silent_server() -> tuple[asyncio.Server, int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError, OSError):
            await asyncio.sleep(30)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def test_n13_a_tls_handshake_that_hangs_is_bounded_and_nothing_was_sent() -> None:
    server, port = await _silent_server()
    client = CcxtClient(Endpoints(f"https://127.0.0.1:{port}", "", ""), _KEYS, lambda: 1, timeout=0.4)
    await client.ready()
    began = time.monotonic()
    evidence = await client.send(RestPath.PLACE_ORDER, _ORDER)
    assert time.monotonic() - began < 2.0
    assert isinstance(classify(Action.PLACE, evidence), NotSent)
    await client.close()
    server.close()


async def test_n14_a_frame_that_breaks_off_anywhere_is_never_half_a_frame() -> None:
    frame = json.dumps({"action": "update", "data": [{"price": "1"}]})
    whole = b"\x81" + bytes([len(frame)]) + frame.encode()
    async with FakeStream() as server:
        for length in range(len(whole)):
            connection = await dial(server.url)
            await until(lambda: server.live)
            server.live[-1].transport.write(whole[:length])
            server.live[-1].transport.close()
            with pytest.raises(ConnectionClosed):
                await connection.recv(decode=False)
            await until(lambda: not server.live)


async def test_n15_a_request_that_breaks_off_anywhere_has_an_unknown_fate() -> None:
    """The server may have read all of it."""
    wanted = [1]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await reader.readexactly(wanted[0])
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = CcxtClient(Endpoints(f"http://127.0.0.1:{port}", "", ""), _KEYS, lambda: 1, timeout=1.0)
    for wanted[0] in range(1, 450, 31):
        evidence = await client.send(RestPath.PLACE_ORDER, _ORDER)
        assert isinstance(classify(Action.PLACE, evidence, "omega-1"), Unknown), wanted
    await client.close()
    server.close()


async def test_n16_an_answer_that_breaks_off_anywhere_proves_nothing() -> None:
    async with FakeRest() as rest:
        client = CcxtClient(Endpoints(rest.url, "", ""), _KEYS, lambda: 1, timeout=1.0)
        for length in range(len(_GOOD)):
            rest.answers[_PLACE] = cut(_GOOD[:length], len(_GOOD))
            evidence = await client.send(RestPath.PLACE_ORDER, _ORDER)
            assert isinstance(classify(Action.PLACE, evidence, "omega-1"), Unknown), length
        rest.answers[_PLACE] = raw(_GOOD)
        evidence = await client.send(RestPath.PLACE_ORDER, _ORDER)
        assert isinstance(classify(Action.PLACE, evidence, "omega-1"), Accepted)
        await client.close()


async def test_n17_bytes_in_single_packets_are_read_right(trial: Trial) -> None:
    trial.harm({"name": "slicer", "size": 7})
    for address, surface in (("public", Surface.BOOK), ("private", Surface.PRIVATE)):
        trial.harm({"name": "reset_peer", "address": address, "count": 1})
        await until(lambda surface=surface: trial.desk.health(surface) is not Health.LIVE)
    await trial.follows_the_book()
    await until(lambda: trial.desk.health(Surface.PRIVATE) is Health.LIVE, 15)
    assert isinstance(await trial.place(), Accepted)


@pytest.mark.parametrize("status", [200, 403])
async def test_n18_a_page_of_html_proves_nothing_and_is_never_shown(trial: Trial, status: int) -> None:
    trial.harm({"name": "html_answer", "status": status, "route": "place-order", "count": 1})
    outcome = await trial.place()
    assert isinstance(outcome, Unknown)
    assert "<" not in outcome.reason
    trial.harm({"name": "html_answer", "status": status, "route": "all-position"})
    with pytest.raises(ReadFailed) as failed:
        await trial.gateway.reads.positions()
    assert "<" not in str(failed.value)


async def test_n19_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeRest() as trap, FakeRest() as rest, FakeStream() as public, FakeStream() as private:
        for name in ("http", "https", "all", "ws", "wss", "socks"):
            monkeypatch.setenv(f"{name}_proxy", trap.url)
            monkeypatch.setenv(f"{name}_proxy".upper(), trap.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        async with _watch(Endpoints.loopback(rest.url, public.url, private.url)) as watch:
            watch.gateway.watch(BTC, Timeframe.M1)
            await until(lambda: watch.is_live(Surface.PRIVATE) and watch.is_live(Surface.ACTIONS))
            rest.answers[_PLACE] = raw(_GOOD)
            assert isinstance(await watch.gateway.actions.place(request("omega-1")), Accepted)
        assert rest.requests
        assert trap.connections == 0


async def test_n20_a_name_with_a_dead_address_first_costs_no_half_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find = socket.getaddrinfo

    def both(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        found = find(host, port, *arguments, **options)
        if host != "localhost":
            return found
        dead = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0))
        return [dead, *found]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    async with FakeRest() as rest, FakeStream() as public, FakeStream() as private:
        named = (url.replace("127.0.0.1", "localhost") for url in (rest.url, public.url, private.url))
        began = time.monotonic()
        async with _watch(Endpoints.loopback(*named)) as watch:
            await until(lambda: watch.is_live(Surface.PRIVATE) and watch.is_live(Surface.ACTIONS))
        assert time.monotonic() - began < 5.0


def test_n21_an_outage_that_refuses_for_an_hour_stays_far_below_the_connection_budget() -> None:
    backoff, now, attempts = Backoff(RandomIds()), 0.0, list[float]()
    while now < 3600:
        now += backoff.next_delay(now)
        attempts.append(now)
    most = max(sum(at <= other < at + 300 for other in attempts) for at in attempts)
    assert most * 2 < CONNECTION_ATTEMPTS, "two streams share the budget"


async def test_n22_a_server_that_never_says_goodbye_does_not_hold_up_the_end(trial: Trial) -> None:
    trial.harm({"name": "slow_close", "ms": 20_000})
    trial.harm({"name": "half_open"})
    before = asyncio.all_tasks()
    began = time.monotonic()
    await trial.gateway.stop()
    assert time.monotonic() - began < 2.0
    await asyncio.sleep(0)
    leaked = [task for task in asyncio.all_tasks() - before if "stream" in task.get_name()]
    assert leaked == []


async def test_n23_a_dead_account_stream_says_nothing_about_the_market(trial: Trial) -> None:
    trial.harm({"name": "down", "address": "private"})
    trial.harm({"name": "reset_peer", "address": "private", "count": 1})
    await until(lambda: trial.desk.health(Surface.PRIVATE) is not Health.LIVE)
    books = len(trial.desk.of(BookChanged))
    await until(lambda: len(trial.desk.of(BookChanged)) > books + 5)
    assert trial.desk.health(Surface.BOOK) is Health.LIVE
    assert trial.desk.health(Surface.PRIVATE) is not Health.LIVE


async def test_n24_after_a_sleep_everything_is_read_again_and_no_key_fires_late() -> None:
    """The mutant: a key that was queued before the lid was closed sends its order at the old price."""
    slept = [0.0]
    async with FakeRest() as rest, FakeStream() as public, FakeStream() as private:
        rest.answers[_PLACE] = raw(_GOOD)
        endpoints = Endpoints.loopback(rest.url, public.url, private.url)
        async with _watch(endpoints, slept=lambda: slept[0]) as watch:
            await until(lambda: watch.is_live(Surface.PRIVATE))
            slept[0] = 600.0
            outcome = await watch.gateway.actions.place(request("omega-1"))
            assert isinstance(outcome, NotSent)
            assert "slept" in outcome.reason
            assert rest.to(_PLACE) == []
            assert not watch.is_live(Surface.PRIVATE), "at once, not when the dead connection is noticed"
            await until(lambda: watch.is_live(Surface.PRIVATE))
            assert private.opened == 2
            assert isinstance(await watch.gateway.actions.place(request("omega-1")), Accepted)


async def test_n24_what_gets_out_is_not_held_back_by_a_sleep() -> None:
    slept = [0.0]
    close = "/api/v2/mix/order/close-positions"
    async with FakeRest() as rest, FakeStream() as public, FakeStream() as private:
        rest.answers[close] = reply({"successList": [{"orderId": "1", "clientOid": "a"}], "failureList": []})
        endpoints = Endpoints.loopback(rest.url, public.url, private.url)
        async with _watch(endpoints, slept=lambda: slept[0]) as watch:
            await until(lambda: watch.is_live(Surface.PRIVATE))
            slept[0] = 600.0
            assert isinstance(await watch.gateway.actions.close_position(BTC, None), Accepted)


def test_every_network_fault_has_a_test_of_its_name() -> None:
    names = re.findall(r"def test_(n\d\d)_", Path(__file__).read_text())
    assert set(names) == {f"n{number:02}" for number in range(1, 25)}
