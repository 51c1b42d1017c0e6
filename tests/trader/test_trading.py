"""A trader object against the real simulator: what a script is told is what the exchange's ledger says."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from omega_tui import AsyncBitGetTrader
from omega_tui.domain.orders import HoldSide, MarginMode, OrderState, Side, TimeInForce
from omega_tui.trader import (
    ExchangeUnavailable,
    InvalidInput,
    NotProven,
    NotSent,
    OrderNotFound,
    OrderRefused,
    OrderRejected,
    OrderUnknown,
    ReadOnly,
)
from omega_tui.trader.inputs import read_leg
from tests.support.long import LONG
from tests.support.simulator import Simulator
from tests.trader.conftest import Opened

D = Decimal


def entry(**changes: Any) -> dict[str, Any]:
    """A small market buy that every profile's guards let through."""
    return {"symbol": "BTCUSDT_UMCBL", "side": "BUY", "quantity": 0.002, "stop_loss": 64500, **changes}


async def resting(trader: AsyncBitGetTrader, **changes: Any) -> Any:
    """A small limit buy below the market."""
    order = {"order_type": "LIMIT", "price": 64000, "stop_loss": 63500, **changes}
    return await trader.place_order(**entry(**order))


async def test_a_market_order_is_filled_and_its_position_closes_again(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange) as one:
        order = await one.place_order(**entry())
        assert (order.state, order.filled) == (OrderState.FILLED, D("0.002"))
        assert order.average_price is not None
        assert order.average_price > 0
        [position] = await one.get_positions()
        assert (position.hold_side, position.size) == (HoldSide.LONG, D("0.002"))
        [risk] = await one.get_position_risk("BTCUSDT")
        assert risk.notional is not None
        assert risk.notional > 100
        closed = await one.close_position("BTCUSDT", side="LONG")
        assert closed.left == 0
        assert await one.get_positions() == ()
        bought, sold = await one.get_fills(symbol="BTCUSDT")
        assert (bought.side, bought.price, sold.side) == (Side.BUY, order.average_price, Side.SELL)
        assert order.order_id is not None
        assert await one.get_order(order.order_id) == await one.get_order(order.id), "by either id"


async def test_hedge_mode_keeps_both_sides_apart(hedged: Simulator, trader: Opened) -> None:
    """Bug: a close of the long that opens a short, as Bitget's hedge mode does with a naive side."""
    async with trader(hedged) as one:
        await one.place_order(**entry())
        await one.place_order(**entry(side="SELL", stop_loss=66000))
        assert {each.hold_side for each in await one.get_positions()} == {HoldSide.LONG, HoldSide.SHORT}
        await one.close_position("BTCUSDT", side="LONG")
        [left] = await one.get_positions()
        assert (left.hold_side, left.size) == (HoldSide.SHORT, D("0.002"))


async def test_a_share_of_a_position_closes_and_what_is_left_is_told(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange) as one:
        await one.place_order(**entry(quantity="0.004"))
        closed = await one.close_position("BTCUSDT", share="50%")
        assert closed.left == D("0.002")
        [order] = closed.orders
        assert order.reduce_only
        assert order.filled == D("0.002")
        with pytest.raises(OrderRefused, match="no short position"):
            await one.close_position("BTCUSDT", side="SHORT")


async def test_stops_and_targets_are_confirmed_replaced_and_refused_on_the_wrong_side(
    hedged: Simulator, trader: Opened
) -> None:
    async with trader(hedged) as one:
        await one.place_order(**entry())
        position = await one.set_stop_loss("BTCUSDT", 64000)
        assert (position.stop_price, position.protected) == (D(64000), D(1))
        position = await one.set_stop_loss("BTCUSDT", "64200.5")
        assert position.stop_price == D("64200.5")
        position = await one.set_take_profit("BTCUSDT", 68000)
        assert (position.stop_price, position.target_price) == (D("64200.5"), D(68000))
        with pytest.raises(OrderRefused):
            await one.set_stop_loss("BTCUSDT", 70000)
        hedged.fault("plan_refused", code="40917")
        with pytest.raises((NotProven, OrderRejected)):
            await one.set_stop_loss("BTCUSDT", 63900, seconds=3)


