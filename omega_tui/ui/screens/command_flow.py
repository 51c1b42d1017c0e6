"""The life of a typed line: explained while it is typed, asked for by its risk, on its way, remembered."""

from collections.abc import Callable

from textual.widget import Widget

from omega_tui.clock import Ids
from omega_tui.console.chain import Chain, News, Progress
from omega_tui.console.console import Console, Explained
from omega_tui.console.deeds import Care
from omega_tui.console.names import Names
from omega_tui.engine.intents import Receipt
from omega_tui.engine.port import EnginePort
from omega_tui.language.completion import complete
from omega_tui.ui.confirming import loss_asks
from omega_tui.ui.history import History
from omega_tui.ui.kept import Kept
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.ticket_form import materially_different
from omega_tui.ui.trade_desk import TradeDesk

_FRESH_SECONDS = 0.25
_SECOND_ENTER_SECONDS = 0.8
_CHANGED = "the order changed while it waited: read it and press ENTER again"


class CommandFlow:
    """Moves the stage's command line through its life; `focus` gives a panel the keys and repaints."""

    def __init__(
        self,
        engine: EnginePort,
        stage: Stage,
        desk: TradeDesk,
        ids: Ids,
        kept: Kept,
        focus: Callable[[Widget], None],
    ) -> None:
        self._engine = engine
        self._stage = stage
        self._desk = desk
        self._focus = focus
        self._history = History(kept)
        self._console = Console(
            engine, ids, Names(kept.load("names"), lambda names: kept.save("names", names))
        )
        self._explained = Explained("")
        self._explained_at = 0.0
        self._armed: Explained | None = None
        self._chain: Chain | None = None
        self._closed_at = float("-inf")
        stage.command.complete = lambda text, cursor: complete(text, cursor, self._console.vocabulary)
        stage.command.recall = self._history.recall

    @property
    def running(self) -> bool:
        """Whether a line waits for a fill."""
        return self._chain is not None

    @property
    def just_closed(self) -> bool:
        """Whether an ENTER now was still meant for the line."""
        return self._desk.now - self._closed_at < _SECOND_ENTER_SECONDS

    def open(self, text: str = "") -> None:
        """Give the keys to the command line."""
        self._desk.disarm()
        self._stage.command.open(text)
        self._stage.show_command(True)
        self._focus(self._stage.command)

    def close(self) -> None:
        """Take the command line away and give the keys back."""
        if self._stage.command.is_open:
            self._stage.command.shut()
            self._stage.show_command(False)
            self._closed_at = self._desk.now
            self._focus(self._stage.chart if self._stage.has_class("-chart") else self._stage.ladder)

    def edited(self) -> None:
        """The text is another one: what was armed is not what it says."""
        self._desk.disarm()
        self._armed = None

    def paint(self) -> None:
        """Explain the text as the market stands now; while it is armed, as it was armed."""
        panel = self._stage.command
        if not panel.is_open:
            return
        if self._desk.armed is None:
            self._armed = None
        if self._armed is None and self._is_old(panel.typed):
            self._explained, self._explained_at = self._console.explain(panel.typed), self._desk.now
        line = self._armed or self._explained
        panel.paint(line, self._asks(line))

    def _is_old(self, typed: str) -> bool:
        """Whether the explanation is of another text, or of a market that has moved on."""
        return self._explained.text != typed or self._desk.now - self._explained_at >= _FRESH_SECONDS

    def enter(self) -> None:
        """ENTER on a text that is not armed: do it, or ask, or say what is wrong."""
        line = self._console.explain(self._stage.command.typed)
        if not line.steps and line.mistake is None:
            self.close()
        elif line.problems:
            self._desk.say(line.problems[0], "error bold")
        elif self._asks(line):
            self._armed = line
            self._desk.arm_act(line.scope, lambda: self._run_as_shown(line))
        else:
            self._run(line)

    def tick(self) -> None:
        """Time passed: a line that waits may go on."""
        if self._chain is not None:
            self._take(self._chain.move(self._desk.now))

    def stop(self) -> bool:
        """Give up a line that waits; True when there was one."""
        if self._chain is None:
            return False
        self._desk.say(self._chain.stop(), "warn")
        self._chain = None
        return True

    def _asks(self, line: Explained) -> bool:
        if line.care is Care.BY_RISK:
            views = self._engine.views
            return loss_asks(line.loss, views.account().equity, views.status().unasked)
        return line.care is Care.ALWAYS

    def _run_as_shown(self, line: Explained) -> Receipt | None:
        """The armed line, unless sending it now would do something else than what it said."""
        for deed in line.deeds:
            for order in deed.orders:
                if materially_different(order.preview, self._engine.views.preview(order.draft)):
                    self._desk.say(_CHANGED, "warn bold")
                    return None
        return self._run(line)

    def _run(self, line: Explained) -> Receipt:
        self._history.add(line.text)
        self._armed = None
        if self._chain is not None:
            self.stop()
        self.close()
        self._chain = Chain(self._console, self._engine.views, line)
        news = self._chain.move(self._desk.now)
        self._take(news)
        return Receipt(news.good, news.words)

    def _take(self, news: News) -> None:
        if news.progress is not Progress.WAITING:
            self._chain = None
        if news.words:
            self._desk.say(news.words, "good" if news.good else "error bold")
        if news.ask:
            self.open(news.ask)
