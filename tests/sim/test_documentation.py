"""What docs/sim.md says of the simulator's switches is what the simulator has."""

import re
from dataclasses import fields
from pathlib import Path

from omega_tui.sim.choices import Choices
from omega_tui.sim.condition import Status
from omega_tui.sim.personas import PERSONAS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "sim.md").read_text(encoding="utf-8")


def test_every_choice_is_listed_with_its_answer() -> None:
    """A switch that nobody is told of is none, and a default told wrongly is worse."""
    defaults = Choices()
    for each in fields(Choices):
        answer = getattr(defaults, each.name)
        spelled = str(answer).lower() if isinstance(answer, bool) else str(answer)
        assert f"| `{each.name}` | `{spelled}` |" in TEXT


def test_no_choice_is_listed_that_is_gone() -> None:
    section = TEXT.split("## Switches")[1].split("\n## ")[0]
    listed = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}
    assert listed == {each.name for each in fields(Choices)}


def test_every_persona_and_status_is_told_of() -> None:
    section = TEXT.split("## Personas")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([a-z-]+)`", "".join(rows))) == {*PERSONAS, *Status}
