"""Text from outside at the very end of the way: the characters that the driver hands to the terminal.

Foreign text is made harmless where it enters (`domain.text`); this holds the last gate, as if the first had
been forgotten. Every sequence that leaves must be one that the screen itself makes.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.driver import Driver
from textual.geometry import Size

from omega_tui.clock import CountingIds, ManualClock
from omega_tui.engine.intents import Receipt
from omega_tui.engine.views import LogLevel, LogRow, LogView
from omega_tui.ui.app import CockpitApp
from omega_tui.ui.cockpit_settings import CockpitSettings
from tests.ui import sample_views as sample
from tests.ui.fake_engine import FakeEngine

SIZE = Size(120, 36)
COLOUR = r"(?:38;2;\d+;\d+;\d+|48;2;\d+;\d+;\d+|[1347])"
OURS = re.compile(
    rf"\x1b\[(?:0|{COLOUR}(?:;{COLOUR})*)m|\x1b\[\d+;\d+H|\x1b\[\?2026[hl]|\x1b\]22;default\x07|\r|\n"
)
SEQUENCES = (
    "\x1b]52;c;aGk=\x07",
    "\x1b]0;title\x07",
    "\x1b]8;;http://x\x1b\\",
    "\x1b[2J",
    "\x1b[31m",
    "\x9b31m",
    "\x1bc",
    "\x1b[?1049l",
    "\u202e",
    "\u200b",
    "\u2066",
    "\ufeff",
    "\x7f",
    "\x08",
    "\r\n",
    "[/red]",
    "[@click=app.quit]x[/]",
    "[link=http://x]",
    "e\u0301\u0301",
    "\U0001f468\u200d\U0001f469",
    "\u4e2d\u6587",
    "\ud800",
)
HOSTILE = st.lists(
    st.one_of(st.sampled_from(SEQUENCES), st.text(max_size=6), st.characters()), min_size=1, max_size=8
).map("".join)


@pytest.fixture(autouse=True, scope="module")
def truecolor() -> Iterator[None]:
    """Colours of 24 bits: every sequence of ours differs from what a stranger would send."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLORTERM", "truecolor")
        patch.setenv("TERM", "xterm-256color")
        patch.delenv("NO_COLOR", raising=False)
        yield


class Capturing(Driver):
    """A terminal that keeps what it is sent."""

    sent = ""

    def write(self, data: str) -> None:
        Capturing.sent += data

    def start_application_mode(self) -> None:
        self.send_message(events.Resize(SIZE, SIZE))

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


class CapturedCockpit(CockpitApp):
    """The cockpit on that terminal."""

    def get_driver_class(self) -> type[Driver]:
        return Capturing


def poison(engine: FakeEngine, text: str) -> None:
    """Foreign text in every place of a picture that can hold some."""
    views = engine.views
    views.log_view = LogView((LogRow(sample.START_MS, LogLevel.ERROR, text),))
    views.status_view = replace(
        sample.STATUS,
        account=text,
        market_note=text,
        symbol=text,
        profile=text,
        alarm=text,
        posture_reason=text,
        changing=text,
    )
    order = replace(sample.ORDERS.rows[0], evidence=text, symbol=text, key=text)
    views.orders_view = replace(sample.ORDERS, rows=(order,))
    position = replace(sample.POSITIONS.rows[0], symbol=text, base=text)
    views.positions_view = replace(sample.POSITIONS, rows=(position,))
    views.names = (text, "BTCUSDT")
    views.problems = (text,)
    views.changed()


async def shown(text: str) -> str:
    """Everything that was written while a poisoned cockpit was looked at, dialogs included."""
    engine = FakeEngine()
    app = CapturedCockpit(engine, CockpitSettings(clock=ManualClock(), ids=CountingIds()))
    poison(engine, text)
    running = asyncio.create_task(app.run_async(size=SIZE))
    await app.painted.wait()
    Capturing.sent = ""
    app.cockpit.desk.say(text)
    for key, character in (("g", "g"), ("escape", None), ("B", "B"), ("escape", None), ("q", "q")):
        app.cockpit.paint_now()
        await asyncio.sleep(0.05)
        app.post_message(events.Key(key, character))
    await asyncio.sleep(0.05)
    sent = Capturing.sent
    app.exit()
    await running
    return sent


def obeyed(sent: str) -> list[str]:
    """What of it a terminal could obey and the screen did not make."""
    return [character for character in OURS.sub("", sent) if not character.isprintable()]


@settings(max_examples=15, deadline=None)
@given(HOSTILE)
def test_nothing_from_outside_is_obeyed_by_the_terminal(text: str) -> None:
    """FAULTS I13, I14, I16: escapes, C1, bidi and zero-width marks arrive as visible characters."""
    sent = asyncio.run(shown(text))
    assert "quit" in sent
    assert obeyed(sent) == []


async def test_every_known_sequence_at_once_stays_visible_text() -> None:
    """FAULTS I13 to I15: markup is literal, and the escape of a colour is a picture of an escape."""
    sent = await shown("".join(SEQUENCES))
    assert obeyed(sent) == []
    assert "␛" in sent
    assert "[/red]" in OURS.sub("", sent)


async def test_a_megabyte_of_message_costs_a_line() -> None:
    """FAULTS I17: an error message without end is cut to what fits, and painting stays quick."""
    sent = await shown("x" * 1_000_000)
    assert len(sent) < 200_000


class Refusing(FakeEngine):
    """Answers every intent with foreign text."""

    def submit(self, intent: object) -> Receipt:
        return Receipt(False, "".join(SEQUENCES))


@pytest.mark.parametrize("key", ["H", "F12"])
async def test_a_refusal_in_foreign_words_is_shown_and_not_obeyed(key: str) -> None:
    """FAULTS I13: the exchange's own words come back in a receipt."""
    engine = Refusing()
    app = CapturedCockpit(engine, CockpitSettings(clock=ManualClock(), ids=CountingIds()))
    running = asyncio.create_task(app.run_async(size=SIZE))
    await app.painted.wait()
    Capturing.sent = ""
    app.post_message(events.Key(key.lower() if key == "F12" else key, None if key == "F12" else key))
    await asyncio.sleep(0.2)
    app.exit()
    await running
    assert "[/red]" in OURS.sub("", Capturing.sent)
    assert obeyed(Capturing.sent) == []
