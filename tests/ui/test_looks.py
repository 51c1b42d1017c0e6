"""The colours that a start finds: what the settings name, else what was chosen last, else what fits."""

from pathlib import Path
from typing import get_args

import pytest

from omega_tui.settings.groups import Screen
from omega_tui.ui.kept import Kept
from omega_tui.ui.looks import AUTO, Looks, few_colours
from omega_tui.ui.themes import PALETTES, SIXTEEN


def test_the_settings_offer_every_palette_by_the_name_that_the_screen_says() -> None:
    """Bug: a new palette that nobody can set."""
    offered = get_args(Screen.__annotations__["theme"])
    assert offered == (AUTO, *(palette.label for palette in PALETTES))


def test_what_was_chosen_is_found_again(tmp_path: Path) -> None:
    looks = Looks(Kept(tmp_path))
    looks.next_theme()
    looks.swap()
    again = Looks(Kept(tmp_path))
    assert again.words == looks.words == "colours: light, red is up"


def test_a_theme_of_the_settings_wins_over_the_last_choice(tmp_path: Path) -> None:
    looks = Looks(Kept(tmp_path))
    looks.next_theme()
    looks.swap()
    fixed = Looks(Kept(tmp_path), "high-contrast", False)
    assert fixed.words == "colours: high-contrast, green is up"
    fixed.next_theme()
    assert "until the next start, the settings say high-contrast" in fixed.words


def test_a_terminal_of_sixteen_colours_starts_with_its_own() -> None:
    assert Looks(Kept(), few=True).palette is SIXTEEN
    assert Looks(Kept(), "light", few=True).palette.label == "light"


def test_without_colours_the_sixteen_give_way_to_greys_that_can_be_read() -> None:
    """Bug: under NO_COLOR the words of title rows and of the cursor row were black on black."""
    assert Looks(Kept(), few=True, grey=True).palette is PALETTES[0]
    assert Looks(Kept(), "light", grey=True).palette.label == "light"


def test_a_damaged_or_foreign_choice_is_no_choice(tmp_path: Path) -> None:
    Kept(tmp_path).save("looks", {"theme": ["solarized"], "red_up": None})
    assert Looks(Kept(tmp_path)).palette is PALETTES[0]


def test_every_theme_comes_round_and_the_first_again() -> None:
    looks = Looks(Kept())
    seen = []
    for _ in PALETTES:
        seen.append(looks.palette)
        looks.next_theme()
    assert seen == list(PALETTES)
    assert looks.palette is PALETTES[0]


@pytest.mark.parametrize(
    ("environment", "few"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "tmux-256color"}, False),
        ({"TERM": "xterm-direct"}, False),
        ({"TERM": "xterm-kitty"}, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "screen"}, True),
        ({}, True),
    ],
)
def test_a_terminals_name_says_how_many_colours_it_has(environment: dict[str, str], few: bool) -> None:
    assert few_colours(environment) is few
