"""Owns the only writable state: applies events, accepts intents, hands out frozen views."""
