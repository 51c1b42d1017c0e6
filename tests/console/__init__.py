"""Typed commands against an engine."""
