"""Fibonacci levels: the definition's golden numbers, and the published ones that are right."""

import json
from decimal import Decimal

import pytest

from omega_tui.analytics.fibonacci import (
    RATIOS,
    exact_price,
    level_price,
    swing_levels,
)
from omega_tui.analytics.swings import Direction, Swing
from tests.support.shared import needs_shared, shared_path

D = Decimal

GOLDEN_UP_100_200 = {
    "0": "200",
    "0.236": "176.4",
    "0.382": "161.8",
    "0.5": "150",
    "0.618": "138.2",
    "0.786": "121.4",
    "1": "100",
    "1.618": "261.8",
    "2.618": "361.8",
    "4.236": "523.6",
}


@pytest.mark.parametrize(("ratio", "price"), GOLDEN_UP_100_200.items())
def test_golden_levels_of_an_up_swing(ratio: str, price: str) -> None:
    assert level_price(D(100), D(200), Direction.UP, D(ratio)) == D(price)


@pytest.mark.parametrize(("ratio", "price"), [("0.236", "123.6"), ("1", "200"), ("1.618", "38.2")])
def test_a_down_swing_is_the_mirror_image(ratio: str, price: str) -> None:
    assert level_price(D(100), D(200), Direction.DOWN, D(ratio)) == D(price)


def test_a_swing_offers_every_ratio_and_drops_prices_that_cannot_trade() -> None:
    assert {level.ratio: level.price for level in swing_levels(Swing(100.0, 200.0, Direction.UP))} == {
        D(ratio): D(price) for ratio, price in GOLDEN_UP_100_200.items()
    }
    falling = swing_levels(Swing(100.0, 200.0, Direction.DOWN))
    assert [level.ratio for level in falling] == [ratio for ratio in RATIOS if ratio < 2]


def test_a_swing_without_a_range_is_refused() -> None:
    with pytest.raises(ValueError):
        level_price(D(100), D(100), Direction.UP, D("0.5"))


def test_a_candle_price_comes_back_as_the_text_it_was_read_from() -> None:
    """Through binary floats 0.1 would become 0.1000000000000000055."""
    for text in ("0.1", "63900.1", "0.00012345", "1.16653"):
        assert exact_price(float(text)) == D(text)


def _cases() -> list[dict[str, object]]:
    stored = json.loads(shared_path("tapes", "golden", "fibonacci_cases.json").read_text())
    return list(stored["cases"])


@needs_shared
def test_published_levels_that_are_right_are_ours() -> None:
    checked = 0
    for case in _cases():
        low, high, direction = D(str(case["low"])), D(str(case["high"])), Direction(str(case["trend"]))
        for member in ("published", "published_extension", "levels_computed_here", "extension_computed_here"):
            for ratio, price in dict(case.get(member) or {}).items():  # type: ignore[call-overload]
                if member == "extension_computed_here" and direction is Direction.DOWN:
                    assert level_price(low, high, direction, D(ratio)) == D(price)
                assert level_price(low, high, direction, D(ratio)) == D(price), (case["id"], ratio)
                checked += 1
    assert checked >= 30


@needs_shared
def test_published_levels_that_are_wrong_are_not_ours() -> None:
    """Two public pages compute other numbers; ours agree with the corrected ones."""
    wrong = json.loads(shared_path("tapes", "golden", "fibonacci_cases.json").read_text())
    for case in wrong["published_but_wrong_do_not_use"]:
        low, high = D(case["low"]), D(case["high"])
        for ratio, correct in case["correct"].items():
            ours = {level_price(low, high, direction, D(ratio)) for direction in Direction}
            assert D(correct) in ours
            assert D(case["claimed"][ratio]) not in ours
