"""The small market with short ways to place conditional orders and to see what became of them."""

from decimal import Decimal

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import (
    Direction,
    HoldSide,
    PlanStatus,
    PlanType,
    PositionMode,
    TriggerType,
)
from omega_tui.sim.venue.ledger import NO_PRESETS, LedgerOrder, LedgerPlan, PlanChanged, Presets
from omega_tui.sim.venue.plan_requests import GuardRequest, PlanRequest
from tests.sim.venue.scene import BUY, LONG, SELL, SYMBOL, Scene

LAST, MARK = TriggerType.LAST, TriggerType.MARK


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class PlanScene(Scene):
    """A scene in which something has traded at 100 already."""

    def __init__(
        self,
        mode: PositionMode = PositionMode.ONE_WAY,
        choices: Choices | None = None,
        balance: str = "10000",
    ) -> None:
        super().__init__(mode, balance, choices=choices)
        self.trade("100", "0.001", SELL)

    def deep(self, price: str, size: str = "50") -> None:
        """A book with one deep level a tick to either side of `price`."""
        middle, step = Decimal(price), Decimal("0.1")
        self.snapshot(((str(middle - step), size),), ((str(middle + step), size),))

    def last(self, price: str) -> None:
        """Somebody trades at `price`."""
        self.trade(price, "0.001", SELL)

    def hold(self, side: HoldSide, size: str) -> None:
        """Open a position at market."""
        direction = BUY if side is LONG else SELL
        hold = side if self.venue.position_mode is PositionMode.HEDGE else None
        self.venue.place(self.spec(direction, size, hold=hold))

    def trigger(
        self,
        direction: Direction,
        size: str,
        trigger: str,
        price: str | None = None,
        *,
        by: TriggerType = LAST,
        kind: PlanType = PlanType.NORMAL,
        callback: str | None = None,
        hold: HoldSide | None = None,
        closes: bool = False,
        reduce_only: bool = False,
        presets: Presets = NO_PRESETS,
        client_oid: str | None = None,
    ) -> LedgerPlan:
        """Place a trigger or trailing order; returns it as it stands afterwards."""
        order = self.spec(
            direction,
            size,
            price,
            hold=hold,
            closes=closes,
            reduce_only=reduce_only,
            client_oid=client_oid,
            presets=presets,
        )
        asked = PlanRequest(kind, order, Decimal(trigger), by, decimal(callback))
        return self.now_of(self.venue.plans.place(asked))

    def guard(
        self,
        kind: PlanType,
        side: HoldSide,
        trigger: str,
        *,
        size: str | None = None,
        execute: str | None = None,
        by: TriggerType = LAST,
        callback: str | None = None,
        client_oid: str | None = None,
    ) -> LedgerPlan:
        """Place a take profit or stop loss; returns it as it stands afterwards."""
        asked = GuardRequest(
            kind,
            SYMBOL,
            side,
            Decimal(trigger),
            by,
            decimal(execute),
            decimal(size),
            decimal(callback),
            client_oid,
        )
        return self.now_of(self.venue.plans.guards.place(asked))

    def now_of(self, plan: LedgerPlan) -> LedgerPlan:
        """A plan as it stands now."""
        return self.venue.plans.find(plan.plan_id, None, set(PlanType))

    def status(self, plan: LedgerPlan) -> PlanStatus:
        return self.now_of(plan).status

    def told(self, plan: LedgerPlan) -> list[PlanStatus]:
        """Every status of a plan that was announced."""
        changes = (event.plan for event in self.events if isinstance(event, PlanChanged))
        return [change.status for change in changes if change.plan_id == plan.plan_id]

    def placed_by(self, plan: LedgerPlan) -> LedgerOrder:
        """The order that a plan placed."""
        order = self.venue.plans.executed_order(self.now_of(plan))
        assert order is not None
        return order

    def waiting(self) -> list[LedgerPlan]:
        """The plans that wait, oldest first."""
        return self.venue.plans.pending()[::-1]

    def size(self, side: HoldSide = LONG) -> Decimal:
        """What is held on a side."""
        return sum((each.size for each in self.venue.positions(SYMBOL) if each.hold_side is side), Decimal(0))
