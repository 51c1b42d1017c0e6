"""Plans: what is written is what strikes, and whatever is wrong is said with its place."""

from pathlib import Path

import pytest

from omega_tui.sim.faults.answers import DelayAnswer, LostAnswer
from omega_tui.sim.faults.fault import Ending
from omega_tui.sim.faults.frame_books import CrossedBook
from omega_tui.sim.faults.plan import BadFault, Plan, PlanUnreadable, parse_fault, read_plan

GOOD = """
seed = 7

[[fault]]
name = "lost_answer"
route = "place-order"
client_oid_prefix = "omega-"
after = 2
count = 1
ends = "reset"

[[fault]]
name = "crossed_book"
symbol = "BTCUSDT"
probability = 0.3
at_ms = 5_000
for_ms = 60_000
locked = true
"""


def test_a_plan_says_what_happens_to_whom_and_when(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(GOOD)
    lost = LostAnswer(route="place-order", client_oid_prefix="omega-", after=2, count=1, ends=Ending.RESET)
    crossed = CrossedBook(symbol="BTCUSDT", probability=0.3, at_ms=5000, for_ms=60000, locked=True)
    assert read_plan(path) == Plan(7, (lost, crossed))


def test_every_problem_of_a_plan_is_told_at_once_with_file_and_fault(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('sead = 7\n[[fault]]\nname = "lost_anser"\n[[fault]]\nname = "delay_frame"\nms = -1\n')
    with pytest.raises(PlanUnreadable) as refused:
        read_plan(path)
    assert str(refused.value).splitlines() == [
        f"{path}: unknown member 'sead'; did you mean 'seed'?",
        f"{path}, fault 1: unknown fault 'lost_anser'; did you mean 'lost_answer'?",
        f"{path}, fault 2: delay_frame: ms: expected int >= 0",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed = -1", "seed must be a whole number from 0 on"),
        ("seed = true", "seed must be a whole number from 0 on"),
        ("[fault]\nname='latency'", "write each fault as a table of its own, [[fault]]"),
        ("seed = ", "Invalid value"),
    ],
)
def test_a_plan_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(PlanUnreadable) as refused:
        read_plan(path)
    assert str(path) in str(refused.value)
    assert words in str(refused.value)


def test_a_plan_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanUnreadable, match="No such file"):
        read_plan(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "a fault needs a name"),
        ("lost_answer", "a fault needs a name"),
        (
            {"name": "lost_answer", "rout": "place-order"},
            "lost_answer: unknown member 'rout'; did you mean 'route'?",
        ),
        (
            {"name": "lost_answer", "route": "place-ordr"},
            "lost_answer: unknown route 'place-ordr'; did you mean 'place-order'?",
        ),
        (
            {"name": "drop_frame", "channel": "candle1"},
            "drop_frame: unknown channel 'candle1'; did you mean 'candle1m'?",
        ),
        (
            {"name": "lost_answer", "ends": "rest"},
            "lost_answer: ends: 'rest' is none of close, reset, silence; did you mean 'reset'?",
        ),
        ({"name": "lost_answer", "probability": 0}, "lost_answer: probability: expected float > 0.0"),
        ({"name": "lost_answer", "count": 0}, "lost_answer: count: expected int >= 1"),
        ({"name": "lost_answer", "after": "2"}, "lost_answer: after: expected int, got str"),
        ({"name": "error_answer"}, "error_answer: missing member code"),
        (
            {"name": "external_order", "symbol": "BTCUSDT", "side": "buy", "size": "NaN", "price": "1"},
            "external_order: size must be a number",
        ),
        (
            {"name": "external_order", "symbol": "BTCUSDT", "side": "buy", "size": "0", "price": "1"},
            "external_order: size must be above 0",
        ),
        (
            {"name": "drop_frame", "action": "updates"},
            "drop_frame: action: 'updates' is none of snapshot, update; did you mean 'update'?",
        ),
        (
            {"name": "empty_side", "side": "ask"},
            "empty_side: side: 'ask' is none of bids, asks; did you mean 'asks'?",
        ),
        ({"name": "login_code", "code": "no"}, "login_code: code: expected str matching regex '^[0-9]+$'"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_what_was_meant(table: object, words: str) -> None:
    with pytest.raises(BadFault) as refused:
        parse_fault(table)
    assert str(refused.value) == words


def test_a_whole_path_and_its_last_parts_name_the_same_route() -> None:
    for route in ("/api/v2/mix/order/detail", "order/detail", "detail"):
        assert isinstance(parse_fault({"name": "delay_answer", "route": route}), DelayAnswer)
