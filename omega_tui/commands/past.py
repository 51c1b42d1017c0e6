"""`omega-tui history` and `omega-tui report`: what the account did, read from its journal.

Only what writes (import, add, note, tag) needs the journal for a moment, which a running cockpit holds.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from omega_tui.analytics.trades import Trade
from omega_tui.clock import Clock, SystemClock
from omega_tui.commands.answer import Answer
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.commands.hand_written import closed_by_hand
from omega_tui.commands.journals import newest_journal
from omega_tui.commands.report import report_facts, write_report
from omega_tui.domain.closed import Origin
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.translation.closed import ExportUnreadable, read_export
from omega_tui.history.additions import BadAddition
from omega_tui.history.export import as_csv, as_json_lines, export_rows
from omega_tui.history.ledger import close_positions
from omega_tui.history.periods import UnknownPeriod, parse_period
from omega_tui.history.reading import KINDS, records_of
from omega_tui.history.records import ADDED, REMARK, TOLD, RemarkRow
from omega_tui.history.review import Records, review
from omega_tui.journal import (
    JournalDamaged,
    JournalFailed,
    JournalInUse,
    JournalRefused,
    append_at_once,
    read_journal,
)
from omega_tui.settings import Settings

Arguments = Mapping[str, Any]

_SHOWN = 20
_LARGEST_FILE = 200_000_000
_PROGRESS_ROWS = 1_000


class _Stopped(Exception):
    """The command cannot be done; carries its answer."""

    def __init__(self, code: ExitCode, error: str, message: str) -> None:
        super().__init__(message)
        self.answer = Answer(code, {"error": error, "message": message})


def answer_report(arguments: Arguments, settings: Settings) -> Answer:
    """Statistics of a period: tables and charts for a person, one document for a program."""
    try:
        path = _path(arguments, settings)
        period = parse_period(arguments.get("period", "all"), SystemClock().wall_ms())
        trades = [each for each in _read(path)[0] if period.holds(each.position.closed_ms)]
    except UnknownPeriod as error:
        return Answer(ExitCode.USAGE, {"error": "UnknownPeriod", "message": str(error)})
    except _Stopped as stopped:
        return stopped.answer
    if arguments.get("json"):
        return Answer(ExitCode.OK, report_facts(trades, period.words))
    write_report(trades, period.words, sys.stdout)
    return Answer(ExitCode.OK, None)


def answer_history(arguments: Arguments, settings: Settings) -> Answer:
    """List, export, import, add, note or tag."""
    try:
        path = _path(arguments, settings)
        return _ACTIONS[arguments["action"]](path, arguments)
    except _Stopped as stopped:
        return stopped.answer


def _path(arguments: Arguments, settings: Settings) -> Path:
    if "file" in arguments:
        return Path(arguments["file"])
    path = newest_journal(settings.paths.data, settings.venue)
    if path is None:
        words = f"no journal of {settings.venue} lies in {settings.paths.data}"
        raise _Stopped(ExitCode.NOT_FOUND, "NoJournal", words)
    return path


def _read(path: Path) -> tuple[list[Trade], Records]:
    try:
        with read_journal(path) as journal:
            (built, _), rows = journal.replay(close_positions, *KINDS)
            records = records_of(rows)
    except JournalDamaged as error:
        raise _Stopped(ExitCode.FAILED, "JournalDamaged", str(error)) from None
    except JournalRefused as error:
        code = ExitCode.FAILED if path.exists() else ExitCode.NOT_FOUND
        raise _Stopped(code, "JournalRefused", str(error)) from None
    return review(built, records), records


def _list(path: Path, arguments: Arguments) -> Answer:
    trades, _ = _read(path)
    shown = trades[-arguments.get("limit", _SHOWN) :]
    names = ("closed", "symbol", "side", "size", "entry_price", "exit_price", "net", "check", "tags", "id")
    rows = [{name: row[name] for name in names} for row in export_rows(reversed(shown))]
    return Answer(ExitCode.OK, {"file": str(path), "positions": len(trades), "newest": rows})


def _export(path: Path, arguments: Arguments) -> Answer:
    trades, _ = _read(path)
    rows = export_rows(_counted(trades))
    for line in as_csv(rows) if arguments.get("csv") else as_json_lines(rows):
        sys.stdout.write(line + "\n")
    return Answer(ExitCode.OK, None)


def _counted(trades: list[Trade]) -> Iterable[Trade]:
    """The trades, with the progress told to whoever watches."""
    watched = sys.stderr.isatty()
    for number, trade in enumerate(trades, start=1):
        yield trade
        if watched and (number % _PROGRESS_ROWS == 0 or number == len(trades)):
            sys.stderr.write(f"\r{number} of {len(trades)} positions")
            sys.stderr.flush()
    if watched and trades:
        sys.stderr.write("\n")


def _import(path: Path, arguments: Arguments) -> Answer:
    source = Path(arguments["subject"])
    try:
        if source.stat().st_size > _LARGEST_FILE:
            raise ExportUnreadable(f"more than {_LARGEST_FILE // 1_000_000} MB: import it in parts")
        found = read_export(source.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise _Stopped(ExitCode.USAGE, "Unreadable", f"{source}: {error}") from None
    except ExportUnreadable as error:
        raise _Stopped(ExitCode.USAGE, "Unreadable", f"{source}: {error}; nothing was imported") from None
    built, ledger = close_positions(found.fills)
    _, records = _read(path)
    known = {each.position_id for each in records.told} | {each.position_id for each in records.added}
    told = [(TOLD, each) for each in found.positions if each.position_id not in known]
    added = [(ADDED, replace(each, origin=Origin.FILE)) for each in built if each.position_id not in known]
    _write(path, [*told, *added])
    return Answer(
        ExitCode.OK,
        {
            "file": str(path),
            "positions_read": len(found.positions) + len(built),
            "new": len(told) + len(added),
            "still_open_in_it": len(ledger.open),
            "closes_of_older_positions": len(ledger.orphans),
        },
    )


def _add(path: Path, arguments: Arguments) -> Answer:
    clock: Clock = SystemClock()
    try:
        position = closed_by_hand(arguments, clock.wall_ms())
    except BadAddition as error:
        raise _Stopped(ExitCode.USAGE, "BadAddition", str(error)) from None
    _write(path, [(ADDED, position)])
    return Answer(ExitCode.OK, {"file": str(path), "id": position.position_id, "net": str(position.net)})


def _remark(path: Path, arguments: Arguments) -> Answer:
    position_id, text = arguments.get("subject", ""), safe_text(" ".join(arguments.get("words", ())))
    tag = arguments["action"] == "tag"
    if not text or (tag and " " in text):
        words = "a tag is one word" if tag else "write the note behind the id"
        raise _Stopped(ExitCode.USAGE, "NoWords", words)
    if position_id not in {each.position.position_id for each in _read(path)[0]}:
        words = f"no closed position is called {safe_text(position_id, 80)!r}: history list names them"
        raise _Stopped(ExitCode.NOT_FOUND, "NoPosition", words)
    _write(path, [(REMARK, RemarkRow(position_id, text, tag))])
    return Answer(ExitCode.OK, {"file": str(path), "id": position_id, "tag" if tag else "note": text})


def _write(path: Path, rows: list[tuple[str, object]]) -> None:
    """Write rows into a journal that nobody writes now."""
    if not rows:
        return
    try:
        append_at_once(path, SystemClock(), rows)
    except JournalInUse:
        words = "a cockpit writes this journal now: quit it first, or write there (note, tag, its HTTP API)"
        raise _Stopped(ExitCode.READ_ONLY, "JournalInUse", words) from None
    except JournalRefused as error:
        raise _Stopped(ExitCode.FAILED, "JournalRefused", str(error)) from None
    except JournalFailed as error:
        raise _Stopped(ExitCode.FAILED, "JournalFailed", str(error)) from None


_ACTIONS: dict[str, Callable[[Path, Arguments], Answer]] = {
    "list": _list,
    "export": _export,
    "import": _import,
    "add": _add,
    "note": _remark,
    "tag": _remark,
}
