"""The account as the exchange tells it against ours: comparing, asking, polling, bills, the day, settings."""
