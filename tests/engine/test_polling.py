"""A stream that is down: requests stand in for it at the set intervals, say so, and end when it is back."""

from collections import Counter
from pathlib import Path

from omega_tui.domain.book import OrderBook
from omega_tui.domain.events import BookChanged, Health, HealthChanged, Surface, TickerChanged
from omega_tui.domain.market import Ticker
from omega_tui.domain.orders import OrderType, Side
from omega_tui.engine.intents import CancelOrder, SelectSymbol
from omega_tui.engine.views import Posture
from omega_tui.exchange.bitget.wire import REQUESTS_PER_MINUTE, REQUESTS_PER_SECOND, RestPath
from omega_tui.settings import load
from omega_tui.wiring import _engine_options
from tests.engine.fake_gateway import D, FakeGateway, FakeReads, balance, book, position, ticker
from tests.engine.rig import Rig, running

PATHS = {
    "ticker": (RestPath.TICKER,),
    "book": (RestPath.MERGE_DEPTH,),
    "positions": (RestPath.ALL_POSITION,),
    "balance": (RestPath.ACCOUNTS,),
    "settings": (RestPath.ACCOUNT,),
    "open_orders": (RestPath.ORDERS_PENDING, *[RestPath.ORDERS_PLAN_PENDING] * 3),
    "fills": (RestPath.ORDER_FILLS,),
    "bills": (RestPath.BILL,),
    "order": (RestPath.ORDER_DETAIL,),
    "candles": (RestPath.CANDLES,),
}
"""What each read sends; plans are listed in three groups."""


class _Priced(FakeReads):
    """Answers with prices that a stream never told."""

    async def ticker(self, symbol: str) -> Ticker:
        await super().ticker(symbol)
        return ticker("61000", "61000", at=10**15, symbol=symbol)

    async def book(self, symbol: str, depth: int) -> OrderBook:
        await super().book(symbol, depth)
        return book([("60999.9", "3")], [("61000.1", "4")])


def _cut_market(rig: Rig) -> None:
    for surface in (Surface.BOOK, Surface.TICKER):
        rig.gateway.emit(HealthChanged(surface, Health.DOWN, "reset by peer"))


async def test_a_market_whose_stream_is_down_is_read_every_second_and_says_polling(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(reads_type=_Priced)) as rig:
        await rig.advance(1)
        assert "ticker BTCUSDT" not in rig.gateway.asked, "a live market is not asked for"
        _cut_market(rig)
        for _ in range(5):
            await rig.advance(1, fresh=False)
        status = rig.views.status()
        assert status.book.health is Health.POLLING
        assert "reset by peer" in status.book.reason
        assert status.mark_price == D(61000)
        assert rig.views.ladder(1, 5).best_bid_ticks == 609999
        assert 4 <= rig.gateway.asked.count("book BTCUSDT") <= 6
        assert rig.log_text().count("market stream down: reset by peer; it is read by request") == 1
        assert "POLLING" in rig.place().text, "nobody tells what happens between two answers: no new risk"


async def test_polling_prices_the_way_out(tmp_path: Path) -> None:
    gateway = FakeGateway(reads_type=_Priced, positions=(position(),))
    async with running(tmp_path, gateway) as rig:
        _cut_market(rig)
        for _ in range(3):
            await rig.advance(1, fresh=False)
        close = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)
        assert rig.views.preview(close).price_used == D("60999.9")
        assert rig.place(close).taken


async def test_polling_ends_by_itself_when_the_stream_is_live_again(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        _cut_market(rig)
        await rig.advance(1, fresh=False)
        await rig.advance(1, fresh=False)
        assert rig.views.status().book.health is Health.POLLING
        at = rig.clock.wall_ms() - 50
        rig.gateway.emit(
            HealthChanged(Surface.BOOK, Health.LIVE, ""),
            HealthChanged(Surface.TICKER, Health.LIVE, ""),
            TickerChanged(ticker(at=at)),
            BookChanged("BTCUSDT", book(), at),
        )
        assert rig.views.status().book.health is Health.LIVE
        asked = rig.gateway.asked.count("book BTCUSDT")
        for _ in range(3):
            await rig.advance(1)
        assert rig.gateway.asked.count("book BTCUSDT") == asked


async def test_polling_that_fails_too_is_no_polling(tmp_path: Path) -> None:
    """A label that outlives its answers would be a lie."""
    async with running(tmp_path) as rig:
        _cut_market(rig)
        await rig.advance(1, fresh=False)
        rig.gateway.reads_fail = True
        for _ in range(7):
            await rig.advance(1, fresh=False)
        assert rig.views.status().book.health is Health.DOWN


async def test_a_silent_stream_is_stood_in_for_as_well(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        for _ in range(4):
            await rig.advance(1, fresh=False)
        assert rig.views.status().book.health is Health.POLLING
        assert "stale" in rig.views.status().book.reason


async def test_an_answer_for_the_market_left_behind_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    class Switching(_Priced):
        async def book(self, symbol: str, depth: int) -> OrderBook:
            found = await super().book(symbol, depth)
            if symbol == "BTCUSDT":
                rig.engine.submit(SelectSymbol("ETHUSDT"))
                _cut_market(rig)
            return found

    async with running(tmp_path, FakeGateway(reads_type=Switching)) as rig:
        _cut_market(rig)
        await rig.advance(1, fresh=False)
        assert rig.views.status().symbol == "ETHUSDT"
        assert (rig.views.ladder(1, 5).bids, rig.views.status().last_price) == ((), None)


async def test_an_account_whose_stream_is_down_is_read_at_the_set_intervals(tmp_path: Path) -> None:
    """Positions every 2 s, orders every 5 s, the balance every 10 s."""
    async with running(tmp_path) as rig:
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.DOWN, "closed by the exchange"))
        await rig.settle()
        await rig.advance(2)
        before = Counter(rig.gateway.asked)
        for _ in range(120):
            await rig.advance(0.5)
        asked = Counter(rig.gateway.asked) - before
        assert 26 <= asked["positions"] <= 31
        assert 11 <= asked["open_orders"] <= 13
        assert 5 <= asked["balance"] <= 12
        status = rig.views.status()
        assert (status.private.health, status.posture) == (Health.POLLING, Posture.REDUCE_ONLY)
        assert "closed by the exchange" in status.private.reason
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.LIVE, ""))
        await rig.until(lambda: rig.views.status().posture is Posture.NORMAL)


