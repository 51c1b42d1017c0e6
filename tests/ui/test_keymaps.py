"""Keymap files: what they change, what they may not, and that none of them stops the cockpit."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.engine.intents import Halt, SelectTimeframe
from omega_tui.ui.actions import ACTIONS, BY_ID, Situation
from omega_tui.ui.keymaps import ARROWS, SHIPPED, VIM, Keymap, as_toml, choose, read_file
from omega_tui.ui.keymaps.faults import clashes, key_fault, work_together
from omega_tui.ui.keymaps.names import read_key, shown_key, written_key
from omega_tui.ui.keymaps.reading import Read, read_keymap
from omega_tui.ui.screens.dialogs import HelpDialog
from omega_tui.ui.screens.palette import PaletteDialog
from tests.ui.driving import driving


def read(text: str) -> Read:
    return read_keymap(text, "keys.toml", "mine")


def keys_of(keymap: Keymap, action_id: str) -> tuple[str, ...]:
    return next(action.keys for action in keymap.actions if action.id == action_id)


@pytest.mark.parametrize("keymap", SHIPPED.values(), ids=list(SHIPPED))
def test_a_shipped_keymap_has_no_fault_of_its_own(keymap: Keymap) -> None:
    assert list(clashes(keymap)) == []
    faults = [key_fault(action, key) for action in keymap.actions for key in action.keys]
    assert not any(faults), faults


@pytest.mark.parametrize("keymap", SHIPPED.values(), ids=list(SHIPPED))
def test_the_printed_table_is_a_keymap_file_that_changes_nothing(keymap: Keymap) -> None:
    """What `omega-tui keys` prints is meant to be saved and edited."""
    again = read(as_toml(keymap))
    assert again.faults == ()
    assert [(one.id, one.keys) for one in again.keymap.actions] == [
        (one.id, one.keys) for one in keymap.actions
    ]


def test_a_file_moves_adds_and_takes_away_keys_and_leaves_the_rest() -> None:
    text = 'base = "vim"\n[keys]\nticket.buy = ["B", "f6"]\n"theme" = ""\nsymbol = "m"\n'
    found = read(text)
    assert found.faults == ()
    assert found.base is VIM
    assert keys_of(found.keymap, "ticket.buy") == ("B", "f6")
    assert keys_of(found.keymap, "theme") == ()
    assert keys_of(found.keymap, "symbol") == ("m",)
    assert keys_of(found.keymap, "page.down") == keys_of(VIM, "page.down")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"ticket.byu" = "B"', 'keys.toml, line 2: "ticket.byu" is no action; did you mean "ticket.buy"?'),
        ('theme = "crtl+t"', 'keys.toml, line 2: theme: "crtl+t" is no key; did you mean "ctrl+t"?'),
        ("theme = 5", 'keys.toml, line 2: theme: "5" is no key'),
        (
            'theme = "ctrl+b"',
            'keys.toml, line 2: theme: "ctrl+b" cannot be used: tmux keeps it as its prefix',
        ),
        ('theme = "ctrl+s"', "flow control"),
        ('theme = "ctrl+i"', "sends it as TAB"),
        ('theme = "shift+up"', "lose it or change it"),
        ('theme = "ctrl+enter"', "lose it or change it"),
        ('"ticket.buy" = "b"', 'ticket.buy: "b" would trade by accident'),
        ('flatten = "down"', '"↓" would trade by accident'),
        ('flatten = "space"', "would trade by accident"),
        ('flatten = "1"', "would trade by accident"),
        ('"ticket.sell" = "enter"', "would trade by accident"),
        ('symbol = "t"', 'line 2: "t" would do two things at once: symbol and timeframe'),
        ('"ticket.buy" = "S"', '"S" would do two things at once: ticket.buy and ticket.sell'),
        ('"halt.now" = ""', "halt.now must have a key"),
        ('confirm = "f5"', "confirm stays on ENTER"),
        ('"ticket.send" = "f5"', "ticket.send is a key of its panel"),
    ],
)
def test_a_fault_is_told_in_words_with_its_line_and_the_shipped_keys_stay(line: str, words: str) -> None:
    found = read(f"[keys]\n{line}\n")
    assert any(words in fault for fault in found.faults), found.faults
    assert found.keymap is ARROWS


def test_every_fault_is_told_and_not_only_the_first() -> None:
    found = read('base = "emacs"\ncolours = 1\n[keys]\nnothing = "x"\ntheme = "nokey"\n')
    assert [fault.partition(":")[0] for fault in found.faults] == [
        "keys.toml, line 1",
        "keys.toml, line 2",
        "keys.toml, line 4",
        "keys.toml, line 5",
    ]


def test_two_actions_may_share_a_key_when_they_never_work_together() -> None:
    """`c` switches ladder and chart where they share a place, and is free for the ladder's size elsewhere."""
    only_small = BY_ID["chart"]
    only_large = replace(BY_ID["theme"], enabled=lambda now: not now.small)
    assert list(clashes(Keymap("x", (only_small, replace(only_large, keys=only_small.keys))))) == []


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_keymap(text, "keys.toml", "mine")
    assert found.keymap.actions
    assert all(fault.isprintable() for fault in found.faults)


