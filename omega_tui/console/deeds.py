"""What a command comes to: the intents that would leave, and what they mean, in words."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from omega_tui.engine.intents import Intent, PlaceBatch, PlaceOrder


class Care(Enum):
    """How a deed is confirmed."""

    NONE = "at once"
    """Looks, or makes the account safer: nothing is asked."""

    BY_RISK = "by risk"
    """Opens: the profile decides whether ENTER alone is enough."""

    ALWAYS = "always"
    """Closes, turns round or changes what protects: asked every time."""


@dataclass(frozen=True, slots=True)
class Deed:
    """`scope` is the deed in one sentence, `figures` what follows from it, `problems` what forbids it.

    A deed without `intents` is the console's own business. `later` is True for one that can only be worked
    out when its time comes.
    """

    scope: str
    intents: tuple[Intent, ...] = ()
    care: Care = Care.NONE
    figures: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    later: bool = False

    @property
    def orders(self) -> tuple[PlaceOrder, ...]:
        """The orders that would be placed."""
        placed: list[PlaceOrder] = []
        for intent in self.intents:
            if isinstance(intent, PlaceOrder):
                placed.append(intent)
            elif isinstance(intent, PlaceBatch):
                placed += intent.orders
        return tuple(placed)

    @property
    def loss(self) -> Decimal | None:
        """What all its orders lose at their stops; None when one of them has none or it is not known."""
        losses = [order.preview.loss_at_stop for order in self.orders if not order.preview.reduce_only]
        known = [loss for loss in losses if loss is not None]
        return sum(known, Decimal(0)) if len(known) == len(losses) else None
