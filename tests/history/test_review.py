"""The account's past put together: every source once, each position with what stood around it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from omega_tui.analytics.swings import Direction, Swing
from omega_tui.clock import ManualClock
from omega_tui.domain.closed import ClosedPosition, Origin, ReportedPosition
from omega_tui.domain.orders import Fill, HoldSide
from omega_tui.history.ledger import close_positions
from omega_tui.history.reading import KINDS, records_of
from omega_tui.history.records import ADDED, CONTEXT, REMARK, TOLD, ContextRow, RemarkRow
from omega_tui.history.review import Records, Words, review
from omega_tui.journal import Journal
from omega_tui.journal.records import BILL, FILL, NOTE, NoteRow
from tests.history.fills import fill
from tests.history.test_matching import TOLD as TOLD_POSITION
from tests.history.test_matching import bill, trip

UP = Swing(90.0, 110.0, Direction.UP)
CONTEXT_ROW = ContextRow("BTCUSDT", HoldSide.LONG, 1_400, "scalper", UP, Decimal(97))


def test_a_position_gets_the_newest_context_that_was_opened_near_it() -> None:
    closing = replace(CONTEXT_ROW, closed_ms=9_000, lowest=Decimal(98), highest=Decimal(104))
    stranger = replace(CONTEXT_ROW, opened_ms=60_000, profile="newbie")
    (one,) = review([trip()], Records(contexts=[stranger, CONTEXT_ROW, closing]))
    assert (one.profile, one.entry_swing, one.stop) == ("scalper", UP, 97)
    assert (one.lowest, one.highest) == (98, 104)
    (other,) = review([trip(hold="short")], Records(contexts=[CONTEXT_ROW]))
    assert other.profile == "", "the other side's"


def test_words_belong_to_the_positions_of_their_market_and_time() -> None:
    """Bug: a tag of yesterday's trade on every later one."""
    said = [
        Words(500, "BTCUSDT", "early", tag=True),
        Words(2_000, "BTCUSDT", "breakout", tag=True),
        Words(2_500, "ETHUSDT", "other", tag=True),
        Words(3_000, "", "breakout", tag=True),
        Words(3_500, "BTCUSDT", "wide stop", tag=False),
    ]
    position = trip()
    later = RemarkRow(position.position_id, "held too long", tag=False)
    (one,) = review([position], Records(words=said, remarks=[later]))
    assert (one.tags, one.notes) == (("breakout",), ("wide stop", "held too long"))


def test_what_was_added_by_hand_counts_unless_it_is_there_already() -> None:
    """Bug: an imported file doubles every profit that the journal has."""
    same = replace(trip(), position_id="file 1", origin=Origin.MANUAL, closed_ms=9_100)
    older = replace(trip(), position_id="file 2", origin=Origin.MANUAL, opened_ms=1, closed_ms=500)
    twice = replace(older, position_id="file 3")
    found = review([trip()], Records(added=[same, older, twice]))
    assert [each.position.position_id for each in found][:1] == ["file 2"]
    assert [each.position.origin for each in found] == [Origin.MANUAL, Origin.FILLS]


def test_the_exchanges_word_is_taken_once_however_often_it_was_kept() -> None:
    again: list[ReportedPosition] = [TOLD_POSITION, TOLD_POSITION]
    assert len(review([trip()], Records(told=again))) == 1


def test_a_journal_gives_back_what_was_written(tmp_path: Path) -> None:
    """Bug: a member that does not survive JSON; money that comes back as a float."""
    journal = Journal(tmp_path / "a.journal", ManualClock(2_000))
    fills = [
        fill("buy", "2", "100", 1_000, "long", fee="-0.12"),
        fill("sell", "2", "103", 9_000, "long", profit="6", fee="-0.12"),
    ]
    manual = replace(trip(20_000, 30_000), position_id="manual", origin=Origin.MANUAL, fees=None)
    remark = RemarkRow("manual", "by phone", tag=False)
    rows: list[tuple[str, object]] = [
        *((FILL, each) for each in reversed(fills)),
        (FILL, fills[0]),
        (BILL, bill(4_000, "-0.5")),
        (NOTE, NoteRow("dip", tag=True, symbol="BTCUSDT")),
        (TOLD, TOLD_POSITION),
        (ADDED, manual),
        (CONTEXT, CONTEXT_ROW),
        (REMARK, remark),
    ]
    for kind, body in rows:
        journal.append(kind, body).result()
    (built, ledger), kept = journal.replay(close_positions, *KINDS).result()
    journal.close()
    assert not ledger.open
    found = review(built, records_of(kept))
    assert [each.position.net for each in found] == [Decimal("5.66"), 6]
    assert (found[0].tags, found[0].profile, found[0].entry_swing) == (("dip",), "scalper", UP)
    assert (found[1].position, found[1].notes) == (manual, ("by phone",))


def test_a_thousand_positions_are_reviewed_in_their_order() -> None:
    fills: list[Fill] = []
    for number in range(1_000):
        start = number * 10_000
        fills.append(fill("buy", "1", "100", start, "long"))
        fills.append(fill("sell", "1", "101", start + 5_000, "long"))
    built: list[ClosedPosition] = close_positions(fills)[0]
    contexts = [
        replace(CONTEXT_ROW, opened_ms=each.opened_ms, profile=str(n)) for n, each in enumerate(built)
    ]
    found = review(list(reversed(built)), Records(contexts=contexts))
    assert [each.profile for each in found] == [str(number) for number in range(1_000)]
