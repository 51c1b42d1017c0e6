"""Trading from a script: one object with the engine behind it, its guards and its journal.

`BitGetTrader` waits, `AsyncBitGetTrader` is awaited; results and errors are the same. How orders are judged,
sent and settled is the engine's business.
"""

from omega_tui.trader.asynchronous import AsyncBitGetTrader
from omega_tui.trader.blocking import BitGetTrader
from omega_tui.trader.errors import (
    ExchangeUnavailable,
    InvalidInput,
    NotProven,
    NotSent,
    OrderNotFound,
    OrderRefused,
    OrderRejected,
    OrderUnknown,
    ReadOnly,
    TraderClosed,
    TraderError,
)

__all__ = [
    "AsyncBitGetTrader",
    "BitGetTrader",
    "ExchangeUnavailable",
    "InvalidInput",
    "NotProven",
    "NotSent",
    "OrderNotFound",
    "OrderRefused",
    "OrderRejected",
    "OrderUnknown",
    "ReadOnly",
    "TraderClosed",
    "TraderError",
]
