"""The mark of tests that only continuous integration waits for."""

import os

import pytest

LONG = pytest.mark.skipif("CI" not in os.environ, reason="half a minute long: run with CI=true")
"""For a test whose bug a shorter one catches too, on a smaller piece."""
