"""The catalogue: nothing of the register is forgotten, and everything in it can be asked for."""

from pathlib import Path

import pytest

from omega_tui.sim.faults.catalogue import BY_NAME, KINDS, describe, name, served
from omega_tui.sim.faults.fault import Fault
from omega_tui.sim.faults.plan import parse_fault, read_plan
from omega_tui.sim.faults.situations import NEEDS_NO_FAULT, SITUATIONS
from tests.sim.faults import table

NEEDED = {
    "symbol": "BTCUSDT",
    "side": "buy",
    "size": "1",
    "price": "1",
    "mode": "isolated",
    "leverage": 5,
    "member": "seq",
    "code": "40015",
    "by_ms": 5,
    "hold_side": "long",
}


def test_every_situation_has_a_fault_or_a_reason_and_never_both() -> None:
    made = set(served())
    assert made | set(NEEDS_NO_FAULT) == set(SITUATIONS)
    assert not made & set(NEEDS_NO_FAULT)


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_fault_can_be_asked_for_by_its_name_and_says_what_it_does(kind: type[Fault]) -> None:
    told = describe(kind)
    required = {one: NEEDED[one] for one in told["needed"]}
    if kind is BY_NAME["position_mode_switched"]:
        required["mode"] = "hedge_mode"
    assert isinstance(parse_fault({"name": told["name"], **required}), kind)
    assert told["does"].endswith(".")
    assert told["serves"], "a fault that makes no situation is not needed"
    assert told["counted_in"]


def test_no_two_faults_have_one_name() -> None:
    assert len(BY_NAME) == len(KINDS)


def test_the_page_tells_the_catalogue_as_it_is() -> None:
    """Renew it with `python3 -m tests.sim.faults.table`."""
    page = table.PATH.read_text(encoding="utf-8")
    assert page.split(table.BEGIN)[1].split(table.END)[0].strip() == table.catalogue()


def test_the_plan_on_the_page_can_be_played(tmp_path: Path) -> None:
    page = table.PATH.read_text(encoding="utf-8")
    plan = tmp_path / "plan.toml"
    plan.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert [name(type(fault)) for fault in read_plan(plan).faults] == [
        *("lost_answer", "crossed_book", "latency", "external_fill"),
    ]
