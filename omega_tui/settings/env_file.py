"""Reads a `.env` file and judges who else could have read or written it.

It returns what the file says and what is wrong with its safety; whether that forbids a venue is for the
caller to decide. Values appear in no message, only line numbers do.
"""

import errno
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

_LARGEST = 64 * 1024
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK


class EnvFileError(ValueError):
    """A `.env` file that cannot be understood, with its path and line."""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a `.env` file holds. `lines` says where each name stands; `exposures` why it is not private."""

    path: Path
    values: dict[str, str]
    lines: dict[str, int]
    exposures: tuple[str, ...]

    def __repr__(self) -> str:
        return f"EnvFile({str(self.path)!r}, names={sorted(self.values)})"


def read_env_file(path: Path) -> EnvFile | None:
    """The file's assignments, None when there is no such file. Raises EnvFileError, OSError.

    Quotes, comments, `export`, a byte order mark and Windows line ends are understood; anything else that is
    not `NAME=value` is refused with its line. The checks look at the opened file, which nobody can swap.
    """
    exposures: list[str] = []
    try:
        handle = os.open(path, _FLAGS | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        exposures.append(f"{path} is a symbolic link; put the file itself there")
        handle = os.open(path, _FLAGS)
    with open(handle, "rb") as opened:
        exposures += _exposures(path, os.fstat(handle))
        content = opened.read(_LARGEST + 1)
    values, lines = _parse(path, content)
    return EnvFile(path, values, lines, tuple(exposures))


def _exposures(path: Path, status: os.stat_result) -> list[str]:
    if not stat.S_ISREG(status.st_mode):
        raise EnvFileError(f"{path} is not a regular file")
    found = []
    if status.st_uid != os.geteuid():
        found.append(f"{path} belongs to another user; run: chown $(id -u) {path}")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        found.append(f"{path} is open to other users; run: chmod 600 {path}")
    return found


def _parse(path: Path, content: bytes) -> tuple[dict[str, str], dict[str, int]]:
    if len(content) > _LARGEST:
        raise EnvFileError(f"{path} is larger than {_LARGEST} bytes; it should hold a few lines")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise EnvFileError(f"{path}, line {line}: not UTF-8 text") from None
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for binding in parse_stream(io.StringIO(text)):
        # Blank lines before an assignment count as the start of it.
        written = binding.original.string
        line = binding.original.line + written[: len(written) - len(written.lstrip())].count("\n")
        if binding.error or (binding.key is not None and binding.value is None):
            raise EnvFileError(f"{path}, line {line}: write NAME=value, and close every quote")
        if binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
            lines[binding.key] = line
    return values, lines
