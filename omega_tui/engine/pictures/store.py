"""The pictures: frozen views built from state when a face asks, and a version per panel.

Some pictures change with time alone (an age, a countdown, a surface that goes stale), so asking for a version
also compares the parts that time moves.
"""

from omega_tui.domain.events import Surface
from omega_tui.domain.profiles import Profile
from omega_tui.engine.account_views import (
    AccountView,
    FillsView,
    Freshness,
    LeverageEffect,
    OrderRow,
    OrdersView,
    PositionsView,
    ProtectPreview,
)
from omega_tui.engine.chart_views import ChartView, FibonacciView, SwingView
from omega_tui.engine.intents import Protect, SetLeverage, TicketDraft, TicketPreview
from omega_tui.engine.past_views import HarmonyView, HistoryView
from omega_tui.engine.pictures.view_account import build_account, build_positions
from omega_tui.engine.pictures.view_chart import build_chart, build_fibonacci, build_swings
from omega_tui.engine.pictures.view_ladder import build_ladder
from omega_tui.engine.pictures.view_orders import build_fills, build_order, build_orders, order_age_seconds
from omega_tui.engine.pictures.view_past import build_harmony, build_history
from omega_tui.engine.pictures.view_status import build_link, build_status
from omega_tui.engine.protection.preview import build_protect_preview
from omega_tui.engine.risk.leverage_effect import leverage_effect
from omega_tui.engine.risk.preview import build_preview
from omega_tui.engine.state import State
from omega_tui.engine.views import LadderView, LinkView, LogView, Panel, StatusView, TapeView


class Store:
    """Implements `engine.views.Views` over the engine's state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._faces: dict[Panel, object] = {}
        self._bumps = dict.fromkeys(Panel, 0)

    def version(self, panel: Panel) -> int:
        if panel is Panel.LOG:
            return self._state.diary.version
        face = self._face(panel)
        if self._faces.get(panel) != face:
            self._faces[panel] = face
            self._bumps[panel] += 1
        return self._state.version(panel) + self._bumps[panel]

    def _face(self, panel: Panel) -> object:
        """What of the panel's picture moves with time alone."""
        feeds = self._state.feeds
        match panel:
            case Panel.STATUS:
                view = build_status(self._state)
                shown = (_shown(view.book), _shown(view.private), _shown(view.actions))
                return (*shown, view.posture, view.funding_in_seconds, view.stream_lag_ms, view.ack_p50_ms)
            case Panel.LADDER:
                return _shown(feeds.market_freshness())
            case Panel.CHART:
                return _shown(feeds.freshness(Surface.CANDLES))
            case Panel.POSITIONS | Panel.ACCOUNT:
                return _shown(feeds.freshness(Surface.PRIVATE))
            case Panel.ORDERS:
                ages = tuple(order_age_seconds(self._state, each) for each in self._state.ledger.unfinished())
                return (_shown(feeds.freshness(Surface.PRIVATE)), ages)
            case _:
                return None

    def status(self) -> StatusView:
        return build_status(self._state)

    def link(self) -> LinkView:
        return build_link(self._state)

    def ladder(self, group: int, depth: int) -> LadderView:
        return build_ladder(self._state, group, depth)

    def tape(self, limit: int) -> TapeView:
        market = self._state.market
        return market.tape.view(market.symbol, self._state.instrument, limit)

    def chart(self, limit: int, until_ms: int | None = None) -> ChartView:
        return build_chart(self._state, limit, until_ms)

    def fibonacci(self) -> FibonacciView:
        return build_fibonacci(self._state)

    def swings(self) -> tuple[SwingView, ...]:
        return build_swings(self._state)

    def positions(self) -> PositionsView:
        return build_positions(self._state)

    def orders(self) -> OrdersView:
        return build_orders(self._state)

    def order(self, key: str) -> OrderRow | None:
        return build_order(self._state, key)

    def fills(self, limit: int) -> FillsView:
        return build_fills(self._state, limit)

    def account(self) -> AccountView:
        return build_account(self._state)

    def history(self) -> HistoryView:
        return build_history(self._state)

    def harmony(self) -> HarmonyView:
        return build_harmony(self._state, self.history())

    def log(self, limit: int) -> LogView:
        return self._state.diary.view(limit)

    def symbols(self) -> tuple[str, ...]:
        return tuple(sorted(each.symbol for each in self._state.instruments.values() if each.tradable))

    def profiles(self) -> tuple[Profile, ...]:
        return tuple(self._state.options.profiles.values())

    def preview(self, draft: TicketDraft) -> TicketPreview:
        return build_preview(self._state, draft)

    def leverage(self, intent: SetLeverage) -> tuple[LeverageEffect, ...]:
        return leverage_effect(self._state, intent.symbol, intent.leverage, intent.hold_side)

    def protection(self, intent: Protect) -> ProtectPreview:
        return build_protect_preview(self._state, intent)


def _shown(freshness: Freshness) -> tuple[object, ...]:
    # A live surface shows no age; one in doubt shows whole seconds.
    live = freshness.health.value == "live"
    age = None if live or freshness.age_seconds is None else int(freshness.age_seconds)
    return (freshness.health, freshness.reason, age)
