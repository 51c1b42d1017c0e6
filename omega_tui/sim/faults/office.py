"""Puts faults in force on a running exchange: its plan's, and those that the control face is asked for."""

from collections.abc import Callable
from functools import partial

import msgspec

from omega_tui.sim.control import Asked, ControlFace, ControlRefused
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.faults.acts import Act, Stage
from omega_tui.sim.faults.catalogue import KINDS, describe, name, served
from omega_tui.sim.faults.desk import ActiveFault, FaultDesk
from omega_tui.sim.faults.fault import Fault
from omega_tui.sim.faults.links import LinkFault
from omega_tui.sim.faults.plan import BadFault, Plan, check_symbol, parse_fault
from omega_tui.sim.faults.proxy import LinkOffice
from omega_tui.sim.faults.rest import skew_ms
from omega_tui.sim.faults.streams import StreamTampers
from omega_tui.sim.refusals import Refused


class FaultOffice:
    """The faults of one exchange: `desk` decides, `links` and `tampers` do to bytes and to frames.

    Raises BadFault for a plan that names a symbol which the exchange does not list.
    """

    def __init__(self, exchange: SimulatedExchange, plan: Plan) -> None:
        self._exchange = exchange
        self._plan = plan
        self.desk = FaultDesk(plan.seed, exchange.clock.now_ms)
        self.links = LinkOffice(self.desk, exchange.clock.monotonic)
        self.tampers = StreamTampers(self.desk, exchange)
        self._stage = Stage(exchange, self.tampers)
        self._listed = tuple(contract.symbol for contract in exchange.source.contracts)
        for fault in plan.faults:
            check_symbol(fault, self._listed)

    @property
    def skew_ms(self) -> Callable[[], int]:
        """Tells how far the exchange's clock is off."""
        return partial(skew_ms, self.desk)

    def begin(self) -> None:
        """Put the plan in force, from now on."""
        for fault in self._plan.faults:
            self.add(fault)

    def add(self, fault: Fault) -> ActiveFault:
        """Put a fault in force; an act whose time has come happens at once."""
        active = self.desk.add(fault)
        if isinstance(fault, Act):
            self._at(active.starts_ms, partial(self._act, active))
        elif isinstance(fault, LinkFault) and (fault.at_ms or fault.for_ms):
            self._at(active.starts_ms, self.links.refresh)
            if fault.for_ms is not None:
                self._at(active.starts_ms + fault.for_ms, self.links.refresh)
        return active

    def offer(self, control: ControlFace) -> None:
        """Offer the routes of faults: the catalogue, what is in force, adding, removing, clearing."""
        control.offer("GET", "faults/catalogue", self._tell_catalogue)
        control.offer("GET", "faults", self._tell_active)
        control.offer("POST", "faults", self._add)
        control.offer("DELETE", "faults", self._clear)
        control.offer("DELETE", "faults/*", self._remove)

    async def _tell_catalogue(self, _: Asked) -> object:
        return {"faults": [describe(kind) for kind in KINDS], "served": served()}

    async def _tell_active(self, _: Asked) -> object:
        return {"seed": self._plan.seed, "faults": [self._told(active) for active in self.desk.active()]}

    async def _add(self, asked: Asked) -> object:
        try:
            fault = parse_fault(asked.read(dict[str, object]))
            check_symbol(fault, self._listed)
        except BadFault as error:
            raise ControlRefused(str(error)) from None
        return self._told(self.add(fault))

    async def _clear(self, _: Asked) -> object:
        self.desk.clear()
        return {"faults": []}

    async def _remove(self, asked: Asked) -> object:
        numbers = {str(active.number): active.number for active in self.desk.active()}
        number = numbers.get(asked.tail)
        if number is None or not self.desk.remove(number):
            raise ControlRefused(f"no fault has the number {asked.tail}")
        return {"removed": number}

    def _told(self, active: ActiveFault) -> dict[str, object]:
        fault = active.fault
        return {
            "number": active.number,
            "name": name(type(fault)),
            "seen": active.seen,
            "fired": active.fired,
            "in_force": active.in_force(self.desk.now_ms()),
            "outcome": active.outcome,
            "members": msgspec.to_builtins(fault),
        }

    def _at(self, due_ms: int, action: Callable[[], None]) -> None:
        if due_ms <= self.desk.now_ms():
            action()
        else:
            self._exchange.venue.agenda.at(due_ms, action)

    def _act(self, active: ActiveFault) -> None:
        fault = active.fault
        if active not in self.desk.active() or not isinstance(fault, Act):
            return
        if active.strikes(self.desk.now_ms()):
            try:
                active.outcome = fault.act(self._stage)
            except Refused as refused:
                active.outcome = {"code": str(refused.code), "msg": refused.message}
