"""The exchange's records as Bitget's payloads spell them: pure functions."""
