"""What prices, legs, sizes and scales come to: always on tick and lot, never more than was asked."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from omega_tui.analytics.swings import Direction
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.values import is_multiple
from omega_tui.language.commands import Shape
from omega_tui.language.facts import Facts, SwingFacts
from omega_tui.language.mistakes import Unresolved
from omega_tui.language.reading import read_leg, read_price, read_risk, read_size
from omega_tui.language.resolving import ResolvedSize, resolve_leg, resolve_price, resolve_size
from omega_tui.language.scaling import share_out, spread_prices, weights
from tests.language.strategies import LEGS, PRICES, SIZES, decimals
from tests.ui.sample_views import BTC

D = Decimal
FACTS = Facts(
    instrument=BTC,
    bid=D("64000.0"),
    ask=D("64000.1"),
    last=D("64000.1"),
    mark=D("63999.9"),
    entry=D("63500"),
    liquidation=D("58000"),
    position=D("0.020"),
    hold_side=HoldSide.LONG,
    equity=D(10000),
    risk=D("0.02"),
    swings={
        None: SwingFacts(D(60000), D(65000), Direction.UP),
        Timeframe.H4: SwingFacts(D(50000), D(70000), Direction.DOWN),
    },
)


@pytest.mark.parametrize(
    ("text", "side", "price"),
    [
        ("63900", Side.BUY, "63900"),
        ("-0.1%", Side.BUY, "63936.0"),
        ("+0.1%", Side.SELL, "64064.2"),
        ("+100", Side.SELL, "64100.1"),
        ("ask+2t", Side.SELL, "64000.3"),
        ("bid-5t", Side.BUY, "63999.5"),
        ("mid", Side.BUY, "64000.0"),
        ("mid", Side.SELL, "64000.1"),
        ("last", Side.BUY, "64000.1"),
        ("mark-0.05%", Side.BUY, "63967.9"),
        ("entry", Side.SELL, "63500"),
        ("liq+1%", Side.BUY, "58580"),
        ("fib:0.618", Side.BUY, "61910"),
        ("fib:0.786+3t", Side.BUY, "61070.3"),
        ("fib@4h:0.618", Side.BUY, "62360"),
        ("fib:1.618", Side.SELL, "68090"),
    ],
)
def test_prices_come_to_the_passive_tick(text: str, side: Side, price: str) -> None:
    """Bug: an order crosses because a price was rounded towards the market."""
    assert resolve_price(read_price(text), FACTS, side) == D(price)


@pytest.mark.parametrize(
    ("text", "hold_side", "stops", "price"),
    [
        ("1%", HoldSide.LONG, True, "63360"),
        ("1%", HoldSide.SHORT, True, "64640"),
        ("1%", HoldSide.LONG, False, "64640"),
        ("50t", HoldSide.LONG, True, "63995"),
        ("2r", HoldSide.LONG, False, "65280"),
        ("2r", HoldSide.SHORT, False, "62720"),
        ("-1%", HoldSide.LONG, True, "63360"),
        ("fib:1", HoldSide.LONG, True, "60000"),
        ("63000", HoldSide.LONG, True, "63000"),
    ],
)
def test_legs_lie_where_they_belong(text: str, hold_side: HoldSide, stops: bool, price: str) -> None:
    """Bug: the stop of a short below its entry, or R measured from the target."""
    entry, stop = D(64000), D(63360) if hold_side is HoldSide.LONG else D(64640)
    assert resolve_leg(read_leg(text), FACTS, hold_side, entry, stops=stops, stop=stop) == D(price)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0.0109btc", "0.010"),
        ("500$", "0.007"),
        ("10%bal", "0.015"),
        ("50%pos", "0.010"),
    ],
)
def test_sizes_come_to_whole_lots_and_never_to_more(text: str, size: str) -> None:
    assert resolve_size(read_size(text), FACTS, D(64000)) == ResolvedSize(D(size))


def test_risk_is_left_to_the_engine_as_a_share_of_equity() -> None:
    assert resolve_size(read_risk("1%"), FACTS, None) == ResolvedSize(None, D("0.01"))
    assert resolve_size(read_size("0.5r"), FACTS, None) == ResolvedSize(None, D("0.01"))


@pytest.mark.parametrize(
    ("text", "facts", "says"),
    [
        ("entry", replace(FACTS, entry=None), "no position in BTCUSDT"),
        ("bid", replace(FACTS, bid=None), "the book is not known"),
        ("fib:0.5", replace(FACTS, swings={}), "no swing on the chart"),
        ("fib@1d:0.5", FACTS, "no swing on 1D candles"),
        ("1-100", FACTS, "above zero"),
    ],
)
def test_what_is_not_known_is_said_and_never_guessed(text: str, facts: Facts, says: str) -> None:
    """Bug: an unknown price counts as zero."""
    with pytest.raises(Unresolved, match=says):
        resolve_price(read_price(text), facts, Side.BUY)


def test_another_coin_is_refused() -> None:
    """FAULTS I12: a size in ETH on the BTC market."""
    with pytest.raises(Unresolved, match="ETH is not what BTCUSDT trades"):
        resolve_size(read_size("1eth"), FACTS, D(64000))


@given(PRICES, st.sampled_from(Side))
def test_every_price_is_legal_or_refused(price: object, side: Side) -> None:
    """Bug: a price between two ticks, or below zero, leaves."""
    try:
        legal = resolve_price(price, FACTS, side)  # type: ignore[arg-type]
    except Unresolved:
        assume(False)
    assert legal > 0
    assert is_multiple(legal, BTC.tick)


@given(LEGS, st.sampled_from(HoldSide), st.booleans())
def test_every_leg_is_legal_or_refused(leg: object, hold_side: HoldSide, stops: bool) -> None:
    try:
        legal = resolve_leg(leg, FACTS, hold_side, D(64000), stops=stops, stop=D(63000))  # type: ignore[arg-type]
    except Unresolved:
        assume(False)
    assert legal > 0
    assert is_multiple(legal, BTC.tick)


@given(SIZES)
def test_every_size_is_whole_lots_or_refused(size: object) -> None:
    try:
        resolved = resolve_size(size, FACTS, D(64000))  # type: ignore[arg-type]
    except Unresolved:
        assume(False)
    assert (resolved.base is None) is (resolved.risk is not None)
    if resolved.base is not None:
        assert resolved.base > 0
        assert is_multiple(resolved.base, BTC.lot)


@given(decimals("0.001", "50"), st.integers(2, 50), st.sampled_from(Shape))
def test_a_scale_never_adds_up_to_more_than_was_asked(total: Decimal, count: int, shape: Shape) -> None:
    """Bug: rounding each leg up buys more than the total; or a leg below the least order is refused alone."""
    try:
        sizes = share_out(total, weights(count, shape), FACTS)
    except Unresolved:
        assume(False)
    assert sum(sizes) <= total
    assert total - sum(sizes) < BTC.lot
    assert all(is_multiple(size, BTC.lot) and size >= BTC.min_size for size in sizes)
    assert list(sizes) == sorted(sizes)


def test_golden_weights_grow_by_the_golden_ratio() -> None:
    sizes = share_out(D("7.236"), weights(4, Shape.FIB), FACTS)
    assert sum(sizes) == D("7.236")
    assert all(D("1.61") < later / earlier < D("1.63") for earlier, later in pairwise(sizes))


def test_too_little_for_so_many_says_how_much_it_takes() -> None:
    with pytest.raises(Unresolved, match=r"it takes 0\.011 BTC"):
        share_out(D("0.005"), weights(10, Shape.EQUAL), FACTS)


def test_prices_of_a_scale_run_from_first_to_last() -> None:
    assert spread_prices(D(64000), D(63000), 3, FACTS, Side.BUY) == (D(64000), D(63500), D(63000))
    with pytest.raises(Unresolved, match="do not fit"):
        spread_prices(D(64000), D("64000.2"), 10, FACTS, Side.BUY)
