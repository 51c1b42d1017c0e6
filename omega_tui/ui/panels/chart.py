"""The chart panel: its window into the candles, and the swing that is being picked on it."""

from collections.abc import Hashable, Sequence

from omega_tui.analytics.swings import Bar, fractals
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.engine.chart_views import ChartView
from omega_tui.engine.views import Panel, Views
from omega_tui.ui.chart_window import ChartWindow, column_starts, merged
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.rows.chart import build_chart, columns_in_sight
from omega_tui.ui.rows.spans import Line

_EVERY = 1_000_000
"""More candles than are ever kept."""

_SETTLING = 4


class ChartPanel(ViewPanel, can_focus=True):
    """Candles of the selected timeframe."""

    VIEW = Panel.CHART
    RATE = 4.0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._window = self._settled = ChartWindow()
        self._view: ChartView | None = None
        self._shown: Sequence[Candle] = ()
        self._starts: Sequence[int] = ()
        self._plot = 0
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
        cursor = self._settled.cursor_ms
        return next((each for each in self._shown if each.start_ms == cursor), None)

    def move(self, columns: int) -> None:
        """The crosshair by columns, older below zero."""
        self._window = self._window.moved(columns, self._starts, self._plot)

    def page(self, pages: int) -> None:
        """Half a screen, older below zero."""
        self.move(pages * max(1, self.size.width // 2))

    def turn(self, step: int) -> None:
        """The crosshair to the next turning point in sight, older below zero; half a screen where none is."""
        bars = [Bar(each.start_ms, each.high, each.low, each.close) for each in self._shown]
        points = [each.start_ms for each in fractals(bars)]
        here = self._settled.cursor_ms
        if here is None:
            here = self._shown[-1].start_ms + 1 if self._shown else 0
        older, newer = [at for at in points if at < here], [at for at in points if at > here]
        found = older[-1:] if step < 0 else newer[:1]
        if found:
            self._window = self._window.turned_to(found[0], self._starts, self._plot)
        else:
            self.page(step)

    def zoom(self, step: int) -> None:
        """More candles a column (1) or fewer (-1)."""
        self._window = self._window.zoomed(step)

    def follow(self) -> None:
        """Back at the newest candle, nothing picked."""
        self._window, self.picked = self._window.following(), None

    def own_state(self) -> tuple[Hashable, ...]:
        return (self._window, self.picked)

    def build(self, views: Views, width: int, height: int) -> list[Line]:
        view = self._settle(views, width)
        if self._view is not None and _course(view) != _course(self._view):
            self.follow()
            view = self._settle(views, width)
        self._view = view
        self._shown = self._columns(view)
        return build_chart(
            view,
            width,
            height,
            focused=self.has_focus,
            window=self._settled,
            picked_ms=None if self.picked is None else self.picked.start_ms,
        )

    def _settle(self, views: Views, width: int) -> ChartView:
        """The picture of the window over what is known now. The room beside the price axis depends on the
        prices in sight, and they on the window: it is settled when the room no longer changes."""
        self._settled = self._window
        view = self._pull(views, width)
        for _ in range(_SETTLING):
            self._plot = columns_in_sight(view, width)
            known = view if self.following else views.chart(_EVERY)
            self._starts = column_starts(known.candles, self._window.merge, view.timeframe.milliseconds)
            settled = self._window.settled(self._starts, self._plot)
            if settled == self._settled:
                break
            self._settled = settled
            view = self._pull(views, width)
        return view

    def _pull(self, views: Views, width: int) -> ChartView:
        window = self._settled
        limit = (width + 1) * window.merge
        if window.until_ms is None:
            return views.chart(limit)
        span = views.chart(0).timeframe.milliseconds * window.merge
        return views.chart(limit, window.until_ms + span - 1)

    def _columns(self, view: ChartView) -> Sequence[Candle]:
        columns = merged(view.candles, self._window.merge, view.timeframe.milliseconds)
        return columns[-self._plot :] if self._plot else ()


def _course(view: ChartView) -> tuple[str, Timeframe]:
    return view.symbol, view.timeframe
