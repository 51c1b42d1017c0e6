"""Captured and documented Bitget payloads, read from the shared fixtures."""

import json
from typing import Any

from tests.support.shared import shared_path


def lines(folder: str, name: str, kind: str) -> list[Any]:
    """The payloads of one kind in a fixture file."""
    path = shared_path("bitget", "fixtures", folder, f"{name}.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row["payload"] for row in rows if row["kind"] == kind]


def replies(name: str) -> list[Any]:
    """The `data` of every REST reply, bare list elements included."""
    elements = [[element] for element in lines("rest", name, "response_data_element")]
    return [payload["data"] for payload in lines("rest", name, "response")] + elements


def pushes(name: str) -> list[Any]:
    """Every push of a channel, as the frame's bytes."""
    return [json.dumps(payload).encode() for payload in lines("ws", name, "push")]
