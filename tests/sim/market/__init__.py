"""Tests of where the simulated exchange gets its market from."""
