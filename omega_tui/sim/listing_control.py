"""The control routes of what symbols may be traded for.

`GET /sim/symbols` tells the status of each. `POST /sim/symbols` takes `symbol` and its new `status`, a word
of Bitget's symbolStatus.
"""

import msgspec

from omega_tui.sim.control import Asked, ControlFace, ControlRefused
from omega_tui.sim.facts import SymbolStatus
from omega_tui.sim.venue.listings import Listings


class StatusChange(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a change."""

    symbol: str
    status: SymbolStatus


def offer_listings(control: ControlFace, listings: Listings) -> None:
    """Offer the routes of the symbols' statuses."""

    async def tell(_: Asked) -> object:
        return listings.statuses()

    async def change(asked: Asked) -> object:
        wanted = asked.read(StatusChange)
        try:
            listings.change(wanted.symbol, wanted.status)
        except KeyError:
            raise ControlRefused(f"{wanted.symbol} is not listed") from None
        return listings.statuses()

    control.offer("GET", "symbols", tell)
    control.offer("POST", "symbols", change)
