"""What can be seen without a network: the terminal, the keys as they were found, the journals on disk."""

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from omega_tui.doctor.findings import Finding, fail, ok, warn
from omega_tui.journal import JournalDamaged, JournalRefused, list_journals, read_journal
from omega_tui.settings import Settings, Venue

_LEAST_SIZE = (80, 24)
_MANY_COLOURS = ("truecolor", "24bit")
_MASKED_TAIL = 4
_SHORTEST_MASKED = 12


def terminal(
    environment: Mapping[str, str], size: os.terminal_size | None, encoding: str
) -> Iterator[Finding]:
    """Size, colours, characters and what stands between. `size` is None without a terminal."""
    if size is None:
        yield warn("terminal", "there is none here", "open the cockpit in a terminal of 80x24 or more")
    elif size < _LEAST_SIZE:
        yield warn(
            "terminal", f"{size.columns}x{size.lines}", "make it 80x24 or larger; 120x36 shows everything"
        )
    else:
        yield ok("terminal", f"{size.columns}x{size.lines}")
    kind, colours = environment.get("TERM", ""), environment.get("COLORTERM", "")
    if kind in {"", "dumb"}:
        yield warn("colours", f"TERM is {kind or 'not set'}", "set TERM to what the terminal is")
    elif colours in _MANY_COLOURS or kind.endswith("direct"):
        yield ok("colours", "24 bit")
    else:
        yield ok("colours", f"256 or fewer ({kind})")
    if encoding.lower().replace("-", "") == "utf8":
        yield ok("characters", "UTF-8")
    else:
        yield warn("characters", encoding, "set LANG to a UTF-8 locale, such as C.UTF-8")
    if "TMUX" in environment:
        yield ok("tmux", "inside tmux; if escape is slow, put `set -sg escape-time 10` into tmux.conf")


def credentials(settings: Settings) -> Iterator[Finding]:
    """Whether there are keys, where from and who else can read them; no part that opens anything is shown."""
    keys = settings.api_keys
    if settings.venue is Venue.SIM:
        yield ok("keys", "made for this run of the simulator")
    elif keys is None:
        todo = "put BITGET_API_KEY, BITGET_SECRET_KEY and BITGET_PASSPHRASE into .env to trade"
        yield warn("keys", "none: only the market can be watched", todo)
    else:
        lengths = f"secret of {len(keys.secret_key.reveal())} characters, passphrase set"
        yield ok("keys", f"{masked(keys.api_key.reveal())}, {lengths}, from {keys.origin}")
    for warning in settings.warnings:
        what, _, todo = warning.partition("; ")
        yield warn("key file", what, todo)


def masked(key: str) -> str:
    """Enough of a key to tell it from another one."""
    shown = key[-_MASKED_TAIL:] if len(key) >= _SHORTEST_MASKED else ""
    return f"…{shown} ({len(key)} characters)"


def journals(settings: Settings) -> Iterator[Finding]:
    """Each journal of this venue, read from end to end: every row's hash, and what is derived from them.

    Those of simulated accounts, which ended with their exchange, are counted together.
    """
    simulated = settings.venue is Venue.SIM
    folder = settings.paths.data / "sim" if simulated else settings.paths.data
    word, whole = settings.venue_word.lower(), 0
    found = [one.path for one in list_journals(folder) if one.path.name.startswith(word)]
    for path in found:
        rows, trouble = _read_through(path)
        whole += not trouble
        if trouble:
            todo = "keep the file, and move it away to begin a new one"
            yield (warn if simulated else fail)("journal", f"{path.name}: {trouble}", todo)
        elif not simulated:
            yield ok("journal", f"{path.name}: {rows} rows, whole")
    if simulated or not found:
        yield ok(
            "journal", f"{whole} of {len(found)} whole in {folder}" if found else f"none yet in {folder}"
        )


def _read_through(path: Path) -> tuple[int, str]:
    """How many rows a journal has, and why it cannot be trusted, if it cannot."""
    try:
        with read_journal(path) as journal:
            return journal.verify().rows, ""
    except (JournalDamaged, JournalRefused, OSError, sqlite3.Error) as error:
        return 0, str(error).removeprefix(f"{path.name} ")


def this_terminal() -> os.terminal_size | None:
    """The size of the terminal behind standard output or error, None without one."""
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                return os.get_terminal_size(stream.fileno())
        except (OSError, ValueError):
            continue
    return None
