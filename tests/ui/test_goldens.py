"""The text of every panel at the three layouts, as a reviewer can read it.

`OMEGA_GOLDEN=write` rewrites the files in tests/golden; a change there is a change on the screen.
"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from omega_tui.clock import CountingIds
from omega_tui.console.console import Console
from omega_tui.console.facts import facts_of
from omega_tui.console.names import Names
from omega_tui.domain.events import Health
from omega_tui.domain.orders import Side
from omega_tui.engine.account_views import Freshness, PositionsView
from omega_tui.engine.past_views import HistoryView
from omega_tui.engine.views import Posture
from omega_tui.language.completion import complete
from omega_tui.ui.actions import ACTIONS, Situation, footer_actions
from omega_tui.ui.chart_window import ChartWindow
from omega_tui.ui.confirming import policy_words
from omega_tui.ui.keymaps import ARROWS
from omega_tui.ui.ladder_window import LadderWindow
from omega_tui.ui.line_editor import LineEditor
from omega_tui.ui.palette import find, offers
from omega_tui.ui.panels.bottom import build_footer, build_prompt
from omega_tui.ui.panels.tutor import build_tutor
from omega_tui.ui.protect_form import ProtectForm
from omega_tui.ui.rows.account import (
    account_strip,
    build_account,
    build_fills,
    build_positions,
)
from omega_tui.ui.rows.chart import build_chart
from omega_tui.ui.rows.command_line import build_command
from omega_tui.ui.rows.dialogs import build_chooser, build_help, build_quit, fuzzy_matches
from omega_tui.ui.rows.equity import build_equity
from omega_tui.ui.rows.fibonacci import build_fibonacci
from omega_tui.ui.rows.history import build_history
from omega_tui.ui.rows.ladder import FRAME_ROWS, build_ladder
from omega_tui.ui.rows.link import ScreenCost, build_link
from omega_tui.ui.rows.log import build_log
from omega_tui.ui.rows.orders import build_orders
from omega_tui.ui.rows.palette import build_palette
from omega_tui.ui.rows.protect import build_entry, build_protect
from omega_tui.ui.rows.risk import build_risk
from omega_tui.ui.rows.spans import Line, line_width
from omega_tui.ui.rows.statistics import build_statistics
from omega_tui.ui.rows.status import build_alarm, build_status
from omega_tui.ui.rows.tape import build_tape
from omega_tui.ui.rows.ticket import build_ticket
from omega_tui.ui.ticket_form import Field, TicketForm, TicketType
from omega_tui.ui.ticket_reading import read_ticket
from omega_tui.ui.tutor import Tour, Tutor
from tests.ui import sample_past
from tests.ui import sample_views as sample
from tests.ui.fake_engine import FakeEngine, FakeViews

REWRITE = os.environ.get("OMEGA_GOLDEN") == "write"
GOLDEN = Path(__file__).parents[1] / "golden"
Size = tuple[int, int]
Build = Callable[[int, int], list[Line]]


def _ladder(group: int, cursor: int | None = None, size: str = "", **changes: object) -> Build:
    def build(width: int, height: int) -> list[Line]:
        view = replace(sample.ladder(group, 2 * height), **changes)
        window = LadderWindow(group=group, cursor=cursor).settled(view, height - FRAME_ROWS)
        return build_ladder(view, window, width, height, focused=True, size=size)

    return build


def _ticket(form: TicketForm, question: str = "") -> Build:
    read = read_ticket(form, facts_of(FakeEngine().views))
    return lambda w, h: build_ticket(
        form, read, sample.preview(read.draft), sample.BTC, "SIM", w, h, question=question
    )


def _protect(form: ProtectForm) -> Build:
    sent, shown = sample.protection(form.intent()), sample.protection(form.shown())
    return lambda w, h: build_protect(form, sent, shown, "USDT", w, h)


def _command(text: str, chosen: int | None = None) -> Build:
    console = Console(FakeEngine(), CountingIds(), Names({}, lambda names: True))
    offered = complete(text, len(text), console.vocabulary) if chosen is not None else ()
    editor, explained = LineEditor.holding(text), console.explain(text)
    return lambda w, h: build_command(editor, explained, offered, chosen, w, h)


FORM = TicketForm("t1", "BTCUSDT", Side.BUY, price="64123.4", size="0.0155")
STALE = Freshness(Health.STALE, 4.2, "no update")


def _risk(positions: PositionsView, **changes: object) -> Build:
    def build(width: int, height: int) -> list[Line]:
        status = replace(sample.STATUS, **changes)
        rows = positions.rows
        return build_risk(sample.ACCOUNT, rows, status, width, height, focused=False, private=False)

    return build


def _history(view: HistoryView, *, private: bool = False) -> Build:
    def build(width: int, height: int) -> list[Line]:
        newest = view.trades[-3].position.position_id if view.trades else None
        return build_history(view, newest, width, height, focused=True, private=private)

    return build


SITUATION = Situation("ladder", False, False, False, False, True, True, True)

PANELS: dict[str, tuple[Build, tuple[Size, Size, Size]]] = {
    "status": (lambda w, h: build_status(sample.STATUS, w), ((80, 2), (120, 2), (200, 2))),
    "status-doubt": (
        lambda w, h: build_status(
            replace(
                sample.STATUS,
                venue="LIVE",
                market_note="",
                book=STALE,
                actions=replace(STALE, health=Health.DOWN),
            ),
            w,
        ),
        ((80, 2), (120, 2), (200, 2)),
    ),
    "status-polling": (
        lambda w, h: build_status(
            replace(
                sample.STATUS,
                posture=Posture.REDUCE_ONLY,
                posture_reason="account stream polling: read by request, its stream is down: reset by peer",
                book=replace(STALE, health=Health.POLLING),
                private=replace(STALE, health=Health.POLLING),
            ),
            w,
        ),
        ((80, 2), (120, 2), (200, 2)),
    ),
    "status-halt": (
        lambda w, h: build_status(
            replace(
                sample.STATUS,
                posture=Posture.HALT,
                halted=True,
                posture_reason="halted here: no new risk until resume; still to go: buy 0.01 BTCUSDT",
                private=replace(STALE, health=Health.POLLING),
            ),
            w,
        ),
        ((80, 2), (120, 2), (200, 2)),
    ),
    "status-live-locked": (
        lambda w, h: build_status(
            replace(
                sample.STATUS,
                venue="LIVE",
                market_note="",
                posture=Posture.REDUCE_ONLY,
                live_phrase="trade live cdef",
                posture_reason="LIVE is locked: type “trade live cdef” to take new risk",
            ),
            w,
        ),
        ((80, 2), (120, 2), (200, 2)),
    ),
    "alarm": (
        lambda w, h: [
            build_alarm(replace(sample.STATUS, alarm="NAKED 40 %: LONG 0.010 BTCUSDT has no stop for it"), w),
            build_alarm(
                replace(
                    sample.STATUS,
                    alarm="LIQUIDATED: the exchange closed LONG 0.5 BTCUSDT at 54000",
                    alarm_waits=True,
                ),
                w,
            ),
        ],
        ((80, 2), (120, 2), (200, 2)),
    ),
    "ladder": (_ladder(1, sample.MID_TICKS - 2), ((44, 14), (42, 22), (48, 32))),
    "ladder-size": (_ladder(1, sample.MID_TICKS - 2, "risk 0.5%"), ((44, 14), (42, 22), (48, 32))),
    "ladder-grouped": (_ladder(10), ((44, 14), (42, 22), (48, 32))),
    "ladder-resync": (
        _ladder(1, health=Freshness(Health.RESYNC, None, "gap")),
        ((44, 14), (42, 22), (48, 32)),
    ),
    "tape": (lambda w, h: build_tape(sample.tape(4 * h), w, h, focused=False), ((35, 14), (42, 8), (36, 32))),
    "chart": (lambda w, h: build_chart(sample.chart(w), w, h, focused=False), ((80, 14), (42, 14), (71, 32))),
    "chart-crosshair": (
        lambda w, h: build_chart(
            sample.chart(2 * w),
            w,
            h,
            focused=True,
            window=ChartWindow(cursor_ms=sample.START_MS - 20 * 900_000, merge=2),
            picked_ms=sample.START_MS - 60 * 900_000,
        ),
        ((80, 14), (42, 14), (71, 32)),
    ),
    "fibonacci": (
        lambda w, h: build_fibonacci(sample.fibonacci(), sample_past.HARMONY, w, h, focused=False),
        ((80, 14), (34, 12), (42, 13)),
    ),
    "fibonacci-harmony": (
        lambda w, h: build_fibonacci(sample.fibonacci(), sample_past.HARMONY, w, h, focused=False),
        ((80, 22), (34, 22), (42, 24)),
    ),
    "fibonacci-harmony-unknown": (
        lambda w, h: build_fibonacci(sample.fibonacci(), sample_past.NO_HARMONY, w, h, focused=False),
        ((80, 22), (34, 22), (42, 24)),
    ),
    "positions": (
        lambda w, h: build_positions(sample.POSITIONS, None, w, h, focused=False, private=False),
        ((80, 6), (80, 4), (122, 6)),
    ),
    "positions-private": (
        lambda w, h: build_positions(sample.POSITIONS, "BTCUSDT:long", w, h, focused=True, private=True),
        ((80, 6), (80, 4), (122, 6)),
    ),
    "positions-naked": (
        lambda w, h: build_positions(sample.NAKED, None, w, h, focused=False, private=False),
        ((80, 6), (80, 6), (122, 6)),
    ),
    "orders-every-kind": (
        lambda w, h: build_orders(sample.EVERY_ORDER, None, w, h, focused=False),
        ((80, 10), (80, 10), (122, 10)),
    ),
    "orders": (
        lambda w, h: build_orders(sample.ORDERS, "c2", w, h, focused=True),
        ((80, 6), (80, 6), (122, 8)),
    ),
    "fills": (
        lambda w, h: build_fills(sample.FILLS, w, h, focused=False, private=False),
        ((80, 6), (39, 10), (77, 6)),
    ),
    "account": (
        lambda w, h: build_account(sample.ACCOUNT, w, h, focused=False, private=False),
        ((35, 10), (34, 10), (42, 19)),
    ),
    "risk": (_risk(sample.POSITIONS), ((80, 14), (39, 20), (66, 20))),
    "risk-naked": (
        _risk(sample.NAKED, posture=Posture.HALT, posture_reason="you pressed H"),
        ((80, 18), (39, 26), (66, 20)),
    ),
    "tutor": (
        lambda w, h: build_tutor("TUTOR", Tutor(FakeViews(), ARROWS.shown).words, w, h),
        ((80, 2), (120, 2), (200, 2)),
    ),
    "tour": (
        lambda w, h: build_tutor("TOUR", Tour(ARROWS.shown).words, w, h),
        ((80, 2), (120, 2), (200, 2)),
    ),
    "history": (_history(sample_past.HISTORY), ((80, 10), (39, 12), (110, 12))),
    "history-empty": (_history(sample_past.EMPTY_HISTORY), ((80, 6), (39, 6), (110, 6))),
    "history-unknown": (_history(sample_past.UNKNOWN_HISTORY), ((80, 6), (39, 6), (110, 6))),
    "history-private": (_history(sample_past.HISTORY, private=True), ((80, 10), (39, 12), (110, 12))),
    "statistics": (
        lambda w, h: build_statistics(sample_past.HISTORY, w, h, focused=False, private=False),
        ((80, 22), (39, 44), (66, 50)),
    ),
    "statistics-private": (
        lambda w, h: build_statistics(sample_past.HISTORY, w, h, focused=False, private=True),
        ((80, 22), (39, 44), (66, 50)),
    ),
    "equity": (
        lambda w, h: build_equity(sample_past.HISTORY, w, h, focused=False, private=False),
        ((80, 6), (39, 10), (66, 14)),
    ),
    "link": (
        lambda w, h: build_link(sample.LINK, ScreenCost(18_400, 3), w, h, focused=False),
        ((80, 12), (39, 14), (66, 14)),
    ),
    "log": (lambda w, h: build_log(sample.LOG, w, h, focused=False), ((80, 6), (39, 10), (77, 8))),
    "ticket": (_ticket(FORM), ((35, 14), (34, 22), (42, 32))),
    "ticket-language": (
        _ticket(replace(FORM, price="bid-0.1%", size="500$", stop="1%", target="2r", field=Field.TARGET)),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "ticket-trailing": (
        _ticket(replace(FORM, trigger="64200", callback="0.8").of_kind(TicketType.TRAILING)),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "ticket-mistake": (
        _ticket(replace(FORM, price="bidd", field=Field.PRICE)),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "ticket-legs": (
        _ticket(replace(FORM, stop="63000", target="66000", field=Field.STOP)),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "ticket-trigger": (
        _ticket(replace(FORM, kind=TicketType.TRIGGER_LIMIT, trigger="65000", stop="63000", size="0.010")),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "ticket-market-armed": (
        _ticket(
            replace(FORM, kind=TicketType.MARKET, size="0.010"),
            "ENTER sends: SIM buy 0.010 BTCUSDT at market",
        ),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "ticket-unasked": (
        lambda w, h: build_ticket(
            FORM,
            read_ticket(FORM, facts_of(FakeEngine().views)),
            sample.preview(read_ticket(FORM, facts_of(FakeEngine().views)).draft),
            sample.BTC,
            "SIM",
            w,
            h,
            at_once=True,
        ),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "ticket-bad-input": (
        _ticket(replace(FORM, size="").typed(",")),
        ((35, 14), (34, 22), (42, 32)),
    ),
    "command": (_command("buy 0.01btc at 64000 sl 63000 tp 66000"), ((80, 9), (120, 9), (200, 9))),
    "command-empty": (_command(""), ((80, 9), (120, 9), (200, 9))),
    "command-chain": (
        _command("buy 500$ at 64000; wait fill 5m; stop 1%"),
        ((80, 9), (120, 9), (200, 9)),
    ),
    "command-mistake": (_command("buy 500$ at bidd-0.1%"), ((80, 9), (120, 9), (200, 9))),
    "command-offers": (_command("buy 500$ at f", 1), ((80, 9), (120, 9), (200, 9))),
    "prompt": (
        lambda w, h: [
            build_prompt("flatten BTCUSDT: close LONG 0.010 BTC at market", 2.4, ("", ""), [], w),
            build_prompt("", 0, ("order acknowledged in 84 ms", "good"), [], w),
            build_prompt("", 0, ("", ""), account_strip(sample.ACCOUNT, 1, 3, private=False), w),
        ],
        ((80, 3), (120, 3), (200, 3)),
    ),
    "footer": (
        lambda w, h: [
            build_footer(footer_actions(SITUATION), w, policy_words(Decimal(0))),
            build_footer(footer_actions(SITUATION), w, policy_words(Decimal("0.01")), stays=True),
        ],
        ((80, 2), (120, 2), (200, 2)),
    ),
    "help": (lambda w, h: build_help("orders", ACTIONS, w, h), ((80, 24), (112, 28), (112, 28))),
    "protect": (
        _protect(replace(ProtectForm.opened(sample.POSITIONS.rows[0]), stop="63500", target="")),
        ((76, 11), (76, 11), (76, 11)),
    ),
    "protect-opened": (
        _protect(ProtectForm.opened(sample.POSITIONS.rows[0])),
        ((76, 11), (76, 11), (76, 11)),
    ),
    "protect-refused": (
        _protect(replace(ProtectForm.opened(sample.POSITIONS.rows[0]), stop="65000")),
        ((76, 11), (76, 11), (76, 11)),
    ),
    "unlock": (
        lambda w, h: build_entry(
            "UNLOCK LIVE",
            ("New risk with real money begins here.", "Type: trade live cdef"),
            "trade li",
            "unlocks",
            w,
            h,
            "type it: a paste is not an answer",
        ),
        ((64, 7), (64, 7), (64, 7)),
    ),
    "profile": (
        lambda w, h: build_chooser(
            "s",
            ["scalper", "strategic"],
            1,
            w,
            h,
            noun="profile",
            notes={one.name: policy_words(one.unasked) for one in FakeEngine().views.profiles()},
        ),
        ((80, 16), (80, 16), (80, 16)),
    ),
    "help-scrolled": (
        lambda w, h: build_help("ladder", ACTIONS, w, h, 99),
        ((60, 20), (112, 28), (112, 28)),
    ),
    "palette": (
        lambda w, h: build_palette(
            LineEditor.holding("can"),
            find("can", tuple(offers(ACTIONS, replace(SITUATION, order_at_cursor=False)))),
            1,
            w,
            h,
        ),
        ((80, 22), (92, 22), (92, 22)),
    ),
    "palette-refused": (
        lambda w, h: build_palette(
            LineEditor.holding(""),
            find("", tuple(offers(ACTIONS, replace(SITUATION, read_only=True)))),
            0,
            w,
            h,
            "no open position to close",
        ),
        ((80, 22), (92, 22), (92, 22)),
    ),
    "quit": (
        lambda w, h: build_quit("2 open orders and 1 position stay on the exchange.", w, h),
        ((60, 6), (60, 6), (60, 6)),
    ),
    "symbol": (
        lambda w, h: build_chooser("ET", fuzzy_matches("ET", ("BTCUSDT", "DOGEUSDT", "ETHUSDT")), 0, w, h),
        ((60, 16), (60, 16), (60, 16)),
    ),
}
LAYOUTS = ("80x24", "120x36", "200x50")


@pytest.mark.parametrize("name", PANELS)
def test_panel_reads_as_agreed(name: str) -> None:
    build, sizes = PANELS[name]
    parts = []
    for layout, (width, height) in zip(LAYOUTS, sizes, strict=True):
        lines = build(width, height)
        assert len(lines) == height, f"{name} at {layout} does not fill its height"
        assert {line_width(line) for line in lines} == {width}, f"{name} at {layout} has ragged lines"
        parts.append(f"--- {layout}: {width}x{height}\n" + "\n".join(_text(line) for line in lines))
    text = "\n".join(parts) + "\n"
    file = GOLDEN / f"{name}.txt"
    if REWRITE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("size", [(1, 1), (5, 2), (20, 3), (17, 40), (200, 1)])
def test_panel_survives_any_size(name: str, size: Size) -> None:
    """A live resize passes through absurd sizes; no builder may raise or spill over its width."""
    width, height = size
    lines = PANELS[name][0](width, height)
    assert all(line_width(line) <= width for line in lines)


def test_unknown_amounts_are_never_zero() -> None:
    """A balance that the exchange has not told yet reads as a dash."""
    view = replace(sample.ACCOUNT, equity=None, unrealized=None, available=Decimal(0))
    text = "\n".join(_text(line) for line in build_account(view, 31, 10, focused=False, private=False))
    equity, available, _, unrealized, session = text.splitlines()[1:6]
    assert [line.split()[-1] for line in (equity, available, unrealized, session)] == ["—", "0.00", "—", "—"]


def _text(line: Line) -> str:
    return "".join(text for text, _ in line).rstrip()


SIGNS = re.compile(r"[+▲▼—-]|\b(?:BUY|SELL|LONG|SHORT|buy|sell|bids|asks|loss|loses|gain|stop|target)\b")


@pytest.mark.parametrize("name", [name for name in PANELS if not name.startswith("chart")])
def test_rising_and_falling_are_never_told_by_colour_alone(name: str) -> None:
    """Without colours, and for eyes that do not tell green from red, the line must still say which it is. The
    chart is a picture: its title says with a sign how the newest candle stands."""
    build, sizes = PANELS[name]
    for line in build(*sizes[1]):
        hued = [text for text, token in line if {"up", "down"} & set(token.partition(" on ")[0].split())]
        if any(character.isalnum() for text in hued for character in text):
            assert SIGNS.search(_text(line)), _text(line)
