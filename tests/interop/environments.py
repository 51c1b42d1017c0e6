"""Throw-away environments for the judges: a virtual environment or a node folder each, outside the checkout.

They live in the user's cache, named after what is locked in them, so that a machine pays once and a changed
lock starts anew. Nothing is ever installed into the project's own environment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Final

from tests.interop.judges import NODE, Judge

INSTALL_SECONDS: Final = 300
_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "omega-interop"
"""Read when the tests are collected, before they are given folders of their own."""
_LINES_SHOWN: Final = 8

_making = threading.Lock()
_failures: dict[str, str] = {}


class Unavailable(Exception):
    """A judge's environment cannot be made here; the text says why."""


def command_of(judge: Judge) -> list[str]:
    """What runs the judge's driver; makes its environment first if need be. Raises Unavailable."""
    with _making:
        folder = _environment(judge)
    if judge.language == NODE:
        return [_tool("node"), str(judge.program), str(folder)]
    return [str(folder / "bin" / "python"), str(judge.program)]


def _environment(judge: Judge) -> Path:
    """The judge's finished environment. One that could not be finished leaves nothing behind."""
    folder = _CACHE / f"{judge.client}-{_digest(judge)}"
    if judge.client in _failures:
        raise Unavailable(_failures[judge.client])
    if not folder.is_dir():
        try:
            _make(judge, folder)
        except Unavailable as reason:
            _failures[judge.client] = str(reason)
            raise
    return folder


def _make(judge: Judge, folder: Path) -> None:
    _CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{judge.client}-unfinished-", dir=_CACHE))
    try:
        (_install_node if judge.language == NODE else _install_python)(judge, unfinished)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _digest(judge: Judge) -> str:
    """What an environment depends on: the locked packages, and the interpreter for Python's."""
    digest = hashlib.sha256(b"" if judge.language == NODE else f"{sys.version}{sys.base_prefix}".encode())
    for path in sorted(judge.folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _install_python(judge: Judge, folder: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)], folder)
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(judge.folder / "requirements.lock")]
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check"]
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", *quiet, *locked], folder)


def _install_node(judge: Judge, folder: Path) -> None:
    npm = _tool("npm")
    _tool("node")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(judge.folder / name, folder)
    _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"{name} is not installed")
    return found


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{Path(command[0]).name} took longer than {INSTALL_SECONDS} s") from None
    if done.returncode != 0:
        told = done.stdout.decode(errors="replace").strip().splitlines()[-_LINES_SHOWN:]
        raise Unavailable("the package index could not be used:\n" + "\n".join(told))
