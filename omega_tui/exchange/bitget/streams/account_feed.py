"""Private pushes as domain events: orders and plan orders, fills, positions, balance. No sockets, no clock.

The private surface is LIVE only after the login and every subscription are acknowledged. A row that has no
meaning here is reported in words and as a surface that needs to be read again, never guessed.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec

from omega_tui.domain.events import (
    BalanceReported,
    Event,
    FillReported,
    Health,
    HealthChanged,
    NoticeGiven,
    OrderReported,
    PositionsReported,
    Surface,
)
from omega_tui.exchange.bitget.streams.frames import MalformedFrame, Push, RawPush
from omega_tui.exchange.bitget.streams.session_events import (
    ErrorReported,
    FrameDropped,
    SessionEvent,
    TopicConfirmed,
    TopicFailed,
)
from omega_tui.exchange.bitget.streams.topics import PRIVATE_TOPICS
from omega_tui.exchange.bitget.translation.account import (
    BalanceRow,
    PositionRow,
    parse_balance,
    parse_positions,
)
from omega_tui.exchange.bitget.translation.orders import (
    FillRow,
    OrderRow,
    Text,
    parse_order,
    parse_pushed_fill,
)
from omega_tui.exchange.bitget.translation.plans import PlanRow, parse_plan
from omega_tui.exchange.bitget.translation.words import TranslationError, parse_time
from omega_tui.exchange.bitget.wire import Channel
from omega_tui.exchange.port import Sink

_Row = TypeVar("_Row")


class AccountFeed:
    """The account's private stream.

    `report` receives events; `confirmed` tells whether every private topic is acknowledged. A LIVE that
    follows anything else means that pushes may have been missed: read the account by REST.
    """

    topics = PRIVATE_TOPICS

    def __init__(self, report: Sink, confirmed: Callable[[], bool]) -> None:
        self._report = report
        self._confirmed = confirmed
        self._health: Health | None = None

    def opening(self) -> None:
        """A connection is being made."""
        self._become(Health.CONNECTING, "logging in")

    def lost(self, reason: str) -> None:
        """The connection is gone, and with it whatever was pushed meanwhile."""
        self._become(Health.DOWN, reason)

    def happened(self, event: SessionEvent, now: float) -> None:
        """What the session tells besides data."""
        match event:
            case TopicConfirmed() if self._confirmed():
                self._become(Health.LIVE, "")
            case TopicFailed(topic, reason):
                # With one channel missing the account is only half seen.
                self._become(Health.DOWN, f"{topic.channel}: {reason}")
            case FrameDropped(reason):
                # Whatever it was, an order may have changed unseen.
                self._not_understood("private stream", reason)
            case ErrorReported(code, message):
                self._report(NoticeGiven(f"private stream: {code} {message}", warning=True))

    def tick(self, now: float) -> None:
        """Nothing of the account depends on time here."""

    def push(self, push: Push, now: float) -> None:
        """Report what a push says. Raises `MalformedFrame` when its rows are not of the known shape."""
        if push.arg is None or not isinstance(push, RawPush):
            return
        troubles: list[str] = []
        for read in _readings(push.arg.channel, push):
            try:
                self._report(read())
            except TranslationError as error:
                troubles.append(str(error))
        # What is understood counts: a fill beside a row that is not must not wait for the next read.
        if troubles:
            self._not_understood(push.arg.channel, troubles[0])

    def _not_understood(self, channel: str, reason: str) -> None:
        self._report(NoticeGiven(f"{channel}: {reason}; the account is read again", warning=True))
        if self._health is Health.LIVE:
            self._become(Health.RESYNC, "a private push was not understood")
            self._become(Health.LIVE, "")

    def _become(self, health: Health, reason: str) -> None:
        if health is not self._health:
            self._health = health
            self._report(HealthChanged(Surface.PRIVATE, health, reason))


def _readings(channel: str, push: RawPush) -> list[Callable[[], Event]]:
    """One step for each event that a push tells of, which may raise `TranslationError`."""
    data = push.data
    match channel:
        case Channel.ORDERS:
            return [partial(_order, row) for row in _rows(data, OrderRow)]
        case Channel.ORDERS_ALGO:
            return [partial(_plan, row) for row in _rows(data, PlanRow)]
        case Channel.FILL:
            return [partial(_fill, row) for row in _rows(data, FillRow)]
        case Channel.POSITIONS:
            return [partial(_positions, _rows(data, PositionRow), push.ts)]
        case Channel.ACCOUNT:
            rows = _rows(data, BalanceRow)
            return [partial(_balance, rows, push.ts)] if rows else []
    return []


def _order(row: OrderRow) -> Event:
    return OrderReported(parse_order(row))


def _plan(row: PlanRow) -> Event:
    return OrderReported(parse_plan(row))


def _fill(row: FillRow) -> Event:
    return FillReported(parse_pushed_fill(row))


def _positions(rows: list[PositionRow], ts: Text) -> Event:
    return PositionsReported(parse_positions(rows), parse_time(ts, "ts") or 0)


def _balance(rows: list[BalanceRow], ts: Text) -> Event:
    return BalanceReported(parse_balance(rows, parse_time(ts, "ts")))


def _rows(data: msgspec.Raw, row_type: type[_Row]) -> list[_Row]:
    try:
        return msgspec.json.decode(bytes(data), type=list[row_type])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        raise MalformedFrame(str(error)[:120]) from None