async def test_a_change_in_place_is_told_by_what_the_exchange_makes_of_it(
    exchange: Simulator, trader: Opened
) -> None:
    """Bug: what was refused, or is not done yet, passes for done, because the order is open as before."""
    async with trader(exchange) as one:
        plan = await one.place_order(**entry(trigger_price=66000))
        amended = await one.amend_order(plan.id, trigger_price=66500)
        assert (amended.id, amended.plan is not None) == (plan.id, True)
        assert amended.plan is not None
        assert amended.plan.trigger_price == D(66500)
        exchange.fault("error_answer", route="modify-plan-order", code="45052", count=1)
        with pytest.raises(OrderRejected) as refused:
            await one.amend_order(plan.id, trigger_price=66700)
        assert refused.value.code == "45052"
        exchange.fault("lost_request", route="modify-plan-order", count=1)
        with pytest.raises(NotProven):
            await one.amend_order(plan.id, trigger_price=66700)
        order = await resting(one)
        legs = await one.amend_order(order.id, stop_loss=63000, take_profit=66000)
        assert (legs.id, legs.stop_loss, legs.take_profit) == (order.id, D(63000), D(66000))


async def test_an_amended_order_is_another_order_with_the_new_terms(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange) as one:
        order = await resting(one)
        amended = await one.amend_order(order.id, price=63900, quantity=0.003)
        assert (amended.price, amended.size) == (D(63900), D("0.003"))
        [left] = await one.get_open_orders()
        assert (left.id, left.price, left.size) == (amended.id, D(63900), D("0.003"))
        assert (await one.get_order(order.id)).state is OrderState.CANCELED


async def test_a_trigger_waits_at_the_exchange_and_is_cancelled_by_its_kind(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange) as one:
        waiting = await one.place_order(**entry(trigger_price=64000, stop_loss=63500, trigger_by="last"))
        assert waiting.plan is not None
        assert waiting.plan.trigger_price == 64000
        assert await one.execute_cancellations() == (), "resting orders only, unless told"
        [ended] = await one.execute_cancellations(kind="triggers")
        assert (ended.canceled, ended.order.id) == (True, waiting.id)


async def test_a_resting_order_is_told_when_acknowledged_and_cancelled_with_proof(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange) as one:
        order = await resting(one, time_in_force="post_only")
        assert order.state in (OrderState.ACK, OrderState.WORKING)
        assert [each.id for each in await one.get_open_orders("BTCUSDT")] == [order.id]
        cancelled = await one.cancel_order(order.id)
        assert cancelled.canceled
        assert cancelled.order.filled == 0
        assert (await one.get_order(order.id)).state is OrderState.CANCELED
        assert await one.get_open_orders() == ()
        with pytest.raises(OrderRefused, match="canceled already"):
            await one.cancel_order(order.id)


