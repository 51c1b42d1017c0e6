"""The cockpit: draws the engine's frozen views in a terminal and turns keys into intents. It knows no
exchange."""

import os

# Textual holds an update back for up to a sixtieth of a second after the last one, to gather more. The
# cockpit paints by a clock of its own, so that wait would only be added to the answer to a key. Textual reads
# this when it is imported.
os.environ.setdefault("TEXTUAL_FPS", "500")
