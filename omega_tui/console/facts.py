"""From the engine's pictures to the facts that prices and sizes are measured by, and the names in use."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from omega_tui.analytics.swings import Direction
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide
from omega_tui.engine.account_views import OrderRow, PositionRow
from omega_tui.engine.views import Views
from omega_tui.language.facts import Facts, SwingFacts
from omega_tui.language.mistakes import Unresolved

_SHORTEST_ID = 4


def facts_of(views: Views, hold_side: HoldSide | None = None) -> Facts:
    """The facts of the shown market and of its position, that on `hold_side` where there are two.

    Raises Unresolved while the market's rules are not known.
    """
    status = views.status()
    if status.instrument is None:
        raise Unresolved(f"the rules of {status.symbol} have not arrived yet")
    book = views.ladder(1, 1)
    position = find_position(views, hold_side)
    return Facts(
        instrument=status.instrument,
        bid=_price(book.best_bid_ticks, book.tick),
        ask=_price(book.best_ask_ticks, book.tick),
        last=status.last_price,
        mark=status.mark_price,
        entry=position.entry_price if position is not None else None,
        liquidation=position.liquidation_price if position is not None else None,
        position=position.size if position is not None else None,
        hold_side=position.hold_side if position is not None else None,
        equity=views.account().equity,
        risk=status.profile_risk,
        swings=_swings(views),
    )


def find_position(views: Views, hold_side: HoldSide | None = None) -> PositionRow | None:
    """The position of the shown market, that on `hold_side` when one is named; None when there is no such
    one, or two and none was named."""
    symbol = views.status().symbol
    rows = [row for row in views.positions().rows if row.symbol == symbol]
    if hold_side is not None:
        rows = [row for row in rows if row.hold_side is hold_side]
    return rows[0] if len(rows) == 1 else None


def require_position(views: Views, hold_side: HoldSide | None = None) -> PositionRow:
    """The same. Raises Unresolved saying what to name."""
    position = find_position(views, hold_side)
    if position is not None:
        return position
    symbol = views.status().symbol
    if hold_side is None and any(row.symbol == symbol for row in views.positions().rows):
        raise Unresolved(f"there are two positions in {symbol}: say long or short")
    held = f"{hold_side.value} " if hold_side is not None else ""
    raise Unresolved(f"there is no {held}position in {symbol}")


def short_ids(rows: Iterable[OrderRow]) -> Mapping[str, str]:
    """A short name for every order, the end of its key, as long as it takes to tell them apart."""
    keys = [row.key for row in rows]
    length = _SHORTEST_ID
    while len({key[-length:].lower() for key in keys}) < len(keys) and length < max(map(len, keys)):
        length += 1
    return {key[-length:].lower(): key for key in keys}


def _swings(views: Views) -> dict[Timeframe | None, SwingFacts]:
    """Of every timeframe that is loaded, that of the chart also under None."""
    found: dict[Timeframe | None, SwingFacts] = {
        each.timeframe: SwingFacts(each.low, each.high, Direction(each.direction)) for each in views.swings()
    }
    view = views.fibonacci()
    if view.low is not None and view.high is not None and view.direction is not None and view.low < view.high:
        found[None] = SwingFacts(view.low, view.high, Direction(view.direction))
        found[view.timeframe] = found[None]
    return found


def _price(ticks: int | None, tick: Decimal) -> Decimal | None:
    return None if ticks is None else ticks * tick
