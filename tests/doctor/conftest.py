"""The fixtures of the exchange's tests that the doctor's need too."""

from tests.exchange.conftest import ccxt_loaded

__all__ = ["ccxt_loaded"]
