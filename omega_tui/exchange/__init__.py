"""Exchanges behind one port: what may be asked of them, and how Bitget answers."""
