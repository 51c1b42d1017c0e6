"""The catalogue: nothing of the register is forgotten, and everything in it can be asked for."""

import pytest

from omega_tui.sim.faults.catalogue import BY_NAME, KINDS, NEEDS_NO_FAULT, describe, name, served
from omega_tui.sim.faults.fault import Fault
from omega_tui.sim.faults.plan import parse_fault

SITUATIONS = {
    f"{letter}{number:02}"
    for letter, last in (("N", 24), ("P", 35), ("O", 40), ("C", 6))
    for number in range(1, last + 1)
}
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
    assert made | set(NEEDS_NO_FAULT) == SITUATIONS
    assert not made & set(NEEDS_NO_FAULT)


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_fault_can_be_asked_for_by_its_name_and_says_what_it_does(kind: type[Fault]) -> None:
    told = describe(kind)
    required = {one: NEEDED[one] for one, default in told["members"].items() if default is None}
    if kind is BY_NAME["position_mode_switched"]:
        required["mode"] = "hedge_mode"
    assert isinstance(parse_fault({"name": told["name"], **required}), kind)
    assert told["does"].endswith(".")
    assert told["serves"], "a fault that makes no situation of the register is not needed"
    assert told["counted_in"]


def test_no_two_faults_have_one_name() -> None:
    assert len(BY_NAME) == len(KINDS)
