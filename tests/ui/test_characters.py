"""ASCII for terminals that show nothing else (FAULTS S08)."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import omega_tui
from omega_tui.ui.characters import as_ascii, speaks_unicode

PACKAGE = Path(omega_tui.__file__).parent
SHOWN = ("ui", "engine", "domain", "console", "language")
_COMMENTARY = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _texts(file: Path) -> str:
    """Every text of a source file that is not commentary."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    commentary = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, _COMMENTARY) and node.body and isinstance(node.body[0], ast.Expr)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return "".join(str(node.value) for node in constants if id(node) not in commentary)


def test_every_sign_of_ours_has_a_stand_in_of_its_own() -> None:
    """Bug: an arrow or a bar turns into a question mark where only ASCII can be shown."""
    files = [file for part in SHOWN for file in (PACKAGE / part).rglob("*.py")]
    signs = {sign for file in files if file.name not in ("characters.py", "text.py") for sign in _texts(file)}
    shapes = [sign for sign in signs if sign.isprintable() and not (sign.isalpha() or sign == "?")]
    lost = sorted(sign for sign in shapes if "?" in as_ascii(sign))
    assert lost == []


@given(st.text())
def test_no_column_moves(text: str) -> None:
    """Bug: a stand-in of another width shifts the prices behind it."""
    shown = as_ascii(text)
    assert shown.isascii()
    if text.isprintable():
        assert cell_len(shown) == cell_len(text)


@pytest.mark.parametrize(
    ("environment", "speaks"),
    [
        ({}, True),
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}, True),
        ({"TERM": "tmux-256color", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"TERM": "tmux-256color", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "en_US.utf8", "LC_ALL": ""}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-15"}, False),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, False),
        ({"TERM": "vt220", "LANG": "en_US.UTF-8"}, False),
    ],
)
def test_locale_and_terminal_decide(environment: dict[str, str], speaks: bool) -> None:
    """Bug: question marks and broken bars on a terminal that told us what it knows."""
    assert speaks_unicode(environment) is speaks
