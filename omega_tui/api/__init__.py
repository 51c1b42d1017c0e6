"""The HTTP API and the web dashboard over the engine's pictures: it reads, and writes down closed positions.

Nothing here places, changes or cancels an order. Needs the extra `api`.
"""
