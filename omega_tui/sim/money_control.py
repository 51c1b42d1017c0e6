"""The control route of the account's money.

`POST /sim/transfer` takes an `amount` in USDT that comes in from the spot account, or leaves when negative,
and tells the `balance` and what is `transferable` afterwards.
"""

from decimal import Decimal

import msgspec

from omega_tui.domain.values import decimal_text
from omega_tui.sim.control import Asked, ControlFace, ControlRefused
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.venue import Venue


class Transfer(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a transfer."""

    amount: Decimal


def offer_money(control: ControlFace, venue: Venue) -> None:
    """Offer the route."""

    async def transfer(asked: Asked) -> object:
        try:
            venue.transfers.move(asked.read(Transfer).amount)
        except Refused as refused:
            raise ControlRefused(str(refused)) from None
        account = venue.account()
        return {
            "balance": decimal_text(account.balance),
            "transferable": decimal_text(account.transferable),
        }

    control.offer("POST", "transfer", transfer)
