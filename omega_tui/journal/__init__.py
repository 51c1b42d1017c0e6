"""The store of record: what was intended, sent and answered, on disk before it counts."""
