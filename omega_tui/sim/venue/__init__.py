"""The exchange's core: one account on several perpetuals, synchronous and exact, without sockets."""
