"""Unmodified third-party clients against the simulator as a process: every method, in both position modes.

Each client is locked by hash and installed in an environment of its own; what they could and could not do is
the table in `docs/sim.md`. Deselected unless asked for: `python3 -m tests -m interop`.
"""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.interop.expectations import OK, expectation_of
from tests.interop.judges import JUDGES, MODES, Judge
from tests.interop.runs import Report
from tests.interop.table import SECTION, section_of, table_of

pytestmark = [pytest.mark.interop, pytest.mark.timeout(900)]

Reports = Callable[[Judge, str], Report]


def expected_methods() -> Iterator[object]:
    for judge in JUDGES:
        for mode in MODES:
            for name in expectation_of(judge).names:
                yield pytest.param(judge, mode, name, id=f"{judge.name}-{mode}-{name}")


each_run = pytest.mark.parametrize("mode", MODES)
each_judge = pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)


@pytest.mark.parametrize(("judge", "mode", "method"), list(expected_methods()))
def test_method(report: Reports, judge: Judge, mode: str, method: str) -> None:
    """A method that stops working for a client that we did not write fails here by its name."""
    expected = expectation_of(judge).methods[method, mode]
    found = report(judge, mode).verdicts.get(method)
    assert found is not None, "the driver did not try it"
    assert found.verdict == expected.verdict, found.detail
    if expected.verdict != OK:
        assert expected.because, "whatever does not work is explained"


@each_judge
@each_run
def test_every_verdict_is_expected(report: Reports, judge: Judge, mode: str) -> None:
    """A step that no table names would pass whatever it found."""
    assert set(report(judge, mode).verdicts) == set(expectation_of(judge).names)


@each_judge
def test_everything_the_client_offers_is_accounted_for(report: Reports, judge: Judge) -> None:
    """A method that neither a step tries nor a reason excludes is one that nobody looked at."""
    elsewhere = expectation_of(judge).elsewhere
    tried = {_plain(name.split(" ")[0]) for name in expectation_of(judge).names}
    left = [
        name
        for name in report(judge, MODES[0]).surface
        if _plain(name) not in tried and not any(fnmatchcase(name, pattern) for pattern in elsewhere)
    ]
    assert left == []


@pytest.mark.parametrize("judge", [judge for judge in JUDGES if judge.name == "ccxt"], ids=["ccxt"])
def test_ccxt_is_judged_widely(judge: Judge) -> None:
    """Sixty methods in both modes were asked for; fewer must not creep in."""
    methods = expectation_of(judge).methods
    working = {
        name.split(" ")[0] for name, _ in methods if all(methods[name, m].verdict == OK for m in MODES)
    }
    assert len(working) >= 60


def test_the_documentation_shows_what_the_judges_said(report: Reports) -> None:
    """A table in the documentation that nobody renewed claims what is no longer so."""
    said = {(judge, mode): report(judge, mode) for judge in JUDGES for mode in MODES}
    assert section_of(Path(SECTION.path).read_text(encoding="utf-8")) == table_of(said)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
