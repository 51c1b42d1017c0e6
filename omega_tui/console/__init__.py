"""What a typed command means here and now: resolved against the engine's pictures, explained, and handed over.

Between the order language and the engine's door; the cockpit's command line and the plain mode share it.
"""
