"""State into frozen views, one builder per panel."""
