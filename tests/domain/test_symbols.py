"""A symbol decides where money goes: exact spellings parse, the rest is refused with the right form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.symbols import Product, Symbol, UnknownSymbol, parse_symbol

_BTC = Symbol("BTC", "USDT", Product.USDT_FUTURES)
_DEMO_BTC = Symbol("SBTC", "SUSDT", Product.SUSDT_FUTURES)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("BTCUSDT", _BTC),
        ("BTCUSDT_UMCBL", _BTC),
        ("BTC/USDT:USDT", _BTC),
        ("SBTCSUSDT_SUMCBL", _DEMO_BTC),
        ("SBTC/SUSDT:SUSDT", _DEMO_BTC),
        ("1000BONKUSDT", Symbol("1000BONK", "USDT", Product.USDT_FUTURES)),
        # A coin may begin with S and end with S: without the demo suffix it is an ordinary one.
        ("SATSUSDT", Symbol("SATS", "USDT", Product.USDT_FUTURES)),
        ("SUSDT", Symbol("S", "USDT", Product.USDT_FUTURES)),
    ],
)
def test_every_exact_notation_is_read(text: str, symbol: Symbol) -> None:
    assert parse_symbol(text) == symbol


def test_a_symbol_writes_itself_in_every_notation() -> None:
    assert (_BTC.name, _BTC.ccxt, _BTC.v1) == ("BTCUSDT", "BTC/USDT:USDT", "BTCUSDT_UMCBL")
    assert (_DEMO_BTC.name, _DEMO_BTC.v1) == ("SBTCSUSDT", "SBTCSUSDT_SUMCBL")
    assert str(_BTC) == "BTCUSDT"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("BTC-USDT-UMCBL", "BTCUSDT_UMCBL"),
        ("btcusdt_umcbl", "BTCUSDT_UMCBL"),
        ("btcusdt", "BTCUSDT"),
        ("BTC", "BTCUSDT"),
        ("BTC/USDT", "BTC/USDT:USDT"),
        (" BTCUSDT", "BTCUSDT"),
        ("BTCUSDT\n", "BTCUSDT"),
        ("BTCUSD", "BTCUSDT"),
        ("sbtcsusdt_sumcbl", "SBTCSUSDT_SUMCBL"),
        ("ВTCUSDT", "BTCUSDT"),  # Cyrillic В
        ("BTСUSDT", "BTCUSDT"),  # Cyrillic С
        ("ΒTCUSDT", "BTCUSDT"),  # Greek Β
        ("ＢＴＣUSDT", "BTCUSDT"),  # fullwidth letters
        ("BTC\u200bUSDT", None),
        ("BTCUSDT_DMCBL", None),
        ("BTC/USD:BTC", None),
        ("", None),
        ("USDT", None),
        ("BTC'; DROP", None),
    ],
)
def test_a_near_miss_is_refused_and_the_right_form_named(text: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        parse_symbol(text)
    assert caught.value.suggestion == suggestion
    assert suggestion is None or f"did you mean {suggestion}?" in str(caught.value)


def test_the_refusal_names_the_foreign_letter() -> None:
    with pytest.raises(UnknownSymbol, match="CYRILLIC CAPITAL LETTER VE"):
        parse_symbol("ВTCUSDT")


def test_a_hostile_symbol_does_not_reach_the_terminal_through_its_own_error() -> None:
    with pytest.raises(UnknownSymbol) as caught:
        parse_symbol("BTC\x1b]0;owned\x07USDT" + "A" * 10_000)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.text(max_size=30))
def test_any_text_is_either_a_symbol_that_reads_back_or_refused(text: str) -> None:
    try:
        symbol = parse_symbol(text)
    except UnknownSymbol:
        return
    assert parse_symbol(symbol.v1) == parse_symbol(symbol.ccxt) == symbol


@given(st.text(alphabet="ABTC019/:_-USDMLbtcВΑ \n", max_size=16))
def test_a_suggestion_always_parses(text: str) -> None:
    suggestion = _suggestion(text)
    assert suggestion is None or parse_symbol(suggestion)


def _suggestion(text: str) -> str | None:
    try:
        return parse_symbol(text).name
    except UnknownSymbol as error:
        return error.suggestion
