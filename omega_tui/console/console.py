"""The console: knows the trader's names, works lines out, and hands them over step by step.

It asks nothing by itself: whoever shows a line also asks for its ENTER. What a line was explained as is what
is handed over; a step that follows a wait is worked out when its time comes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.clock import Ids
from omega_tui.console.deeds import Care, Deed
from omega_tui.console.facts import short_ids
from omega_tui.console.handling import Handler
from omega_tui.console.names import Names
from omega_tui.console.orders import OrderMaker
from omega_tui.engine.intents import AmendOrder, CancelAll, CancelOrder, Intent, LoadSwing, Receipt
from omega_tui.engine.port import EnginePort
from omega_tui.language import commands as say
from omega_tui.language.commands import Step
from omega_tui.language.mistakes import Mistake, SwingNotLoaded, Unresolved
from omega_tui.language.parser import parse
from omega_tui.language.spelling import spell
from omega_tui.language.vocabulary import Vocabulary

_LATER = "is understood and comes with the algorithms: nothing is sent"


@dataclass(frozen=True, slots=True)
class Explained:
    """A line worked out: a deed for every step, or the mistake in it."""

    text: str
    steps: tuple[Step, ...] = ()
    deeds: tuple[Deed, ...] = ()
    mistake: Mistake | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """What forbids handing it over; empty when it may be."""
        if self.mistake is not None:
            return (self.mistake.words,)
        return tuple(problem for deed in self.deeds for problem in deed.problems)

    @property
    def scope(self) -> str:
        """The whole line in one sentence."""
        return "; ".join(deed.scope for deed in self.deeds)

    @property
    def care(self) -> Care:
        """The greatest care that any of its deeds takes."""
        cares = [deed.care for deed in self.deeds]
        return next((care for care in (Care.ALWAYS, Care.BY_RISK) if care in cares), Care.NONE)

    @property
    def loss(self) -> Decimal | None:
        """What its orders lose together at their stops; None when that is not known of one."""
        losses = [deed.loss for deed in self.deeds]
        known = [loss for loss in losses if loss is not None]
        return sum(known, Decimal(0)) if len(known) == len(losses) else None


class Console:
    """Commands of one session over one engine."""

    def __init__(self, engine: EnginePort, ids: Ids, names: Names) -> None:
        self._engine = engine
        self._orders = OrderMaker(engine.views, ids)
        self._handler = Handler(engine.views)
        self.names = names
        self._newest: tuple[str, ...] = ()
        """Row keys of what the newest command that placed anything placed."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The names that a line may use now."""
        views = self._engine.views
        return Vocabulary(
            markets=views.symbols(),
            profiles=tuple(profile.name for profile in views.profiles()),
            orders=tuple(short_ids(views.orders().rows)),
            aliases=self.names.aliases,
            variables=self.names.variables,
        )

    def explain(self, text: str) -> Explained:
        """What a line would do now. Never raises for anything typed."""
        try:
            steps = parse(text, self.vocabulary)
        except Mistake as mistake:
            return Explained(text, mistake=mistake)
        if steps and isinstance(steps[0].command, say.Explain):
            inner = self.explain(steps[0].command.text)
            words = inner.scope or "; ".join(inner.problems)
            lines = (*inner.problems, *(figure for deed in inner.deeds for figure in deed.figures))
            return Explained(text, steps, (Deed(f"would {words}", figures=lines),))
        return Explained(text, steps, tuple(self._worked_out(steps)))

    def work_out(self, step: Step) -> Deed:
        """What one step comes to now."""
        try:
            return self._deed(step.command)
        except SwingNotLoaded as missing:
            receipt = self._engine.submit(LoadSwing(missing.timeframe))
            return Deed(spell(step.command), problems=(receipt.text,))
        except Unresolved as problem:
            return Deed(spell(step.command), problems=(str(problem),))

    def hand_over(self, step: Step, deed: Deed) -> Receipt:
        """Have the engine take a deed up; its answer, or the first refusal."""
        if not deed.intents:
            return Receipt(True, self.names.take(step.command) or deed.scope)
        receipts = [self._engine.submit(intent) for intent in deed.intents]
        keys = tuple(key for receipt in receipts for key in receipt.keys)
        self._remember(deed, keys)
        answer = next((receipt for receipt in receipts if receipt.taken), receipts[0])
        # That there was nothing to cancel is what was wanted.
        wanted = all(isinstance(intent, CancelAll) for intent in deed.intents)
        return Receipt(answer.taken or wanted, answer.text, keys)

    def _remember(self, deed: Deed, keys: tuple[str, ...]) -> None:
        """What `undo` would take back: what was placed, and what took the place of it since."""
        if deed.orders and keys:
            self._newest = keys
        replaced = {intent.key for intent in deed.intents if isinstance(intent, AmendOrder)}
        if replaced & set(self._newest):
            self._newest = (*self._newest, *keys)

    def _worked_out(self, steps: Iterable[Step]) -> Iterable[Deed]:
        waited = False
        for index, step in enumerate(steps):
            deed = self.work_out(step)
            waits = isinstance(step.command, say.Wait)
            if not waits and (waited or (index and deed.problems)):
                # What stands in its way now may be gone by then: what comes before it is not held up.
                words = f"then {spell(step.command)}, worked out when its time comes"
                deed = Deed(words, figures=() if waited else deed.problems, later=True)
            yield deed
            waited = waited or waits

    def _deed(self, command: say.Command) -> Deed:
        match command:
            case say.Entry():
                return self._orders.entry(command)
            case say.TriggerEntry():
                return self._orders.trigger(command)
            case say.TrailEntry():
                return self._orders.trail(command)
            case say.Scale():
                return self._orders.scale(command)
            case say.FibScale():
                return self._orders.across(command)
            case say.Close():
                return self._handler.close(command)
            case say.FlattenAll():
                return self._handler.flatten(command)
            case say.TurnRound():
                return self._handler.reverse()
            case say.Guard():
                return self._handler.guard(command)
            case _:
                return self._other(command)

    def _other(self, command: say.Command) -> Deed:
        match command:
            case say.Cancel():
                return self._handler.cancel(command)
            case say.Move():
                return self._handler.move(command)
            case say.Bump():
                return self._handler.bump(command)
            case say.Undo():
                return self._undo()
            case say.Leverage():
                return self._handler.leverage(command)
            case say.Margin() | say.Mode() | say.Profile():
                return self._handler.setting(command)
            case say.Symbol() | say.Swing() | say.Stand() | say.Note():
                return self._handler.session(command)
            case say.Wait(seconds):
                return Deed(f"wait until it is filled, at most {seconds} s")
            case say.Later(verb):
                return Deed(f"{verb} {_LATER}")
            case _:
                return Deed(self.names.words(command))

    def _undo(self) -> Deed:
        """Cancel what the newest command placed and still rests. Raises Unresolved."""
        rows = [self._engine.views.order(key) for key in self._newest]
        resting = [row for row in rows if row is not None and not row.state.terminal]
        if not resting:
            raise Unresolved("nothing that the newest command placed still rests")
        filled = sum(bool(row.filled) for row in rows if row is not None)
        words = (f"{filled} of them traded already: that stays",) if filled else ()
        intents: tuple[Intent, ...] = tuple(CancelOrder(row.key) for row in resting)
        return Deed(f"undo: cancel {len(resting)} of {len(rows)} orders", intents, Care.NONE, words)
