"""What rows say: their kinds, and the bodies of those that a start has to know again.

The engine writes them; `projections` reads them to keep the sums beside the rows.
"""

from dataclasses import dataclass
from typing import Final

from omega_tui.domain.orders import Order, OrderChange, OrderRequest

INTENT: Final = "order.intent"
AMEND: Final = "order.amend"
ORDER: Final = "order.state"
EVIDENCE: Final = "order.evidence"
FILL: Final = "fill"
CANCEL: Final = "order.cancel"
SESSION: Final = "session.start"
PROBE: Final = "journal.probe"
BILL: Final = "bill"
DAY: Final = "day.opening"
POSTURE: Final = "posture"
RISK: Final = "risk"
SETTING: Final = "account.setting"
NOTE: Final = "note"


@dataclass(frozen=True, slots=True)
class IntentRow:
    """INTENT: an order about to be sent; durable before a byte leaves. Its client id is used once."""

    request: OrderRequest
    why: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """ORDER: the newest knowledge of an order."""

    order: Order


@dataclass(frozen=True, slots=True)
class AmendRow:
    """AMEND: other terms about to be asked for; `key` names the order that has them changed, or that goes."""

    key: str
    change: OrderChange
    why: str


@dataclass(frozen=True, slots=True)
class CancelRow:
    """CANCEL: a cancellation that was asked for; `key` names the order, `scope` a whole group. `stands` is
    False for one that was refused, so that the order was left as it was."""

    key: str
    scope: str
    stands: bool = True


@dataclass(frozen=True, slots=True)
class RiskRow:
    """RISK: the profile in force, and the days (by their first millisecond) that the loss limit closed and
    that were opened again; a closed day outlives a crash."""

    profile: str
    locked_day: int | None
    unlocked_day: int | None
    words: str


@dataclass(frozen=True, slots=True)
class SettingRow:
    """SETTING: a change of the account's settings, written before it is sent and once its end is known."""

    what: str
    outcome: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """NOTE: the trader's own words, or a tag; `symbol` is the market that was looked at."""

    text: str
    tag: bool
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class PostureRow:
    """POSTURE: what the trader, or the engine for one symbol, has halted; it outlives a crash."""

    halted: bool
    symbols: dict[str, str]
