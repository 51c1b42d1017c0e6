"""The cockpit: draws the engine's frozen views in a terminal and turns keys into intents. It knows no
exchange."""
