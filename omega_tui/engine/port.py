"""What a face holds of the engine: pictures to pull and one door for intents."""

from typing import Protocol

from omega_tui.engine.intents import Intent, Receipt
from omega_tui.engine.views import Views


class EnginePort(Protocol):
    """The engine as a face sees it; a face in another process would implement the same two members."""

    @property
    def views(self) -> Views:
        """The pictures."""
        ...

    def submit(self, intent: Intent) -> Receipt:
        """Hand over an intent; returns at once, what follows shows in the views."""
        ...