async def test_many_orders_are_cancelled_by_side(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        bought = [await resting(one, price=price) for price in (64000, 63900)]
        sold = await resting(one, side="SELL", price=66500, stop_loss=67000)
        ended = await one.execute_cancellations(symbol="BTCUSDT", side="BUY")
        assert {each.order.id for each in ended} == {each.id for each in bought}
        assert all(each.canceled for each in ended)
        [left] = await one.get_open_orders()
        assert left.id == sold.id


async def test_a_lost_answer_is_unknown_and_later_evidence_settles_it(
    exchange: Simulator, trader: Opened
) -> None:
    """O01: the order was taken, its answer never came. A script that sends it again doubles the position."""
    async with trader(exchange) as one:
        await one.place_order(**entry())
        exchange.lose_the_next_order()
        with pytest.raises(OrderUnknown) as unknown:
            await one.place_order(**entry(), seconds=1)
        name = unknown.value.client_order_id
        assert "do not send it again" in str(unknown.value)
        exchange.mend()
        settled = await one.wait_for_order(name, 30)
        assert settled.state is OrderState.FILLED
        [position] = await one.get_positions()
        assert position.size == D("0.004"), "sent once, filled once"


async def test_a_rejection_carries_the_code(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        exchange.fault("error_answer", route="place-order", code="45110", count=1)
        with pytest.raises(OrderRejected) as rejected:
            await one.place_order(**entry())
        assert rejected.value.code == "45110"
        assert await one.get_positions() == ()


async def test_a_guard_refuses_before_anything_leaves(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        with pytest.raises(OrderRefused) as refused:
            await one.place_order(**entry(quantity=50))
        assert refused.value.reasons
        await one.halt()
        with pytest.raises(OrderRefused, match="HALT"):
            await one.place_order(**entry())
        await one.resume()
        assert (await one.place_order(**entry())).state is OrderState.FILLED


async def test_halt_takes_entries_away_and_tells_of_each(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        order = await resting(one)
        halted = await one.halt()
        assert [(each.order.id, each.canceled) for each in halted.entries] == [(order.id, True)]


@LONG
async def test_without_a_live_book_the_way_out_stays_quick(exchange: Simulator, trader: Opened) -> None:
    """Bug: a close that waits for a market stream to come back while the price runs away."""
    loop = asyncio.get_running_loop()
    async with trader(exchange) as one:
        await one.place_order(**entry())
        order = await resting(one)
        exchange.fault("half_open", address="public")
        await one._session.wait(lambda: one._session.views.status().book.health != "live", 20)
        started = loop.time()
        assert (await one.cancel_order(order.id)).canceled
        assert (await one.close_position("BTCUSDT")).left == 0
        await one.halt()
        assert loop.time() - started < 10
        with pytest.raises((ExchangeUnavailable, OrderRefused)):
            await one.place_order(**entry())


async def test_what_steps_or_the_market_rule_out_is_refused_before_anything_leaves(
    exchange: Simulator, trader: Opened
) -> None:
    """I06: a size that is not a whole lot is not cut silently, nor a price moved, nor a symbol guessed."""
    limit = {"order_type": "LIMIT", "price": 64000.05, "stop_loss": 63000}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"quantity": 0.00123456}, "quantity"),
        (limit, "price"),
        ({"stop_loss": 64500.05}, "stop_loss"),
        ({"take_profit": "68000.123"}, "take_profit"),
        ({"trigger_price": 64000.01, "stop_loss": 63000}, "trigger_price"),
        ({"quantity": "1eth"}, "quantity"),
        ({"symbol": "NONEUSDT"}, "symbol"),
    ]
    async with trader(exchange) as one:
        for changes, field in cases:
            with pytest.raises(InvalidInput) as refused:
                await one.place_order(**entry(**changes))
            assert refused.value.field == field
        assert await one.get_positions() == ()
        assert await one.get_open_orders() == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"symbol": "btcusdt"}, "symbol"),
        ({"side": "UP"}, "side"),
        ({"order_type": "LIMIT"}, "price"),
        ({"price": 64000}, "price"),
        ({"post_only": True}, "post_only"),
        ({"time_in_force": "fok"}, "time_in_force"),
        ({"time_in_force": "day"}, "time_in_force"),
        ({"order_type": "LIMIT", "price": 1, "time_in_force": "ioc", "post_only": True}, "post_only"),
        ({"quantity": None}, "quantity"),
        ({"risk": 0.01}, "quantity"),
        ({"quantity": float("nan")}, "quantity"),
        ({"reduce_only": "no"}, "reduce_only"),
        ({"leverage": "20x"}, "leverage"),
        ({"margin_mode": "cross"}, "margin_mode"),
        ({"callback_rate": 0.01}, "trigger_price"),
        ({"trigger_price": 64000, "trigger_by": "index"}, "trigger_by"),
        ({"stop_los": 64000}, "order 3"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_meant_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_leg(entry(**changes), 3)
    assert refused.value.field == field
    assert refused.value.fix


def test_the_words_of_the_old_interface_are_understood() -> None:
    wanted = read_leg(entry(order_type="LIMIT", price=64000.5, leverage="20", margin_mode="crossed"), 0)
    assert (wanted.symbol, wanted.side, wanted.price) == ("BTCUSDT", Side.BUY, D("64000.5"))
    assert (wanted.leverage, wanted.margin_mode) == (20, MarginMode.CROSSED)
    assert wanted.time_in_force is TimeInForce.GTC


async def test_a_preview_sends_nothing_and_shows_what_would_be_sent(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange) as one:
        shown = await one.preview_order(**entry(quantity="200$", leverage=7))
        assert shown.sendable, shown.problems
        assert shown.size is not None
        assert shown.notional is not None
        assert D(100) < shown.notional <= D(200)
        assert any("leverage" in change for change in shown.changes)
        forbidden = await one.preview_order(**entry(quantity=50))
        assert forbidden.problems
        assert await one.get_positions() == ()
        assert await one.get_open_orders() == ()


async def test_a_size_from_risk_and_the_stop_of_the_profile_are_told(
    exchange: Simulator, trader: Opened
) -> None:
    """What was not spelled out by the script stands in the answer: the size worked out, the stop added."""
    async with trader(exchange) as one:
        shown = await one.preview_order(symbol="BTCUSDT", side="BUY", risk="0.1%", stop_loss=64500)
        assert shown.sendable, shown.problems
        assert shown.loss_at_stop is not None
        assert D(5) < shown.loss_at_stop <= D(10), "a thousandth of 10,000, rounded down to the lot"
        order = await one.place_order(symbol="BTCUSDT", side="BUY", quantity=0.002)
        assert order.stop_loss is not None
        assert any("profile" in note for note in order.notes)


async def test_leverage_is_brought_about_when_nothing_is_open_and_never_silently(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange) as one:
        await one.place_order(**entry(leverage="4", margin_mode="crossed"))
        assert (await one.get_market_settings()).crossed_leverage == 4
        with pytest.raises(OrderRefused, match="leverage 4 becomes 3"):
            await one.place_order(**entry(leverage=3))
        with pytest.raises(OrderRefused):
            await one.set_leverage("BTCUSDT", 100)
        await one.close_position("BTCUSDT")
        await one.set_leverage("BTCUSDT_UMCBL", "2")
        assert (await one.get_market_settings()).crossed_leverage == 2
        await one.set_margin_mode("BTCUSDT", "isolated")
        assert (await one.get_market_settings()).margin_mode is MarginMode.ISOLATED


async def test_market_data_is_exact_and_bounded(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        quote = await one.get_market_ticker()
        book = await one.get_orderbook(limit=5, symbol="ETHUSDT_UMCBL")
        async with asyncio.timeout(20):
            while not (trades := await one.get_recent_trades(limit=10)):  # noqa: ASYNC110 - the market is young
                await asyncio.sleep(0.1)
        assert quote.symbol == "BTCUSDT"
        assert quote.bid_price is not None
        assert (book.symbol, len(book.bids), len(book.asks)) == ("ETHUSDT", 5, 5)
        assert book.bids[0].price < book.asks[0].price
        assert 0 < len(trades) <= 10
        assert all(isinstance(each.price, Decimal) for each in trades)
        for wrong in (0, 101, True, "5"):
            with pytest.raises(InvalidInput):
                await one.get_orderbook(limit=wrong)  # type: ignore[arg-type]


async def test_an_id_that_nobody_knows_is_not_found(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        order = await resting(one)
        ended = await one.execute_cancellations(["nobody", order.id])
        assert isinstance(ended[0].error, OrderNotFound)
        assert ended[1].canceled, "one that is not there keeps no other from being cancelled"
        for name in ("12345", "nobody"):
            with pytest.raises(OrderNotFound):
                await one.get_order(name)
            with pytest.raises(OrderNotFound):
                await one.cancel_order(name)


async def test_several_orders_end_each_by_itself_in_the_order_given(
    exchange: Simulator, trader: Opened
) -> None:
    """O35: one leg that a guard refuses and one that the exchange refuses must not hide those that went."""
    limit = {"order_type": "LIMIT", "price": 64000, "stop_loss": 63500}
    async with trader(exchange) as one:
        exchange.fault("batch_leg_fails", legs=[1], code="45110", count=1)
        legs = await one.execute_orders(
            [
                entry(**limit),
                entry(**limit, quantity=50),
                entry(**{**limit, "price": 63900}),
                entry(symbol="ETHUSDT", side="SELL", quantity="1btc"),
                entry(symbol="NONEUSDT"),
            ]
        )
        placed, guarded, rejected, misread, unlisted = legs
        assert placed.order is not None
        assert isinstance(guarded.error, OrderRefused)
        assert isinstance(rejected.error, OrderRejected)
        assert rejected.error.code == "45110"
        assert isinstance(misread.error, InvalidInput)
        assert isinstance(unlisted.error, InvalidInput), "a market that fails hides nothing of the others"
        assert [each.id for each in await one.get_open_orders()] == [placed.order.id]


async def test_another_market_is_switched_to_and_waited_for(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        price = (await one.preview_order(symbol="ETHUSDT", side="BUY", quantity="100$")).price_used
        assert price is not None
        stop = price * D("0.99") // 1
        order = await one.place_order(symbol="ETHUSDT_UMCBL", side="BUY", quantity="100$", stop_loss=stop)
        assert (order.symbol, order.state) == ("ETHUSDT", OrderState.FILLED)
        assert (await one.place_order(**entry())).symbol == "BTCUSDT"


async def test_who_comes_second_may_look_but_not_trade(exchange: Simulator, trader: Opened) -> None:
    """S15: two writers of one account's journal would each believe in half of it."""
    async with trader(exchange) as first, trader(exchange) as second:
        order = await resting(first)
        assert [each.id for each in await second.get_open_orders()] == [order.id]
        for write in (second.place_order(**entry()), second.cancel_order(order.id), second.halt()):
            with pytest.raises(ReadOnly):
                await write


async def test_an_exchange_that_is_gone_is_unavailable_and_not_a_traceback(
    exchange: Simulator, trader: Opened
) -> None:
    async with trader(exchange, patience=1) as one:
        await one.get_account_balance()
        exchange.fault("down")
        exchange.fault("reset_peer")
        with pytest.raises((ExchangeUnavailable, NotSent)):
            await one.place_order(**entry())
        with pytest.raises(ExchangeUnavailable):
            await one.get_account_balance()


async def test_no_secret_shows_in_what_a_script_could_print(
    exchange: Simulator, trader: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    async with trader(exchange) as one:
        shown = [repr(one), repr(vars(one)), str((await one.get_account_balance()).to_dict())]
        exchange.fault("error_answer", route="place-order", code="40009", count=1)
        with pytest.raises(OrderRejected) as rejected:
            await one.place_order(**entry())
        shown += [repr(rejected.value), str(rejected.value.to_dict()), *capsys.readouterr()]
    for secret in exchange.secrets:
        assert not any(secret in each for each in shown)


def test_keys_given_in_part_or_for_nothing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput, match="passphrase"):
        AsyncBitGetTrader(api_key="canary-a", secret_key="canary-b")
    with pytest.raises(InvalidInput, match="venue"):
        AsyncBitGetTrader(venue="moon")
    with pytest.raises(InvalidInput, match="initial_capital"):
        AsyncBitGetTrader(venue="sim", initial_capital=float("inf"))
    with pytest.raises(InvalidInput, match="first line"):
        AsyncBitGetTrader(venue="sim", sim=str(tmp_path / "nothing.json"))
    monkeypatch.setenv("OMEGA_SIM_API_KEY", "a")
    monkeypatch.setenv("OMEGA_SIM_SECRET", "b")
    monkeypatch.setenv("OMEGA_SIM_PASSPHRASE", "c")
    for elsewhere in ("http://192.0.2.1:80", "http://[::1", "http://127.0.0.1:99999", "http://127.0.0.1@b:1"):
        with pytest.raises(InvalidInput, match="sim: "):
            AsyncBitGetTrader(venue="sim", sim=elsewhere)
    for wrong in ("canary\nX-Other: header", "ключ-canary", '"canary"'):
        with pytest.raises(InvalidInput, match="secret_key: has a space") as caught:
            AsyncBitGetTrader(api_key="canary-a", secret_key=wrong, passphrase="canary-c")
        assert "canary" not in str(caught.value)
    keyed = AsyncBitGetTrader(api_key="canary-a", secret_key="canary-b", passphrase="canary-c")
    assert "canary" not in repr(keyed) + repr(vars(keyed)) + repr(vars(keyed._session))


def test_a_key_file_that_others_can_read_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text(
        "BITGET_TESTNET_API_KEY=a\nBITGET_TESTNET_SECRET_KEY=b\nBITGET_TESTNET_PASSPHRASE=c\n"
    )
    Path(".env").chmod(0o644)
    with pytest.warns(UserWarning, match="chmod") as told:
        AsyncBitGetTrader()
    assert told[0].filename == __file__


async def test_results_are_json_without_losing_a_digit(exchange: Simulator, trader: Opened) -> None:
    async with trader(exchange) as one:
        order = await one.place_order(**entry())
        told = order.to_dict()
        assert told["state"] == "filled"
        assert D(str(told["average_price"])) == order.average_price
        assert told["price"] is None, "a market order has no price, which is not zero"
        await asyncio.sleep(0)
