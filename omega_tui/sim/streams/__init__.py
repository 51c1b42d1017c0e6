"""The exchange's stream face: connections, sessions, subscriptions, pushes."""
