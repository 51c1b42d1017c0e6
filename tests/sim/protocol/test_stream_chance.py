"""Whatever is said on a stream: an answer in Bitget's shape, and a conversation that goes on."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.exchange.bitget.wire import Channel
from omega_tui.sim.choices import Choices
from tests.sim.protocol.clients import PRODUCT, Stream, open_stream
from tests.sim.protocol.conftest import running

words = st.sampled_from(
    [
        "",
        "default",
        "BTCUSDT",
        "btcusdt",
        "USDT",
        PRODUCT,
        "SPOT",
        "candle1m",
        "candle",
        "books50",
        "é",
        "\x00",
    ]
)
plain = st.one_of(words, st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False))
values = st.one_of(plain, st.lists(plain, max_size=2), st.dictionaries(words, plain, max_size=2))
arguments = st.fixed_dictionaries(
    {},
    optional={
        "instType": st.one_of(st.just(PRODUCT), values),
        "channel": st.one_of(st.sampled_from([*Channel, "candle1m", "place-order", "cancel-order"]), values),
        "instId": st.one_of(st.sampled_from(["default", "BTCUSDT"]), values),
        "coin": values,
        "id": values,
        "params": st.one_of(values, st.dictionaries(st.sampled_from(["size", "side", "orderId"]), values)),
        "apiKey": values,
        "other": values,
    },
)
operations = st.sampled_from(["subscribe", "unsubscribe", "subscribe", "trade", "dance", "", None, 5])
messages = st.one_of(
    st.fixed_dictionaries(
        {"op": operations, "args": st.one_of(st.lists(arguments, max_size=3), values)},
        optional={"url": values},
    ).map(json.dumps),
    values.map(json.dumps),
    st.text(max_size=20),
    st.sampled_from(["[" * 3_000, '{"op":' * 500, "ping", "Ping", " ping", '{"op":"subscribe","op":1}']),
)
ANSWERS = {"subscribe", "unsubscribe", "error", "trade"}


def check(answer: Any) -> None:
    """A push, or an event whose error has an integer code and words."""
    if "action" in answer:
        assert answer["arg"]["channel"]
        return
    assert answer["event"] in ANSWERS
    if answer["event"] == "error":
        assert isinstance(answer["code"], int)
        assert answer["msg"]


@pytest.mark.parametrize("address", ["ws_public", "ws_private"])
@given(said=st.lists(messages, min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_any_message_is_answered_and_the_conversation_goes_on(address: str, said: list[str]) -> None:
    """A message that upset the session would cut off a client in the middle of its trading."""

    async def talk() -> None:
        choices = Choices(ws_order_entry=True)
        async with (
            running(choices=choices) as server,
            open_stream(getattr(server.address, address)) as socket,
        ):
            stream = Stream(socket)
            if address == "ws_private":
                await stream.login(server.api_key)
            for message in said:
                await stream.say(message)
                await stream.say("ping")
                while (text := await stream.hear_text()) != "pong":
                    check(json.loads(text))
                if message == "ping":
                    assert await stream.hear_text() == "pong"

    asyncio.run(talk())
