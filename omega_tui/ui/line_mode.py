"""The cockpit without a screen: one sentence a line, for screen readers and terminals that know no more.

The engine, the order language and the questions are the screen's. Nothing here reads or writes a terminal:
lines come in, sentences go out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from omega_tui.clock import Clock, Ids
from omega_tui.console.chain import Chain, News, Progress
from omega_tui.console.console import Console, Explained
from omega_tui.console.deeds import Care
from omega_tui.console.names import Names
from omega_tui.domain.text import safe_text
from omega_tui.engine.intents import ArmLive, UnlockDay
from omega_tui.engine.port import EnginePort
from omega_tui.engine.views import LogRow
from omega_tui.language.parser import VERB_NAMES
from omega_tui.ui.characters import as_ascii
from omega_tui.ui.confirming import loss_asks
from omega_tui.ui.history import History
from omega_tui.ui.kept import Kept
from omega_tui.ui.rows import sentences
from omega_tui.ui.ticket_form import materially_different

CONFIRM_SECONDS = 20.0
"""How long a question waits for its yes: reading aloud takes longer than looking."""

ALONE_SECONDS = 0.15
"""A yes that comes sooner was typed together with its command: nobody has read what it would send."""

_LONGEST = 2000
_NEWEST_LOG = 200


@dataclass(frozen=True, slots=True)
class _Question:
    line: Explained
    asked_at: float


class LineMode:
    """One session. `say` takes a finished sentence; `sends` is False where lines come from no person."""

    def __init__(
        self,
        engine: EnginePort,
        clock: Clock,
        ids: Ids,
        kept: Kept,
        say: Callable[[str], None],
        *,
        sends: bool,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._say = say
        self._sends = sends
        names = Names(kept.load("names"), lambda names: kept.save("names", names))
        self._console = Console(engine, ids, names)
        self._history = History(kept)
        self._question: _Question | None = None
        self._chain: Chain | None = None
        self._told: LogRow | None = None
        self.ended = False
        """Whether the trader asked to leave."""

    def greet(self) -> None:
        """The first words: where orders go, and how to get on."""
        self._tell(sentences.status(self._engine.views.status()))
        self._tell(["help lists the commands, quit leaves."])

    def take(self, text: str, at: float) -> None:
        """A line was typed, and its end read at this moment of the clock."""
        question, self._question = self._question, None
        text = text.strip()
        if question is not None:
            self._answer(question, text, at - question.asked_at)
        elif text:
            self._do(text)

    def tick(self) -> None:
        """Time passed: tell what happened, and let a line that waits go on."""
        rows = self._engine.views.log(_NEWEST_LOG).rows
        at = next((i for i in range(len(rows) - 1, -1, -1) if rows[i] == self._told), -1)
        for row in rows[at + 1 :]:
            self._tell([row.text])
        self._told = rows[-1] if rows else None
        if self._chain is not None:
            self._take(self._chain.move(self._clock.monotonic()))
        question = self._question
        if question is not None and self._clock.monotonic() - question.asked_at > CONFIRM_SECONDS:
            self._question = None
            self._tell(["The question is withdrawn: nothing was sent."])

    def _do(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        looks = self._looks().get(word.lower())
        if looks is not None:
            self._tell(looks())
        elif word.lower() == "unlock":
            self._unlock(rest.strip())
        else:
            self._command(text)

    def _looks(self) -> dict[str, Callable[[], Iterable[str]]]:
        views = self._engine.views
        return {
            "positions": lambda: sentences.positions(views.positions()),
            "orders": lambda: sentences.orders(views.orders()),
            "fills": lambda: sentences.fills(views.fills(20)),
            "book": lambda: sentences.book(views.ladder(1, 5)),
            "account": lambda: sentences.account(views.account()),
            "status": lambda: sentences.status(views.status()),
            "levels": lambda: sentences.levels(views.fibonacci()),
            "help": self._help,
            "quit": self._leave,
        }

    def _help(self) -> list[str]:
        return [
            f"To look: {', '.join(word for word in self._looks() if word not in ('help', 'quit'))}.",
            f"To act: {', '.join(sorted(VERB_NAMES))}.",
            "Sizes carry their unit, as in buy 100$ @ -0.1% sl 1%.",
            "explain in front of a command tells what it would do, and sends nothing.",
            "unlock takes the phrase of LIVE or of the day.",
            "quit leaves; what rests at the exchange stays there.",
        ]

    def _leave(self) -> list[str]:
        self.ended = True
        return [sentences.what_stays(self._engine.views)]

    def _unlock(self, phrase: str) -> None:
        status = self._engine.views.status()
        wanted = status.live_phrase or status.day_phrase
        if not wanted:
            self._tell(["Nothing is locked."])
        elif not phrase:
            self._tell([f"Type: unlock {wanted}"])
        else:
            intent = ArmLive(phrase) if status.live_phrase else UnlockDay(phrase)
            self._tell([self._engine.submit(intent).text])

    def _command(self, text: str) -> None:
        line = self._console.explain(text)
        if line.problems:
            self._tell([f"Not done: {problem}" for problem in line.problems])
        elif not self._sends and any(deed.intents for deed in line.deeds):
            self._tell(["Not sent: lines of a pipe only look. omega-tui order and its like are for scripts."])
        elif self._asks(line):
            self._tell([f"{line.scope}.", *(f"{figure}." for deed in line.deeds for figure in deed.figures)])
            self._tell([f"Type yes within {CONFIRM_SECONDS:.0f} seconds to send, anything else withdraws."])
            self._question = _Question(line, self._clock.monotonic())
        else:
            self._run(line)

    def _asks(self, line: Explained) -> bool:
        if line.care is Care.BY_RISK:
            views = self._engine.views
            return loss_asks(line.loss, views.account().equity, views.status().unasked)
        return line.care is Care.ALWAYS

    def _answer(self, question: _Question, text: str, waited: float) -> None:
        if text.lower() != "yes":
            self._tell(["Withdrawn: nothing was sent."])
            if text:
                self._do(text)
        elif waited < ALONE_SECONDS:
            self._tell(["That yes came together with the command: nothing was sent."])
        elif waited > CONFIRM_SECONDS:
            self._tell(["That yes came too late: nothing was sent."])
        elif self._moved_on(question.line):
            self._tell(["The order changed while it waited: nothing was sent. Give the command again."])
        else:
            self._run(question.line)

    def _moved_on(self, line: Explained) -> bool:
        orders = (order for deed in line.deeds for order in deed.orders)
        preview = self._engine.views.preview
        return any(materially_different(order.preview, preview(order.draft)) for order in orders)

    def _run(self, line: Explained) -> None:
        self._history.add(line.text)
        if self._chain is not None:
            self._tell([self._chain.stop()])
        self._chain = Chain(self._console, self._engine.views, line)
        self._take(self._chain.move(self._clock.monotonic()))

    def _take(self, news: News) -> None:
        if news.progress is not Progress.WAITING:
            self._chain = None
        if news.words:
            self._tell([news.words])
        if news.ask:
            self._command(news.ask)

    def _tell(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._say(as_ascii(safe_text(line, _LONGEST)))
