"""The streams: connections kept up, sessions, and what their pushes mean."""
