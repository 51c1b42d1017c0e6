"""The chart panel: its window into the candles, and the swing that is being picked on it."""

from collections.abc import Hashable, Sequence

from omega_tui.domain.market import Candle
from omega_tui.engine.chart_views import ChartView
from omega_tui.engine.views import Panel, Views
from omega_tui.ui.chart_window import ChartWindow, merged
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.chart import build_chart, columns_in_sight
from omega_tui.ui.rows.spans import Line


class ChartPanel(ViewPanel, can_focus=True):
    """Candles of the selected timeframe."""

    VIEW = Panel.CHART
    RATE = 4.0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._window = ChartWindow()
        self._view: ChartView | None = None
        self._shown: Sequence[Candle] = ()
        self.picked: Candle | None = None
        """The column taken as the first end of a swing."""

    @property
    def following(self) -> bool:
        """Whether it shows the newest candle and has no crosshair."""
        return self._window.until_ms is None and self._window.cursor_ms is None

    @property
    def wants_older(self) -> bool:
        """Whether the past that is known ends in sight and more of it may exist."""
        view = self._view
        return view is not None and view.older == 0 and not view.loading and not view.complete

    @property
    def at_crosshair(self) -> Candle | None:
        """The column under the crosshair."""
        cursor = self._window.cursor_ms
        if cursor is None:
            return None
        return next((each for each in reversed(self._shown) if each.start_ms <= cursor), None)

    def move(self, columns: int) -> None:
        """The crosshair by columns, older below zero."""
        if self._view is not None:
            self._window = self._window.moved(columns, self._shown, newest=self._view.newer == 0)

    def page(self, pages: int) -> None:
        """Half a screen, older below zero."""
        self.move(pages * max(1, self.size.width // 2))

    def zoom(self, step: int) -> None:
        """More candles a column (1) or fewer (-1)."""
        self._window = self._window.zoomed(step)

    def follow(self) -> None:
        """Back at the newest candle, nothing picked."""
        self._window, self.picked = self._window.following(), None

    def own_state(self) -> tuple[Hashable, ...]:
        return (self._window, self.picked)

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        view = self._pull(views, width)
        if self._view is not None and (view.symbol, view.timeframe) != (
            self._view.symbol,
            self._view.timeframe,
        ):
            self.follow()
            view = self._pull(views, width)
        self._view = view
        columns = merged(view.candles, self._window.merge, view.timeframe.milliseconds)
        self._shown = columns[max(0, len(columns) - columns_in_sight(view, width)) :]
        return build_chart(
            view,
            width,
            height,
            focused=self.has_focus,
            window=self._window,
            picked_ms=None if self.picked is None else self.picked.start_ms,
        )

    def _pull(self, views: Views, width: int) -> ChartView:
        window = self._window
        if window.until_ms is None:
            return views.chart(width * window.merge)
        span = views.chart(0).timeframe.milliseconds * window.merge
        return views.chart(width * window.merge, window.until_ms + span - 1)
