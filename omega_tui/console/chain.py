"""A line on its way: its steps one after the other, with the waits between them.

It is moved on by whoever has a clock, and sleeps nowhere. A step that opens something after a wait was never
seen with its figures, so it is handed back to be asked for.
"""

from dataclasses import dataclass
from enum import Enum

from omega_tui.console.console import Console, Explained
from omega_tui.console.deeds import Care, Deed
from omega_tui.domain.orders import OrderState
from omega_tui.engine.intents import Receipt
from omega_tui.engine.views import Views
from omega_tui.language import commands as say
from omega_tui.language.commands import Step
from omega_tui.language.spelling import spell_script


class Progress(Enum):
    """Where a chain is."""

    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class News:
    """What a move of a chain brought: `words` for the trader, `good` unless something was refused; `ask` is
    the rest of the line when the trader has to look at it again."""

    progress: Progress
    words: str
    good: bool = True
    ask: str = ""


class Chain:
    """One confirmed line. Times are monotonic seconds."""

    def __init__(self, console: Console, views: Views, line: Explained) -> None:
        self._console = console
        self._views = views
        self._rest: list[tuple[Step, Deed]] = list(zip(line.steps, line.deeds, strict=True))
        self._keys: tuple[str, ...] = ()
        self._until: float | None = None
        self._answers: list[str] = []

    @property
    def waits(self) -> bool:
        """Whether it waits for a fill."""
        return self._until is not None

    def move(self, now: float) -> News:
        """Do what can be done at `now`."""
        if self._until is not None and (news := self._look(now)) is not None:
            return news
        while self._rest:
            step, deed = self._rest[0]
            if isinstance(step.command, say.Wait):
                self._rest.pop(0)
                self._until = now + step.command.seconds
                return self._look(now) or News(Progress.WAITING, self._said(deed.scope))
            if deed.later:
                deed = self._console.work_out(step)
                if deed.problems:
                    return self._stopped(deed.problems[0])
                if deed.care is Care.BY_RISK:
                    rest = spell_script(tuple(step for step, _ in self._rest))
                    return News(Progress.STOPPED, self._said("look at the rest again"), ask=rest)
            self._rest.pop(0)
            receipt = self._console.hand_over(step, deed)
            if not self._go_on(receipt):
                return self._stopped(receipt.text)
        return News(Progress.DONE, self._said(""))

    def stop(self) -> str:
        """Give up what was not done yet; says what that is."""
        rest = spell_script(tuple(step for step, _ in self._rest))
        self._rest, self._until = [], None
        return f"stopped; not done: {rest}" if rest else "stopped"

    def _go_on(self, receipt: Receipt) -> bool:
        """Take in an answer; False when the next step must not follow it."""
        if receipt.keys:
            self._keys = receipt.keys
        if receipt.taken:
            self._answers.append(receipt.text)
            return True
        # What was joined by & goes whether or not the one before was taken.
        if self._rest and not self._rest[0][0].after:
            self._answers.append(receipt.text)
            return True
        return False

    def _look(self, now: float) -> News | None:
        """Whether the wait is over: None when the chain goes on."""
        states = [row.state if row is not None else None for row in map(self._views.order, self._keys)]
        open_ = [state for state in states if state is not None and not state.terminal]
        filled = states.count(OrderState.FILLED)
        if states and filled == len(states):
            self._until = None
            return None
        if filled + len(open_) < len(states) or not states:
            return self._stopped("what it waits for will not be filled")
        if self._until is not None and now >= self._until:
            return self._stopped("it was not filled in time")
        return News(Progress.WAITING, "")

    def _stopped(self, reason: str) -> News:
        rest = spell_script(tuple(step for step, _ in self._rest))
        undone = f"; not done: {rest}" if rest else ""
        self._rest, self._until = [], None
        return News(Progress.STOPPED, self._said(f"{reason}{undone}"), good=False)

    def _said(self, last: str) -> str:
        words = "; ".join([*self._answers, *([last] if last else [])])
        self._answers.clear()
        return words
