"""The order language."""
