"""`python3 -m tests.interop.table`: asks every judge, prints the verdicts, renews `docs/sim.md`."""

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.interop.expectations import OK, expectation_of
from tests.interop.judges import JUDGES, MODES, Judge
from tests.interop.runs import AT_ONCE, CHECKOUT, Report, report_of

_UNTRIED: Final = "not tried"


@dataclass(frozen=True)
class Section:
    """A part of a file between two lines that stay."""

    path: Path
    begin: str
    end: str


SECTION: Final = Section(
    CHECKOUT / "docs" / "sim.md", "<!-- judges: written by tests.interop.table -->", "<!-- judges: end -->"
)

Reports = Mapping[tuple[Judge, str], Report]


def main() -> int:
    """Ask all judges; the exit code is 1 when one said something unexpected."""
    runs = [(judge, mode) for judge in JUDGES for mode in MODES]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reports = dict(zip(runs, pool.map(lambda run: report_of(*run), runs), strict=True))
    table = table_of(reports)
    sys.stdout.write(table + "\n")
    SECTION.path.write_text(with_section(SECTION.path.read_text(encoding="utf-8"), table), encoding="utf-8")
    surprises = list(_surprises(reports))
    sys.stderr.writelines(line + "\n" for line in surprises)
    return 1 if surprises else 0


def table_of(reports: Reports) -> str:
    """Every verdict as Markdown: how many of each, then each judge's methods."""
    parts = [_summary(reports)]
    parts += [_methods(judge, {mode: reports[judge, mode] for mode in MODES}) for judge in JUDGES]
    return "\n\n".join(parts)


def section_of(text: str) -> str:
    """What stands between the section's lines."""
    return text.split(SECTION.begin)[1].split(SECTION.end)[0].strip()


def with_section(text: str, table: str) -> str:
    """The text with the section's content replaced."""
    before, rest = text.split(SECTION.begin)
    return f"{before}{SECTION.begin}\n{table}\n{SECTION.end}{rest.split(SECTION.end)[1]}"


def _summary(reports: Reports) -> str:
    lines = ["| Judge | What it is | tried | ok one-way | ok hedge |", "| --- | --- | --: | --: | --: |"]
    for judge in JUDGES:
        counts = [_count(reports[judge, mode]) for mode in MODES]
        tried = len(reports[judge, MODES[0]].verdicts)
        lines.append(f"| {judge.name} | {judge.about} | {tried} | {counts[0]} | {counts[1]} |")
    return "\n".join(lines)


def _count(report: Report) -> int:
    return sum(found.verdict == OK for found in report.verdicts.values())


def _methods(judge: Judge, reports: Mapping[str, Report]) -> str:
    lines = [f"#### {judge.name}", "", "| Method | one-way | hedge | |", "| --- | --- | --- | --- |"]
    for name in reports[MODES[0]].verdicts:
        found = [reports[mode].verdicts.get(name) for mode in MODES]
        verdicts = [_UNTRIED if verdict is None else verdict.verdict for verdict in found]
        lines.append(f"| `{name}` | {verdicts[0]} | {verdicts[1]} | {_because(judge, name)} |")
    lines += [f"\n{_elsewhere(judge)}"] if expectation_of(judge).elsewhere else []
    return "\n".join(lines)


def _because(judge: Judge, name: str) -> str:
    methods = expectation_of(judge).methods
    reasons = [methods[name, mode].because for mode in MODES if (name, mode) in methods]
    return next((reason for reason in reasons if reason), "")


def _elsewhere(judge: Judge) -> str:
    """What the client offers besides, by reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in expectation_of(judge).elsewhere.items():
        by_reason.setdefault(reason, []).append(f"`{name}`")
    return "\n".join(
        ["Not tried:", "", *(f"- {why}: {', '.join(names)}" for why, names in by_reason.items())]
    )


def _surprises(reports: Reports) -> list[str]:
    lines = []
    for (judge, mode), report in reports.items():
        expected = expectation_of(judge).methods
        for name, found in report.verdicts.items():
            wanted = expected.get((name, mode))
            if wanted is None or wanted.verdict != found.verdict:
                lines.append(f"{judge.name}, {mode}, {name}: {found.verdict}, {found.detail}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
