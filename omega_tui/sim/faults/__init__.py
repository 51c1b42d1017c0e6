"""Faults on request: everything that an exchange, or the network in front of it, can do to its clients."""
