"""What the rows add up to, kept beside them: every order's newest row, every execution once.

Written in the transaction of the row itself and rebuilt from the rows at any time, so that a start reads what
is open and not all that ever was. The tables only point at rows: what is told comes from the row, checked
against its place in the chain.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from omega_tui.domain.account import Bill
from omega_tui.domain.order_lifecycle import merge_fill
from omega_tui.domain.orders import Fill
from omega_tui.journal import schema
from omega_tui.journal.records import BILL, CANCEL, FILL, INTENT, ORDER, CancelRow, IntentRow, OrderRow
from omega_tui.journal.schema import Head, JournalDamaged, JournalRow

TABLES = (
    """CREATE TABLE known_order (
        key TEXT PRIMARY KEY,
        intent INTEGER,
        newest INTEGER NOT NULL,
        ended INTEGER NOT NULL,
        cancel INTEGER
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX known_order_open ON known_order (newest) WHERE ended = 0 AND intent IS NOT NULL",
    """CREATE TABLE execution (
        symbol TEXT NOT NULL,
        trade_id TEXT NOT NULL,
        order_id TEXT NOT NULL,
        exchange_ms INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        PRIMARY KEY (symbol, trade_id, order_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX execution_time ON execution (symbol, exchange_ms)",
    "CREATE INDEX execution_order ON execution (order_id)",
    """CREATE TABLE movement (
        bill_id TEXT PRIMARY KEY,
        exchange_ms INTEGER NOT NULL,
        sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX movement_time ON movement (exchange_ms)",
    "CREATE TABLE latest (kind TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE mark (
        name TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL,
        digest BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
)
"""`known_order` points at an order's intent (NULL for one not sent from here), at its newest row and at the
newest of its cancels, `execution` at the fullest telling of an execution, `movement` at the first one of a
bill, `latest` at the newest row of every other kind. `mark` has two rows: "open" is the newest row that the
tables cover and a digest of what is in force (orders without an end, and `latest`), "seal" a row known
to be whole."""

SEAL_EVERY = 8192
"""Rows after which the seal moves on: as many a start recomputes at most."""

FILLS_OF_A_SYMBOL = 100
"""Newest executions of each symbol that a start recalls: one page of the exchange's answer."""

_BILLS_KEPT_MS = 2 * 86_400_000

_Body = TypeVar("_Body")


class UsedBefore(Exception):
    """An intent's client order id stands in the journal already; the order must not be sent again."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file goes: the newest row, the digest of what is in force, and the newest sealed row."""

    head: Head
    in_force: int
    sealed: int


@dataclass(frozen=True, slots=True)
class Recollection:
    """What a start has to know again: for each order of ours without an end its intent's and its newest row;
    the executions of those orders and each symbol's newest ones; the bills of the two days up to the newest,
    all in the order of writing; the newest row of each kind that was asked for; the newest cancel of each of
    those orders that has one."""

    orders: tuple[tuple[JournalRow, JournalRow], ...] = ()
    fills: tuple[JournalRow, ...] = ()
    bills: tuple[JournalRow, ...] = ()
    newest: tuple[JournalRow, ...] = ()
    cancels: tuple[JournalRow, ...] = ()


def read_body(row: JournalRow, kind: type[_Body]) -> _Body:
    """The value of type `kind` that was handed in as the row's body. Raises JournalDamaged for another."""
    try:
        return msgspec.json.decode(row.body, type=kind)
    except msgspec.DecodeError as error:
        raise JournalDamaged(f"row {row.sequence} ({row.kind}) holds something else: {error}") from error


def take(connection: sqlite3.Connection, row: JournalRow, in_force: int) -> int:
    """Take a row into the tables; returns the new digest of what is in force.

    Raises UsedBefore and JournalDamaged, both before anything was changed.
    """
    if row.kind == INTENT:
        return _take_intent(connection, row, in_force)
    if row.kind == ORDER:
        return _take_order(connection, row, in_force)
    if row.kind == FILL:
        _take_fill(connection, row)
    elif row.kind == BILL:
        bill = read_body(row, Bill)
        values = (bill.bill_id, bill.exchange_ms, row.sequence)
        connection.execute("INSERT OR IGNORE INTO movement VALUES (?, ?, ?)", values)
    else:
        in_force ^= _take_latest(connection, row)
        return _take_cancel(connection, row, in_force) if row.kind == CANCEL else in_force
    return in_force


def _take_intent(connection: sqlite3.Connection, row: JournalRow, in_force: int) -> int:
    key = _key_of(row)
    known = _known(connection, key)
    if known is not None and known[0] is not None:
        raise UsedBefore(f"client order id {key} was used before (row {known[0]})")
    # A row of an order that stands before its intent is newer knowledge: the intent was written late.
    newest, ended, cancel = known[1:] if known is not None else (row.sequence, 0, None)
    return in_force ^ _store(connection, key, known, (row.sequence, newest, ended, cancel))


def _key_of(row: JournalRow) -> str:
    """How the table names the order of an INTENT, ORDER or CANCEL: by our id, else by the exchange's."""
    if row.kind == CANCEL:
        return read_body(row, CancelRow).key
    if row.kind == INTENT:
        return read_body(row, IntentRow).request.client_order_id
    order = read_body(row, OrderRow).order
    return order.client_order_id or order.order_id or ""


def _take_order(connection: sqlite3.Connection, row: JournalRow, in_force: int) -> int:
    order = read_body(row, OrderRow).order
    key = order.client_order_id or order.order_id or ""
    known = _known(connection, key)
    intent, cancel = (known[0], known[3]) if known is not None else (None, None)
    after = (intent, row.sequence, int(order.state.terminal), cancel)
    return in_force ^ _store(connection, key, known, after)


def _take_cancel(connection: sqlite3.Connection, row: JournalRow, in_force: int) -> int:
    key = read_body(row, CancelRow).key
    known = _known(connection, key)
    if known is None:
        return in_force
    return in_force ^ _store(connection, key, known, (*known[:3], row.sequence))


_Pointers = tuple[int | None, int, int, int | None]


def _known(connection: sqlite3.Connection, key: str) -> _Pointers | None:
    found: _Pointers | None = connection.execute(
        "SELECT intent, newest, ended, cancel FROM known_order WHERE key = ?", (key,)
    ).fetchone()
    return found


def _store(connection: sqlite3.Connection, key: str, before: _Pointers | None, after: _Pointers) -> int:
    connection.execute("INSERT OR REPLACE INTO known_order VALUES (?, ?, ?, ?, ?)", (key, *after))
    return _share(key, before) ^ _share(key, after)


def _share(key: str, pointers: _Pointers | None) -> int:
    """An order's share in the digest of what is in force: none unless it is ours and without an end."""
    if pointers is None or pointers[0] is None or pointers[2]:
        return 0
    return _digest(f"{pointers[0]} {pointers[1]} {pointers[3]} {key}")


def _take_fill(connection: sqlite3.Connection, row: JournalRow) -> None:
    fill = read_body(row, Fill)
    key = (fill.symbol, fill.trade_id, fill.order_id)
    known = connection.execute(
        "SELECT sequence FROM execution WHERE symbol = ? AND trade_id = ? AND order_id = ?", key
    ).fetchone()
    if known is not None and not _tells_more(connection, fill, known[0]):
        return
    connection.execute(
        "INSERT OR REPLACE INTO execution VALUES (?, ?, ?, ?, ?)", (*key, fill.exchange_ms, row.sequence)
    )


def _tells_more(connection: sqlite3.Connection, fill: Fill, sequence: int) -> bool:
    """Whether a telling holds all that the known one does, and more."""
    try:
        known = read_body(schema.trusted_row(connection, sequence), Fill)
    except JournalDamaged:
        # The recheck says so; a row that can still be read must not be refused for one that cannot.
        return True
    return merge_fill(known, fill) != known and merge_fill(fill, known) == fill


def _take_latest(connection: sqlite3.Connection, row: JournalRow) -> int:
    before = connection.execute("SELECT sequence FROM latest WHERE kind = ?", (row.kind,)).fetchone()
    connection.execute("INSERT OR REPLACE INTO latest VALUES (?, ?)", (row.kind, row.sequence))
    gone = _digest(f"{before[0]} {row.kind}") if before is not None else 0
    return gone ^ _digest(f"{row.sequence} {row.kind}")


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def mark(connection: sqlite3.Connection, place: Place) -> Place:
    """Write down how far the tables go, and move the seal when it is time; returns the place with it."""
    head = place.head
    write = "INSERT OR REPLACE INTO mark VALUES (?, ?, ?)"
    connection.execute(write, ("open", head.sequence, place.in_force.to_bytes(32, "big")))
    if head.sequence - place.sealed < SEAL_EVERY:
        return place
    connection.execute(write, ("seal", head.sequence, head.digest))
    return Place(head, place.in_force, head.sequence)


def read_mark(connection: sqlite3.Connection, name: str) -> Head:
    """A mark's row and digest; the start of the chain when there is none."""
    found = connection.execute("SELECT sequence, digest FROM mark WHERE name = ?", (name,)).fetchone()
    return Head(*found) if found is not None else Head()


def read_place(connection: sqlite3.Connection) -> Place:
    """How far the file goes by its own marks."""
    in_force = int.from_bytes(read_mark(connection, "open").digest, "big")
    return Place(schema.read_head(connection), in_force, read_mark(connection, "seal").sequence)


def rebuild(connection: sqlite3.Connection) -> Place:
    """Make the tables anew from the rows, inside the caller's transaction. Raises JournalDamaged.

    An intent whose client id stands before it already tells nothing new.
    """
    for table in ("known_order", "execution", "movement", "latest", "mark"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in TABLES:
        connection.execute(statement)
    in_force = 0
    for row in schema.every_row(connection):
        try:
            in_force = take(connection, row, in_force)
        except UsedBefore:
            continue
    return mark(connection, Place(schema.read_head(connection), in_force, 0))


def recall(connection: sqlite3.Connection, kinds: tuple[str, ...] = ()) -> Recollection:
    """What a start has to know again, each row checked against its place. Raises JournalDamaged."""
    found = _open_orders(connection)
    orders = tuple(
        (schema.trusted_row(connection, intent), schema.trusted_row(connection, newest))
        for _, (intent, newest, _, _) in found
    )
    cancels = {cancel for _, (*_, cancel) in found if cancel is not None}
    fills = {sequence for symbol in _symbols(connection) for sequence in _newest_fills(connection, symbol)}
    for _, newest in orders:
        if newest.kind == ORDER:
            order_id = read_body(newest, OrderRow).order.order_id
            fills |= _sequences(connection, "SELECT sequence FROM execution WHERE order_id = ?", order_id)
    bills = _sequences(connection, _RECENT_BILLS, _BILLS_KEPT_MS)
    last = "SELECT sequence FROM latest WHERE kind = ?"
    newest_rows = {sequence for kind in kinds for sequence in _sequences(connection, last, kind)}
    return Recollection(
        orders, *(_trusted(connection, each) for each in (fills, bills, newest_rows, cancels))
    )


def intended(connection: sqlite3.Connection, client_order_ids: tuple[str, ...]) -> frozenset[str]:
    """Which of these client order ids are those of an intent."""
    query = "SELECT key FROM known_order WHERE key = ? AND intent IS NOT NULL"
    return frozenset(key for each in client_order_ids for (key,) in connection.execute(query, (each,)))


_RECENT_BILLS = (
    "SELECT sequence FROM movement WHERE exchange_ms > (SELECT max(exchange_ms) FROM movement) - ?"
)


def _sequences(connection: sqlite3.Connection, query: str, value: object) -> set[int]:
    return {sequence for (sequence,) in connection.execute(query, (value,)) if sequence is not None}


def _trusted(connection: sqlite3.Connection, sequences: set[int]) -> tuple[JournalRow, ...]:
    return tuple(schema.trusted_row(connection, sequence) for sequence in sorted(sequences))


def check(connection: sqlite3.Connection, head: Head) -> int:
    """Whether the tables cover the chain up to `head` and point where they should.

    Returns the digest of what is in force. Raises JournalDamaged: the tables can then be made anew from the
    rows, if those are whole.
    """
    marked = read_mark(connection, "open")
    in_force = 0
    for key, pointers in _open_orders(connection):
        in_force ^= _share(key, pointers)
        intent, newest, _, cancel = pointers
        rows = [schema.trusted_row(connection, each) for each in (intent, newest, cancel) if each is not None]
        if {_key_of(row) for row in rows} != {key}:
            raise JournalDamaged(f"order {key} points at a row of another")
    for kind, sequence in connection.execute("SELECT kind, sequence FROM latest"):
        in_force ^= _digest(f"{sequence} {kind}")
        if schema.trusted_row(connection, sequence).kind != kind:
            raise JournalDamaged(f"the newest row of {kind} is one of another kind")
    covered = marked.sequence == head.sequence
    if not covered or (head.sequence and in_force.to_bytes(32, "big") != marked.digest):
        raise JournalDamaged("the list of what is in force is not as it was written")
    return in_force


def _open_orders(connection: sqlite3.Connection) -> list[tuple[str, tuple[int, int, int, int | None]]]:
    rows = connection.execute(
        "SELECT key, intent, newest, ended, cancel FROM known_order WHERE ended = 0 AND intent IS NOT NULL"
        " ORDER BY newest"
    )
    return [(key, (intent, newest, ended, cancel)) for key, intent, newest, ended, cancel in rows]


def _symbols(connection: sqlite3.Connection) -> list[str]:
    """Every symbol that has executions, found by hops through the index rather than by reading it."""
    rows = connection.execute(
        "WITH RECURSIVE hop(symbol) AS (SELECT min(symbol) FROM execution UNION ALL"
        " SELECT (SELECT min(symbol) FROM execution WHERE symbol > hop.symbol) FROM hop"
        " WHERE hop.symbol IS NOT NULL) SELECT symbol FROM hop WHERE symbol IS NOT NULL"
    )
    return [symbol for (symbol,) in rows]


def _newest_fills(connection: sqlite3.Connection, symbol: str) -> set[int]:
    query = "SELECT sequence FROM execution WHERE symbol = ? ORDER BY exchange_ms DESC LIMIT "
    return _sequences(connection, query + str(FILLS_OF_A_SYMBOL), symbol)


def reflects(connection: sqlite3.Connection, row: JournalRow) -> bool:
    """Whether the tables know what a row told. Raises JournalDamaged for a body of another make."""
    if row.kind == FILL:
        fill = read_body(row, Fill)
        key = (fill.symbol, fill.trade_id, fill.order_id)
        query = "SELECT 1 FROM execution WHERE symbol = ? AND trade_id = ? AND order_id = ?"
        return connection.execute(query, key).fetchone() is not None
    if row.kind == BILL:
        key_of_bill = (read_body(row, Bill).bill_id,)
        return (
            connection.execute("SELECT 1 FROM movement WHERE bill_id = ?", key_of_bill).fetchone() is not None
        )
    if row.kind not in (INTENT, ORDER):
        latest = connection.execute("SELECT sequence FROM latest WHERE kind = ?", (row.kind,)).fetchone()
        return latest is not None and latest[0] >= row.sequence
    known = _known(connection, _key_of(row))
    return known is not None and (known[0] is not None if row.kind == INTENT else known[1] >= row.sequence)
