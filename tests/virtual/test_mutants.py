"""The machine has teeth: each bug that it is there to catch is planted, and seen for what it is.

Every scene is clean without its bug. With it, the words that name the broken invariant must be among what was
found. The table has a bug for each invariant of FAULTS (section 4) that is about orders.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from omega_tui.sim.facts import PositionMode
from tests.virtual import mutants, scenes
from tests.virtual.mutants import Plant

HEDGE = {"position_mode": PositionMode.HEDGE}
NO_DEDUPE = {"dedupes": False}
DAMAGED = {"ends": False}
STRATEGIC = {"profile": "strategic"}


@dataclass(frozen=True)
class Mutant:
    """A bug: the invariant that it breaks, the scene in which it shows, and what is said then."""

    invariant: int
    plant: Plant
    scene: Callable[..., Any]
    words: str
    world: dict[str, Any] = field(default_factory=dict)

    def play(self) -> list[str]:
        """What is found in the scene."""
        if self.scene is scenes.environments:
            return scenes.environments()
        return scenes.found_in(self.scene, **self.world)


MUTANTS = (
    Mutant(1, mutants.resend_under_another_id, scenes.lost_answer, "that nobody intended"),
    Mutant(
        1, mutants.resend_on_timeout, scenes.lost_answer, "is 2 orders at the exchange", {"dedupes": False}
    ),
    Mutant(1, mutants.new_id_for_a_duplicate, scenes.lost_answer, "that nobody intended"),
    Mutant(2, mutants.send_before_commit, scenes.entry, "left before its intent was durable"),
    Mutant(3, mutants.reject_by_timer, scenes.late_request, "left UNKNOWN for rejected without evidence"),
    Mutant(3, mutants.reject_on_timeout, scenes.late_request, "was rejected and then working"),
    Mutant(3, mutants.absent_at_first_sight, scenes.late_request, "was never_accepted and then working"),
    Mutant(4, mutants.dedupe_by_looks, scenes.twins, "is forgotten"),
    Mutant(7, mutants.acknowledge_before_commit, scenes.full_disk, "was acknowledged and is not"),
    Mutant(7, mutants.believe_the_chain, scenes.forged_row, "7: a changed row was believed", DAMAGED),
    Mutant(8, mutants.turn_the_fee, scenes.entry, "has a fee of"),
    Mutant(8, mutants.drift_of_the_average, scenes.sweep, "on average there and at"),
    Mutant(9, mutants.forget_the_unknown, scenes.two_big_entries, "9: long can come to", STRATEGIC),
    Mutant(10, mutants.close_by_the_trade_side, scenes.close_one_of_two, "left it alone", HEDGE),
    Mutant(11, mutants.cancel_the_old_stop_first, scenes.moved_stop, "before its successor was there"),
    Mutant(11, mutants.naked_in_silence, scenes.bare_entry, "11: the long is naked for"),
    Mutant(12, mutants.adopt_under_random_ids, scenes.adopted_order, "12: before the restart"),
    Mutant(12, mutants.compare_without_fills, scenes.trade_while_off, "is forgotten"),
    Mutant(12, mutants.find_news_each_time, scenes.adopted_order, "12: a second comparison found more"),
    Mutant(13, mutants.one_lane_for_all, scenes.crowded_halt, "13: no cancel came through"),
    Mutant(13, mutants.let_halt_be_late, scenes.halt_at_the_door, "left after HALT and may add"),
    Mutant(14, mutants.demo_flag_on_requests_only, scenes.environments, "14: the fence holds demo back"),
    Mutant(14, mutants.no_fence_for_streams, scenes.environments, "14: demo trading would stream from"),
)
INVARIANTS = {1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14}


def _name(mutant: Mutant) -> str:
    return f"{mutant.invariant}-{mutant.plant.__name__}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=_name)
def test_a_planted_bug_is_seen_for_what_it_is(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that cannot fail, or fails for another reason, proves nothing."""
    assert mutant.play() == [], "the scene is not clean without the bug"
    mutant.plant(monkeypatch)
    found = mutant.play()
    assert any(mutant.words in each for each in found), f"{mutant.plant.__doc__}: {found}"


def test_every_invariant_has_its_bug() -> None:
    """A new invariant without a mutant would never have been tried."""
    assert {mutant.invariant for mutant in MUTANTS} == INVARIANTS
    planted = {
        name for name, each in vars(mutants).items() if getattr(each, "__module__", "") == mutants.__name__
    }
    used = {mutant.plant.__name__ for mutant in MUTANTS}
    assert {name for name in planted if not name.startswith("_")} == used
