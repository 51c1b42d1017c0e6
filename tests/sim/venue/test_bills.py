"""Every change of the wallet is a bill, in Bitget's words, with what was left after it."""

from decimal import Decimal

import pytest

from omega_tui.sim.facts import MarginMode, PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue import wallet as wallets
from omega_tui.sim.venue.wallet import Business, Wallet
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, Scene

D = Decimal


def businesses(scene: Scene) -> list[str]:
    return [bill.business for bill in scene.venue.wallet.bills()][::-1]


def test_an_account_begins_with_a_deposit() -> None:
    (bill,) = Scene(balance="250").venue.wallet.bills()
    assert (bill.symbol, bill.business, bill.amount, bill.fee) == ("", "trans_from_exchange", D(250), D(0))
    assert bill.balance == D(250)


def test_an_account_without_money_has_no_bills() -> None:
    assert list(Scene(balance="0").venue.wallet.bills()) == []


def test_a_hedge_account_names_the_side_and_what_was_done_to_it() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "0.5")
    scene.open(SHORT, "0.5")
    scene.close(LONG, "0.5")
    scene.close(SHORT, "0.5")
    assert businesses(scene)[1:] == ["open_long", "open_short", "close_long", "close_short"]


def test_a_one_way_account_names_the_direction_only() -> None:
    scene = Scene()
    scene.buy("0.5")
    scene.sell("0.9")
    assert businesses(scene)[1:] == ["buy", "sell"]


def test_a_trade_is_one_bill_per_fill_of_profit_and_fee() -> None:
    scene = Scene()
    scene.buy("1.5")
    scene.sell("1")
    bills = list(scene.venue.wallet.bills())[:3]
    assert [(bill.amount, bill.fee) for bill in bills] == [
        (fill.profit, fill.fee) for fill in scene.fills[::-1]
    ]
    assert bills[0].symbol == "BTCUSDT"
    assert (
        bills[0].balance
        == scene.venue.account().balance
        == D(10_000) + sum(fill.profit + fill.fee for fill in scene.fills)
    )


@pytest.mark.parametrize("business", list(Business))
def test_margin_that_moves_is_told_and_changes_nothing(business: Business) -> None:
    """A book-keeper who sums the bills would lose money that only changed its pocket."""
    wallet = Wallet(lambda: "1", lambda: 0)
    bill = wallet.book("BTCUSDT", business, D(5))
    moves = business in wallets.MARGIN_MOVES
    assert wallet.balance == bill.balance == (D(0) if moves else D(5))


def test_a_long_life_forgets_old_bills_but_never_money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallets, "_REMEMBERED", 3)
    scene = Scene()
    for direction in (BUY, SELL, BUY, SELL, BUY):
        scene.place(scene.spec(direction, "0.3"))
    wallet = scene.venue.wallet
    kept = list(wallet.bills())
    assert len(kept) == 3
    assert wallet.carried + sum(bill.amount + bill.fee for bill in kept) == wallet.balance
    assert wallet.balance == scene.venue.account().balance


def test_money_comes_and_goes_but_not_what_is_bound() -> None:
    scene = Scene(balance="100", margin_mode=MarginMode.ISOLATED)
    scene.buy("1")
    scene.events.clear()
    scene.venue.transfers.move(D(50))
    assert [type(event).__name__ for event in scene.events] == ["PositionsChanged", "AccountChanged"]
    free = scene.venue.account().transferable
    assert free == D(150) - D("0.06006") - D("10.01") - scene.venue.account().locked
    for amount in (-free - D("0.00000001"), D(0), D("NaN")):
        with pytest.raises(Refused):
            scene.venue.transfers.move(amount)
    scene.venue.transfers.move(-free)
    assert scene.venue.account().transferable == 0
    assert businesses(scene)[-2:] == ["trans_from_exchange", "trans_to_exchange"]
