"""Stops that rest at the exchange, alarms when they do not, and the postures."""
