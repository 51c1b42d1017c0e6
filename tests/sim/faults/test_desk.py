"""The desk: which occasions a fault strikes, and that another run strikes the same ones."""

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.sim.faults.desk import FaultDesk
from omega_tui.sim.faults.plan import parse_fault
from omega_tui.sim.faults.requests import RequestFacts

PLACE = "/api/v2/mix/order/place-order"
CANCEL = "/api/v2/mix/order/cancel-order"


class Days:
    """Exchange time that tests move."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def now(self) -> int:
        return self.ms


def struck(desk: FaultDesk, path: str = PLACE, **facts: object) -> list[str]:
    return [type(fault).__name__ for fault, _ in desk.on_request(RequestFacts(path, **facts))]  # type: ignore[arg-type]


def test_after_and_count_choose_the_occasions_in_scope() -> None:
    desk = FaultDesk(1, Days().now)
    active = desk.add(parse_fault({"name": "lost_answer", "route": "place-order", "after": 2, "count": 2}))
    seen = []
    for path in (PLACE, CANCEL, PLACE, CANCEL, PLACE, PLACE, CANCEL, PLACE):
        seen.append(bool(struck(desk, path)))
    assert seen == [False, False, False, False, True, True, False, False]
    assert active.fired == 2


def test_a_fault_is_in_force_for_its_time_only() -> None:
    days = Days()
    desk = FaultDesk(1, days.now)
    desk.add(parse_fault({"name": "lost_answer", "at_ms": 100, "for_ms": 50}))
    seen = []
    for step in (0, 99, 1, 49, 1):
        days.ms += step
        seen.append(bool(struck(desk)))
    assert seen == [False, False, True, True, False]


def test_scopes_are_symbol_and_beginning_of_the_client_id() -> None:
    desk = FaultDesk(1, Days().now)
    desk.add(parse_fault({"name": "lost_answer", "symbol": "BTCUSDT", "client_oid_prefix": "omega-"}))
    assert struck(desk, symbol="BTCUSDT", client_oids=("other", "omega-1"))
    assert not struck(desk, symbol="ETHUSDT", client_oids=("omega-1",))
    assert not struck(desk, symbol="BTCUSDT", client_oids=("other",))
    assert not struck(desk, symbol="BTCUSDT")


def test_what_is_removed_strikes_no_more_and_is_not_looked_for() -> None:
    desk = FaultDesk(1, Days().now)
    first = desk.add(parse_fault({"name": "lost_answer"}))
    desk.add(parse_fault({"name": "drop_frame"}))
    assert (desk.watches_requests, desk.watches_frames, desk.watches_links) == (True, True, False)
    assert desk.remove(first.number)
    assert not desk.remove(first.number)
    assert (desk.watches_requests, desk.watches_frames) == (False, True)
    desk.clear()
    assert not desk.watches_frames
    assert struck(desk) == []


requests = st.lists(st.sampled_from([PLACE, CANCEL]), min_size=20, max_size=60)


def lots(seed: int, paths: list[str]) -> list[tuple[list[str], list[float]]]:
    """Everything two faults draw over a run."""
    desk = FaultDesk(seed, Days().now)
    desk.add(parse_fault({"name": "delay_answer", "probability": 0.5, "ms": 1000, "jitter_ms": 900}))
    desk.add(parse_fault({"name": "lost_answer", "route": "place-order", "probability": 0.3}))
    run = []
    for path in paths:
        strikes = desk.on_request(RequestFacts(path))
        delays = [fault.delay_after(dice) for fault, dice in strikes]
        run.append(([type(fault).__name__ for fault, _ in strikes], delays))
    return run


@given(seed=st.integers(0, 2**40), paths=requests)
def test_the_same_seed_and_the_same_requests_are_the_same_run(seed: int, paths: list[str]) -> None:
    assert lots(seed, paths) == lots(seed, paths)


def test_another_seed_is_another_run() -> None:
    paths = [PLACE] * 40
    assert lots(1, paths) != lots(2, paths)


@given(others=st.integers(0, 5))
def test_a_fault_draws_the_same_lots_whatever_stands_after_it(others: int) -> None:
    """A fault added at the end of a plan must not change what the ones before it do."""

    def fired(more: int) -> list[bool]:
        desk = FaultDesk(3, Days().now)
        first = desk.add(parse_fault({"name": "lost_answer", "probability": 0.5}))
        for _ in range(more):
            desk.add(parse_fault({"name": "delay_answer", "probability": 0.5}))
        counts = []
        for _ in range(30):
            before = first.fired
            desk.on_request(RequestFacts(PLACE))
            counts.append(first.fired > before)
        return counts

    assert fired(others) == fired(0)
