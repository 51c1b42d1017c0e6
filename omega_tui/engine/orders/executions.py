"""Every execution that is known, each once: its identity is its symbol, trade id and order id.

No I/O, no clock. Which order an execution belongs to is the ledger's business.
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.order_lifecycle import merge_fill
from omega_tui.domain.orders import Fill

_ZERO = Decimal(0)

FillKey = tuple[str, str, str]


class Executions:
    """Executions by identity and the sums of the session: `realized` in the quote coin, fees, negative when
    paid, by the coin they were paid in; "" is a coin that nobody named."""

    def __init__(self) -> None:
        self._fills: dict[FillKey, Fill] = {}
        self._of_order: dict[str, list[FillKey]] = {}
        self._counted: set[FillKey] = set()
        self.realized = _ZERO
        self.fees: dict[str, Decimal] = {}

    def take(self, fill: Fill, *, counts: bool) -> tuple[Fill, bool] | None:
        """The execution as it is known now, and whether it was new; None when it tells nothing new.

        `counts` is False for one from before the session.
        """
        key = (fill.symbol, fill.trade_id, fill.order_id)
        known = self._fills.get(key)
        merged = fill if known is None else merge_fill(known, fill)
        if merged == known:
            return None
        self._fills[key] = merged
        if known is None:
            self._of_order.setdefault(fill.order_id, []).append(key)
            if counts:
                self._counted.add(key)
        self._count(key, known, merged)
        return merged, known is None

    def of_order(self, order_id: str | None) -> tuple[Fill, ...]:
        """The distinct executions of an order."""
        return tuple(self._fills[key] for key in self._of_order.get(order_id or "", ()))

    def size_of(self, order_id: str | None) -> Decimal:
        """What of an order executed, in base units."""
        return sum((fill.size for fill in self.of_order(order_id)), _ZERO)

    def all(self) -> Iterator[Fill]:
        """Every distinct execution, in order of arrival."""
        return iter(self._fills.values())

    def newest_ms(self, symbol: str) -> int | None:
        """Exchange time of a symbol's newest known execution."""
        return max((fill.exchange_ms for fill in self._fills.values() if fill.symbol == symbol), default=None)

    def _count(self, key: FillKey, before: Fill | None, after: Fill) -> None:
        if key not in self._counted:
            return
        self.realized += (after.profit or _ZERO) - ((before.profit if before else None) or _ZERO)
        if before is not None and before.fee is not None:
            self._pay(before.fee_coin, -before.fee)
        if after.fee is not None:
            self._pay(after.fee_coin, after.fee)

    def _pay(self, coin: str | None, fee: Decimal) -> None:
        self.fees[coin or ""] = self.fees.get(coin or "", _ZERO) + fee
