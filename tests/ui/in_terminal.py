"""The cockpit on a real terminal, a child of the terminal tests: `in_terminal.py RECORD [crash|hostile]`.

Every intent is appended to RECORD as one line.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from omega_tui.engine.intents import Intent, Receipt
from omega_tui.engine.views import LogLevel, LogRow, LogView, Panel
from omega_tui.ui.app import CockpitApp
from omega_tui.ui.characters import speaks_unicode
from omega_tui.ui.cockpit_settings import CockpitSettings
from omega_tui.ui.looks import few_colours
from tests.ui import sample_views as sample
from tests.ui.fake_engine import FakeEngine, FakeViews

SECRET = "planted-secret-4711"
HOSTILE = "\x1b]52;c;aGk=\x07\x1b[31m\x9b31m\u202eevil\u200b [/red][link=http://x] [@click=app.quit]x[/]"


class RecordingEngine(FakeEngine):
    def __init__(self, record: Path) -> None:
        super().__init__()
        self._record = record

    def submit(self, intent: Intent) -> Receipt:
        with self._record.open("a") as file:
            file.write(type(intent).__name__ + "\n")
        return super().submit(intent)


class CrashingViews(FakeViews):
    def version(self, panel: Panel) -> int:
        api_secret = SECRET
        raise ValueError(f"the message holds {api_secret} too")


def main() -> int:
    record = Path(sys.argv[1])
    scenario = sys.argv[2] if len(sys.argv) > 2 else ""
    engine = RecordingEngine(record)
    if scenario == "crash":
        engine._views = CrashingViews()
    if scenario == "hostile":
        views = engine.views
        views.log_view = LogView((LogRow(sample.START_MS, LogLevel.ERROR, HOSTILE),))
        views.status_view = replace(sample.STATUS, account=HOSTILE, market_note=HOSTILE)
        row = replace(sample.ORDERS.rows[0], evidence=HOSTILE, symbol=HOSTILE[:9])
        views.orders_view = replace(sample.ORDERS, rows=(row,))
    settings = CockpitSettings(
        few_colours=few_colours(os.environ),
        crash_report=record.with_suffix(".crash"),
        ascii_only=not speaks_unicode(os.environ),
    )
    app = CockpitApp(engine, settings)
    app.run(mouse=False)
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
