"""From an intent to the end of its order: tickets, batches, amendments, cancels, closes."""
