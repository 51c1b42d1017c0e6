"""Two cockpits of one account on one machine: the second only looks, and says so (S15)."""

import threading
from pathlib import Path

import pytest

from omega_tui.engine.intents import CancelAll, CancelScope
from omega_tui.engine.views import Posture
from omega_tui.exchange.bitget.endpoints import ForbiddenHost
from omega_tui.settings import Settings, load
from omega_tui.sim.child import SimulatorAddress
from omega_tui.wiring import open_desk


def _settings(folder: Path, key: str, venue: str = "testnet") -> Settings:
    prefix = "BITGET_MAINNET_" if venue == "mainnet" else "BITGET_"
    parts = {"API_KEY": key, "SECRET_KEY": "secret-of-the-key", "PASSPHRASE": "phrase123"}
    return load(
        {"venue": venue}, environment={prefix + part: text for part, text in parts.items()}, folder=folder
    )


def _journals() -> list[str]:
    return sorted(path.name for path in load({}).paths.data.glob("*.journal"))


async def test_the_second_cockpit_of_an_account_only_looks_and_says_why(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "bg_0123456789abcdef")
    async with open_desk(settings) as first, open_desk(settings) as second:
        assert not first.engine.views.status().read_only
        status = second.engine.views.status()
        assert (status.read_only, status.posture) == (True, Posture.READ_ONLY)
        assert status.posture_reason == (
            "another cockpit trades this account: this one only looks; "
            "to trade here quit the other and start again"
        )
        refused = second.engine.submit(CancelAll(CancelScope.ACCOUNT))
        assert (refused.taken, "another cockpit trades this account" in refused.text) == (False, True)
    async with open_desk(settings) as again:
        assert not again.engine.views.status().read_only


async def test_who_only_asks_keeps_no_cockpit_from_trading_and_sees_one_that_does(tmp_path: Path) -> None:
    """Bug: a script that looks at positions in a loop makes every other order and halt a refused one."""
    settings = _settings(tmp_path, "bg_0123456789abcdef")
    async with open_desk(settings, sends=False) as asking:
        assert not asking.engine.views.status().read_only
        async with open_desk(settings) as trading, open_desk(settings, sends=False) as late:
            assert not trading.engine.views.status().read_only
            assert late.only_looks.startswith("another cockpit trades this account")


async def test_a_desk_that_cannot_be_built_keeps_no_lock_and_no_thread() -> None:
    """Bug: what was opened first stays open, and the next one on the account only looks."""
    threads = set(threading.enumerate())
    elsewhere = SimulatorAddress("http://192.0.2.1", "ws://192.0.2.1", "ws://192.0.2.1", "a", "b", "c")
    with pytest.raises(ForbiddenHost):
        async with open_desk(load({"venue": "sim"}), elsewhere):
            pass
    assert set(threading.enumerate()) <= threads


async def test_accounts_and_venues_keep_apart_and_no_key_stands_in_a_name(tmp_path: Path) -> None:
    demo, other = _settings(tmp_path, "bg_0123456789abcdef"), _settings(tmp_path, "bg_fedcba9876543210")
    live = _settings(tmp_path, "bg_0123456789abcdef", "mainnet")
    async with open_desk(demo) as one, open_desk(other) as two, open_desk(live) as three:
        assert [desk.engine.views.status().read_only for desk in (one, two, three)] == [False] * 3
    names = _journals()
    assert len(names) == 3
    assert {name.partition("-")[0] for name in names} == {"demo", "live"}
    assert not any(key in name for name in names for key in ("bg_", "0123456789", "fedcba"))


async def test_looking_at_a_trading_account_keeps_nobody_from_trading(tmp_path: Path) -> None:
    """A session without keys, or one asked to look, takes no lock and makes no file."""
    settings = load({"venue": "testnet"}, environment={}, folder=tmp_path)
    async with open_desk(settings) as desk:
        assert desk.engine.views.status().posture_reason == "no API key: only the market is shown"
    assert _journals() == []
