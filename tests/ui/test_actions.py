"""The command table: what everything else about keys derives from."""

from dataclasses import replace

import pytest

from omega_tui.ui.actions import ACTIONS, BY_ID, FOOTER_KEYS, Action, Group, Situation, footer_actions
from omega_tui.ui.keymaps import SHIPPED
from omega_tui.ui.rows.dialogs import build_help
from tests.ui.test_goldens import SITUATION

EATEN = {"ctrl+s", "ctrl+b", "ctrl+enter", "ctrl+m", "ctrl+i", "ctrl+h", "shift+up", "shift+down"}
"""Keys that tmux, flow control or the terminal keep or change (ctrl+q is only a second way to quit)."""


def situations() -> list[Situation]:
    return [
        replace(SITUATION, focus=focus, armed=armed, read_only=read_only)
        for focus in ("ladder", "orders", "positions", "log", "ticket", "")
        for armed in (True, False)
        for read_only in (True, False)
    ]


def test_ids_are_unique_and_no_key_is_one_that_terminals_eat() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert not EATEN & {key for action in ACTIONS for key in action.keys}


def test_one_key_means_one_thing_at_a_time() -> None:
    """Two actions on one key are fine only when never both work."""
    for now in situations():
        taken: dict[str, str] = {}
        for action in ACTIONS:
            for key in action.keys if action.enabled(now) else ():
                assert key not in taken, f"{key}: {taken[key]} and {action.id} in {now}"
                taken[key] = action.id


def test_what_trades_is_upper_case_and_what_looks_is_not() -> None:
    for action in ACTIONS:
        letters = [key for key in action.keys if len(key) == 1 and key.isalpha()]
        assert all(key.isupper() == action.trades for key in letters), action.id


@pytest.mark.parametrize("actions", [keymap.actions for keymap in SHIPPED.values()], ids=list(SHIPPED))
def test_help_shows_every_action_in_full_at_80_columns(actions: tuple[Action, ...]) -> None:
    lines = build_help("ladder", actions, 80, 200)
    text = "\n".join("".join(span for span, _ in line) for line in lines)
    assert "…" not in text
    assert all(action.help in text and action.shown in text for action in actions if action.help)
    assert all(group.value in text for group in Group)


def test_footer_never_offers_more_than_eight_keys_nor_one_that_does_nothing() -> None:
    for now in situations():
        actions = footer_actions(now)
        assert len(actions) <= FOOTER_KEYS
        assert all(action.enabled(now) for action in actions)


def test_a_read_only_footer_offers_no_trading_key() -> None:
    offered = footer_actions(replace(SITUATION, read_only=True, has_orders=True))
    assert [action.id for action in offered if action.trades and action.id != "halt"] == []
