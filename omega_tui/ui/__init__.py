"""The terminal face: draws frozen views and sends intents. It holds no trading logic."""
