"""A client that only listens knows the account: folding the private pushes gives what the exchange has.

The market jumps, positions are liquidated and deleveraged, funding is settled; after every action the fold of
the pushes is compared with the ledger.
"""

from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.exchange.bitget.wire import Channel
from omega_tui.sim.choices import Choices
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import MarginMode, PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.streams.account import AccountFeed
from omega_tui.sim.streams.connection import Connection
from omega_tui.sim.streams.feeds import Feeds
from omega_tui.sim.streams.topics import Topic
from tests.sim.venue.scene import ETH, Scene
from tests.sim.venue.test_money_conservation import NARROW, START, scripts, strike

CHANNELS = (
    *(Channel.ORDERS, Channel.FILL, Channel.POSITIONS, Channel.ACCOUNT),
    *(Channel.POSITIONS_HISTORY, Channel.EQUITY, Channel.ADL_NOTICE),
)
CENT = Decimal("1e-8")


class Listener:
    """Everything a client can learn from the private channels."""

    def __init__(self, scene: Scene) -> None:
        self.orders: dict[str, Any] = {}
        self.fills: dict[str, Any] = {}
        self.positions: dict[str, Any] = {}
        self.closed: list[Any] = []
        self.account: Any = None
        self.equity: Any = None
        self.deleveraged = 0
        stand_in = SimpleNamespace(
            venue=scene.venue,
            clock=ExchangeClock(scene.clock),
            symbols=("BTCUSDT", "ETHUSDT"),
            bitcoin_price=lambda: None,
        )
        exchange = cast(SimulatedExchange, stand_in)
        feeds = Feeds(exchange)
        AccountFeed(exchange, feeds)
        for channel in CHANNELS:
            feeds.subscribe(cast(Connection, self), Topic(channel, "instId", "default"), b"{}")

    def send(self, frame: bytes) -> None:
        push = orjson.loads(frame)
        for row in push.get("data", ()):
            match push["arg"]["channel"]:
                case "orders":
                    self.orders[row["orderId"]] = row
                case "fill":
                    assert row["tradeId"] not in self.fills
                    self.fills[row["tradeId"]] = row
                case "positions-history":
                    self.closed.append(row)
                case "account":
                    self.account = row
                case "equity":
                    self.equity = row
                case "adl-noti":
                    self.deleveraged += 1
        if push.get("arg", {}).get("channel") == "positions":
            self.positions = {row["posId"]: row for row in push["data"]}


def check(listener: Listener, scene: Scene) -> None:
    venue = scene.venue
    for order in venue.pending() + venue.finished():
        told = listener.orders[order.order_id]
        assert (told["status"], told["tradeSide"]) == (str(order.status), order.trade_side)
        assert Decimal(told["accBaseVolume"]) == order.filled
        assert abs(Decimal(told["totalProfits"]) - order.profit) < CENT
        assert abs(Decimal(told["feeDetail"][0]["fee"]) - order.fee) < CENT
    assert list(listener.fills) == [fill.trade_id for fill in venue.fills()[::-1]]
    held = {each.position_id: each for each in venue.positions()}
    assert listener.positions.keys() == held.keys()
    for identity, position in held.items():
        told = listener.positions[identity]
        assert (Decimal(told["total"]), Decimal(told["frozen"])) == (position.size, position.locked)
        assert (told["holdSide"], told["leverage"]) == (str(position.hold_side), position.leverage)
        assert abs(Decimal(told["totalFee"] or 0) - position.funding) < CENT
    assert [row["posId"] for row in listener.closed] == [
        each.position_id for each in reversed(venue.closed_positions())
    ]
    money = venue.account()
    worth = Decimal(listener.account["equity"]) - Decimal(listener.account["unrealizedPL"])
    assert abs(worth - money.balance) <= 2 * CENT
    assert Decimal(listener.account["frozen"]) == money.locked
    assert abs(Decimal(listener.equity["usdtEquity"]) - Decimal(listener.account["equity"])) < CENT


def play(mode: PositionMode, margin_mode: MarginMode, script: list[tuple[object, ...]]) -> None:
    always_told = Choices(account_told_of_orders=True)
    scene = Scene(mode, str(START), 20, margin_mode, always_told, (NARROW, ETH))
    scene.snapshot((("99.9", "3"), ("99", "3")), (("100.1", "3"), ("101", "3")))
    listener = Listener(scene)
    for action in script:
        with suppress(Refused):
            strike(scene, action)
        check(listener, scene)


@given(st.sampled_from(PositionMode), st.sampled_from(MarginMode), scripts)
@settings(max_examples=60, deadline=None)
def test_the_pushes_are_the_ledger(
    mode: PositionMode, margin_mode: MarginMode, script: list[tuple[object, ...]]
) -> None:
    play(mode, margin_mode, script)
