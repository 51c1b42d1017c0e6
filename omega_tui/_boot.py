"""Makes the project's own environment on first use, then carries on inside it.

Standard library only, and readable by interpreters too old for the rest, so that they get an answer instead
of a syntax error. It knows which lock file belongs to which purpose and nothing of what is installed. An
installed wheel has no `pyproject.toml` beside the package and is never touched.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

RUN = "run"
"""What the cockpit and the simulator need."""

TESTS = "tests"
"""What the tests, the linters and the benchmarks need on top."""

FAILED = 2
"""Exit code when the environment cannot be made."""

OPT_OUT = "OMEGA_NO_BOOTSTRAP"
"""Set to anything to run with whatever interpreter was chosen, as containers and packagers do."""

_LOCKS = {RUN: "requirements.lock", TESTS: "requirements-dev.lock"}
_PROBES = {RUN: "textual", TESTS: "pytest"}
_COMMANDS = {RUN: "omega_tui", TESTS: "tests"}
_ESTIMATES = {RUN: "half a minute", TESTS: "a minute"}
_OLDEST = (3, 11)
_PIP_LINES_SHOWN = 15


class SetupFailed(Exception):
    """The environment could not be made; the text says why, without advice."""


class Environment:
    """The `.venv` of one checkout and the stamps that say what it holds."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.folder = checkout / ".venv"
        self.python = self.folder / "bin" / "python"
        self._unfinished = self.folder / "omega-setup-unfinished"

    def is_current(self) -> bool:
        """Whether this interpreter already runs inside it."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def is_ready(self, purpose: str) -> bool:
        """Whether it was completely set up for `purpose` from the files as they are now."""
        if self._unfinished.exists() or not self.python.exists():
            return False
        stamp = self._stamp(purpose)
        return stamp.is_file() and stamp.read_text(encoding="ascii") == self._digest(purpose)

    def forget(self, purpose: str) -> None:
        """Take no longer for granted that it was set up for `purpose`."""
        self._stamp(purpose).unlink(missing_ok=True)

    def set_up(self, purpose: str) -> None:
        """Create what is missing and install the locked set. Raises SetupFailed, OSError."""
        self._begin()
        try:
            self._install(purpose)
        except SetupFailed:
            # Pip failed in good order; what a person then adds by hand must not be thrown away as debris.
            self._unfinished.unlink()
            raise
        self._finish(purpose)

    def manual_commands(self, purpose: str) -> list[str]:
        """What a person types to do the same by hand."""
        return [
            f"cd {self.checkout}",
            "python3 -m venv .venv",
            f".venv/bin/python -m pip install --require-hashes -r {_LOCKS[purpose]}",
            ".venv/bin/python -m pip install --no-deps --no-build-isolation -e .",
            f".venv/bin/python -m {_COMMANDS[purpose]}",
        ]

    def _begin(self) -> None:
        """Mark the work as unfinished; what an interrupted set-up left behind is not trusted and goes."""
        interrupted = self._unfinished.exists() and not self.is_current()
        self.folder.mkdir(exist_ok=True)
        self._unfinished.touch()
        for purpose in _LOCKS:
            self.forget(purpose)
        if interrupted or not self.python.exists():
            self._empty()

    def _empty(self) -> None:
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry != self._unfinished:
                entry.unlink()

    def _install(self, purpose: str) -> None:
        install = [*self._pip(), "--no-input", "--disable-pip-version-check", "install", "--quiet"]
        locked = ["--require-hashes", "--only-binary", ":all:", "--retries", "2", "-r", _LOCKS[purpose]]
        self._run([*install, *locked], "the packages could not be installed")
        editable = ["--no-deps", "--no-build-isolation", "-e", "."]
        self._run([*install, *editable], "the project could not be installed")
        self._run([str(self.python), "-m", "compileall", "-q", "omega_tui"], "the project does not compile")

    def _finish(self, purpose: str) -> None:
        self._unfinished.unlink()
        for covered in _LOCKS if purpose == TESTS else (purpose,):
            self._stamp(covered).write_text(self._digest(covered), encoding="ascii")

    def _pip(self) -> list[str]:
        """The installing command: the folder's own pip, or ours where the system split ensurepip off."""
        inside = [str(self.python), "-m", "pip"]
        if self.python.exists():
            answer = subprocess.run([*inside, "--version"], capture_output=True)
            if answer.returncode == 0:
                return inside
        create = [sys.executable, "-m", "venv", str(self.folder)]
        if importlib.util.find_spec("ensurepip"):
            self._run(create, "no virtual environment could be made")
            return inside
        self._run([*create, "--without-pip"], "no virtual environment could be made")
        return [sys.executable, "-m", "pip", "--python", str(self.python)]

    def _run(self, command: list[str], complaint: str) -> None:
        done = subprocess.run(
            command,
            cwd=self.checkout,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode != 0:
            shown = done.stdout.decode(errors="replace").strip().splitlines()[-_PIP_LINES_SHOWN:]
            raise SetupFailed("\n".join([complaint, *("  " + line for line in shown)]))

    def _stamp(self, purpose: str) -> Path:
        return self.folder / f"omega-{purpose}.stamp"

    def _digest(self, purpose: str) -> str:
        """What a set-up depends on: the declared and locked packages, and the interpreter underneath."""
        digest = hashlib.sha256(str(self.python.resolve()).encode())
        declared, locked = self.checkout / "pyproject.toml", self.checkout / _LOCKS[purpose]
        for source in (self.folder / "pyvenv.cfg", declared, locked):
            digest.update(source.read_bytes() if source.exists() else b"absent")
        return digest.hexdigest()


def ensure(purpose: str) -> None:
    """Return inside a usable environment, or become a process that runs in one; exit 2 if neither works."""
    checkout = Path(__file__).resolve().parent.parent
    if not (checkout / "pyproject.toml").is_file() or os.environ.get(OPT_OUT):
        return
    if sys.version_info < _OLDEST:
        found, needed = (".".join(map(str, version[:2])) for version in (sys.version_info, _OLDEST))
        _say(f"Python {needed} or newer is needed; this one is {found}")
        raise SystemExit(FAILED)
    environment = Environment(checkout)
    if environment.is_current():
        _complete(environment, purpose)
        return
    if not environment.is_ready(purpose):
        _set_up_once(environment, purpose)
    os.execv(str(environment.python), [str(environment.python), *sys.orig_argv[1:]])


def _complete(environment: Environment, purpose: str) -> None:
    """Inside the environment: bring what this purpose needs and another one did not."""
    if importlib.util.find_spec(_PROBES[purpose]):
        return
    environment.forget(purpose)
    _set_up_once(environment, purpose)
    importlib.invalidate_caches()
    if not importlib.util.find_spec(_PROBES[purpose]):
        _give_up(environment, purpose, f"{_PROBES[purpose]} is missing from .venv although it was installed")


def _set_up_once(environment: Environment, purpose: str) -> None:
    """Set up under a lock, so that two first starts make one environment."""
    try:
        import fcntl

        # The checkout itself is what two processes share before anything has been made.
        handle = os.open(environment.checkout, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another start is making the environment; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        if not environment.is_ready(purpose):
            _set_up_aloud(environment, purpose)
        os.close(handle)
    except KeyboardInterrupt:
        _say("interrupted; the next start sets up afresh")
        raise SystemExit(130) from None
    except (SetupFailed, OSError, ImportError) as error:
        _give_up(environment, purpose, str(error))


def _set_up_aloud(environment: Environment, purpose: str) -> None:
    from omega_tui.clock import SystemClock

    clock = SystemClock()
    started = clock.monotonic()
    _say(f"first use: installing the locked packages into .venv, about {_ESTIMATES[purpose]}, this once")
    environment.set_up(purpose)
    _say(f"environment ready after {clock.monotonic() - started:.0f} s")


def _give_up(environment: Environment, purpose: str, why: str) -> None:
    commands = "\n".join(f"  {command}" for command in environment.manual_commands(purpose))
    _say(f"{why}\nWith a network, or a package index that pip can reach, the same by hand:\n{commands}")
    raise SystemExit(FAILED)


def _say(text: str) -> None:
    sys.stderr.write(f"omega-tui: {text}\n")
    sys.stderr.flush()
