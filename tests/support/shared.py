"""Where the recorded tapes and captured payloads live when a developer's checkout has them beside it."""

import os
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[2]


def _find() -> Path | None:
    for candidate in (os.environ.get("OMEGA_SHARED"), _CHECKOUT.parent / "shared"):
        if candidate and Path(candidate, "tapes").is_dir():
            return Path(candidate)
    return None


SHARED: Path | None = _find()
"""The folder with `tapes/` and `bitget/`, or None on a plain clone."""

needs_shared = pytest.mark.skipif(
    SHARED is None, reason="recorded tapes and captured payloads are not beside this checkout"
)


def shared_path(*parts: str) -> Path:
    """A path inside the shared folder; only for tests marked `needs_shared`."""
    assert SHARED is not None, "mark the test with needs_shared"
    return SHARED.joinpath(*parts)
