"""What a client may subscribe to: from the argument of a subscription to a topic, or the reason why not.

It knows which topics exist, not who listens to them.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from omega_tui.exchange.bitget.codes import WsCode
from omega_tui.exchange.bitget.wire import (
    BOOK_DEPTHS,
    DEFAULT_INSTRUMENT,
    GRANULARITIES,
    PRIVATE_CHANNELS,
    Channel,
    ProductType,
)

_PER_SYMBOL = frozenset({Channel.ORDERS, Channel.ORDERS_ALGO, Channel.FILL})
_BOOKS = frozenset({Channel.BOOKS, *BOOK_DEPTHS})
_PUBLIC = frozenset(Channel) - PRIVATE_CHANNELS - {Channel.CANDLE}


class Topic(NamedTuple):
    """One stream of pushes: `member` is "instId" or "coin", `name` a symbol or "default".

    The equity's has neither member nor name.
    """

    channel: str
    member: str
    name: str

    @property
    def argument(self) -> dict[str, str]:
        """The `arg` of this topic's pushes."""
        named = {self.member: self.name} if self.member else {}
        return {"instType": ProductType.USDT_FUTURES, "channel": self.channel, **named}

    @property
    def granularity(self) -> str:
        """The granularity of a candle topic."""
        return self.channel.removeprefix(Channel.CANDLE)


def acknowledged(argument: Mapping[str, object], topic: Topic) -> dict[str, object]:
    """The `arg` of an acknowledgement: as asked for, except that Bitget adds a name to the equity's."""
    if topic.channel == Channel.EQUITY:
        return {**argument, "instId": DEFAULT_INSTRUMENT}
    return dict(argument)


class NoSuchTopic(Exception):
    """A subscription that cannot be; `code` and the text say why."""

    def __init__(self, code: WsCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NoSuchType(NoSuchTopic):
    """The subscription is of another kind of instrument than is traded here."""


def parse_topic(argument: Mapping[str, object], symbols: Collection[str], *, private: bool) -> Topic:
    """The topic that `argument` names on the public or private address; raises NoSuchTopic."""
    channel = argument.get("channel")
    member = "instId" if "instId" in argument else "coin"
    name = argument.get(member)
    if channel == Channel.EQUITY and name is None:
        name = DEFAULT_INSTRUMENT
    if not isinstance(channel, str) or not isinstance(name, str):
        raise NoSuchTopic(WsCode.PARAMETER_WRONG, "Param error")
    if channel in PRIVATE_CHANNELS:
        if not private:
            raise NoSuchTopic(WsCode.LOGIN_NEEDED, "User needs to log in")
    elif not _is_public(channel):
        raise NoSuchTopic(WsCode.PARAMETER_WRONG, "Param error")
    if str(argument.get("instType")).upper() != ProductType.USDT_FUTURES:
        raise NoSuchType(WsCode.UNKNOWN_CHANNEL, _named(argument))
    if channel in PRIVATE_CHANNELS:
        named = _private_name(argument, channel, name, symbols)
        return Topic(channel, "", "") if channel == Channel.EQUITY else Topic(channel, member, named)
    if private or name.upper() not in symbols:
        raise NoSuchTopic(WsCode.UNKNOWN_CHANNEL, _named(argument))
    return Topic(channel, "instId", name.upper())


def _private_name(argument: Mapping[str, object], channel: str, name: str, symbols: Collection[str]) -> str:
    if name.lower() == DEFAULT_INSTRUMENT:
        return DEFAULT_INSTRUMENT
    if channel in _PER_SYMBOL and name.upper() in symbols:
        return name.upper()
    raise NoSuchTopic(WsCode.UNKNOWN_CHANNEL, _named(argument))


def _is_public(channel: str) -> bool:
    granularity = channel.removeprefix(Channel.CANDLE)
    return channel in _PUBLIC or (granularity != channel and granularity in GRANULARITIES)


def _named(argument: Mapping[str, object]) -> str:
    """What does not exist, in the words captured in 2026: books name the precision that nobody asked for."""
    parts = [f"{name}:{argument.get(name, 'null')}" for name in ("instType", "channel", "instId")]
    if argument.get("channel") in _BOOKS:
        parts.append("precision:null")
    return f"{','.join(parts)} doesn't exist"
