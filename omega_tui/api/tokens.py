"""The token that opens the API: a fresh one for every start, or one of the user's own, in a private file."""

import os
import stat
from pathlib import Path

from omega_tui.api.options import ApiRefused
from omega_tui.clock import Ids

_LENGTH = 52
"""Characters of 0-9 and a-z: 268 bits."""

_SHORTEST, _LONGEST = 32, 512


def write_token(path: Path, ids: Ids) -> bytes:
    """Make a token and keep it where only its owner can read it, until the next start makes another."""
    token = ids.token(_LENGTH).encode("ascii")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(token + b"\n")
    fresh.replace(path)
    return token


def read_token(path: Path) -> bytes:
    """The user's own token. Raises `ApiRefused` for a file that others can read, or one that holds none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise ApiRefused(f"{path} cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        # Of the file that was opened, so that nobody changes it in between.
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077 or found.st_uid != os.geteuid():
            raise ApiRefused(f"{path} must be a file of yours that nobody else can read: chmod 600 {path}")
        token = file.read(_LONGEST + 1).strip()
    if not _SHORTEST <= len(token) <= _LONGEST or not token.isalnum():
        raise ApiRefused(f"{path} must hold {_SHORTEST} letters and digits or more, and nothing else")
    return token
