"""What the keys do that change what is shown, and nothing else."""

from collections.abc import Callable

from textual.widget import Widget

from omega_tui.domain.market import Timeframe
from omega_tui.engine.intents import SelectTimeframe
from omega_tui.engine.port import EnginePort
from omega_tui.ui import format as text_of
from omega_tui.ui.announcing import Bells
from omega_tui.ui.kept import Kept
from omega_tui.ui.panels.tables import TablePanel
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.screens.trading_keys import Ask
from omega_tui.ui.screens.workspaces import Workspace
from omega_tui.ui.trade_desk import TradeDesk

_PAGE = 10
_LAYOUT = "layout"


class LookingKeys:
    """`focused` says which panel has the keys, `focus` gives them to another, `repaint` draws after the
    layout settled."""

    def __init__(
        self,
        engine: EnginePort,
        stage: Stage,
        desk: TradeDesk,
        focused: Callable[[], Widget | None],
        focus: Callable[[Widget], None],
        repaint: Callable[[], None],
        ask: Ask,
        kept: Kept,
        bells: Bells,
    ) -> None:
        self._engine = engine
        self._stage = stage
        self._desk = desk
        self._focused = focused
        self._focus = focus
        self._repaint = repaint
        self._ask = ask
        self._kept = kept
        self._bells = bells
        self.private = False
        """Whether amounts of money are hidden."""

    def routes(self) -> dict[str, Callable[[], None]]:
        """What each action does, by its id."""
        ladder = self._stage.ladder
        openings: dict[str, Callable[[], None]] = {
            f"workspace.{each.digit}": lambda each=each: self._open(each)  # type: ignore[misc]
            for each in Workspace
        }
        return openings | {
            "workspace.next": lambda: self._open(self._stage.workspace.beside(1)),
            "workspace.previous": lambda: self._open(self._stage.workspace.beside(-1)),
            "cursor.up": lambda: self._move(1),
            "cursor.down": lambda: self._move(-1),
            "page.up": lambda: self._move(_PAGE),
            "page.down": lambda: self._move(-_PAGE),
            "recentre": ladder.recentre,
            "group.coarser": lambda: ladder.regroup(1),
            "group.finer": lambda: ladder.regroup(-1),
            "symbol": lambda: self._ask("symbol", ""),
            "timeframe": self._next_timeframe,
            "switch": self._switch_tables,
            "chart": self._switch_chart,
            "zoom": self._zoom,
            "copy": self._copy,
            "bell": self._toggle_bell,
            "suspend": lambda: self._ask("suspend", ""),
            "privacy": self._toggle_privacy,
            "theme": lambda: self._ask("theme", ""),
            "theme.swap": lambda: self._ask("theme.swap", ""),
        }

    def restore(self) -> None:
        """Arrange the screen as it was left."""
        kept = self._kept.load(_LAYOUT)
        self._stage.share(kept.get("table"), chart=kept.get("chart") is True)
        workspace = Workspace.kept(kept.get("workspace"))
        if workspace is not Workspace.TRADE:
            self._open(workspace)

    def _open(self, workspace: Workspace) -> None:
        self._stage.zoom(None)
        self._focus(self._stage.open_workspace(workspace))
        self._keep()

    def _keep(self) -> None:
        stage = self._stage
        shown = {"workspace": stage.workspace.title, "table": stage.table, "chart": stage.charts}
        self._kept.save(_LAYOUT, shown)

    def zoom_off(self) -> None:
        """All panels again."""
        self._stage.zoom(None)
        self._repaint()

    def _zoom(self) -> None:
        self._stage.zoom(None if self._stage.zoomed else self._focused())
        self._repaint()

    def _move(self, rows: int) -> None:
        panel = self._focused()
        if panel is self._stage.ladder:
            self._stage.ladder.move_cursor(rows)
        elif isinstance(panel, TablePanel):
            panel.move_cursor(rows)

    def _next_timeframe(self) -> None:
        frames = list(Timeframe)
        current = self._engine.views.chart(1).timeframe
        self._desk.submit(SelectTimeframe(frames[(frames.index(current) + 1) % len(frames)]))

    def _switch_tables(self) -> None:
        shown = self._stage.switch_tables()
        if shown is not None:
            self._focus(shown)
            self._keep()

    def _switch_chart(self) -> None:
        self._focus(self._stage.switch_chart())
        self._keep()

    def _toggle_privacy(self) -> None:
        self.private = not self.private
        self._stage.hide_money(self.private)

    def _copy(self) -> None:
        status = self._engine.views.status()
        at_cursor = self._stage.ladder.cursor_order()
        price = at_cursor[1] if at_cursor is not None else status.last_price
        if price is None or status.instrument is None:
            self._desk.say("no price to copy yet", "muted")
            return
        text = text_of.number(price, status.instrument.price_places).replace(",", "")
        self._ask("copy", text)

    def _toggle_bell(self) -> None:
        at_cursor, status = self._stage.ladder.cursor_order(), self._engine.views.status()
        if at_cursor is None or status.last_price is None:
            self._desk.say("move the cursor to a price first", "muted")
            return
        self._desk.say(self._bells.toggle(status.symbol, at_cursor[1], status.last_price), "ink")
        self._stage.ladder.bells = self._bells.prices(status.symbol)