@given(st.dictionaries(st.sampled_from(sorted(BY_ID)), st.lists(st.text(max_size=8), max_size=3)))
def test_no_file_without_faults_makes_a_trading_key_of_a_held_or_lower_case_one(
    keys: dict[str, list[str]],
) -> None:
    lines = [f'"{action_id}" = {json.dumps(words)}' for action_id, words in keys.items()]
    found = read("\n".join(["[keys]", *lines]))
    for action in found.keymap.actions:
        shipped = BY_ID[action.id].keys
        assert not any(
            key.islower() and len(key) == 1 for key in action.keys if action.trades and key not in shipped
        )


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("?", "question_mark"),
        ("B", "B"),
        ("b", "b"),
        ("F5", "f5"),
        ("Esc", "escape"),
        ("PgUp", "pageup"),
        ("ctrl+K", "ctrl+k"),
        ("+", "plus"),
        (",", "comma"),
        ("~", "tilde"),
        ("hyper+x", None),
        ("", None),
        ("word", None),
        ("0,", None),
        ("a,b", None),
        ("é", None),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, key: str | None) -> None:
    assert read_key(written) == key


def test_every_key_of_the_table_can_be_written_and_read_back() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert read_key(written_key(key)) == key
            assert shown_key(key)


def test_the_users_own_file_is_found_by_itself(tmp_path: Path) -> None:
    assert choose("auto", tmp_path).keymap is ARROWS
    (tmp_path / "keys.toml").write_text('[keys]\ntheme = "f7"\n')
    assert keys_of(choose("auto", tmp_path).keymap, "theme") == ("f7",)
    assert choose("vim", tmp_path).keymap is VIM


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"[keys", b'[keys]\ntheme = "nokey"\n'])
def test_a_keymap_that_cannot_be_used_gives_way_and_says_so(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)
    chosen = choose("mine.toml", tmp_path)
    assert chosen.keymap is ARROWS
    assert str(file) in chosen.faults[0]
    assert chosen.trouble.startswith("keys of “arrows”: mine.toml")


async def test_the_cockpit_obeys_the_keymap_in_keys_footer_and_help(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('[keys]\ntimeframe = "f7"\nhelp = "f2"\nsymbol = "t"\n')
    async with driving(keymap=read_file(file)) as driver:
        await driver.press("f7")
        assert [type(intent) for intent in driver.engine.intents] == [SelectTimeframe]
        await driver.press("t", "escape", "question_mark")
        assert len(driver.engine.intents) == 1
        assert driver.app.screen is driver.app.cockpit
        assert "F2 help" in driver.stage.footer.text
        await driver.press("f2")
        assert isinstance(driver.app.screen, HelpDialog)
        await driver.press("end")
        assert " F7     Next candle length" in driver.app.screen.text


async def test_every_hint_on_the_screen_names_the_keys_of_the_keymap(tmp_path: Path) -> None:
    """Bug: "P protects" in the alarm, and P does something else or nothing."""
    file = tmp_path / "keys.toml"
    file.write_text('[keys]\nprotect = "f4"\nflatten = ""\n"cancel.all" = "f6"\n')
    async with driving(keymap=read_file(file)) as driver:
        views = driver.engine.views
        views.status_view = replace(views.status_view, alarm="NAKED 40 %")
        views.changed()
        await driver.until(lambda: "F4 protects" in driver.stage.alarm.text, "the alarm names another key")
        assert "^P flatten flattens" in driver.stage.alarm.text
        await driver.press("f6")
        await driver.until(lambda: "F6 for another choice" in driver.prompt, "the question names another key")


@pytest.mark.parametrize("opened", ["B", "colon"])
async def test_help_and_palette_open_by_their_keys_while_text_is_typed(tmp_path: Path, opened: str) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('[keys]\nhelp = ["question_mark", "f2"]\npalette = "f3"\n')
    async with driving(keymap=read_file(file)) as driver:
        await driver.press(opened, "f2")
        assert isinstance(driver.app.screen, HelpDialog)
        await driver.press("escape", "f3")
        assert isinstance(driver.app.screen, PaletteDialog)
        await driver.press("escape", "f12")
        assert driver.engine.intents == [Halt()]


async def test_a_broken_keymap_is_named_on_the_first_screen(tmp_path: Path) -> None:
    """Bug: the cockpit refuses to open, or opens with other keys and says nothing."""
    file = tmp_path / "keys.toml"
    file.write_text('[keys]\n"ticket.buy" = "b"\n')
    async with driving((80, 24), keymap=read_file(file)) as driver:
        driver.clock.advance(30)
        await driver.pilot.pause(0.1)
        assert driver.prompt.startswith("keys of “arrows”: keys.toml, line 2: ticket.buy: ")


def test_every_action_works_in_some_situation_and_every_condition_is_a_flag_or_the_focus() -> None:
    """Bug: a condition of another kind would never be tried, and a clash through it never told."""
    assert [action.id for action in ACTIONS if not work_together(action, action)] == []
    kinds = {field.name: field.type for field in fields(Situation)}
    assert kinds.pop("focus") in (str, "str")
    assert set(kinds.values()) <= {bool, "bool"}
