"""Rows of orders, executions and bills for the journal's tests."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from omega_tui.clock import ManualClock
from omega_tui.domain.account import Bill, BillKind
from omega_tui.domain.orders import OrderState
from omega_tui.journal import Journal
from omega_tui.journal.records import BILL, CANCEL, FILL, INTENT, ORDER, CancelRow, IntentRow, OrderRow
from tests.engine.fake_gateway import fill, order
from tests.engine.requests import request

WAIT = 10


def intent_row(client_order_id: str) -> tuple[str, object]:
    return INTENT, IntentRow(request(client_order_id), "buy")


def order_row(
    client_order_id: str, state: OrderState = OrderState.WORKING, **facts: Any
) -> tuple[str, object]:
    return ORDER, OrderRow(order(client_order_id, state, **facts))


def fill_row(trade_id: str, **facts: Any) -> tuple[str, object]:
    return FILL, fill(trade_id, **facts)


def cancel_row(key: str) -> tuple[str, object]:
    return CANCEL, CancelRow(key, "")


def bill_row(bill_id: str, at: int) -> tuple[str, object]:
    return BILL, Bill(bill_id, "BTCUSDT", BillKind.FUNDING, "fee", "USDT", Decimal("-1.5"), None, None, at)


def write(path: Path, *rows: tuple[str, object], clock: ManualClock | None = None) -> None:
    """Append rows, each acknowledged, and close."""
    journal = Journal(path, clock or ManualClock())
    for kind, body in rows:
        journal.append(kind, body).result(WAIT)
    journal.close()


def dump(journal: Journal) -> dict[str, list[Any]]:
    """Everything in the tables beside the rows."""
    tables = ("known_order", "execution", "movement", "latest", "mark")
    dumped: dict[str, list[Any]] = journal._ask(
        lambda connection: {each: connection.execute(f"SELECT * FROM {each}").fetchall() for each in tables}
    ).result(WAIT)
    return dumped
