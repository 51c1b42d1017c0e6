"""What the exchange says of itself reaches the posture: a refused key halts, an upgrade lets only reduce."""

import pytest

from omega_tui.clock import ManualClock
from omega_tui.domain.events import Health, HealthChanged, Surface
from omega_tui.engine.apply import apply_event
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.state import State
from omega_tui.engine.views import Posture

BTC, ETH = "BTCUSDT", "ETHUSDT"


@pytest.fixture
def state() -> State:
    state = State(ManualClock(), EngineOptions(venue="SIM", account="test"))
    apply_event(state, HealthChanged(Surface.PRIVATE, Health.LIVE, ""))
    apply_event(state, HealthChanged(Surface.ACTIONS, Health.LIVE, ""))
    state.reconciled = True
    return state


@pytest.mark.parametrize(
    ("health", "posture"), [(Health.REFUSED, Posture.HALT), (Health.MAINTENANCE, Posture.REDUCE_ONLY)]
)
def test_k08_p29_a_refused_key_halts_and_an_upgrade_reduces_until_it_is_over(
    state: State, health: Health, posture: Posture
) -> None:
    """The mutant: the reason stands in the log, and the next entry leaves all the same."""
    assert state.posture(BTC)[0] is Posture.NORMAL
    apply_event(state, HealthChanged(Surface.ACTIONS, health, "why"))
    assert state.posture(BTC) == (posture, "why")
    apply_event(state, HealthChanged(Surface.ACTIONS, Health.LIVE, ""))
    assert state.posture(BTC)[0] is Posture.NORMAL


def test_a_closed_contract_stands_still_alone_and_comes_back_by_itself(state: State) -> None:
    apply_event(state, HealthChanged(Surface.ACTIONS, Health.MAINTENANCE, "closed", ETH))
    assert state.posture(ETH)[0] is Posture.HALT
    assert "closed" in state.posture(ETH)[1]
    assert state.posture(BTC)[0] is Posture.NORMAL
    apply_event(state, HealthChanged(Surface.ACTIONS, Health.LIVE, "closed", ETH))
    assert state.posture(ETH)[0] is Posture.NORMAL


def test_a_contract_that_opens_again_does_not_lift_a_halt_for_another_reason(state: State) -> None:
    apply_event(state, HealthChanged(Surface.ACTIONS, Health.MAINTENANCE, "closed", ETH))
    state.halt_symbol(ETH, "its position mode changed")
    apply_event(state, HealthChanged(Surface.ACTIONS, Health.LIVE, "closed", ETH))
    assert state.posture(ETH)[0] is Posture.HALT
