"""The drawing base of every panel: lines, styles, and repainting only what changed."""
