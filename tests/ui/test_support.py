"""The README's table of terminals: each row is what a test of that name holds."""

import re
from pathlib import Path

from tests.ui.test_goldens import REWRITE

ROOT = Path(__file__).parents[2]
SUPPORT = (
    ("80x24, 120x36, 200x50", "six workspaces, every panel", "test_a_workspace_reads_as_agreed"),
    ("any other size, also while it changes", "what fits; `F12` halts even at 1x1",
     "test_any_sequence_of_sizes_leaves_a_cockpit_that_halts"),
    ("truecolor, 256 colours, 16 colours", "the colours it has",
     "test_colours_are_those_that_the_terminal_has"),
    ("`NO_COLOR`", "words, arrows and signs", "test_without_colours_the_words_remain"),
    ("no UTF-8, the Linux console", "ASCII in every place",
     "test_a_terminal_without_utf8_gets_ascii_and_every_word"),
    ("tmux", "every key, copying through its buffer", "test_a_trade_under_tmux_from_entry_to_flat"),
    ("`ctrl+z`, then `fg`", "the screen again, nothing armed",
     "test_s06_a_stopped_cockpit_comes_back_with_nothing_armed"),
    ("hang-up, termination, a crash", "a clean terminal and one line",
     "test_a_crash_restores_the_terminal_and_shows_no_secret"),
    ("`TERM=dumb`, a screen reader", "`--plain`, no escape byte", "test_a_person_trades_on_a_dumb_terminal"),
)  # fmt: skip


def table() -> str:
    rows = [f"| {terminal} | {gets} |" for terminal, gets, _ in SUPPORT]
    return "\n".join(["| Terminal | It gets |", "| --- | --- |", *rows])


def test_every_row_is_held_by_a_test() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for _, _, name in SUPPORT:
        assert re.search(rf"def {name}\(", sources), name


def test_the_readme_shows_the_table() -> None:
    file = ROOT / "README.md"
    text = file.read_text(encoding="utf-8")
    wanted = f"<!-- support -->\n{table()}\n<!-- /support -->"
    if REWRITE:
        text = re.sub(r"<!-- support -->\n.*<!-- /support -->", lambda _: wanted, text, flags=re.DOTALL)
        file.write_text(text, encoding="utf-8")
    assert wanted in text
