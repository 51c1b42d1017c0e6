"""Benchmarks: `python3 -m bench` prints one table; nothing here runs in the tests."""
