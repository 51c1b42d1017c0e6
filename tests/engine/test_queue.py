"""The queue before an own order: never less than what may fill first, no more than evidence leaves."""

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.events import OrderReported, TradesPrinted
from omega_tui.domain.market import PublicTrade
from omega_tui.domain.orders import Order, OrderState, Side
from omega_tui.engine.market.queue import Queue
from tests.engine.fake_gateway import EXCHANGE_MS, order
from tests.engine.rig import running

D = Decimal
BID = D("60000")


def bid(size: str = "0.01") -> Order:
    return order("q", price=str(BID), size=size)


def sold(price: D, size: str, name: str = "t") -> PublicTrade:
    return PublicTrade(name, EXCHANGE_MS, price, D(size), Side.SELL)


def test_an_order_joins_behind_all_that_rests() -> None:
    assert Queue().ahead("q", bid(), D("3")) == D("3")


def test_prints_at_the_price_take_from_the_front_and_those_beyond_clear_it() -> None:
    queue = Queue()
    queue.ahead("q", bid(), D("3"))
    queue.printed([sold(BID, "1.2")])
    assert queue.ahead("q", bid(), None) == D("1.8")
    queue.printed([sold(BID - 1, "0.001")])
    assert queue.ahead("q", bid(), None) == 0


def test_prints_of_the_own_side_and_at_better_prices_change_nothing() -> None:
    """Bug: a buyer at the ask counts as if he had taken from the bids."""
    queue = Queue()
    queue.ahead("q", bid(), D("3"))
    queue.printed([PublicTrade("a", EXCHANGE_MS, BID, D("1"), Side.BUY), sold(BID + 1, "1")])
    assert queue.ahead("q", bid(), None) == D("3")


def test_cancellations_show_when_less_is_left_than_was_ahead() -> None:
    queue = Queue()
    queue.ahead("q", bid(), D("3"))
    assert queue.ahead("q", bid(), D("0.51")) == D("0.5")
    assert queue.ahead("q", bid(), D("9")) == D("0.5"), "what joins later is behind"


def test_another_price_is_another_queue_and_a_forgotten_order_has_none() -> None:
    queue = Queue()
    queue.ahead("q", bid(), D("3"))
    moved = order("q")
    assert queue.ahead("q", moved, D("7")) == D("7")
    queue.keep([])
    assert queue.ahead("q", moved, None) is None


@given(st.lists(st.tuples(st.sampled_from(["join", "leave", "trade"]), st.integers(1, 9)), max_size=30))
def test_the_estimate_never_promises_a_better_place_than_the_order_has(events: list[tuple[str, int]]) -> None:
    """Against a level that is kept one by one: the bound holds whoever leaves, and wherever in the queue."""
    queue, mine = Queue(), D(1)
    ahead, behind = D(20), D(0)
    queue.ahead("q", bid("1"), ahead + mine)
    for kind, number in events:
        size = D(number)
        if kind == "join":
            behind += size
        elif kind == "leave":
            gone = min(size, ahead)
            ahead -= gone
        elif ahead > 0:
            taken = min(size, ahead)
            ahead -= taken
            queue.printed([sold(BID, str(taken))])
        told = queue.ahead("q", bid("1"), ahead + mine + behind)
        assert told is not None
        assert told >= ahead


async def test_the_ladder_tells_the_queue_of_a_resting_order_only(tmp_path: Path) -> None:
    """Bug: an order on its way stands in a queue that it has not reached."""
    async with running(tmp_path) as rig:
        rig.gateway.emit(OrderReported(order("x", price="59999.8")))
        rig.gateway.emit(
            OrderReported(order("y", OrderState.PENDING_CANCEL, price="59999.9", order_id="9002"))
        )
        rig.views.ladder(1, 5)
        rig.gateway.emit(TradesPrinted("BTCUSDT", (sold(D("59999.8"), "0.5"),), replaces=False))
        told = {each.key: each.ahead for each in rig.views.ladder(1, 5).orders}
        assert told["x"] is not None
        assert told["x"] <= D("1.5")
        assert told["y"] is None
