"""Foreign text must not be able to command the terminal or the layout."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.text import safe_text


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\x9b31mb", "a�31mb"),
        ("line\r\nbreak\tend", "line␍␊break␉end"),
        ("\u202eevil\u2066x\u2069", "�evil�x�"),
        ("zero\u200bwidth\ufeff", "zero�width�"),
        ("para\u2029graph\u2028", "para�graph�"),
        ("hidden\u3164\u034f\ufe0f", "hidden���"),
        ("wide\u3000no\u00a0break", "wide no break"),
        ("del\x7f", "del␡"),
        ("lone\ud800", "lone�"),
        ("plain [/] text", "plain [/] text"),
        ("Ordre refusé 余额", "Ordre refusé 余额"),
    ],
)
def test_a_control_or_invisible_character_is_made_visible(hostile: str, harmless: str) -> None:
    assert safe_text(hostile) == harmless


def test_a_megabyte_of_text_is_cut_with_a_visible_mark() -> None:
    shown = safe_text("x" * 1_000_000, 50)
    assert shown == "x" * 49 + "…"


@given(st.text(alphabet=st.characters(), max_size=400), st.integers(1, 300))
def test_no_input_leaves_a_character_that_a_terminal_obeys(text: str, limit: int) -> None:
    shown = safe_text(text, limit)
    assert len(shown) <= limit
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert shown.encode().decode() == shown
    assert safe_text(shown, limit) == shown
