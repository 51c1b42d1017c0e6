"""What is shipped and what is installed: the wheel, the locks, the files a newcomer meets first."""

import io
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from omega_tui import __version__
from omega_tui.settings import load
from omega_tui.settings.credentials import VARIABLES

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DIRECT = {
    *("textual", "ccxt", "websockets", "python-dotenv", "plotext", "msgspec", "stamina", "aiolimiter"),
    *("aiohttp", "orjson", "platformdirs"),
}


def pins(name: str) -> dict[str, str]:
    """Package to version of a lock file."""
    found = re.findall(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE)
    return dict(found)


def test_the_direct_dependencies_are_the_ones_that_were_chosen() -> None:
    """A look-alike of ccxt once sent orders and keys to somebody else; a new name must be a decision."""
    declared = [Requirement(one) for one in PROJECT["project"]["dependencies"]]
    assert {one.name for one in declared} == DIRECT
    assert all(any(bound.operator == "<" for bound in one.specifier) for one in declared), "bounded above"


def test_a_pip_without_groups_gets_the_same_developer_tools() -> None:
    assert PROJECT["project"]["optional-dependencies"]["dev"] == PROJECT["dependency-groups"]["dev"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_carry_hashes_and_name_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--\w*index|find.links|--trusted", text)


def test_locks_satisfy_what_is_declared() -> None:
    groups, extras = PROJECT["dependency-groups"], PROJECT["project"]["optional-dependencies"]
    run = [*PROJECT["project"]["dependencies"], *groups["build"]]
    for lock, declared in (
        ("requirements.lock", run),
        ("requirements-dev.lock", [*run, *groups["dev"], *extras["api"]]),
    ):
        locked = pins(lock)
        for requirement in map(Requirement, declared):
            version = locked.get(canonicalize_name(requirement.name))
            assert version, f"{requirement.name} is not in {lock}; run: make lock"
            assert version in requirement.specifier, f"{requirement} but {lock} has {version}; run: make lock"


def test_the_developers_lock_has_the_cockpits_versions() -> None:
    """Otherwise the tests would judge other libraries than those that trade."""
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=50,
    )
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(io.BytesIO(built.read_bytes()))


def test_the_wheel_carries_the_style_sheets(wheel: zipfile.ZipFile) -> None:
    """An installed cockpit without them opens as a heap of unstyled text."""
    names = set(wheel.namelist())
    sheets = {path.relative_to(ROOT / "styles").as_posix() for path in (ROOT / "styles").rglob("*.tcss")}
    assert sheets
    assert {f"omega_tui/_styles/{sheet}" for sheet in sheets} <= names


def test_the_wheel_has_the_command_the_licence_and_nothing_of_the_workshop(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    facts = f"omega_tui-{__version__}.dist-info"
    assert "omega-tui = omega_tui.cli:main" in wheel.read(f"{facts}/entry_points.txt").decode()
    assert f"{facts}/licenses/LICENSE" in names
    assert "omega_tui/py.typed" in names
    assert {name.partition("/")[0] for name in names} == {"omega_tui", facts}


def test_the_metadata_is_complete_and_names_nobody() -> None:
    core = ProjectMetadata(str(ROOT), PluginManager()).core
    assert core.description
    assert core.keywords
    assert core.classifiers
    assert (core.license_expression, core.requires_python) == ("MIT", ">=3.11")
    assert not any("email" in author for author in PROJECT["project"]["authors"])


def test_the_readme_shows_first_and_stays_short() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) < 150
    first = [line for line in lines if line.strip()][1]
    assert first.startswith("![")
    for needed in ("python3 -m omega_tui", "python3 -m tests", "omega-tui sim"):
        assert any(needed in line for line in lines)


def test_the_example_env_names_every_key_and_holds_none(tmp_path: Path) -> None:
    example = ROOT / ".env.example"
    assert list(dotenv_values(example)) == list(VARIABLES)
    assert not any(dotenv_values(example).values())
    copied = tmp_path / ".env"
    copied.write_bytes(example.read_bytes())
    copied.chmod(0o600)
    assert load({"venue": "mainnet"}, environment={}, folder=tmp_path).api_keys is None


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
