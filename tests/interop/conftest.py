"""The judges' reports, each made once and only when a selected test asks for it."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.interop.environments import Unavailable
from tests.interop.judges import JUDGES, MODES, Judge
from tests.interop.runs import AT_ONCE, Report, report_of

Run = tuple[Judge, str]


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> Iterator[dict[Run, Future[Report]]]:
    """Everything that the selected tests will ask for, under way, a few at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {run: pool.submit(report_of, *run) for run in _wanted(request.session.items)}


@pytest.fixture
def report(runs: dict[Run, Future[Report]]) -> Callable[[Judge, str], Report]:
    """What a judge said in a mode. Skips where its client cannot be had, except in CI, where that fails."""

    def read(judge: Judge, mode: str) -> Report:
        try:
            return runs[judge, mode].result()
        except Unavailable as reason:
            words = f"{judge.client} cannot be had: {reason}"
        if "CI" in os.environ:
            pytest.fail(words, pytrace=False)
        pytest.skip(words)

    return read


def _wanted(items: list[pytest.Item]) -> list[Run]:
    """The runs that the items name; one that names no judge or no mode means all of them."""
    named = [_parameters(item) for item in items if isinstance(item, pytest.Function) and _drives(item)]
    wanted = {
        (judge, mode)
        for params in named
        for judge in ([params["judge"]] if "judge" in params else JUDGES)
        for mode in ([params["mode"]] if "mode" in params else MODES)
    }
    return [run for run in ((judge, mode) for judge in JUDGES for mode in MODES) if run in wanted]


def _parameters(item: pytest.Function) -> dict[str, object]:
    return item.callspec.params if hasattr(item, "callspec") else {}


def _drives(item: pytest.Function) -> bool:
    return "report" in item.fixturenames
