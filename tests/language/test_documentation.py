"""docs/commands.md is true: every line of it is a command, and every verb stands in it."""

from pathlib import Path

import pytest

from omega_tui.language.parser import VERB_NAMES, parse
from omega_tui.language.vocabulary import Vocabulary

TEXT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
LINES = [line for block in TEXT.split("```")[1::2] for line in block.strip().splitlines()]
WORDS = Vocabulary(
    markets=("BTCUSDT", "ETHUSDT"),
    profiles=("strategic", "newbie"),
    orders=("a1",),
    aliases={"z": "cancel all"},
    variables={"big": "5000$"},
)


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_the_documentation_is_a_command(line: str) -> None:
    assert parse(line, WORDS)


def test_every_verb_is_documented() -> None:
    """Bug: a verb that nobody can find."""
    missing = [verb for verb in VERB_NAMES if verb not in TEXT.replace("`", " ").split()]
    assert [verb for verb in missing if verb not in ("buy", "sell", "sl")] == []
