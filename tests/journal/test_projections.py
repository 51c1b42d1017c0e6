"""The tables beside the rows: equal to a rebuild whatever was written, bounded, never believed blindly."""

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.clock import ManualClock
from omega_tui.domain.orders import Fill, OrderState
from omega_tui.journal import (
    Journal,
    JournalDamaged,
    JournalFailed,
    JournalRefused,
    Recollection,
    RowRefused,
    read_journal,
    schema,
)
from omega_tui.journal import projections as tables
from omega_tui.journal.projections import read_body
from omega_tui.journal.records import DAY
from tests.engine.fake_gateway import EXCHANGE_MS
from tests.journal.rows import WAIT, bill_row, cancel_row, dump, fill_row, intent_row, order_row, write

S = OrderState


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "j" / "sim.journal"


def _recall(path: Path, *kinds: str) -> Recollection:
    journal = Journal(path, ManualClock())
    try:
        return journal.recall(*kinds).result(WAIT)
    finally:
        journal.close()


def _open(recollection: Recollection) -> list[tuple[int, int]]:
    return [(intent.sequence, newest.sequence) for intent, newest in recollection.orders]


def _trades(recollection: Recollection) -> list[str]:
    return [read_body(row, Fill).trade_id for row in recollection.fills]


def test_a_number_beyond_sqlites_is_refused_alone_and_the_writer_goes_on(path: Path) -> None:
    """Bug: one absurd time ends the writer's thread, and no later row is ever answered."""
    journal = Journal(path, ManualClock())
    try:
        absurd = [
            journal.append(*fill_row("1", at=2**63)),
            journal.append(*bill_row("b", 2**63)),
        ]
        sound = journal.append(*fill_row("2"))
        for each in absurd:
            with pytest.raises(RowRefused):
                each.result(WAIT)
        assert sound.result(WAIT) == 1
    finally:
        journal.close()


def test_a_start_recalls_what_is_open_and_not_what_has_ended(path: Path) -> None:
    write(
        path,
        intent_row("a"),
        intent_row("b"),
        intent_row("c"),
        order_row("b", S.ACK),
        order_row("c", S.CANCELED),
        order_row("somebody", S.WORKING, order_id="77"),
    )
    assert _open(_recall(path)) == [(1, 1), (2, 4)]


def test_an_order_that_the_exchange_still_has_comes_back_from_an_end_we_only_concluded(path: Path) -> None:
    write(path, intent_row("a"), order_row("a", S.NEVER_ACCEPTED), order_row("a", S.WORKING))
    assert _open(_recall(path)) == [(1, 3)]


def test_an_intent_that_was_written_late_does_not_undo_newer_knowledge(path: Path) -> None:
    """A close left while the disk was full: its intent is written once there is room again."""
    write(path, order_row("a", S.FILLED), intent_row("a"), order_row("b", S.WORKING), intent_row("b"))
    assert _open(_recall(path)) == [(4, 3)]


def test_a_client_id_is_an_intent_once_across_restarts_and_its_neighbours_are_written(path: Path) -> None:
    """The journal is the authority: the exchange may not notice a second order with the id of an old one."""
    write(path, intent_row("a"), order_row("a", S.FILLED))
    journal = Journal(path, ManualClock())
    try:
        futures = [journal.append(*row) for row in (intent_row("b"), intent_row("a"), intent_row("c"))]
        assert futures[0].result(WAIT) == 3
        with pytest.raises(JournalFailed, match=r"client order id a was used before \(row 1\)"):
            futures[1].result(WAIT)
        assert futures[2].result(WAIT) == 4
        assert journal.verify().result(WAIT).sequence == 4
    finally:
        journal.close()


def test_an_execution_counts_once_and_its_fullest_telling_is_kept(path: Path) -> None:
    bare = fill_row("1", fee=None, profit=None)
    write(path, bare, fill_row("1"), bare, fill_row("1", order_id="other"), fill_row("2"))
    recollection = _recall(path)
    assert [row.sequence for row in recollection.fills] == [2, 4, 5]
    assert read_body(recollection.fills[0], Fill).fee is not None


def test_recalled_executions_are_bounded_yet_those_of_open_orders_are_all_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "FILLS_OF_A_SYMBOL", 3)
    old = [fill_row(f"o{number}", at=EXCHANGE_MS - 1000 + number) for number in range(5)]
    other = [fill_row(f"x{number}", order_id="8", at=EXCHANGE_MS + number) for number in range(10)]
    write(path, intent_row("a"), order_row("a", S.WORKING), *old, *other)
    assert _trades(_recall(path)) == ["o0", "o1", "o2", "o3", "o4", "x7", "x8", "x9"]


