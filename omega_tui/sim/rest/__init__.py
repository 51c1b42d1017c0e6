"""The exchange's REST face: routes, parameters, replies."""
