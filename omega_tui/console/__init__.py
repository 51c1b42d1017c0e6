"""What a typed command means here and now: resolved against the engine's pictures, explained, sent.

Between the order language and the engine's door; the cockpit's command line and the plain mode share it.
"""
