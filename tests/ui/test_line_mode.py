"""The cockpit without a screen: the same questions, and never an escape byte."""

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from omega_tui.clock import CountingIds, ManualClock
from omega_tui.engine.intents import Flatten, Halt, PlaceOrder
from omega_tui.plain import Typed
from omega_tui.ui.kept import Kept
from omega_tui.ui.line_mode import CONFIRM_SECONDS, LineMode
from tests.ui import sample_views as sample
from tests.ui.fake_engine import FakeEngine
from tests.ui.pty_session import Session


class Lines:
    """A session over a fake engine; `said` is everything it told."""

    def __init__(self, *, sends: bool = True) -> None:
        self.engine, self.clock, self.said = FakeEngine(), ManualClock(), list[str]()
        self.mode = LineMode(self.engine, self.clock, CountingIds(), Kept(), self.said.append, sends=sends)

    def take(self, *lines: str, after: float = 1.0) -> str:
        """Type lines; what was said to the last of them."""
        for line in lines:
            self.clock.advance(after)
            self.said.clear()
            self.mode.take(line, self.clock.monotonic())
        return "\n".join(self.said)


def test_an_order_is_told_with_its_figures_and_sent_by_yes() -> None:
    lines = Lines()
    asked = lines.take("buy 640$ @ 64000 sl 1%")
    assert "buy 0.010 BTC limit 64,000" in asked
    assert "Type yes" in asked
    assert lines.engine.intents == []
    lines.take("yes")
    [order] = lines.engine.intents
    assert isinstance(order, PlaceOrder)
    assert (order.draft.size, order.draft.price) == (Decimal("0.010"), Decimal("64000"))


@pytest.mark.parametrize("answer", ["", "no", "y", "yes please", "positions"])
def test_anything_but_yes_withdraws(answer: str) -> None:
    lines = Lines()
    assert "Withdrawn" in lines.take("buy 640$", answer)
    lines.take("yes")
    assert lines.engine.intents == []


def test_a_pasted_yes_confirms_nothing() -> None:
    """FAULTS I09: command and answer in one paste: nobody read what would be sent."""
    lines = Lines()
    lines.take("flatten")
    assert "together with the command" in lines.take("yes", after=0.01)
    assert lines.engine.intents == []


def test_a_yes_that_waited_for_a_busy_cockpit_was_still_typed_with_its_command() -> None:
    """FAULTS I09. Bug: the answer is timed when it is worked on; after a slow moment a paste confirms."""
    lines = Lines()
    pasted_at = lines.clock.monotonic()
    lines.mode.take("flatten", pasted_at)
    lines.clock.advance(3)
    lines.mode.take("yes", pasted_at + 0.01)
    assert "That yes came together with the command: nothing was sent." in lines.said
    assert lines.engine.intents == []


async def test_what_was_typed_during_a_slow_command_is_timed_before_its_question() -> None:
    """FAULTS I09. Bug: it waits in the terminal's buffer and is timed when the cockpit comes round to it."""
    reading, writing = os.pipe()
    clock = ManualClock()
    typed, seen = Typed(reading, clock), []
    os.write(writing, b"flatten\n")
    async for line, at in typed.lines():
        seen.append((line, at))
        if line == "flatten":
            os.write(writing, b"yes\n")
            clock.advance(5)
            typed.read()
            asked_at = clock.monotonic()
            clock.advance(5)
            os.close(writing)
    os.close(reading)
    assert seen == [("flatten", 0.0), ("yes", asked_at)]


def test_a_question_waits_no_longer_than_it_says() -> None:
    lines = Lines()
    lines.take("flatten")
    assert "too late" in lines.take("yes", after=CONFIRM_SECONDS + 1)
    assert lines.engine.intents == []


def test_a_withdrawn_question_says_so_by_itself() -> None:
    lines = Lines()
    lines.take("flatten")
    lines.clock.advance(CONFIRM_SECONDS + 1)
    lines.mode.tick()
    assert "The question is withdrawn: nothing was sent." in lines.said
    lines.take("yes")
    assert lines.engine.intents == []


def test_what_takes_risk_away_asks_only_where_it_destroys() -> None:
    lines = Lines()
    lines.take("halt")
    assert lines.engine.intents == [Halt()]
    lines.take("flatten", "yes")
    assert isinstance(lines.engine.intents[-1], Flatten)


