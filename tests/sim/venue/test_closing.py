"""Turning a position round, in both modes, whole and in part."""

from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.sim.facts import HoldSide, OrderStatus, PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.closing import Reversal
from omega_tui.sim.venue.ledger import LedgerOrder
from tests.sim.venue.scene import ASKS, BIDS, CONTRACT, LONG, SELL, SHORT, SYMBOL, Scene

D = Decimal
MODES = pytest.mark.parametrize("mode", list(PositionMode))


def reverse(scene: Scene, side: HoldSide, size: str | None = None, client_oid: str = "turn") -> LedgerOrder:
    wanted = Reversal(SYMBOL, side, None if size is None else D(size), client_oid)
    return scene.state_of(scene.venue.closer.reverse(wanted))


def opened(mode: PositionMode, size: str) -> Scene:
    scene = Scene(mode)
    scene.open(LONG, size) if mode is PositionMode.HEDGE else scene.buy(size)
    return scene


def held(scene: Scene) -> dict[HoldSide, Decimal]:
    return {position.hold_side: position.size for position in scene.venue.positions()}


@MODES
def test_a_whole_position_becomes_as_much_on_the_other_side(mode: PositionMode) -> None:
    scene = opened(mode, "2")
    order = reverse(scene, LONG)
    assert held(scene) == {SHORT: D(2)}
    assert (order.client_oid, order.order_source, order.direction) == ("turn", "reverse", SELL)
    assert order.status is OrderStatus.FILLED


def test_a_part_of_it_in_hedge_mode() -> None:
    scene = opened(PositionMode.HEDGE, "2")
    reverse(scene, LONG, "0.5")
    assert held(scene) == {LONG: D("1.5"), SHORT: D("0.5")}


def test_a_part_of_it_in_one_way_mode_closes_and_opens_against_each_other() -> None:
    scene = opened(PositionMode.ONE_WAY, "2")
    assert reverse(scene, LONG, "0.5").size == 1
    assert held(scene) == {LONG: D(1)}


@MODES
def test_what_is_not_there_cannot_be_turned(mode: PositionMode) -> None:
    scene = opened(mode, "2")
    for side, size, code in ((SHORT, None, "22002"), (LONG, "2.1", "40757")):
        with pytest.raises(Refused) as refused:
            reverse(scene, side, size)
        assert refused.value.code == code
    assert held(scene) == {LONG: D(2)}


@MODES
def test_a_used_client_id_is_found_out_before_anything_is_closed(mode: PositionMode) -> None:
    scene = opened(mode, "2")
    reverse(scene, LONG)
    scene.snapshot(BIDS, ASKS)
    with pytest.raises(Refused) as refused:
        reverse(scene, SHORT)
    assert refused.value.code == "45034"
    assert held(scene) == {SHORT: D(2)}


def test_resting_closes_give_way_to_turning_the_whole() -> None:
    scene = opened(PositionMode.HEDGE, "2")
    resting = scene.close(LONG, "1.5", "101")
    reverse(scene, LONG)
    assert scene.state_of(resting).status is OrderStatus.CANCELED
    assert held(scene) == {SHORT: D(2)}


def test_no_more_is_opened_than_could_be_closed() -> None:
    """Three are bid: they close three of four, nobody is left to open with, and the reply says so."""
    scene = opened(PositionMode.HEDGE, "4")
    scene.snapshot((("100", "3"),), ASKS)
    with pytest.raises(Refused) as refused:
        reverse(scene, LONG)
    assert refused.value.code == "22045"
    assert held(scene) == {LONG: D(1)}


def test_a_refused_close_leaves_the_resting_ones() -> None:
    """Without a market nothing is closed, and the limit orders that could still close must not be gone."""
    scene = opened(PositionMode.HEDGE, "1")
    resting = scene.close(LONG, "1", "102")
    scene.snapshot((), ())
    with pytest.raises(Refused) as refused:
        scene.venue.closer.close(SYMBOL, LONG)
    assert refused.value.code == "22045"
    assert scene.venue.pending() == [resting]


@MODES
def test_dust_can_be_closed_at_a_word(mode: PositionMode) -> None:
    """After a change of rules a position may be less than any order; nobody could get rid of it."""
    scene = opened(mode, "0.055")
    coarse = replace(CONTRACT, size_multiplier=D("0.1"), min_trade_num=D("0.1"))
    scene.venue.incidents.change_contract(coarse)
    with pytest.raises(Refused):
        scene.place(scene.spec(SELL, "0.055", hold=LONG, closes=True, reduce_only=True))
    scene.venue.closer.close(SYMBOL, None)
    assert held(scene) == {}
