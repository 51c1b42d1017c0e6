"""The private surface is live only when nothing can have been missed."""

import json
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.domain.events import (
    Event,
    FillReported,
    Health,
    HealthChanged,
    NoticeGiven,
    OrderReported,
    PositionsReported,
)
from omega_tui.domain.orders import OrderState
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.exchange.bitget.streams.account_feed import AccountFeed
from omega_tui.exchange.bitget.streams.frames import MalformedFrame, decode_push
from omega_tui.exchange.bitget.streams.session_events import FrameDropped, TopicConfirmed, TopicFailed
from omega_tui.exchange.bitget.streams.topics import PRIVATE_TOPICS, Topic


class Account:
    """A feed with everything it said."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.all_confirmed = False
        self.feed = AccountFeed(self.events.append, lambda: self.all_confirmed)
        self.feed.opening()

    def push(self, channel: str, rows: Any) -> None:
        frame = {"action": "snapshot", "arg": Topic(channel).as_arg(), "data": rows, "ts": 1700000000500}
        self.feed.push(decode_push(json.dumps(frame).encode()), 0.0)

    def confirm_all(self) -> None:
        for number, topic in enumerate(PRIVATE_TOPICS, 1):
            self.all_confirmed = number == len(PRIVATE_TOPICS)
            self.feed.happened(TopicConfirmed(topic), 0.0)

    @property
    def healths(self) -> list[Health]:
        return [event.health for event in self.events if isinstance(event, HealthChanged)]


_ORDER = {
    "orderId": "1",
    "clientOid": "c1",
    "instId": "BTCUSDT",
    "size": "1",
    "price": "5",
    "side": "buy",
    "orderType": "limit",
    "status": "live",
    "accBaseVolume": "0",
    "posMode": "one_way_mode",
}


def test_it_is_live_only_after_the_last_acknowledgement() -> None:
    account = Account()
    assert account.healths == [Health.CONNECTING]
    account.feed.happened(TopicConfirmed(PRIVATE_TOPICS[0]), 0.0)
    assert account.healths == [Health.CONNECTING]
    account.confirm_all()
    assert account.healths == [Health.CONNECTING, Health.LIVE]


def test_one_missing_channel_takes_it_down_until_all_are_there() -> None:
    account = Account()
    account.confirm_all()
    account.feed.happened(TopicFailed(Topic("orders"), "not acknowledged"), 0.0)
    assert account.healths[-1] is Health.DOWN
    account.confirm_all()
    assert account.healths[-1] is Health.LIVE


def test_after_a_lost_connection_live_is_said_again_so_that_the_account_is_read() -> None:
    account = Account()
    account.confirm_all()
    account.feed.lost("connection lost")
    account.feed.opening()
    account.confirm_all()
    assert account.healths == [Health.CONNECTING, Health.LIVE, Health.DOWN, Health.CONNECTING, Health.LIVE]


def test_an_order_that_is_not_understood_is_told_and_the_account_is_read_again() -> None:
    account = Account()
    account.confirm_all()
    account.push("orders", [_ORDER | {"status": "weird\x1b[2J"}])
    assert not [event for event in account.events if isinstance(event, OrderReported)]
    (notice,) = [event for event in account.events if isinstance(event, NoticeGiven)]
    assert notice.warning
    assert "status" in notice.text
    assert "\x1b" not in notice.text
    assert account.healths[-2:] == [Health.RESYNC, Health.LIVE]


_FILL = {
    "tradeId": "9",
    "orderId": "1",
    "symbol": "BTCUSDT",
    "side": "buy",
    "price": "5",
    "baseVolume": "1",
    "posMode": "one_way_mode",
    "cTime": "1700000000400",
}


def test_a_fill_beside_a_row_that_is_not_understood_is_told_all_the_same() -> None:
    """Bug: one strange row of a push held back the fills of the others until the account was read."""
    account = Account()
    account.confirm_all()
    account.push("fill", [_FILL, _FILL | {"side": "both"}, _FILL | {"tradeId": "10"}])
    told = [event.fill.trade_id for event in account.events if isinstance(event, FillReported)]
    assert told == ["9", "10"]
    assert account.healths[-2:] == [Health.RESYNC, Health.LIVE]


def test_a_plan_order_is_told_with_what_it_waits_for() -> None:
    account = Account()
    plan = {
        "orderId": "7",
        "clientOid": "c7",
        "instId": "BTCUSDT",
        "planType": "psl",
        "triggerPrice": "59000.000000000",
        "triggerType": "mark_price",
        "size": "",
        "orderType": "market",
        "side": "sell",
        "posMode": "one_way_mode",
        "status": "executed",
    }
    account.push("orders-algo", [plan])
    order = account.events[-1].order  # type: ignore[union-attr]
    assert (order.state, order.reduce_only, order.size) == (OrderState.TRIGGERED, True, 0)
    assert order.plan == Plan(PlanKind.POSITION_STOP_LOSS, Decimal(59_000), TriggerBy.MARK)
    account.confirm_all()
    account.push("orders-algo", [plan | {"planType": "brand_new"}])
    assert account.healths[-2:] == [Health.RESYNC, Health.LIVE]


def test_a_frame_that_was_left_out_may_have_been_an_order_so_the_account_is_read_again() -> None:
    account = Account()
    account.confirm_all()
    account.feed.happened(FrameDropped("a member is named twice"), 0.0)
    assert account.healths[-2:] == [Health.RESYNC, Health.LIVE]


def test_an_empty_positions_push_says_that_all_are_closed() -> None:
    account = Account()
    account.push("positions", [])
    assert account.events[-1] == PositionsReported((), 1700000000500)


def test_an_account_push_without_rows_says_nothing() -> None:
    account = Account()
    account.push("account", [])
    assert len(account.events) == 1


@pytest.mark.parametrize("rows", [[{"orderId": "1"}], "text", [[]], [_ORDER | {"size": 0.1}]])
def test_rows_of_another_shape_are_malformed(rows: Any) -> None:
    with pytest.raises(MalformedFrame):
        Account().push("orders", rows)
