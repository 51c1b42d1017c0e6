"""The shape of JSON: which members, which kinds of values; for comparing our payloads with Bitget's."""

from collections.abc import Iterable
from typing import Any

Shape = dict[str, set[str]]
"""From a member's path to the kinds of value seen there; list elements share the path with "[]"."""


def shape_of(payloads: Iterable[Any]) -> Shape:
    """The shape of several payloads together."""
    shape: Shape = {}
    for payload in payloads:
        _collect(payload, "", shape)
    return shape


def _collect(value: Any, path: str, shape: Shape) -> None:
    if path:
        shape.setdefault(path, set()).add(_kind(value))
    if isinstance(value, dict):
        for name, inner in value.items():
            _collect(inner, f"{path}.{name}" if path else name, shape)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, f"{path}[]", shape)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "text", list: "list", dict: "object"}[type(value)]


def differences(ours: Shape, theirs: Shape, demanded: Shape, allowed: dict[str, str]) -> list[str]:
    """What is wrong with ours: members they never send, members of theirs we lack, values of another kind.

    `demanded` are the members that must be there. `allowed` maps a path, which stands for all below it too,
    to the reason why it may differ; one that does not differ is a problem as well.
    """
    problems = [(path, "Bitget does not send it") for path in ours if path not in theirs]
    problems += [(path, "missing") for path in demanded if path not in ours]
    problems += [
        (path, f"{sorted(kinds)}, Bitget sends {sorted(theirs[path])}")
        for path, kinds in ours.items()
        if path in theirs and not kinds <= theirs[path]
    ]
    unused = set(allowed)
    remaining = []
    for path, problem in problems:
        reasons = {known for known in allowed if path.startswith(known)}
        unused -= reasons
        if not reasons:
            remaining.append(f"{path}: {problem}")
    return remaining + [f"{path}: allowed to differ and does not" for path in sorted(unused)]
