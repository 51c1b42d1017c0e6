"""Requests and replies: sent within the limits, logged, judged, read."""
