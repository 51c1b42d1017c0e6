"""Where the panels stand: composes them, arranges them for the size, zooms, switches and opens the ticket's
place."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from omega_tui.ui.keymaps import Keymap
from omega_tui.ui.panels.account import AccountPanel
from omega_tui.ui.panels.base import ViewPanel
from omega_tui.ui.panels.bottom import FooterPanel, PromptPanel
from omega_tui.ui.panels.chart import ChartPanel
from omega_tui.ui.panels.command_line import CommandLinePanel
from omega_tui.ui.panels.fibonacci import FibonacciPanel
from omega_tui.ui.panels.fills import FillsPanel
from omega_tui.ui.panels.ladder import LadderPanel
from omega_tui.ui.panels.log import LogPanel
from omega_tui.ui.panels.past import EquityPanel, HistoryPanel, StatisticsPanel
from omega_tui.ui.panels.reports import LinkPanel, RiskPanel
from omega_tui.ui.panels.status import AlarmPanel, StatusPanel
from omega_tui.ui.panels.tables import OrdersPanel, PositionsPanel
from omega_tui.ui.panels.tape import TapePanel
from omega_tui.ui.panels.ticket import TicketPanel
from omega_tui.ui.panels.tutor import TutorPanel
from omega_tui.ui.rows.spans import notice
from omega_tui.ui.screens.layout import Layout, layout_for, too_small_words
from omega_tui.ui.screens.workspaces import Workspace
from omega_tui.ui.widgets.line_panel import LinePanel
from omega_tui.ui.widgets.style_book import StyleBook

_TABLES = {
    Layout.SMALL: ("positions", "orders", "fills", "log"),
    Layout.MEDIUM: ("log", "fills"),
}
"""Tables that share one place, in the order of the switch key."""

_WITH_MARKET = (Workspace.TRADE, Workspace.CHART)
"""Workspaces that show the market, which a ticket needs beside it."""


class Row(Horizontal):
    """Panels side by side. It draws only its ground."""

    BLANK = True


class Stack(Vertical):
    """Panels above each other. It draws only its ground."""

    BLANK = True


class Stage(Stack):
    """All panels. Style classes carry the arrangement; nothing here changes between two keys or resizes."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(id="stage")
        self.status = StatusPanel(keymap.shown, id="status")
        self.tutor = TutorPanel(id="tutor")
        self.alarm = AlarmPanel(keymap.shown, id="alarm")
        self.ladder = LadderPanel(id="ladder")
        self.chart = ChartPanel(id="chart")
        self.tape = TapePanel(id="tape")
        self.fibonacci = FibonacciPanel(id="fibonacci")
        self.account = AccountPanel(id="account")
        self.ticket = TicketPanel(keymap.passed_on, id="ticket")
        self.positions = PositionsPanel(id="positions")
        self.orders = OrdersPanel(id="orders")
        self.fills = FillsPanel(id="fills")
        self.log_panel = LogPanel(id="log")
        self.risk = RiskPanel(id="risk")
        self.history = HistoryPanel(id="history")
        self.statistics = StatisticsPanel(id="statistics")
        self.equity = EquityPanel(id="equity")
        self.link = LinkPanel(id="link")
        self.command = CommandLinePanel(keymap.passed_on, id="command")
        self.prompt = PromptPanel(id="prompt")
        self.footer = FooterPanel(id="footer")
        self.too_small = LinePanel(id="too-small")
        self.arrangement = Layout.TINY
        self.workspace = Workspace.TRADE
        self._table = 0

    def compose(self) -> ComposeResult:
        yield self.too_small
        yield self.status
        yield self.alarm
        yield self.tutor
        with Row(id="market"):
            yield self.ladder
            with Stack(id="centre"):
                yield self.chart
                yield self.tape
            with Stack(id="side"):
                yield self.fibonacci
                yield self.account
                yield self.ticket
        with Row(id="tables"):
            with Stack(id="held"):
                yield self.positions
                yield self.orders
            with Stack(id="past"):
                yield self.fills
                yield self.log_panel
                yield self.risk
                yield self.history
                with Stack(id="figures"):
                    yield self.statistics
                    yield self.equity
                yield self.link
        yield self.command
        yield self.prompt
        yield self.footer

    @property
    def view_panels(self) -> tuple[ViewPanel, ...]:
        """Panels that draw a picture of the engine."""
        return (
            self.status,
            self.alarm,
            self.ladder,
            self.tape,
            self.chart,
            self.fibonacci,
            self.account,
            self.positions,
            self.orders,
            self.fills,
            self.log_panel,
            self.risk,
            self.history,
            self.statistics,
            self.equity,
            self.link,
        )

    @property
    def zoomed(self) -> bool:
        """Whether one panel stands alone."""
        return self.has_class("-zoom")

    @property
    def small(self) -> bool:
        """Whether ladder and chart share one place."""
        return self.arrangement in (Layout.SMALL, Layout.COMPACT)

    def use_styles(self, style_book: StyleBook) -> None:
        """Draw every panel with these styles."""
        for panel in self._line_panels():
            panel.use_styles(style_book)

    def lay_out(self, columns: int, rows: int) -> None:
        """The layout for this size; zoom and the shared place's choice are kept."""
        self.arrangement = layout_for(columns, rows)
        for layout in Layout:
            self.set_class(layout is self.arrangement, layout.value)
        if self.arrangement is Layout.TINY:
            self.too_small.show(notice(too_small_words(columns, rows), columns, rows, "warn bold"))
        self._show_table()

    def switch_tables(self) -> Widget | None:
        """Show the next table of the shared place and name it; None where nothing is shared."""
        if self.arrangement not in _TABLES or self.workspace not in _WITH_MARKET:
            return None
        self._table += 1
        return self._show_table()

    @property
    def table(self) -> int:
        """Which table stands in the shared place, counted from the first start."""
        return self._table

    @property
    def charts(self) -> bool:
        """Whether the chart stands where ladder and chart share a place."""
        return self.has_class("-chart")

    def share(self, table: object, *, chart: bool) -> None:
        """Put into the shared places what stood there before; a table that is no number counts as none."""
        self._table = table if isinstance(table, int) and table >= 0 else 0
        self.set_class(chart, "-chart")
        self._show_table()

    def switch_chart(self) -> Widget:
        """Ladder or chart, where one place serves both; the one now shown."""
        self.toggle_class("-chart")
        return self.chart if self.has_class("-chart") else self.ladder

    def show_alarm(self, shown: bool) -> None:
        """Give the alarm its line, or take it away."""
        self.set_class(shown, "-alarm")

    def show_tutor(self, shown: bool) -> None:
        """Give the tutor, or the tour, its lines, or take them away."""
        self.set_class(shown, "-tutor")

    def show_ticket(self, shown: bool) -> None:
        """Give the ticket its place, or take it away; it stands beside the market, wherever it was opened."""
        self.set_class(shown, "-ticket")
        self._arrange()

    def show_command(self, shown: bool) -> None:
        """Give the command line its place, or take it away."""
        self.set_class(shown, "-command")

    def open_workspace(self, workspace: Workspace) -> Widget:
        """Arrange the screen for this; the panel that takes the keys there."""
        self.workspace = workspace
        self.status.workspace = "" if workspace is Workspace.TRADE else workspace.title
        self._arrange()
        firsts: dict[Workspace, Widget] = {
            Workspace.CHART: self.chart,
            Workspace.RISK: self.positions,
            Workspace.ORDERS: self.orders,
            Workspace.HISTORY: self.history,
            Workspace.LINK: self.log_panel,
        }
        return firsts.get(workspace, self.ladder)

    def _arrange(self) -> None:
        ticket = self.has_class("-ticket") and self.workspace not in _WITH_MARKET
        # A zoomed panel stands alone: what a workspace says of the others would outweigh that.
        shown = Workspace.TRADE if ticket or self.zoomed else self.workspace
        for workspace in Workspace:
            self.set_class(workspace is shown, workspace.value)

    def zoom(self, panel: Widget | None) -> None:
        """This panel alone, or all of them again for None."""
        for widget in self.query(".-zoomed"):
            widget.remove_class("-zoomed")
        self.set_class(panel is not None, "-zoom")
        self._arrange()
        if panel is not None:
            for node in panel.ancestors_with_self:
                if node is self:
                    break
                node.add_class("-zoomed")

    def hide_money(self, hidden: bool) -> None:
        """Turn privacy on or off in every panel."""
        for panel in self.view_panels:
            panel.private = hidden

    def _show_table(self) -> Widget | None:
        names = _TABLES.get(self.arrangement)
        if names is None:
            return None
        shown = names[self._table % len(names)]
        panels: dict[str, Widget] = {
            "positions": self.positions,
            "orders": self.orders,
            "fills": self.fills,
            "log": self.log_panel,
        }
        for name in panels:
            self.set_class(name == shown, f"-show-{name}")
        return panels[shown]

    def _line_panels(self) -> Iterator[LinePanel]:
        yield from self.view_panels
        yield from (self.tutor, self.ticket, self.command, self.prompt, self.footer, self.too_small)