def test_the_newest_cancel_of_an_open_order_is_recalled_and_no_other(path: Path) -> None:
    """HALT was pressed and the power went: what should be gone must not rest on because nobody remembers."""
    write(
        path,
        *(row for key in "abc" for row in (intent_row(key), order_row(key, S.WORKING, order_id=key))),
        *(cancel_row(key) for key in ("a", "b", "a", "")),
        order_row("b", S.CANCELED, order_id="b"),
        order_row("a", S.PARTIALLY_FILLED, order_id="a"),
    )
    assert [row.sequence for row in _recall(path).cancels] == [9]


def test_whether_an_id_was_ever_an_intent_is_asked_without_reading_them_all(path: Path) -> None:
    write(path, intent_row("a"), order_row("a", S.FILLED), order_row("foreign", S.WORKING, order_id="7"))
    journal = Journal(path, ManualClock())
    try:
        assert journal.intended("a", "foreign", "never").result(WAIT) == {"a"}
        assert journal.intended().result(WAIT) == frozenset()
    finally:
        journal.close()


def test_bills_of_two_days_and_the_newest_opening_are_recalled(path: Path) -> None:
    day = 86_400_000
    bills = [bill_row(str(number), EXCHANGE_MS - number * day // 2) for number in (9, 3, 1, 0, 0)]
    write(path, *bills, (DAY, {"start_ms": 1}), (DAY, {"start_ms": 2}))
    recollection = _recall(path, DAY)
    assert [row.sequence for row in recollection.bills] == [2, 3, 4]
    assert [row.body for row in recollection.newest] == [b'{"start_ms":2}']


_ROWS = st.one_of(
    st.builds(intent_row, st.sampled_from("abcd")),
    st.builds(
        lambda key, state, order_id: order_row(key, state, order_id=order_id),
        st.sampled_from(("a", "b", "c", "d", "")),
        st.sampled_from(list(S)),
        st.sampled_from(("1", "2")),
    ),
    st.builds(
        lambda trade, order_id, fee: fill_row(trade, order_id=order_id, fee=fee),
        st.sampled_from("12"),
        st.sampled_from("12"),
        st.sampled_from((None, "-1")),
    ),
    st.builds(cancel_row, st.sampled_from("abcd")),
    st.builds(bill_row, st.sampled_from("12"), st.integers(0, 10)),
)


@given(rows=st.lists(_ROWS, max_size=25), cuts=st.sets(st.integers(0, 25), max_size=3))
def test_the_tables_equal_a_rebuild_whatever_is_written_in_however_many_runs(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, object]], cuts: set[int]
) -> None:
    """Kills: a table written outside the row's transaction, a step that depends on the run that wrote it."""
    path = tmp_path_factory.mktemp("j") / "j" / "sim.journal"
    edges = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    for start, end in itertools.pairwise(edges):
        journal = Journal(path, ManualClock())
        for future in [journal.append(*row) for row in rows[start:end]]:
            assert future.exception(WAIT) is None or "used before" in str(future.exception())
        before, recalled = dump(journal), journal.recall().result(WAIT)
        journal.rebuild().result(WAIT)
        assert dump(journal) == before
        assert journal.recall().result(WAIT) == recalled
        journal.verify().result(WAIT)
        journal.close()


