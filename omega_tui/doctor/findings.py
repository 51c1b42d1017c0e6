"""What the doctor found, one line a finding, and how it is told: as text for people, as JSON for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from omega_tui.domain.text import safe_text

_WIDTH = 14


class Level(StrEnum):
    """How good it is; NOTE is a thing to know, neither good nor bad."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `words` say what is, `todo` what to do about it."""

    name: str
    level: Level
    words: str
    todo: str = ""
    unreachable: bool = False


def ok(name: str, words: str) -> Finding:
    """As it should be."""
    return Finding(name, Level.OK, words)


def note(name: str, words: str) -> Finding:
    """Something to know."""
    return Finding(name, Level.NOTE, words)


def warn(name: str, words: str, todo: str) -> Finding:
    """Possible, but worth mending."""
    return Finding(name, Level.WARN, words, todo)


def fail(name: str, words: str, todo: str, *, unreachable: bool = False) -> Finding:
    """Trading here cannot work, or is not safe; `unreachable` when the exchange did not answer."""
    return Finding(name, Level.FAIL, words, todo, unreachable)


def sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.level is not Level.FAIL for finding in findings)


def as_text(findings: Iterable[Finding]) -> Iterator[str]:
    """A line for each finding, a second one for what to do."""
    for one in findings:
        yield f"{one.level.value:<5} {one.name:<{_WIDTH}} {safe_text(one.words, 400)}".rstrip()
        if one.todo:
            yield f"{'':<5} {'':<{_WIDTH}} → {safe_text(one.todo, 400)}"


def as_data(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """The same for JSON."""
    return [
        {
            "name": one.name,
            "level": one.level.value,
            "words": safe_text(one.words, 400),
            "todo": safe_text(one.todo, 400),
        }
        for one in findings
    ]
