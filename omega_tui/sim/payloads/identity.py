"""The owner of the key and the key's rights as Bitget's payloads spell them. Pure functions."""

from typing import Final

from omega_tui.sim.facts import PositionMode
from omega_tui.sim.payloads.market import UNKNOWN, Row
from omega_tui.sim.personas import AccountKind, Permission, Persona

_AUTHORITIES: Final = {
    Permission.READ: ("coor", "cpor", "wtor"),
    Permission.TRADE: ("coow", "cpow", "wtow"),
    Permission.WITHDRAW: ("wwow",),
}
"""Futures orders, futures positions and wallet transfers, each to read and to write; withdrawals."""


def account_info_row(persona: Persona, registered_ms: int) -> Row:
    """The data of `spot/account/info` ("Get-Account-Info")."""
    return {
        "userId": persona.uid,
        "inviterId": UNKNOWN,
        "ips": ",".join(persona.ips),
        "authorities": [
            word for permission in Permission if persona.may(permission) for word in _AUTHORITIES[permission]
        ],
        "parentId": persona.uid,
        "traderType": "trader" if persona.account is AccountKind.COPY_TRADER else "not_trader",
        "channelCode": UNKNOWN,
        "channel": UNKNOWN,
        "regisTime": str(registered_ms),
    }


def unified_settings_row(persona: Persona, mode: PositionMode) -> Row:
    """The data of `v3/account/settings` ("Get-Account-Settings") of an account that nobody has set up yet."""
    return {
        "uid": persona.uid,
        "accountMode": "unified",
        "holdMode": str(mode),
        "symbolConfigList": [],
        "coinConfigList": [],
    }
