"""Trading at the ladder's cursor: limit, trigger and stop there, own orders moved along the rows."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from omega_tui.clock import Ids
from omega_tui.console.deeds import Deed
from omega_tui.console.facts import find_position
from omega_tui.console.orders import OrderMaker
from omega_tui.domain.orders import Side
from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.intents import AmendOrder, Protect
from omega_tui.engine.port import EnginePort
from omega_tui.language.commands import Entry, TriggerEntry
from omega_tui.language.mistakes import Mistake, Unresolved
from omega_tui.language.reading import read_risk, read_size
from omega_tui.language.terms import Price, Size
from omega_tui.ui import format as text_of
from omega_tui.ui.screens.stage import Stage
from omega_tui.ui.screens.ticket_flow import TicketFlow
from omega_tui.ui.trade_desk import TradeDesk

_NO_CURSOR = "move the cursor to a price first"


class LadderKeys:
    """`sizes` are the presets on the digits, in the order language."""

    def __init__(
        self,
        engine: EnginePort,
        stage: Stage,
        desk: TradeDesk,
        tickets: TicketFlow,
        ids: Ids,
        sizes: Sequence[str],
    ) -> None:
        self._engine = engine
        self._stage = stage
        self._desk = desk
        self._tickets = tickets
        self._maker = OrderMaker(engine.views, ids)
        self._sizes = tuple(sizes)

    def routes(self) -> dict[str, Callable[[], None]]:
        """What each action does, by its id."""
        choices: dict[str, Callable[[], None]] = {
            f"size.{digit}": lambda digit=digit: self._choose(digit)  # type: ignore[misc]
            for digit in range(10)
        }
        return choices | {
            "order.here": self._limit_here,
            "trigger.here": self._trigger_here,
            "stop.here": self._stop_here,
            "order.up": lambda: self._move(1),
            "order.down": lambda: self._move(-1),
        }

    def _choose(self, digit: int) -> None:
        """The preset of a digit; 0 for none, so that ENTER opens the ticket."""
        if digit > len(self._sizes):
            self._desk.say(f"there is no size on {digit}: [ladder] sizes has {len(self._sizes)}", "muted")
            return
        size = self._sizes[digit - 1] if digit else ""
        self._stage.ladder.size_preset = size
        words = f"ENTER on a row orders {size}" if size else "ENTER on a row opens the ticket"
        self._desk.say(words, "ink")

    def _limit_here(self) -> None:
        at_cursor = self._stage.ladder.cursor_order()
        size = self._preset()
        if at_cursor is None or size is None:
            self._tickets.open_here()
            return
        side, price = at_cursor
        self._propose(lambda: self._maker.entry(Entry(side, size, Price(price))))

    def _trigger_here(self) -> None:
        """A stop entry: a buy above the market, a sell below it."""
        at_cursor = self._stage.ladder.cursor_order()
        size = self._preset()
        if at_cursor is None:
            self._desk.say(_NO_CURSOR, "muted")
        elif size is None:
            self._desk.say("choose a size first: a digit from 1 to 9", "muted")
        else:
            passive, price = at_cursor
            order = Entry(passive.opposite, size)
            above = passive is Side.SELL
            self._propose(lambda: self._maker.trigger(TriggerEntry(order, above, Price(price))))

    def _stop_here(self) -> None:
        """The stop of the position at the cursor's price."""
        at_cursor, position = self._stage.ladder.cursor_order(), find_position(self._engine.views)
        if at_cursor is None or position is None:
            self._desk.say(_NO_CURSOR if at_cursor is None else "no single position here to protect", "muted")
            return
        intent = Protect(position.symbol, position.hold_side, stop_loss=at_cursor[1])
        preview = self._engine.views.protection(intent)
        if preview.problems:
            self._desk.say(preview.problems[0], "error")
            return
        loss = "" if preview.loss_at_stop is None else f", loses {text_of.number(preview.loss_at_stop, 2)}"
        self._desk.arm(f"{preview.effect}{loss}", intent)

    def _move(self, rows: int) -> None:
        """The order at the cursor by a row; again while it is asked moves on from there."""
        ladder = self._stage.ladder
        asked = self._desk.armed.intent if self._desk.armed is not None else None
        row = self._order_to_move(asked)
        if row is None:
            self._desk.say("no order of yours at the cursor", "muted")
            return
        start = _price_of(asked) if isinstance(asked, AmendOrder) else row.price or _trigger(row)
        if start is None:
            return
        step = ladder.tick * ladder.window.group * rows
        price = start + step
        if price <= 0:
            return
        change = AmendOrder(row.key, price=price) if row.price else AmendOrder(row.key, trigger_price=price)
        ladder.move_cursor(rows)
        size = text_of.number(row.size - row.filled, row.size_places)
        to = text_of.number(price, row.price_places)
        keys = f"{self._desk.key('order.down')} {self._desk.key('order.up')}"
        self._desk.arm(f"move {row.side.value} {size} {row.symbol} to {to} · {keys} go on", change)

    def _order_to_move(self, asked: object) -> OrderRow | None:
        views = self._engine.views
        if isinstance(asked, AmendOrder):
            return views.order(asked.key)
        keys = self._stage.ladder.orders_at_cursor()
        return views.order(keys[0]) if keys else None

    def _preset(self) -> Size | None:
        text = self._stage.ladder.size_preset
        if not text:
            return None
        try:
            risk = text.lower().removeprefix("risk").strip()
            return read_risk(risk) if text.lower().startswith("risk") else read_size(text)
        except Mistake as mistake:
            self._desk.say(f"[ladder] sizes: {mistake.words}", "error")
            return None

    def _propose(self, make: Callable[[], Deed]) -> None:
        try:
            deed = make()
        except Unresolved as problem:
            self._desk.say(str(problem), "error")
            return
        if deed.problems:
            self._desk.say(deed.problems[0], "error")
            return
        (order,) = deed.orders
        scope = f"{self._engine.views.status().venue} {deed.scope}"
        if self._stage.ladder.passed_by:
            self._desk.arm(f"the market passed the cursor, now {scope}", order)
        else:
            self._desk.propose(scope, order)


def _price_of(change: AmendOrder) -> Decimal | None:
    return change.price if change.price is not None else change.trigger_price


def _trigger(row: OrderRow) -> Decimal | None:
    return row.plan.trigger_price if row.plan is not None else None
