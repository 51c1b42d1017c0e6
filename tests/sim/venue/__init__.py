"""Tests of the simulated exchange's core."""
