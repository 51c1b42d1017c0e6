"""Results told apart: by every grouping, by zone of entry, by level. Made once for a set of trades."""

from collections.abc import Sequence
from dataclasses import dataclass

from omega_tui.analytics.performance import GROUPINGS, Result, add_up, group
from omega_tui.analytics.trades import Trade
from omega_tui.analytics.zones import LevelStudy, Zone, by_zone, study_levels


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`groups` has, for each kind of `GROUPINGS`, its groups by name in their natural order."""

    groups: dict[str, dict[str, Result]]
    zones: tuple[Zone, ...]
    levels: tuple[LevelStudy, ...]


def break_down(trades: Sequence[Trade]) -> Breakdown:
    """Every table of `trades`, which stand in the order of their closing."""
    groups = {
        kind: {
            name: add_up(each.position.net for each in found) for name, found in group(trades, kind).items()
        }
        for kind in GROUPINGS
    }
    return Breakdown(groups, by_zone(trades), study_levels(trades))