def test_an_order_that_changed_while_it_waited_is_not_sent() -> None:
    lines = Lines()
    lines.take("buy 640$ @ 64000")
    lines.engine.views.problems = ("the day is closed",)
    assert "changed while it waited" in lines.take("yes")
    assert lines.engine.intents == []


def test_lines_of_a_pipe_only_look() -> None:
    """Bug: a script of keystrokes meant for another prompt trades."""
    lines = Lines(sends=False)
    assert "lines of a pipe only look" in lines.take("buy 640$", "yes", "halt")
    assert "LONG" in lines.take("positions")
    assert lines.engine.intents == []


def test_a_mistake_names_the_word_and_what_was_meant() -> None:
    assert "did you mean" in Lines().take("byu 640$")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("positions", "BTCUSDT LONG 0.010, entry 64,123.2"),
        ("orders", "UNKNOWN, no answer for 4 s"),
        ("fills", "profit +12.40"),
        ("book", "bids: "),
        ("account", "Open risk 4.2% of 14.6%."),
        ("status", "BTCUSDT: last 64,123.4"),
        ("levels", "0.618 at "),
        ("help", "To act: "),
        ("quit", "3 open orders (1 of them UNKNOWN) and 1 position stay on the exchange."),
    ],
)
def test_every_picture_can_be_read(word: str, told: str) -> None:
    assert told in Lines().take(word)


def test_what_happens_is_told_once() -> None:
    lines = Lines()
    lines.mode.tick()
    told = len(lines.said)
    assert told == len(sample.LOG.rows)
    lines.mode.tick()
    assert len(lines.said) == told
    view = lines.engine.views.log_view
    row = replace(view.rows[-1], text="filled: the rest")
    lines.engine.views.log_view = replace(view, rows=(*view.rows[1:], row))
    lines.mode.tick()
    assert lines.said[told:] == ["filled: the rest"]


def test_hostile_text_is_told_as_visible_letters() -> None:
    lines = Lines()
    row = replace(sample.LOG.rows[-1], text="\x1b]52;c;aGk=\x07 evil \u202e")
    lines.engine.views.log_view = replace(sample.LOG, rows=(row,))
    lines.mode.tick()
    assert all(line.isprintable() and line.isascii() for line in lines.said)


@pytest.mark.timeout(120)
def test_a_person_trades_on_a_dumb_terminal(tmp_path: Path) -> None:
    """From the start to a protected position and out, without one escape byte."""
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    session = Session(
        tmp_path / "record", program=("omega_tui", "--plain", "--seed", "7"), TERM="dumb", **folders
    )
    try:
        session.wait_for("account compared with the exchange", 60)
        session.type(b"buy 200$\n")
        session.wait_for("Type yes")
        session.read(0.5)
        session.type(b"yes\n")
        session.wait_for("stop confirmed")
        session.type(b"positions\n")
        session.wait_for("covers all")
        session.type(b"flatten\n")
        session.wait_for("flatten BTCUSDT")
        session.read(0.5)
        session.type(b"yes\n")
        session.wait_for("filled: sell")
        session.type(b"quit\n")
        assert session.ended(20) == 0
        assert b"\x1b" not in session.output
    finally:
        session.close()


def test_a_dumb_terminal_is_told_of_the_line_mode(tmp_path: Path) -> None:
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    session = Session(tmp_path / "record", program=("omega_tui",), TERM="dumb", **folders)
    try:
        session.wait_for("omega-tui --plain")
        assert session.ended(20) == 2
    finally:
        session.close()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("taken", ["stdin", "stdout"])
def test_without_a_terminal_the_screen_does_not_open(tmp_path: Path, taken: str) -> None:
    """Bug: started by cron or with its input from nowhere it reads the end of the input for ever, takes all
    memory there is, and does not end when it is told to."""
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    outer, inner = os.openpty()
    streams: dict[str, Any] = {"stdin": inner, "stdout": inner, taken: subprocess.DEVNULL}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "omega_tui"],
            **streams,
            stderr=subprocess.PIPE,
            env={**os.environ, "TERM": "xterm-256color", **folders},
            timeout=60,
        )
    finally:
        os.close(outer)
        os.close(inner)
    assert (done.returncode, b"omega-tui --plain" in done.stderr) == (2, True)
    assert os.listdir(tmp_path) == []