@pytest.fixture
def damaged(path: Path) -> Iterator[sqlite3.Connection]:
    """A file with open orders and fills whose tables the test falsifies."""
    rows = (intent_row("a"), order_row("a", S.WORKING), intent_row("b"), fill_row("1"), cancel_row("a"))
    write(path, *rows)
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE known_order SET ended = 1 WHERE key = 'a'",
        "DELETE FROM known_order WHERE key = 'b'",
        "UPDATE known_order SET newest = 1 WHERE key = 'a'",
        "UPDATE known_order SET cancel = NULL WHERE key = 'a'",
        "UPDATE known_order SET intent = 3, newest = 3 WHERE key = 'a'",
        "DELETE FROM mark",
        "UPDATE mark SET sequence = 4 WHERE name = 'open'",
        "UPDATE mark SET digest = zeroblob(32) WHERE name = 'open'",
    ],
)
def test_a_table_that_hides_or_invents_an_open_order_is_made_anew_from_the_rows(
    path: Path, damaged: sqlite3.Connection, harm: str
) -> None:
    """Bit rot in a pointer must not let an open order be forgotten."""
    damaged.execute(harm)
    assert _open(_recall(path)) == [(1, 2), (3, 3)]
    with read_journal(path) as reader:
        assert reader.verify().rows == 5


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM execution WHERE trade_id = '2'",
        "DELETE FROM latest WHERE kind = 'posture'; UPDATE mark SET digest = digest",
        "DELETE FROM known_order WHERE key = 'ended'",
    ],
)
def test_what_the_tables_lost_beside_a_running_cockpit_is_found_and_made_anew(path: Path, harm: str) -> None:
    write(
        path, intent_row("ended"), order_row("ended", S.FILLED), fill_row("1"), fill_row("2"), ("posture", {})
    )
    journal = Journal(path, ManualClock())
    before = dump(journal)
    other = sqlite3.connect(path)
    other.executescript(harm)
    other.close()
    try:
        with (
            read_journal(path) as reader,
            pytest.raises(JournalDamaged, match=r"row \d .*makes them anew by itself$"),
        ):
            reader.verify()
        assert journal.inspect().result(WAIT).sequence == 5
        assert dump(journal) == before
        assert journal.append("k", 1).result(WAIT) == 6
    finally:
        journal.close()


def _long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with a seal on row 20 of 25: row 1 and 2 are of an open order, 3 to 20 of ended ones."""
    monkeypatch.setattr(tables, "SEAL_EVERY", 20)
    ended = [
        row for number in range(9) for row in (intent_row(f"e{number}"), order_row(f"e{number}", S.FILLED))
    ]
    write(
        path, intent_row("open"), order_row("open", S.WORKING), *ended, *[fill_row(str(n)) for n in range(5)]
    )


def _rot(path: Path, sequence: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER event_is_never_changed")
    connection.execute(
        "UPDATE event SET body = CAST(replace(body, '59000', '58000') AS BLOB) WHERE sequence = ?",
        (sequence,),
    )
    connection.commit()
    connection.close()


@pytest.mark.parametrize("sequence", [1, 2, 21, 25])
def test_rot_in_a_row_that_an_order_relies_on_is_refused_at_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch, sequence: int
) -> None:
    """Before the seal too: what is recalled is checked row by row. Kills: chain not verified."""
    _long(path, monkeypatch)
    _rot(path, sequence)
    with pytest.raises(
        JournalRefused, match=f"sim.journal: row {sequence} is not as it was written; move it away"
    ):
        Journal(path, ManualClock())


def test_rot_in_an_ended_past_does_not_hold_up_the_start_and_is_found_by_the_recheck(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _long(path, monkeypatch)
    _rot(path, 7)
    journal = Journal(path, ManualClock())
    try:
        assert _open(journal.recall().result(WAIT)) == [(1, 2)]
        with pytest.raises(JournalDamaged, match="row 7 is not as it was written"):
            journal.inspect().result(WAIT)
    finally:
        journal.close()


def test_a_start_recomputes_at_most_the_rows_since_the_seal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SEAL_EVERY", 50)
    write(path, *[fill_row(str(number), order_id=str(number)) for number in range(260)])
    digested: list[int] = []
    link = schema.link

    def counted(previous: bytes, sequence: int, wall_ms: int, kind: str, body: bytes) -> bytes:
        digested.append(sequence)
        return link(previous, sequence, wall_ms, kind, body)

    monkeypatch.setattr(schema, "link", counted)
    Journal(path, ManualClock()).close()
    assert digested == list(range(251, 261))


def test_a_broken_seal_costs_time_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _long(path, monkeypatch)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE mark SET digest = zeroblob(32) WHERE name = 'seal'")
    connection.close()
    assert _open(_recall(path)) == [(1, 2)]


def test_a_row_that_cannot_be_read_back_is_not_acknowledged(path: Path) -> None:
    journal = Journal(path, ManualClock())
    try:
        with pytest.raises(JournalFailed, match="holds something else"):
            journal.append("order.intent", {"request": "of another make"}).result(WAIT)
        assert journal.append(*intent_row("a")).result(WAIT) == 1
    finally:
        journal.close()


def test_a_fill_is_written_although_its_first_telling_has_rotted(path: Path) -> None:
    """The row that can be read must not be dropped for one that cannot."""
    write(path, fill_row("1"))
    journal = Journal(path, ManualClock())
    _rot(path, 1)
    try:
        assert journal.append(*fill_row("1", fee="-9")).result(WAIT) == 2
        with pytest.raises(JournalDamaged, match="row 1 is not as it was written"):
            journal.inspect().result(WAIT)
    finally:
        journal.close()
