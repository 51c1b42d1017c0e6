"""Rows that the journal could not take: kept in memory until it can, none dropped, none written late.

Of an order, the posture, the risk and the day only the newest row means anything: an older one that failed is
let go once a newer was handed in, so that it cannot be written after it. No I/O.
"""

from omega_tui.journal.records import DAY, ORDER, POSTURE, RISK, OrderRow

Row = tuple[str, object]
"""Kind and body."""


class Backlog:
    """Follows each row from handing in to its end. Ends are told in the order of handing in."""

    def __init__(self) -> None:
        self._count = 0
        self._newest: dict[Row, int] = {}
        self._unwritten: dict[int, Row] = {}

    def handed_in(self, kind: str, body: object) -> int:
        """A row is on its way to the journal; returns the number to settle it by."""
        self._count += 1
        slot = _slot(kind, body)
        if slot is not None:
            self._newest[slot] = self._count
            # Now, not when the newer one is written: until then the older could be handed out behind it.
            self._unwritten = {other: row for other, row in self._unwritten.items() if _slot(*row) != slot}
        return self._count

    def settled(self, kind: str, body: object, number: int, *, kept: bool) -> None:
        """The row of `number` is written, or has to be `kept` because it is not."""
        slot = _slot(kind, body)
        if slot is not None:
            if self._newest.get(slot) != number:
                return
            del self._newest[slot]
        if kept:
            self._unwritten[number] = (kind, body)

    def take(self) -> list[Row]:
        """The rows that wait, oldest first; they count as handed out."""
        rows = [self._unwritten[number] for number in sorted(self._unwritten)]
        self._unwritten = {}
        return rows


def _slot(kind: str, body: object) -> Row | None:
    """What a newer row of the same slot replaces; None for rows that all count."""
    if kind == ORDER and isinstance(body, OrderRow):
        return kind, body.order.client_order_id or body.order.order_id
    return (kind, "") if kind in (DAY, POSTURE, RISK) else None
