"""Profiles as a trader writes them: what is read, and that whatever is wrong is said, all of it at once."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.profiles import BUILT_IN, NEWBIE, RANGES, SCALPER, EntryType, Target
from omega_tui.settings import Settings, SettingsError, describe, load

D = Decimal


def read(folder: Path, text: str, **flags: object) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(flags, config=path, environment={}, folder=folder)


def refused(folder: Path, text: str, **flags: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read(folder, text, **flags)
    return tuple(problem.removeprefix(f"{folder / 'config.toml'}: ") for problem in caught.value.problems)


def test_without_a_word_the_four_are_as_built_and_strategic_is_in_force(tmp_path: Path) -> None:
    settings = read(tmp_path, "")
    assert settings.profile == "strategic"
    assert dict(settings.profiles) == dict(BUILT_IN)


def test_a_table_overrides_and_a_new_name_says_what_it_is_based_on(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
        profile = "swing"
        [profiles.newbie]
        risk_percent = 0.25
        targets = [[1.5, 50], [3, 50]]
        [profiles.swing]
        based_on = "scalper"
        entry_type = "limit"
        scales_leverage = false
        """,
    )
    legs = (Target(D("1.5"), D(50)), Target(D(3), D(50)))
    assert settings.profiles["newbie"] == replace(NEWBIE, risk_percent=D("0.25"), targets=legs)
    own = replace(SCALPER, name="swing", entry_type=EntryType.LIMIT, scales_leverage=False)
    assert settings.profiles["swing"] == own
    assert settings.profile == "swing"
    shown = {name: (value, origin) for name, value, origin in describe(settings)}
    assert shown["profiles.swing.entry_type"] == ("limit", str(tmp_path / "config.toml"))
    assert shown["profiles.swing.max_leverage"] == ("20", "default")
    assert shown["profiles.swing.targets"] == ("1.5: 100 %", "default")


def test_every_mistake_is_told_at_once_with_its_place_and_the_way_out(tmp_path: Path) -> None:
    """FAULTS K10: the start is refused with a list of all errors."""
    problems = refused(
        tmp_path,
        """
        [profiles.newbi]
        risk_percent = 0.1
        [profiles.newbie]
        risc_percent = 1
        max_leverage = 500
        stop_percent = "2"
        most_positions = 2.5
        stop_required = 1
        entry_type = "twap"
        targets = [[2, 90]]
        [profiles.mine]
        based_on = "yours"
        """,
        profile="strategik",
    )
    assert problems == (
        "profiles.newbi: unknown profile 'newbi'; did you mean 'newbie'? "
        "A new one says based_on = one of strategic, aggressive, newbie, scalper",
        "profiles.newbie: unknown option 'risc_percent'; did you mean 'risk_percent'?",
        "profiles.newbie.stop_percent: write a number, not '2'",
        "profiles.newbie.most_positions: write a whole number, not Decimal('2.5')",
        "profiles.newbie.stop_required: write true or false, not 1",
        "profiles.newbie.entry_type: choose one of limit, post-only, market, not 'twap'",
        "profiles.newbie.max_leverage: must be from 1 to 125, not 500",
        "profiles.newbie.targets: the shares must make 100",
        "profiles.mine.based_on: choose one of strategic, aggressive, newbie, scalper, not 'yours'",
        "--profile: no profile is called 'strategik'; did you mean 'strategic'?",
    )


@given(
    st.dictionaries(
        st.sampled_from(sorted(RANGES)),
        st.one_of(
            st.integers(-10, 10**6), st.decimals(-10, 10**4, places=2), st.sampled_from(["nan", "inf"])
        ),
        min_size=1,
    )
)
def test_the_start_is_refused_for_every_cap_out_of_range_and_for_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, options: dict[str, object]
) -> None:
    """FAULTS K10 over the whole schema: each wrong value is named, and no right one is."""
    text = "[profiles.aggressive]\n" + "".join(f"{name} = {value}\n" for name, value in options.items())
    folder = tmp_path_factory.mktemp("settings")
    wrong = {name for name, value in options.items() if not _is_right(name, value)}
    try:
        profile = read(folder, text).profiles["aggressive"]
    except SettingsError as error:
        told = {
            name
            for name in options
            for problem in error.problems
            if f"profiles.aggressive.{name}:" in problem
        }
        assert wrong <= told
        assert told - wrong <= {"default_leverage", "max_leverage"}, "those two are also held together"
    else:
        assert not wrong
        assert all(Decimal(getattr(profile, name)) == Decimal(str(options[name])) for name in options)


def _is_right(name: str, value: object) -> bool:
    least, most = RANGES[name]
    number = Decimal(str(value))
    whole = isinstance(getattr(BUILT_IN["aggressive"], name), int)
    if not number.is_finite() or (whole and not isinstance(value, int)):
        return False
    return least <= number <= most


def test_general_limits_have_bounds_too(tmp_path: Path) -> None:
    problems = refused(tmp_path, "[limits]\nprice_distance_percent = 0\nentries_a_minute = 0\n")
    assert len(problems) == 2
