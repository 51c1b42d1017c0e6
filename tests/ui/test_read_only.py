"""A session that only looks says so once, and why, at any width."""

from dataclasses import replace

import pytest

from omega_tui.engine.views import Posture
from omega_tui.ui.rows.status import build_status
from tests.ui import sample_views as sample

REASON = "another cockpit trades this account: this one only looks; to trade here quit the other"


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_second_cockpit_shows_why_it_only_looks(width: int) -> None:
    """Without the reason the trader presses keys that do nothing; said twice it pushes the reason out."""
    view = replace(sample.STATUS, read_only=True, posture=Posture.READ_ONLY, posture_reason=REASON)
    text = "\n".join("".join(str(span[0]) for span in line) for line in build_status(view, width))
    assert text.count("READ-ONLY") == 1
    assert "another cockpit trades this account" in text
