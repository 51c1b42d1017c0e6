"""What the keys do on the chart: look into the past, and pick the swing that the levels hang on."""

from collections.abc import Callable

from omega_tui.analytics.swings import LOOKBACK
from omega_tui.engine.intents import LoadOlderCandles, SelectSwing
from omega_tui.engine.port import EnginePort
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.trade_desk import TradeDesk


class ChartKeys:
    """`f` without a crosshair cycles between the ways a swing is found; with one it takes its ends."""

    def __init__(self, engine: EnginePort, stage: Stage, desk: TradeDesk) -> None:
        self._engine = engine
        self._chart = stage.chart
        self._desk = desk

    def routes(self) -> dict[str, Callable[[], None]]:
        """What each action does, by its id."""
        chart = self._chart
        return {
            "chart.older": lambda: self._look(lambda: chart.move(-1)),
            "chart.newer": lambda: self._look(lambda: chart.move(1)),
            "chart.back": lambda: self._look(lambda: chart.page(-1)),
            "chart.forth": lambda: self._look(lambda: chart.page(1)),
            "chart.turn.older": lambda: self._look(lambda: chart.turn(-1)),
            "chart.turn.newer": lambda: self._look(lambda: chart.turn(1)),
            "chart.now": chart.follow,
            "chart.nearer": lambda: chart.zoom(-1),
            "chart.farther": lambda: self._look(lambda: chart.zoom(1)),
            "swing": self._swing,
        }

    def _look(self, move: Callable[[], None]) -> None:
        move()
        if self._chart.wants_older:
            self._engine.submit(LoadOlderCandles())

    def _swing(self) -> None:
        column = self._chart.at_crosshair if self._chart.has_focus else None
        if column is None:
            lookback = LOOKBACK if self._engine.views.fibonacci().choice == "auto" else None
            self._desk.submit(SelectSwing(lookback))
            return
        first = self._chart.picked
        if first is None:
            self._chart.picked = column
            self._desk.say("first end taken: move on and press the key again at the other", "ink")
            return
        self._chart.picked = None
        older, newer = sorted((first, column), key=lambda candle: candle.start_ms)
        rises = newer.high - older.low >= older.high - newer.low
        points = (older.low, newer.high) if rises else (older.high, newer.low)
        self._desk.submit(SelectSwing(points=points))
