"""Tests of the history of closed positions."""
