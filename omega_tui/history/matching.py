"""Closed positions built here held against the exchange's own: which agree, which differ, which are missing.

The exchange's figures win where both tell a position: its funding and its fees are what the wallet saw.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.closed import Check, ClosedPosition, Origin, ReportedPosition
from omega_tui.domain.values import decimal_text

SAME_TIME_MS = 2_000
"""How far the exchange's times of a position may lie from those of its fills: they are stamped apart."""

PRICE_TOLERANCE = Decimal("0.0001")
MONEY_TOLERANCE = Decimal("0.02")
"""What rounding explains: a hundredth of a percent of an average price, and cents of a result: replaying 40
real closes gave up to 0.02 USDT."""


def reconcile(built: Iterable[ClosedPosition], reported: Iterable[ReportedPosition]) -> list[ClosedPosition]:
    """Every position once, in the order of closing: those of the fills, checked, and those told alone."""
    waiting: dict[tuple[str, str], list[ReportedPosition]] = {}
    for each in reported:
        waiting.setdefault((each.symbol, each.hold_side), []).append(each)
    found = [_checked(position, waiting) for position in built]
    found += [_told_alone(each) for rest in waiting.values() for each in rest]
    found.sort(key=lambda each: (each.closed_ms, each.opened_ms, each.position_id))
    return found


def _checked(
    position: ClosedPosition, waiting: dict[tuple[str, str], list[ReportedPosition]]
) -> ClosedPosition:
    candidates = waiting.get((position.symbol, position.hold_side), [])
    near = [each for each in candidates if abs(each.closed_ms - position.closed_ms) <= SAME_TIME_MS]
    if not near:
        return position
    told = min(near, key=lambda each: (abs(each.closed_size - position.size), each.closed_ms))
    candidates.remove(told)
    differences = [*_differences(position, told)]
    return replace(
        position,
        gross=told.gross,
        fees=told.fees,
        funding=told.funding,
        check=Check.DIFFERS if differences else Check.AGREES,
        difference=", ".join(differences),
    )


def _differences(position: ClosedPosition, told: ReportedPosition) -> Iterable[str]:
    for name, ours, theirs, tolerance in (
        ("size", position.size, told.closed_size, Decimal(0)),
        ("entry", position.entry_price, told.entry_price, told.entry_price * PRICE_TOLERANCE),
        ("exit", position.exit_price, told.exit_price, told.exit_price * PRICE_TOLERANCE),
        ("result", position.gross, told.gross, _money(position)),
        ("fees", position.fees, told.fees, _money(position)),
    ):
        if ours is not None and abs(ours - theirs) > tolerance:
            yield f"{name} {decimal_text(theirs)} there, {decimal_text(round(ours, 8))} by its fills"


def _money(position: ClosedPosition) -> Decimal:
    """Every execution is rounded by itself."""
    return MONEY_TOLERANCE * max(1, position.closes)


def _told_alone(told: ReportedPosition) -> ClosedPosition:
    return ClosedPosition(
        position_id=told.position_id,
        symbol=told.symbol,
        hold_side=told.hold_side,
        size=told.closed_size,
        peak=told.opened_size,
        entry_price=told.entry_price,
        exit_price=told.exit_price,
        opened_ms=told.opened_ms,
        closed_ms=told.closed_ms,
        gross=told.gross,
        fees=told.fees,
        funding=told.funding,
        origin=Origin.EXCHANGE,
        check=Check.AGREES,
    )
