"""What is known of closed positions: the part of the state that the history keeps."""

from dataclasses import dataclass, field

from omega_tui.analytics.trades import Trade
from omega_tui.history.review import Records


@dataclass(slots=True)
class Past:
    """`known` once the journal was read, `problem` why the trades are not whole or not compared."""

    trades: tuple[Trade, ...] = ()
    known: bool = False
    problem: str = ""
    records: Records = field(default_factory=Records)
