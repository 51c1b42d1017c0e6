"""Which changes of the account's money are too small to matter: they redraw nothing and trigger nothing.

Compared is always with what was last taken in, never with the report before, so that small drifts add up and
no more than the step is ever held back.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.account import Balance, Position

MARK_STEP = Decimal("0.0001")
"""A mark price that moved by this share is news however small the position is."""


def is_noise(before: Decimal | None, after: Decimal | None, step: Decimal) -> bool:
    """Whether a figure moved by less than `step`; one that appears or vanishes is never noise."""
    if before is None or after is None:
        return before is after
    return before == after or abs(after - before) < step


def is_same_balance(before: Balance | None, after: Balance, step: Decimal) -> bool:
    """Whether a balance tells no more than what is known."""
    if before is None or before.coin != after.coin:
        return False
    pairs = (
        (before.equity, after.equity),
        (before.available, after.available),
        (before.locked, after.locked),
        (before.unrealized, after.unrealized),
    )
    return all(is_noise(was, now, step) for was, now in pairs)


def are_same_positions(before: Iterable[Position], after: Iterable[Position], step: Decimal) -> bool:
    """Whether the open positions are the ones that are known, but for noise in what they are worth."""
    known = {(each.symbol, each.hold_side): each for each in before}
    told = {(each.symbol, each.hold_side): each for each in after}
    return known.keys() == told.keys() and all(_is_same(known[key], told[key], step) for key in known)


def _is_same(before: Position, after: Position, step: Decimal) -> bool:
    mark = before.mark_price
    if not is_noise(mark, after.mark_price, (mark or Decimal(0)) * MARK_STEP):
        return False
    if not is_noise(before.unrealized, after.unrealized, step):
        return False
    was, now = before.unrealized, before.updated_ms
    return replace(after, mark_price=mark, unrealized=was, updated_ms=now) == before
