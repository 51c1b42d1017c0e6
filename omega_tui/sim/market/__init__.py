"""Where the simulated exchange's market comes from: a recorded tape or a seeded generator."""
