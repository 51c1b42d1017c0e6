"""What the screen remembers from one run to the next: small JSON files in a folder of the user's own.

Each is written beside itself and put in place at once, readable by its owner only. One that is missing or
damaged counts as empty and is written anew; nothing here is worth failing for, and no secret belongs here.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PRIVATE = 0o600
_LARGEST_BYTES = 1_000_000


class Kept:
    """The files of one folder, by name; `folder` None keeps nothing beyond this run."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._unsaved: dict[str, dict[str, Any]] = {}

    @property
    def lasts(self) -> bool:
        """Whether anything is kept beyond this run."""
        return self._folder is not None

    def load(self, name: str) -> dict[str, Any]:
        """What was kept under `name`; empty when that is nothing or cannot be read."""
        if self._folder is None:
            return dict(self._unsaved.get(name, {}))
        file = self._file(self._folder, name)
        try:
            if file.stat().st_size > _LARGEST_BYTES:
                return {}
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def save(self, name: str, values: Mapping[str, Any]) -> bool:
        """Keep `values`, which JSON can spell, instead of what was there; False when the disk refuses."""
        if self._folder is None:
            self._unsaved[name] = dict(values)
            return True
        file = self._file(self._folder, name)
        beside = file.with_suffix(f".{os.getpid()}.new")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
            with open(descriptor, "w", encoding="utf-8") as writing:
                json.dump(values, writing, ensure_ascii=True, indent=1)
            beside.replace(file)
        except OSError:
            return False
        return True

    @staticmethod
    def _file(folder: Path, name: str) -> Path:
        return folder / f"{name}.json"
