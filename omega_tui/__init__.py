"""Omega TUI: a trading cockpit for Bitget USDT-M futures, and the exchange to practise on.

Importing the package loads nothing else, so that `python3 -m omega_tui` can start on a bare interpreter.
"""

__version__ = "0.1.0"
