"""An engine that shows what a test wants and records what it was asked."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from omega_tui.domain.profiles import BUILT_IN, Profile
from omega_tui.engine.account_views import (
    AccountView,
    FillsView,
    LeverageEffect,
    OrderRow,
    OrdersView,
    PositionsView,
    ProtectPreview,
)
from omega_tui.engine.chart_views import ChartView, FibonacciView, SwingView
from omega_tui.engine.intents import (
    Halt,
    Intent,
    Protect,
    Receipt,
    Resume,
    SetLeverage,
    TicketDraft,
    TicketPreview,
)
from omega_tui.engine.past_views import HarmonyView, HistoryView
from omega_tui.engine.views import LadderView, LinkView, LogView, Panel, Posture, StatusView, TapeView
from tests.ui import sample_past
from tests.ui import sample_views as sample


@dataclass
class FakeViews:
    """Pictures that a test replaces; `changed` bumps a panel's version."""

    status_view: StatusView = sample.STATUS
    mid: int = sample.MID_TICKS
    orders_view: OrdersView = sample.ORDERS
    positions_view: PositionsView = sample.POSITIONS
    log_view: LogView = sample.LOG
    history_view: HistoryView = sample_past.HISTORY
    names: tuple[str, ...] = ("BTCUSDT", "DOGEUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")
    problems: tuple[str, ...] = ()
    profile_stop: Decimal | None = None
    versions: dict[Panel, int] = field(default_factory=dict)

    def changed(self, *panels: Panel) -> None:
        for panel in panels or tuple(Panel):
            self.versions[panel] = self.versions.get(panel, 0) + 1

    def version(self, panel: Panel) -> int:
        return self.versions.get(panel, 0)

    def status(self) -> StatusView:
        return self.status_view

    def link(self) -> LinkView:
        return sample.LINK

    def ladder(self, group: int, depth: int) -> LadderView:
        return replace(sample.ladder(group, depth, self.mid), symbol=self.status_view.symbol)

    def tape(self, limit: int) -> TapeView:
        return sample.tape(limit)

    def chart(self, limit: int, until_ms: int | None = None) -> ChartView:
        return sample.chart(limit, until_ms)

    def fibonacci(self) -> FibonacciView:
        return sample.fibonacci()

    def swings(self) -> tuple[SwingView, ...]:
        return ()

    def positions(self) -> PositionsView:
        return self.positions_view

    def orders(self) -> OrdersView:
        return self.orders_view

    def order(self, key: str) -> OrderRow | None:
        return next((row for row in self.orders_view.rows if row.key == key), None)

    def fills(self, limit: int) -> FillsView:
        return sample.FILLS

    def history(self) -> HistoryView:
        return self.history_view

    def harmony(self) -> HarmonyView:
        return sample_past.HARMONY

    def account(self) -> AccountView:
        return sample.ACCOUNT

    def log(self, limit: int) -> LogView:
        return self.log_view

    def symbols(self) -> tuple[str, ...]:
        return self.names

    def protection(self, intent: Protect) -> ProtectPreview:
        return sample.protection(intent)

    def leverage(self, intent: SetLeverage) -> tuple[LeverageEffect, ...]:
        return (sample.leverage(intent),)

    def profiles(self) -> tuple[Profile, ...]:
        return tuple(BUILT_IN.values())

    def preview(self, draft: TicketDraft) -> TicketPreview:
        if draft.stop_loss is None and not draft.closes:
            draft = replace(draft, stop_loss=self.profile_stop)
        found = sample.preview(draft)
        return replace(found, problems=found.problems + self.problems)


class FakeEngine:
    """Implements `EnginePort`; takes every intent unless `refusal` says why not."""

    def __init__(self) -> None:
        self._views = FakeViews()
        self.intents: list[Intent] = []
        self.refusal = ""

    @property
    def views(self) -> FakeViews:
        return self._views

    def submit(self, intent: Intent) -> Receipt:
        if self.refusal:
            return Receipt(False, self.refusal)
        self.intents.append(intent)
        if isinstance(intent, Halt | Resume):
            posture = Posture.HALT if isinstance(intent, Halt) else Posture.NORMAL
            self._views.status_view = replace(
                self._views.status_view, posture=posture, halted=isinstance(intent, Halt)
            )
            self._views.changed(Panel.STATUS)
        return Receipt(True, f"taken: {type(intent).__name__}")