async def test_two_rounds_do_not_ask_the_same_at_once(tmp_path: Path) -> None:
    """The pass and the reading of positions shared nothing: each asked for what the other had just got."""
    async with running(tmp_path) as rig:
        before = Counter(rig.gateway.asked)
        for _ in range(60):
            await rig.advance(0.5)
        asked = Counter(rig.gateway.asked) - before
        assert asked["open_orders"] == 1
        assert asked["positions"] <= 8
        assert asked["balance"] <= 4


async def test_an_answer_from_before_something_happened_does_not_serve_afterwards(tmp_path: Path) -> None:
    """A reconnect moments after a reading must read again: the position was lost in between."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        await rig.advance(4)
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.DOWN, "reset"))
        rig.gateway.positions, rig.gateway.balance = (), balance("4000")
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.LIVE, ""))
        await rig.until(lambda: rig.views.status().posture is Posture.NORMAL)
        assert rig.views.positions().rows == ()
        assert rig.views.account().equity == D(4000)


async def test_full_polling_stays_far_below_the_exchanges_limits(tmp_path: Path) -> None:
    """Measured over a minute with every stream down: cancels and closes keep their room."""
    gateway = FakeGateway(positions=(position(), position(symbol="ETHUSDT")))
    async with running(tmp_path, gateway) as rig:
        _cut_market(rig)
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.DOWN, "reset"))
        await rig.settle()
        worst: Counter[RestPath] = Counter()
        total = 0
        for _ in range(60):
            seen = len(rig.gateway.asked)
            await rig.advance(1, fresh=False)
            sent = Counter(path for each in rig.gateway.asked[seen:] for path in PATHS[each.split()[0]])
            worst |= sent
            total += sum(sent.values())
        for path, most in worst.items():
            assert most <= REQUESTS_PER_SECOND[path] / 2, path
        assert total < REQUESTS_PER_MINUTE / 10


async def test_the_end_of_a_long_outage_is_noticed_within_seconds(tmp_path: Path) -> None:
    """After many failures the pauses had grown to half a minute: long enough to miss a move."""
    async with running(tmp_path) as rig:
        _cut_market(rig)
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.DOWN, "reset"))
        rig.gateway.reads_fail = True
        for _ in range(40):
            await rig.advance(5, fresh=False)
        rig.gateway.reads_fail = False
        for _ in range(6):
            await rig.advance(1, fresh=False)
        status = rig.views.status()
        assert {status.book.health, status.private.health} == {Health.POLLING}


def test_the_intervals_that_were_set_are_the_ones_used(tmp_path: Path) -> None:
    """Two figures that change places in the wiring look right in every other test."""
    given = {"price": 3.0, "positions": 4.0, "orders": 6.0, "account": 12.0}
    flags = {f"polling.{kind}_seconds": str(each) for kind, each in given.items()}
    settings = load(flags | {"polling.least_change": "0.05"}, environment={}, folder=tmp_path)
    options = _engine_options(settings, "")
    assert options.balance_step == D("0.05")
    assert given == {kind: getattr(options, f"poll_{kind}_seconds") for kind in given}


async def test_a_cancel_has_orders_and_positions_read_and_not_how_the_symbol_is_traded(
    tmp_path: Path,
) -> None:
    """Someone who cancels five orders a second would spend the limits on settings that nobody changed."""
    async with running(tmp_path) as rig:
        rig.place()
        await rig.until(lambda: rig.gateway.placed)
        await rig.settle()
        before = Counter(rig.gateway.asked)
        rig.engine.submit(CancelOrder(rig.gateway.placed[0].client_order_id))
        await rig.until(lambda: rig.gateway.canceled)
        await rig.settle()
        asked = Counter(rig.gateway.asked) - before
        assert (asked["open_orders"], asked["positions"]) == (1, 1)
        assert (asked["settings BTCUSDT"], asked["bills"]) == (0, 0)
