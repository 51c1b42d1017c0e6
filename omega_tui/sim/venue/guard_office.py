"""The office for take profit and stop loss of positions: takes them in and changes them.

They are cancelled and shown together with all other conditional orders, see `plan_office`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import PlanType
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.guards import Guards, request_of
from omega_tui.sim.venue.ledger import LedgerPlan, LedgerPosition
from omega_tui.sim.venue.plan_requests import GuardChange, GuardRequest, changed_price
from omega_tui.sim.venue.plan_rules import check_entry, waiting_plan
from omega_tui.sim.venue.plans import PROFIT_LOSS, PlanStore


class GuardOffice:
    """Take profits and stop losses of one account's positions, as the trader sets them."""

    def __init__(
        self, store: PlanStore, guards: Guards, desk: Desk, choices: Choices, settle: Callable[[], None]
    ) -> None:
        self._store = store
        self._guards = guards
        self._desk = desk
        self._choices = choices
        self._settle = settle

    def place(self, asked: GuardRequest) -> LedgerPlan:
        """Take in one guard; returns it as accepted. Refused 40837 when there is nothing to guard."""
        self._check(asked)
        former = self._guards.existing(asked)
        if former is not None and self._choices.second_position_tpsl_refused:
            profit = asked.plan_type is PlanType.POSITION_PROFIT
            raise refusal(Code.TAKE_PROFIT_EXISTS if profit else Code.STOP_LOSS_EXISTS)
        guard = self._put(asked)
        self._settle()
        return guard

    def set_all(self, wanted: Sequence[GuardRequest]) -> list[LedgerPlan]:
        """Set take profit and stop loss of a position together: all of them, or none when one is refused.

        Those that close all of the position change the ones there are.
        """
        self.check(wanted)
        named = [asked.client_oid for asked in wanted if asked.client_oid is not None]
        if len(set(named)) != len(named):
            raise refusal(Code.CLIENT_OID_DUPLICATE)
        guards = [self._put(asked) for asked in wanted]
        self._settle()
        return guards

    def check(self, wanted: Sequence[GuardRequest]) -> None:
        """Whether these could be set now; raises `Refused` with Bitget's code."""
        for asked in wanted:
            self._check(asked)

    def modify(
        self, plan_id: str | None, client_oid: str | None, symbol: str, change: GuardChange
    ) -> LedgerPlan:
        """Change a guard that still waits; it keeps its id. Refused 43020 or 43021 when there is none."""
        former = waiting_plan(self._store, plan_id, client_oid, symbol, PROFIT_LOSS)
        present = request_of(former)
        asked = replace(
            present,
            trigger_price=change.trigger_price,
            trigger_type=change.trigger_type or present.trigger_type,
            execute_price=changed_price(change.execute_price, present.execute_price),
            size=None if present.size is None else change.size or present.size,
            callback=present.callback if change.callback is None else change.callback,
        )
        self._guards.check(asked, former)
        guard = self._guards.put(asked, former)
        self._settle()
        return guard

    def of_position(self, position: LedgerPosition) -> tuple[LedgerPlan | None, LedgerPlan | None]:
        """Take profit and stop loss of the whole position."""
        kinds = PlanType.POSITION_PROFIT, PlanType.POSITION_LOSS
        found = self._store.of_position(position.symbol, position.position_id, kinds)
        by_kind = {guard.plan_type: guard for guard in found}
        return by_kind.get(kinds[0]), by_kind.get(kinds[1])

    def _check(self, asked: GuardRequest) -> None:
        self._desk.market(asked.symbol)
        self._guards.check(asked)
        if self._guards.existing(asked) is None:
            check_entry(self._store, asked.plan_type, asked.symbol, asked.client_oid, self._choices)

    def _put(self, asked: GuardRequest) -> LedgerPlan:
        return self._guards.put(asked, self._guards.existing(asked))
