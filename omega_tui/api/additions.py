"""What `history/add` takes, as a closed position that is not in the history yet."""

from omega_tui.api.models import HistoryAdd
from omega_tui.api.source import Source
from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.orders import HoldSide
from omega_tui.history.additions import BadAddition, by_hand
from omega_tui.history.matching import SAME_TIME_MS


def closed_position(added: HistoryAdd, source: Source) -> ClosedPosition:
    """The position to write down. Raises `BadAddition`, also for one that is there already."""
    moments = (added.entry_time, added.exit_time)
    opened, closed = (round(moment.timestamp() * 1000) for moment in moments)
    position = by_hand(
        *(added.symbol, HoldSide(added.side), added.contracts),
        *((added.entry_price, added.exit_price), (opened, closed), None),
        now_ms=source.clock.wall_ms(),
        ids=source.ids,
    )
    for trade in source.views.history().trades:
        known = trade.position
        same = (known.symbol, known.hold_side) == (position.symbol, position.hold_side)
        if same and abs(known.closed_ms - position.closed_ms) <= SAME_TIME_MS:
            raise BadAddition(f"it is in the history already, as {known.position_id}")
    return position
