"""ccxt takes half a second to import: once for all tests here, and never for those that do without."""

import importlib

import pytest


@pytest.fixture(scope="session")
def ccxt_loaded() -> None:
    """Have ccxt imported, so that no test's timing includes it."""
    importlib.import_module("ccxt.async_support")
