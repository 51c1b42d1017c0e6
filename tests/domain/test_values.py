"""Numbers must survive the way from wire text to wire text, and nothing but plain numbers may come in."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.domain.values import (
    InvalidNumber,
    ceil_to_step,
    decimal_text,
    floor_to_step,
    is_multiple,
    parse_decimal,
    round_to_step,
)

plain = st.decimals(min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=9)
steps = st.sampled_from(
    [Decimal(text) for text in ("0.1", "0.5", "1", "0.0001", "3", "0.25", "1E+1", "0.07")]
)


@pytest.mark.parametrize("text", ["0", "-1", "63961", "63961.50", "0.00000001", "007", "5.", ".5", "-0.0"])
def test_plain_notation_is_read_exactly(text: str) -> None:
    assert parse_decimal(text) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "--1",
        "-",
        ".",
        "-.",
        "1.2.3",
        "1e5",
        "1E-5",
        "1_000",
        "1,000",
        "1,5",
        "NaN",
        "nan",
        "sNaN",
        "inf",
        "Infinity",
        "-Infinity",
        "0x10",
        "١٢",
        "１２",
        "²",
        "−1",
        "9" * 65,
        "null",
    ],
)
def test_anything_else_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(InvalidNumber, match="limit price"):
        parse_decimal(text, "limit price")


def test_a_number_that_is_not_text_is_refused() -> None:
    with pytest.raises(InvalidNumber, match="int"):
        parse_decimal(12)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "reason"), [("1e5", "exponent"), ("1,5", "comma"), ("１", "ASCII"), ("", "empty")]
)
def test_the_error_says_what_was_wrong(text: str, reason: str) -> None:
    with pytest.raises(InvalidNumber, match=reason):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("-0", "0"),
        ("-0.00", "0"),
        ("63961.0", "63961"),
        ("1E+3", "1000"),
        ("1E-8", "0.00000001"),
        ("100", "100"),
    ],
)
def test_text_is_plain(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_has_no_text(value: str) -> None:
    with pytest.raises(InvalidNumber):
        decimal_text(Decimal(value))


@given(
    st.decimals(
        allow_nan=False,
        allow_infinity=False,
        min_value=Decimal("-1e20"),
        max_value=Decimal("1e20"),
        places=12,
    )
)
@settings(max_examples=100)
def test_text_and_value_are_one(value: Decimal) -> None:
    text = decimal_text(value)
    assert parse_decimal(text) == value
    assert "E" not in text
    assert text != "-0"
    assert not ("." in text and text.endswith(("0", ".")))


@given(plain, steps)
@settings(max_examples=200)
def test_steps_bracket_the_value(value: Decimal, step: Decimal) -> None:
    low, near, high = floor_to_step(value, step), round_to_step(value, step), ceil_to_step(value, step)
    assert low <= value <= high
    assert high - low in (0, step)
    assert near in (low, high)
    assert abs(value - near) * 2 <= step
    assert all(is_multiple(each, step) for each in (low, near, high))
    assert is_multiple(value, step) == (low == high)


@pytest.mark.parametrize(
    ("value", "expected"), [("0.05", "0"), ("0.15", "0.2"), ("-0.05", "0"), ("-0.15", "-0.2")]
)
def test_a_tie_goes_to_the_even_multiple(value: str, expected: str) -> None:
    assert round_to_step(Decimal(value), Decimal("0.1")) == Decimal(expected)


@pytest.mark.parametrize("step", ["0", "-0.1", "NaN"])
def test_a_step_must_be_positive(step: str) -> None:
    with pytest.raises(ValueError, match="step"):
        floor_to_step(Decimal(1), Decimal(step))
