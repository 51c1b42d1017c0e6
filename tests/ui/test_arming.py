"""The rules of arming, on numbers alone."""

import pytest

from omega_tui.engine.intents import Flatten
from omega_tui.ui.arming import Answer, Armed, KeyTiming

ARMED = Armed("flatten", Flatten("BTCUSDT"), since=100.0)


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (100.0, Answer.TOO_EARLY),
        (100.149, Answer.TOO_EARLY),
        (100.15, Answer.YES),
        (102.999, Answer.YES),
        (103.0, Answer.EXPIRED),
    ],
)
def test_enter_answers_between_150_ms_and_3_s(at: float, answer: Answer) -> None:
    assert ARMED.answer(at) is answer


@pytest.mark.parametrize(
    ("presses", "alone"),
    [
        ([("B", 1.0)], True),
        ([("B", 1.0), ("0", 1.08)], True),
        ([("b", 1.0), ("B", 1.004)], False),
        ([("", 1.0), ("B", 1.002)], False),
        ([("C", 1.0), ("C", 1.033)], False),
        ([("C", 1.0), ("C", 1.25)], True),
    ],
    ids=["single", "typed", "burst", "after a paste", "held", "pressed again"],
)
def test_a_press_is_alone_only_when_a_person_made_it(presses: list[tuple[str, float]], alone: bool) -> None:
    timing = KeyTiming()
    for key, at in presses:
        timing.saw(key, at)
    assert timing.last_was_alone is alone
