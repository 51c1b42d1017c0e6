"""Lines of recordings: plain or gzipped files, several files as parts in order, errors that name the place.

It knows nothing of any exchange's format; a reader of a format takes the lines and says what they mean.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import orjson

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class TapeUnreadable(Exception):
    """A recording cannot be played: which file, which line (0 is the file as a whole) and what to do."""

    def __init__(self, path: Path, line: int, problem: str, remedy: str) -> None:
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {problem}; {remedy}")
        self.path = path
        self.line = line
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class TapeLine:
    """One line of a recording and where it stands."""

    path: Path
    number: int
    text: bytes

    def unreadable(self, problem: str, remedy: str = "record the file again") -> TapeUnreadable:
        """The error that names this line."""
        return TapeUnreadable(self.path, self.number, problem, remedy)

    def json(self, text: bytes | str) -> dict[str, Any]:
        """The JSON object in `text`, a part of this line; raises `TapeUnreadable`."""
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise self.unreadable(f"not JSON ({error})", "the line is cut or damaged: remove it") from error
        if not isinstance(found, dict):
            raise self.unreadable("a JSON object was expected")
        return found


def _open(path: Path) -> IO[bytes]:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        if magic == _ZSTD_MAGIC:
            raise TapeUnreadable(path, 0, "compressed with zstd", "unpack it, or compress it with gzip")
        return cast("IO[bytes]", gzip.open(path, "rb")) if magic[:2] == _GZIP_MAGIC else path.open("rb")
    except OSError as error:
        raise TapeUnreadable(path, 0, error.strerror or str(error), "check the path") from error


def read_lines(paths: Sequence[Path]) -> Iterator[TapeLine]:
    """Every line that is not blank, file after file, read as it is needed; raises `TapeUnreadable`."""
    for path in paths:
        number = 0
        with _open(path) as file:
            try:
                for number, text in enumerate(file, 1):
                    if not text.isspace():
                        yield TapeLine(path, number, text.rstrip())
            except (EOFError, OSError, zlib.error) as error:
                problem = f"the file is cut or damaged ({error})"
                remedy = "fetch the file again, or unpack what is left of it and play that"
                raise TapeUnreadable(path, number + 1, problem, remedy) from error
