"""Omega TUI: a trading cockpit for Bitget USDT-M futures, and the exchange to practise on.

Importing the package loads nothing else, so that `python3 -m omega_tui` can start on a bare interpreter; the
trader objects for scripts are loaded when they are asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from omega_tui.trader import AsyncBitGetTrader, BitGetTrader

__version__ = "0.1.0"
__all__ = ["AsyncBitGetTrader", "BitGetTrader", "__version__"]


def __getattr__(name: str) -> object:
    """`BitGetTrader` and `AsyncBitGetTrader`, on first use."""
    if name not in ("AsyncBitGetTrader", "BitGetTrader"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from omega_tui import trader

    return getattr(trader, name)
