"""Whatever the holder of the token asks for: an answer or a reason, and an exchange that goes on."""

import asyncio
import json
from typing import Any

import msgspec
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.control import Asked, ControlRefused
from omega_tui.sim.faults.catalogue import BY_NAME
from omega_tui.sim.server import SimServer
from tests.sim.protocol.conftest import running

words = st.sampled_from(
    ["BTCUSDT", "normal", "demo", "NaN", "-1", "0", "1e5", "1e400", "9" * 40, "", "é", "\x00"]
)
values = st.one_of(
    words,
    st.none(),
    st.booleans(),
    st.integers(0, 5_000),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(words, max_size=2),
)
BODIES: dict[str, list[str]] = {
    "POST clock": ["step_ms", "until_ms", "speed"],
    "POST persona": ["names", "uid", "standing"],
    "POST status": ["status", "until_ms", "for_ms"],
    "POST symbols": ["symbol", "status"],
    "POST transfer": ["amount"],
    "DELETE faults/*": [],
    "DELETE faults": [],
    "GET faults": [],
}


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A route, what stands in place of its star, and a body that is near to a right one or far from it."""
    if draw(st.booleans()):
        called = draw(st.sampled_from(sorted(BY_NAME)))
        members = [field.name for field in msgspec.structs.fields(BY_NAME[called])]
        body = {"name": called, **draw(st.dictionaries(st.sampled_from(members), values, max_size=4))}
        return "POST faults", "", json.dumps(body).encode()
    route = draw(st.sampled_from(sorted(BODIES)))
    names = st.sampled_from([*BODIES[route], "other"])
    body = draw(st.dictionaries(names, values, max_size=3))
    tail = draw(st.sampled_from(["1", "2", "0", "9" * 5_000, "é", "x"]))
    return route, tail, draw(st.sampled_from([json.dumps(body).encode(), b"", b"[]", b"\xff", b"[" * 2_000]))


async def ask(server: SimServer, route: str, tail: str, body: bytes) -> Any:
    """The answer as it would go out, None for a reason why not."""
    method, _, path = route.partition(" ")
    try:
        return orjson.dumps(await server.control._routes[method, path](Asked(tail, body)), default=str)
    except ControlRefused as why:
        refused = why
    assert str(refused)
    return None


@given(st.lists(asked(), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_wish_is_granted_or_refused(wishes: list[tuple[str, str, bytes]]) -> None:
    """A number too large once made every later list of faults fail."""

    async def play() -> None:
        async with running() as server:
            for wish in wishes:
                await ask(server, *wish)
                assert await ask(server, "GET faults", "", b"") is not None
                server.exchange.venue.on_time(server.exchange.clock.now_ms() + 1_000)
            await ask(server, "DELETE faults", "", b"")

    asyncio.run(play())
