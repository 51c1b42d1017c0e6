"""Bitget's classic V2 protocol for USDT-margined futures, and the gateway over it."""
