"""The border where a script's numbers become exact: what could be misread is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.trader.amounts import Amount, Basis, Unit, base_size, read_amount, require_unit
from omega_tui.trader.errors import InvalidInput, OrderRefused
from omega_tui.trader.numbers import read_number, read_share, read_whole
from tests.engine.fake_gateway import BTC

D = Decimal


@given(st.decimals(min_value="0.00000001", max_value="1000000000", places=8))
def test_every_way_of_writing_a_number_means_the_same(number: Decimal) -> None:
    """Bug: a float that became 0.1000000000000000055 on the way, or a text that lost a digit."""
    assert read_number(number, "price") == number
    assert read_number(f"{number:f}", "price") == number


@given(st.floats(min_value=1e-9, max_value=1e12))
def test_a_float_is_what_it_prints_as(number: float) -> None:
    """Bug: Decimal(0.1), which is not a tenth."""
    assert read_number(number, "quantity") == D(repr(number))
    assert float(read_number(number, "quantity")) == number


@given(st.integers(min_value=1, max_value=10**18))
def test_a_whole_number_stays_whole(number: int) -> None:
    assert read_number(number, "quantity") == number
    assert read_whole(str(number), "leverage") == number


@given(st.text(max_size=12))
def test_any_text_is_either_exactly_a_number_or_refused(text: str) -> None:
    """Bug: digits of another script, an underscore or an exponent taken for a size (I01 to I06)."""
    try:
        number = read_number(text, "quantity")
    except InvalidInput:
        return
    assert text.isascii()
    assert number == D(text)
    assert number > 0
    assert not set(text) & set("eE_+- ,")


@pytest.mark.parametrize(
    "value",
    [
        *(float("nan"), float("inf"), -float("inf"), D("NaN"), D("sNaN"), D("Infinity"), "NaN", "Infinity"),
        *(-1, -0.5, D("-0.1"), "-1", 0, 0.0, -0.0, D("-0"), "0", "-0", "0.000"),
        *("1e5", "1E+999999", D("1E+999999"), D("1E-999"), 10**400, "1" * 60, D("0." + "1" * 50)),
        *("١٢٣", "１２", "1_000", "1,000", "1.000,5", " 5", "5\n", "5\u200b", "0x10", "", "five"),
        *(True, False, None, [1], {"size": 1}, b"1"),
    ],
    ids=repr,
)
def test_what_no_price_or_size_can_be_is_refused_with_place_and_way_out(value: object) -> None:
    """I01 to I06 and I08: each of these has been taken for a number by some library."""
    with pytest.raises(InvalidInput) as refused:
        read_number(value, "quantity")
    assert refused.value.field == "quantity"
    assert refused.value.fix
    assert str(refused.value).isprintable(), "no control character reaches the terminal"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.01btc", Amount(D("0.01"), Unit.BASE, "BTC")),
        ("0.01BTC", Amount(D("0.01"), Unit.BASE, "BTC")),
        ("500$", Amount(D(500), Unit.QUOTE)),
        ("$500", Amount(D(500), Unit.QUOTE)),
        ("500usdt", Amount(D(500), Unit.QUOTE)),
        ("10%bal", Amount(D("0.1"), Unit.BALANCE)),
        ("50%pos", Amount(D("0.5"), Unit.POSITION)),
        ("0.01", Amount(D("0.01"), Unit.BASE)),
        (0.01, Amount(D("0.01"), Unit.BASE)),
    ],
)
def test_a_size_with_its_unit_is_read(text: object, amount: Amount) -> None:
    assert read_amount(text, "size") == amount


@pytest.mark.parametrize("text", ["$500$", "10%", "10%foo", "120%pos", "-5$", "0$", "1e3$", "5 $", "٥$", "$"])
def test_a_size_whose_unit_is_in_doubt_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_amount(text, "size")


def test_a_bare_size_is_refused_with_its_three_readings() -> None:
    """Bug: 500 dollars' worth typed, 500 bitcoin bought."""
    with pytest.raises(InvalidInput) as refused:
        require_unit("500", "BTC")
    for reading in ("500btc", "500$", "500%bal"):
        assert reading in str(refused.value)
    assert require_unit("500$", "BTC") == "500$"


@pytest.mark.parametrize(
    ("text", "size"),
    [("600$", "0.01"), ("10%bal", "0.016"), ("50%pos", "0.15"), ("0.0015btc", "0.0015"), ("649$", "0.01")],
)
def test_a_size_is_worked_out_down_to_the_lot_and_a_spelled_one_left_alone(text: str, size: str) -> None:
    """What is worked out never comes to more than was asked; what is spelled out is not rounded here."""
    basis = Basis(BTC, price=D(60000), equity=D(10000), position=D("0.3"))
    assert base_size(read_amount(text, "size"), basis, "size") == D(size)


def test_a_size_in_another_coin_or_of_no_position_is_refused() -> None:
    basis = Basis(BTC, D(60000), D(10000), None)
    with pytest.raises(InvalidInput, match="ETH"):
        base_size(read_amount("1eth", "size"), basis, "size")
    with pytest.raises(OrderRefused, match="no position"):
        base_size(read_amount("50%pos", "size"), basis, "size")
    with pytest.raises(InvalidInput, match="less than one lot"):
        base_size(read_amount("5$", "size"), basis, "size")


@given(st.decimals(min_value="0.01", max_value="100000", places=2), st.decimals("0.1", "200000", places=1))
def test_a_notional_never_buys_more_than_it_says(worth: Decimal, price: Decimal) -> None:
    if worth / price < BTC.lot:
        return
    size = base_size(Amount(worth, Unit.QUOTE), Basis(BTC, price, None, None), "size")
    assert size * price <= worth
    assert size % BTC.lot == 0


def test_shares_are_numbers_or_percent_and_never_more_than_all() -> None:
    assert read_share("40%", "share") == read_share(0.4, "share") == D("0.4")
    for wrong in ("140%", 2, "1.01", "-1%", "%", 0):
        with pytest.raises(InvalidInput):
            read_share(wrong, "share")


@pytest.mark.parametrize("value", [2.5, "2.5", True, "x20", "20x", -3, 0])
def test_a_leverage_is_a_whole_number(value: object) -> None:
    with pytest.raises(InvalidInput):
        read_whole(value, "leverage")
