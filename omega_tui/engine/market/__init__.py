"""The watched market: freshness of every surface, candles, tape, what is on screen."""
