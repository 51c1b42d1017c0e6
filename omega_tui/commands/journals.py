"""`omega-tui journal`: looks into a journal while its cockpit trades on; changes none."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from omega_tui.commands.answer import Answer
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.journal import (
    JournalDamaged,
    JournalReader,
    JournalRefused,
    JournalRow,
    export_csv,
    export_json_lines,
    list_journals,
    read_journal,
)
from omega_tui.settings import Settings, Venue

Arguments = Mapping[str, Any]

_SHOWN = 20


def answer_journal(arguments: Arguments, settings: Settings) -> Answer:
    """List, show, verify or export; an export goes to standard output as it is read."""
    action, folder = arguments["action"], settings.paths.data
    if action == "list":
        found = [{"file": str(each.path), "bytes": each.bytes} for each in list_journals(folder)]
        return Answer(ExitCode.OK, {"journals": found})
    path = Path(arguments["file"]) if "file" in arguments else newest_journal(folder, settings.venue)
    if path is None:
        message = f"no journal of {settings.venue} lies in {folder}"
        return Answer(ExitCode.NOT_FOUND, {"error": "NoJournal", "message": message})
    try:
        with read_journal(path) as journal:
            return _answer(action, journal, arguments)
    except JournalDamaged as error:
        return Answer(ExitCode.FAILED, {"error": "JournalDamaged", "message": str(error), "file": str(path)})
    except JournalRefused as error:
        code = ExitCode.FAILED if path.exists() else ExitCode.NOT_FOUND
        return Answer(code, {"error": "JournalRefused", "message": str(error), "file": str(path)})


def newest_journal(folder: Path, venue: Venue) -> Path | None:
    """The venue's journal that was written to last."""
    word = {Venue.SIM: "sim", Venue.TESTNET: "demo", Venue.MAINNET: "live"}[venue]
    found = [each.path for each in list_journals(folder) if each.path.name.startswith(word)]
    return found[-1] if found else None


def _answer(action: str, journal: JournalReader, arguments: Arguments) -> Answer:
    if action == "verify":
        proof = journal.verify()
        return Answer(
            ExitCode.OK,
            {"file": str(journal.path), "intact": True, "rows": proof.rows, "digest": proof.digest},
        )
    kinds = (arguments["kind"],) if "kind" in arguments else ()
    if action == "show":
        rows = journal.rows(*kinds, newest=arguments.get("limit", _SHOWN))
        shown = [_row(each, whole=bool(arguments.get("json"))) for each in rows]
        return Answer(ExitCode.OK, {"file": str(journal.path), "rows": shown})
    export = export_csv if arguments.get("csv") else export_json_lines
    for line in export(journal.rows(*kinds, newest=arguments.get("limit"))):
        sys.stdout.write(line + "\n")
    return Answer(ExitCode.OK, None)


def _row(row: JournalRow, *, whole: bool) -> dict[str, object]:
    time = datetime.fromtimestamp(row.wall_ms / 1000, UTC).isoformat(timespec="milliseconds")
    body = json.loads(row.body) if whole else row.body.decode(errors="replace")
    return {"sequence": row.sequence, "time": time, "kind": row.kind, "body": body}
