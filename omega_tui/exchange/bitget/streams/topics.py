"""What a stream session subscribes to, and the request texts it sends. Pure.

As Bitget's WebSocket introduction spells them: `op`, `args`, and per argument `instType`, `channel` and
`instId` (the account channel says `coin`).
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from omega_tui.domain.market import Timeframe
from omega_tui.exchange.bitget.streams.frames import Arg
from omega_tui.exchange.bitget.wire import ARGUMENT_BYTES, DEFAULT_INSTRUMENT, Channel, ProductType


class Topic(NamedTuple):
    """One channel of one symbol; a private channel names `DEFAULT_INSTRUMENT` instead of a symbol.

    A tuple, because every frame is looked up by it.
    """

    channel: str
    target: str = DEFAULT_INSTRUMENT

    @classmethod
    def of(cls, arg: Arg) -> "Topic":
        """The topic that a frame is about."""
        return cls(arg.channel, arg.target)

    def as_arg(self) -> dict[str, str]:
        """The argument of a subscribe request."""
        name = "coin" if self.channel == Channel.ACCOUNT else "instId"
        return {"instType": ProductType.USDT_FUTURES.value, "channel": self.channel, name: self.target}


PRIVATE_TOPICS = tuple(
    Topic(channel.value)
    for channel in (
        Channel.ACCOUNT,
        Channel.POSITIONS,
        Channel.ORDERS,
        Channel.ORDERS_ALGO,
        Channel.FILL,
    )
)
"""Everything that an account pushes about its orders, plan orders included, and what they led to."""


def candle_channel(timeframe: Timeframe) -> str:
    """The candle channel of a timeframe."""
    return f"{Channel.CANDLE}{timeframe}"


def market_topics(symbol: str, timeframe: Timeframe) -> tuple[Topic, ...]:
    """The topics that show one market: book first, because it is what must be right soonest."""
    channels = (Channel.BOOKS.value, Channel.TICKER.value, Channel.TRADE.value, candle_channel(timeframe))
    return tuple(Topic(channel, symbol) for channel in channels)


def build_requests(operation: str, topics: Iterable[Topic]) -> list[str]:
    """Subscribe or unsubscribe texts, each within the length that Bitget accepts."""
    requests: list[str] = []
    batch: list[dict[str, str]] = []
    for topic in topics:
        batch.append(topic.as_arg())
        if len(_request(operation, batch)) > ARGUMENT_BYTES:
            requests.append(_request(operation, batch[:-1]))
            batch = batch[-1:]
    if batch:
        requests.append(_request(operation, batch))
    return requests


def _request(operation: str, args: list[dict[str, str]]) -> str:
    return json.dumps({"op": operation, "args": args}, separators=(",", ":"))
