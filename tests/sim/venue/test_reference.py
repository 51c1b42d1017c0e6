"""Long sessions of everything a trader and a market can do, held to a second account after every step."""

from hypothesis import given, settings, target
from hypothesis import strategies as st

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import MarginMode, PositionMode
from tests.sim.venue.session import Session, Step

kinds = st.sampled_from(
    (
        *("place", "place", "place", "place", "open", "open", "jump", "jump", "jump", "trade", "trade"),
        *("fund", "wait", "cancel", "modify", "plan", "guard", "guard", "change plan", "close", "reverse"),
        *("margin", "auto", "leverage", "mode", "hedge", "adl", "transfer", "incident"),
    )
)
number = st.integers(0, 720)
sessions = st.lists(st.tuples(kinds, number, number, number, number), min_size=20, max_size=70)


def play(mode: PositionMode, margin_mode: MarginMode, choices: Choices, steps: list[Step]) -> int:
    """How often the exchange closed something by force."""
    session = Session(mode, margin_mode, choices)
    for step in steps:
        session.act(step)
        session.follow()
        session.compare()
    return session.reference.forced


@given(st.sampled_from(MarginMode), st.booleans(), sessions)
@settings(max_examples=40, deadline=None)
def test_a_one_way_account_is_what_its_history_makes_it(
    margin_mode: MarginMode, fund_takes: bool, steps: list[Step]
) -> None:
    choices = Choices(fund_takes_remainder=fund_takes, presets_guard_whole_position=fund_takes)
    target(float(play(PositionMode.ONE_WAY, margin_mode, choices, steps)))


@given(st.sampled_from(MarginMode), st.booleans(), sessions)
@settings(max_examples=40, deadline=None)
def test_a_hedge_account_is_what_its_history_makes_it(
    margin_mode: MarginMode, fund_takes: bool, steps: list[Step]
) -> None:
    choices = Choices(fund_takes_remainder=fund_takes, presets_guard_whole_position=fund_takes)
    target(float(play(PositionMode.HEDGE, margin_mode, choices, steps)))
