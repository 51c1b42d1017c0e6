"""What settles an order whose fate was unknown, and where it came from. Time proves nothing and is no source.

An order leaves UNKNOWN only together with one of these records, so that an auditor can follow every exit.
"""

from dataclasses import dataclass
from enum import StrEnum

from omega_tui.domain.orders import OrderState


class EvidenceSource(StrEnum):
    """Who testified.

    ANSWER is the exchange's own answer to the request, STREAM its push, OPEN_ORDERS its list of resting
    orders, ORDER_DETAIL and HISTORY its answer about this one order, FILL an execution of it. NOT_FOUND is
    two clean answers that it knows no such order, after the signed request can no longer be accepted.
    """

    ANSWER = "answer"
    STREAM = "stream"
    OPEN_ORDERS = "open_orders"
    ORDER_DETAIL = "order_detail"
    HISTORY = "history"
    FILL = "fill"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One testimony about the order with this row key: what it was believed to be, and what it is."""

    key: str
    source: EvidenceSource
    before: OrderState
    after: OrderState
    words: str
