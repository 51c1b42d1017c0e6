"""A Bitget-compatible exchange on loopback. It meets the cockpit over sockets only, never in memory."""
