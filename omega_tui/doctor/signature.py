"""How this key signs: the text, both signatures, known vectors, and the exchange's word on a read."""

import json
from collections.abc import Iterator
from contextlib import AsyncExitStack

from omega_tui.clock import Clock
from omega_tui.doctor.findings import Finding, fail, note, ok, warn
from omega_tui.doctor.place import open_place
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.rest.client import CcxtClient
from omega_tui.exchange.bitget.rest.outcomes import Evidence, Transport, parse_envelope
from omega_tui.exchange.bitget.rest.refusals import MEANINGS, Kind, advice, codes_of, kind_of
from omega_tui.exchange.bitget.signing import VECTORS, request_prehash, sign
from omega_tui.exchange.bitget.wire import SUCCESS, ProductType, RestPath
from omega_tui.settings import Settings

_PATH = RestPath.ACCOUNTS
_PARAMS = {"productType": ProductType.USDT_FUTURES.value}
_AUTH = codes_of(Kind.KEY, Kind.PERMISSION, Kind.CLOCK)


async def examine_signature(settings: Settings, clock: Clock) -> list[Finding]:
    """Everything about the signature of one signed read. Raises SimulatorFailed."""
    findings = list(_vectors())
    async with AsyncExitStack() as ends:
        place = await ends.enter_async_context(open_place(settings))
        if place.credentials is None:
            findings.append(warn("server", "not asked: there are no keys", "set the keys, then look again"))
        else:
            findings += await _compare(place.endpoints, place.credentials, clock)
    return [*findings, *_meanings()]


def _vectors() -> Iterator[Finding]:
    for number, vector in enumerate(VECTORS, 1):
        agrees = sign(vector.secret, vector.prehash) == vector.signature
        words = f"{vector.prehash.partition('{')[0][:70]} → {vector.signature}"
        if agrees:
            yield ok(f"vector {number}", words)
        else:
            yield fail(f"vector {number}", words, "our own code signs wrongly: install the program anew")


async def _compare(endpoints: Endpoints, keys: Credentials, clock: Clock) -> list[Finding]:
    server_ms = await _server_time(endpoints, clock)
    client = CcxtClient(endpoints, keys, lambda: server_ms, read_only=True)
    try:
        theirs = await client.signed(_PATH, _PARAMS)
        prehash = request_prehash(int(theirs.timestamp), "GET", theirs.target)
        ours = sign(keys.secret, prehash)
        found = [ok("prehash", prehash), ok("ours", ours)]
        if ours == theirs.signature:
            found.append(ok("ccxt", f"{theirs.signature}: the same"))
        else:
            todo = "one of the two is wrong: report it with this output"
            found.append(fail("ccxt", f"{theirs.signature}: another one", todo))
        return [*found, _verdict(await client.send(_PATH, dict(_PARAMS)))]
    except RuntimeError as error:
        return [fail("ccxt", str(error), "install the program anew")]
    finally:
        await client.close()


async def _server_time(endpoints: Endpoints, clock: Clock) -> int:
    """The exchange's clock, or this machine's when it does not answer: the verdict will say so."""
    client = CcxtClient(endpoints, None, clock.wall_ms, read_only=True)
    try:
        evidence = await client.send(RestPath.TIME, {})
        envelope = parse_envelope(evidence.body)
        return int(json.loads(envelope.data or b"{}")["serverTime"]) if envelope else clock.wall_ms()
    except (KeyError, ValueError, TypeError):
        return clock.wall_ms()
    finally:
        await client.close()


def _verdict(evidence: Evidence) -> Finding:
    if evidence.transport is not Transport.ANSWERED:
        todo = "see that the exchange can be reached"
        return fail("server", f"no answer: {evidence.words}", todo, unreachable=True)
    envelope = parse_envelope(evidence.body)
    if envelope is None:
        return fail("server", f"HTTP {evidence.status}, not Bitget's reply", "something stands in between")
    words = f"HTTP {evidence.status}, {envelope.code} {envelope.msg or ''}"
    if envelope.code == SUCCESS:
        return ok("server", f"{words}: the signature and the key are taken")
    if kind_of(envelope.code) is Kind.UNLISTED:
        return fail("server", words, "look the code up in Bitget's list")
    return fail("server", f"{words}: {MEANINGS[envelope.code]}", advice(envelope.code))


def _meanings() -> Iterator[Finding]:
    for code in sorted(_AUTH, key=lambda one: (len(one), one)):
        yield note(code, f"{MEANINGS[code]} → {advice(code)}")
