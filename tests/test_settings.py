"""Settings: which layer wins, what is refused and how it is said, and that keys stay unseen."""

import copy
import json
import os
import pickle
import traceback
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.market import Timeframe
from omega_tui.settings import Secret, Settings, SettingsError, Venue, config_file, describe, load

KEYS = {"API_KEY": "bg_canary_key", "SECRET_KEY": "canary-secret", "PASSPHRASE": "canaryPhrase1"}


def variables(prefix: str, *parts: str) -> dict[str, str]:
    return {f"BITGET_{prefix}{part}": KEYS[part] for part in parts or KEYS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The current folder of an imagined start."""
    return tmp_path


def write_env(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / ".env"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def write_toml(folder: Path, text: str) -> Path:
    path = folder / "profile.toml"
    path.write_text(text)
    return path


def problems(folder: Path, **arguments: object) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(folder=folder, **{"environment": {}, **arguments})  # type: ignore[arg-type]
    return list(refused.value.problems)


def test_without_any_file_the_simulator_opens(folder: Path) -> None:
    settings = load(environment={}, folder=folder)
    assert settings.venue is Venue.SIM
    assert settings.market.symbol.name == "BTCUSDT"
    assert not settings.read_only
    assert settings.api_keys is None


def test_each_layer_wins_over_the_one_before_and_is_named_as_the_origin(folder: Path) -> None:
    toml = write_toml(folder, '[sim]\nseed = 2\nspeed = 2\nbalance = 250.50\n[market]\ntimeframe = "1H"\n')
    write_env(folder, "# ours\nOMEGA_SIM_SEED=3\nOMEGA_SIM_SPEED=3\n")
    settings = load(
        {"sim.seed": "5"}, config=toml, environment={"OMEGA_SIM_SPEED": "4", "HOME": "/"}, folder=folder
    )
    assert (settings.sim.seed, settings.sim.speed, settings.sim.balance) == (5, 4, Decimal("250.50"))
    assert settings.market.timeframe is Timeframe.H1
    origins = {name: origin for name, _, origin in describe(settings)}
    assert origins["sim.seed"] == "--seed"
    assert origins["sim.speed"] == "OMEGA_SIM_SPEED"
    assert origins["sim.balance"] == str(toml)
    assert origins["screen.paint_hz"] == "default"


def test_the_origin_inside_an_env_file_has_its_line(folder: Path) -> None:
    env = write_env(folder, "# ours\nOMEGA_SIM_SEED=3\n")
    settings = load(environment={}, folder=folder)
    assert settings.origins["sim.seed"] == f"{env}, line 2"


def test_the_users_own_file_is_read_when_none_is_named(folder: Path) -> None:
    path = config_file()
    path.parent.mkdir(parents=True)
    path.write_text('venue = "testnet"\n')
    assert load(environment={}, folder=folder).venue is Venue.TESTNET


def test_a_named_file_must_exist(folder: Path) -> None:
    missing = folder / "nowhere.toml"
    assert problems(folder, config=missing) == [f"{missing}: no such file"]


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("[sim]\nspede = 2", "sim.spede", "sim.speed"),
        ("[screen]\npaint_hertz = 2", "screen.paint_hertz", "screen.paint_hz"),
        ("[markt]\nsymbol = 'ETHUSDT'", "markt", "market"),
        ("speed = 2", "speed", "sim.speed"),
        (
            "[market]\nsymbol.name = 'ETHUSDT'\n[limits]\nstale_book_second = 1",
            "limits.stale_book_second",
            "limits.",
        ),
    ],
)
def test_an_option_that_does_not_exist_is_refused_with_file_and_nearest_name(
    folder: Path, text: str, wrong: str, right: str
) -> None:
    path = write_toml(folder, text)
    (said,) = [problem for problem in problems(folder, config=path) if "unknown" in problem]
    assert said.startswith(f"{path}: unknown option {wrong!r}; did you mean '{right}")


def test_every_problem_is_listed_and_not_only_the_first(folder: Path) -> None:
    path = write_toml(folder, 'nonsense = 1\n[sim]\nspeed = 0\nseed = "x"\n[market]\nsymbol = "btcusdt"\n')
    said = problems(folder, flags={"venue": "moon"}, config=path)
    assert len(said) == 5
    for part in ("'nonsense'", "sim.speed", "sim.seed", "did you mean BTCUSDT", "--venue"):
        assert sum(part in one for one in said) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[sim]\nspeed = nan", "must be above 0 and at most 100"),
        ("[sim]\nspeed = 101", "must be above 0 and at most 100"),
        ("[sim]\nbalance = 0", "must be above 0"),
        ("[sim]\nloop = 'yes'", "bool"),
        ("[sim]\nposition_mode = 'both'", "both"),
        ("[market]\ntimeframe = '1h'", "1H"),
        ("[market]\nsymbols = []", "at least one"),
        ("[screen]\npaint_hz = 1000", "<= 60"),
        ("[screen]\npaint_hz = '20'", "int"),
        ("[limits]\nstale_book_seconds = 0", "> 0"),
        ("venue = 'live'", "mainnet"),
        ("sim = 3", "unknown option 'sim'"),
    ],
)
def test_a_value_outside_its_meaning_is_refused(folder: Path, text: str, expected: str) -> None:
    (said,) = problems(folder, config=write_toml(folder, text))
    assert expected in said
    assert "profile.toml" in said


def test_broken_toml_names_the_line(folder: Path) -> None:
    (said,) = problems(folder, config=write_toml(folder, "venue = 'sim'\n[sim\n"))
    assert "profile.toml" in said
    assert "line 2" in said


def test_keys_in_the_toml_file_are_sent_to_env_without_being_repeated(folder: Path) -> None:
    (said,) = problems(folder, config=write_toml(folder, "api_key = 'bg_canary_key'\n"))
    assert ".env" in said
    assert "canary" not in said


def test_tapes_are_found_beside_the_file_that_names_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_toml(folder, "[sim]\ntape = ['tapes/one.gz', '~/two.gz', '/three.gz']\n")
    monkeypatch.setenv("HOME", "/home/of/someone")
    tapes = load(config=path, environment={}, folder=folder / "elsewhere").sim.tape
    assert tapes == (folder / "tapes/one.gz", Path("/home/of/someone/two.gz"), Path("/three.gz"))


def test_lists_in_variables_are_separated_by_commas(folder: Path) -> None:
    settings = load(environment={"OMEGA_MARKET_SYMBOLS": "ETHUSDT, SOL/USDT:USDT"}, folder=folder)
    assert [symbol.name for symbol in settings.market.symbols] == ["ETHUSDT", "SOLUSDT"]
    sizes = load(environment={"OMEGA_LADDER_SIZES": "risk 1%, 500$"}, folder=folder).ladder.sizes
    assert sizes == ("risk 1%", "500$")


def test_every_group_of_settings_can_be_set(folder: Path) -> None:
    """Bug: a group with a page of documentation that every file is refused for naming."""
    text = '[ladder]\nsizes = ["100$"]\n[keys]\nmap = "vim"\n[screen]\ntheme = "light"\nred_up = "yes"\n'
    settings = load(config=write_toml(folder, text), environment={}, folder=folder)
    assert (settings.ladder.sizes, settings.keys.map) == (("100$",), "vim")
    assert (settings.screen.theme, settings.screen.red_up) == ("light", "yes")
    groups = {name for name, _, _ in describe(settings)}
    for group in msgspec.structs.fields(Settings):
        if isinstance(group.type, type) and issubclass(group.type, msgspec.Struct):
            options = msgspec.structs.fields(group.type)
            assert all(f"{group.name}.{option.name}" in groups for option in options), group.name


@pytest.mark.parametrize("venue", [Venue.TESTNET, Venue.MAINNET])
@pytest.mark.parametrize("mask", range(8))
def test_keys_are_whole_or_absent_and_what_is_missing_is_named(folder: Path, venue: Venue, mask: int) -> None:
    """All eight ways of having some of the three parts."""
    chosen = [part for bit, part in enumerate(KEYS) if mask & (1 << bit)]
    environment = {f"BITGET_{part}": KEYS[part] for part in chosen}
    if len(chosen) in (0, 3):
        settings = load({"venue": venue}, environment=environment, folder=folder)
        assert (settings.api_keys is None) == (not chosen)
        return
    said = problems(folder, flags={"venue": venue}, environment=environment)
    assert [one.split()[0] for one in said] == [f"BITGET_{part}" for part in KEYS if part not in chosen]
    assert not any("canary" in one for one in said)


def test_a_venues_own_keys_win_and_parts_of_two_keys_never_mix(folder: Path) -> None:
    both = {**variables(""), **variables("MAINNET_", "API_KEY", "SECRET_KEY")}
    said = problems(folder, flags={"venue": "mainnet"}, environment=both)
    assert [one.split()[0] for one in said] == ["BITGET_MAINNET_PASSPHRASE"]
    demo = load({"venue": "testnet"}, environment=both, folder=folder)
    assert demo.api_keys is not None
    assert demo.api_keys.origin == "BITGET_…"


def test_keys_for_one_real_venue_do_not_reach_the_other(folder: Path) -> None:
    settings = load({"venue": "mainnet"}, environment=variables("TESTNET_"), folder=folder)
    assert settings.api_keys is None
    assert settings.read_only


def test_real_money_needs_keys_and_a_typed_phrase_and_may_be_only_looked_at(folder: Path) -> None:
    """The phrase ends like the key, so that it cannot be typed for another account by habit."""
    keys = {**variables("MAINNET_"), "BITGET_MAINNET_API_KEY": "bg_0123456789abcdef"}
    settings = load({"venue": "mainnet"}, environment=keys, folder=folder)
    assert (settings.read_only, settings.live_phrase) == (False, "trade live cdef")
    looking = load({"venue": "mainnet", "session.look": True}, environment=keys, folder=folder)
    assert (looking.read_only, looking.live_phrase) == (True, "")
    assert load({"venue": "testnet"}, environment=variables("TESTNET_"), folder=folder).live_phrase == ""


def test_requests_of_real_money_are_never_written_whole(folder: Path) -> None:
    """Bodies in a log of the real account would tell every order and balance to whoever reads it."""
    (said,) = problems(folder, flags={"venue": "mainnet", "account.log_bodies": True})
    assert "never written whole" in said
    assert load(
        {"venue": "testnet", "account.log_bodies": True}, environment={}, folder=folder
    ).account.log_bodies


def test_an_unfilled_copy_of_the_example_means_no_keys(folder: Path) -> None:
    write_env(folder, "BITGET_API_KEY=\nBITGET_SECRET_KEY=\nBITGET_PASSPHRASE=''\n")
    assert load({"venue": "testnet"}, environment={}, folder=folder).api_keys is None


def test_an_empty_variable_does_not_hide_the_files_value(folder: Path) -> None:
    write_env(folder, "".join(f"{name}={value}\n" for name, value in variables("").items()))
    settings = load({"venue": "testnet"}, environment={"BITGET_API_KEY": ""}, folder=folder)
    assert settings.api_keys is not None


@pytest.mark.parametrize(
    "text",
    [
        b'\xef\xbb\xbfBITGET_API_KEY="bg_canary_key"\r\nBITGET_SECRET_KEY=canary-secret  \r\n'
        b"export BITGET_PASSPHRASE='canaryPhrase1' # mine\r\n",
        b"BITGET_API_KEY = bg_canary_key\nBITGET_SECRET_KEY=canary-secret # note\n"
        b"BITGET_PASSPHRASE=canaryPhrase1",
    ],
)
def test_quotes_line_ends_and_byte_order_marks_do_not_become_part_of_a_key(folder: Path, text: bytes) -> None:
    write_env(folder, text)
    keys = load({"venue": "testnet"}, environment={}, folder=folder).api_keys
    assert keys is not None
    assert [keys.api_key.reveal(), keys.secret_key.reveal(), keys.passphrase.reveal()] == list(KEYS.values())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"# fine\nBITGET_API_KEY='bg_canary_key\n", "line 2"),
        (b"\n\nBITGET_API_KEY\n", "line 3"),
        (b"BITGET_API_KEY=x\nBITGET_PASSPHRASE=\xff\xfe\n", "line 2"),
        (b"OMEGA_SIM_SPEDE=2\n", "line 1: unknown name 'OMEGA_SIM_SPEDE'; did you mean 'OMEGA_SIM_SPEED'?"),
        (b"BITGET_API_SECRET=canary\n", "line 1: unknown name 'BITGET_API_SECRET'; did you mean 'BITGET_"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_with_its_number(
    folder: Path, text: bytes, place: str
) -> None:
    path = write_env(folder, text)
    said = problems(folder)
    assert said[0].startswith(f"{path}, {place}")
    assert not any("canary" in one for one in said)


def test_other_programs_variables_are_none_of_our_business(folder: Path) -> None:
    write_env(folder, "DATABASE_URL=postgres\n")
    assert load(environment={"BITGET_SOMETHING": "1", "OMEGA_OTHER": "2"}, folder=folder).venue is Venue.SIM


@pytest.mark.parametrize(
    "value", ["“bg_canary_key”", "bg canary", "bg_canаry", "'bg_canary_key'", "bg_canary\x1b[2J"]
)
def test_a_key_that_cannot_be_one_is_refused_before_the_exchange_does(folder: Path, value: str) -> None:
    said = problems(
        folder, flags={"venue": "testnet"}, environment={**variables(""), "BITGET_API_KEY": value}
    )
    assert len(said) == 1
    assert said[0].startswith("BITGET_API_KEY has a space, a quote or a character")
    assert value not in said[0]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602, 0o660])
def test_an_env_file_that_others_can_open_stops_mainnet_and_warns_elsewhere(folder: Path, mode: int) -> None:
    path = write_env(folder, "OMEGA_SIM_SEED=3\n", mode)
    (said,) = problems(folder, flags={"venue": "mainnet"})
    assert f"chmod 600 {path}" in said
    (warning,) = load(environment={}, folder=folder).warnings
    assert f"chmod 600 {path}" in warning


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_env_file_is_accepted_on_mainnet(folder: Path, mode: int) -> None:
    write_env(folder, "OMEGA_VENUE=mainnet\n", mode)
    settings = load(environment={}, folder=folder)
    assert (settings.venue, settings.warnings) == (Venue.MAINNET, ())


def test_a_linked_env_file_stops_mainnet(folder: Path) -> None:
    """Whoever owns the folder it points into decides which account trades."""
    target = folder / "elsewhere"
    target.mkdir()
    write_env(target, "OMEGA_SIM_SEED=3\n")
    (folder / ".env").symlink_to(target / ".env")
    (said,) = problems(folder, flags={"venue": "mainnet"})
    assert "symbolic link" in said
    assert load(environment={}, folder=folder).sim.seed == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_env_file_of_another_user_stops_mainnet(folder: Path) -> None:
    os.chown(write_env(folder, "OMEGA_SIM_SEED=3\n"), 12345, 12345)
    (said,) = problems(folder, flags={"venue": "mainnet"})
    assert "belongs to another user" in said


def test_a_pipe_in_place_of_the_env_file_neither_hangs_nor_counts(folder: Path) -> None:
    os.mkfifo(folder / ".env")
    (said,) = problems(folder)
    assert "not a regular file" in said


@given(st.text(min_size=1))
def test_a_secret_shows_itself_nowhere(text: str) -> None:
    secret = Secret("canary" + text)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", "%s %r" % (secret, secret)]  # noqa: UP031
    assert not any("canary" in one for one in shown)
    for escape in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode):
        with pytest.raises(TypeError) as refused:
            escape(secret)
        assert "canary" not in "".join(traceback.format_exception(refused.value))


def test_settings_with_keys_can_be_printed_without_showing_them(folder: Path) -> None:
    settings = load({"venue": "testnet"}, environment=variables("TESTNET_"), folder=folder)
    assert settings.api_keys is not None
    assert settings.api_keys.api_key.reveal() == KEYS["API_KEY"]
    assert "canary" not in repr(settings) + str(list(describe(settings)))


def test_settings_do_not_change_after_the_start() -> None:
    with pytest.raises(AttributeError):
        Settings().sim.seed = 9  # type: ignore[misc]
