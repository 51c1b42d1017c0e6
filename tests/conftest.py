"""What every test stands on: the developer's own settings and keys out of reach, and how long to search."""

import decimal
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile(
    "ci", max_examples=150, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("hunt", settings.get_profile("ci"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def own_arithmetic() -> Iterator[None]:
    """A client that formats its numbers with ccxt leaves the thread rounding halves up: for no other test."""
    with decimal.localcontext():
        yield


@pytest.fixture(autouse=True)
def no_personal_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings, keys and folders of whoever runs the tests neither reach them nor are touched by them."""
    home = tmp_path_factory.mktemp("home")
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    for size in ("COLUMNS", "LINES"):
        monkeypatch.delenv(size, raising=False)  # what a parallel runner claims of a terminal it has not got
    for name in list(os.environ):
        if name.startswith(("BITGET_", "OMEGA_")) and name not in ("OMEGA_SHARED", "OMEGA_NO_BOOTSTRAP"):
            monkeypatch.delenv(name)
    return home
