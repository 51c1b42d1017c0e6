"""Learning by doing: one task at a time, each ticked off by what really happened. Pure; it draws nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.engine.views import Posture, Views
from omega_tui.ui.rows.status import KeyOf


@dataclass(frozen=True, slots=True)
class Seen:
    """What a task can be judged by; `stop` is None while no confirmed stop is known."""

    symbol: str
    positions: int
    stop: Decimal | None
    resting: int
    halted: bool

    @classmethod
    def of(cls, views: Views) -> "Seen":
        """As of now."""
        status, held = views.status(), views.positions().rows
        resting = [row for row in views.orders().rows if row.plan is None]
        stop = next((row.stop_price for row in held if row.protected == 1), None)
        return cls(status.symbol, len(held), stop, len(resting), status.posture is Posture.HALT)


@dataclass(frozen=True, slots=True)
class Lesson:
    """`words` name the keys; `done` compares how it was when the lesson began with how it is."""

    words: Callable[[KeyOf], str]
    done: Callable[[Seen, Seen], bool]


LESSONS = (
    Lesson(
        lambda key: f"Another market: {key('symbol')}, type eth, ENTER. All of this is play money.",
        lambda before, now: now.symbol != before.symbol,
    ),
    Lesson(
        lambda key: (
            f"Buy: {key('ticket.buy')}, type 100$, SHIFT TAB twice, m for market. ENTER asks, and says what "
            "it would do; ENTER again sends. ESC withdraws."
        ),
        lambda _, now: now.positions > 0,
    ),
    Lesson(
        lambda _: "The profile's stop comes along: wait until it is confirmed, SL and 100% in POSITIONS.",
        lambda _, now: now.stop is not None,
    ),
    Lesson(
        lambda key: (
            f"Move the stop: {key('protect')}, type a price a little nearer than the one it has, "
            "ENTER, read what it loses there, ENTER."
        ),
        lambda before, now: now.stop is not None and now.stop != before.stop,
    ),
    Lesson(
        lambda key: (
            f"A command: {key('command')} then buy 100$ @ -0.5% and ENTER twice. "
            "It is explained while you type."
        ),
        lambda _, now: now.resting > 0,
    ),
    Lesson(
        lambda key: (
            f"Take it back: {key('cancel.all')} says what it would cancel, ENTER does it. Stops stay."
        ),
        lambda _, now: now.resting == 0,
    ),
    Lesson(
        lambda key: f"Close the position: {key('flatten')}, ENTER. Its stop goes with it.",
        lambda _, now: now.positions == 0,
    ),
    Lesson(
        lambda key: f"Emergency: {key('halt')} lets no new risk through; {key('halt.now')} does it anywhere.",
        lambda _, now: now.halted,
    ),
    Lesson(
        lambda key: f"Resume: {key('halt')} again, ENTER.",
        lambda _, now: not now.halted,
    ),
)
_FAREWELL = "That is all it takes. {help} lists every key, {palette} finds any action, {quit} leaves."


class Tutor:
    """Where a learner is. `key` names an action's key in the keymap in force."""

    def __init__(self, views: Views, key: KeyOf) -> None:
        self._views = views
        self._key = key
        self._at = 0
        self._before = Seen.of(views)

    def tick(self) -> bool:
        """Time passed; True when a task was done, and the next one begins."""
        now = Seen.of(self._views)
        if self.finished or not LESSONS[self._at].done(self._before, now):
            return False
        self._at += 1
        self._before = now
        return True

    @property
    def finished(self) -> bool:
        """Whether every task was done."""
        return self._at >= len(LESSONS)

    @property
    def words(self) -> str:
        """The task, or the farewell."""
        if self.finished:
            names = {name: self._key(name) for name in ("help", "palette", "quit")}
            return _FAREWELL.format(**names)
        return f"{self._at + 1} of {len(LESSONS)} {LESSONS[self._at].words(self._key)}"


_PAGES: tuple[Callable[[KeyOf], str], ...] = (
    lambda key: (
        "Welcome. The top line says where orders go and how far the data can be trusted. "
        f"{key('dismiss')} goes on."
    ),
    lambda key: (
        f"Left the ladder, its middle is the market. {key('focus.next')} goes to the next panel, "
        f"{key('workspace.next')} to the next workspace, {key('symbol')} to another market."
    ),
    lambda key: (
        f"{key('ticket.buy')} and {key('ticket.sell')} open a ticket, {key('command')} a command line: "
        "both tell what they would do before ENTER sends it."
    ),
    lambda key: (
        "Each position shows how much of it stops at the exchange protect. "
        f"{key('protect')} moves them, {key('flatten')} closes, {key('halt')} halts."
    ),
    lambda key: (
        f"{key('help')} lists the keys, {key('palette')} finds any action; omega-tui tutor teaches by doing. "
        f"{key('dismiss')} closes this."
    ),
)


class Tour:
    """The first start's few pages, turned by hand; nothing waits for them."""

    def __init__(self, key: KeyOf) -> None:
        self._key = key
        self._at = 0

    def turn(self) -> bool:
        """To the next page; False when that was the last."""
        self._at += 1
        return self._at < len(_PAGES)

    @property
    def words(self) -> str:
        """The page."""
        at = min(self._at, len(_PAGES) - 1)
        return f"{at + 1} of {len(_PAGES)} {_PAGES[at](self._key)}"
