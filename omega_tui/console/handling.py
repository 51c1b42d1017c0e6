"""Commands about what is there already, worked out: positions, resting orders, settings, posture."""

from decimal import Decimal

from omega_tui.console.deeds import Care, Deed
from omega_tui.console.facts import facts_of, require_position, short_ids
from omega_tui.console.words import amount, money, resting_words
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.plans import TriggerBy
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelScope,
    ClosePosition,
    Flatten,
    Halt,
    NoteDown,
    OrderFamily,
    Protect,
    Resume,
    Reverse,
    SelectProfile,
    SelectSwing,
    SelectSymbol,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from omega_tui.engine.views import Views
from omega_tui.language import commands as say
from omega_tui.language.mistakes import Unresolved
from omega_tui.language.resolving import resolve_leg, resolve_price
from omega_tui.language.spelling import spell
from omega_tui.language.terms import Price

_CANCELS = {
    say.CancelWhat.SYMBOL: (CancelScope.SYMBOL, (OrderFamily.RESTING, OrderFamily.TRIGGERS)),
    say.CancelWhat.BUYS: (CancelScope.BUYS, (OrderFamily.RESTING, OrderFamily.TRIGGERS)),
    say.CancelWhat.SELLS: (CancelScope.SELLS, (OrderFamily.RESTING, OrderFamily.TRIGGERS)),
    say.CancelWhat.TRIGGERS: (CancelScope.SYMBOL, (OrderFamily.TRIGGERS,)),
    say.CancelWhat.STOPS: (CancelScope.SYMBOL, (OrderFamily.PROTECTION,)),
    say.CancelWhat.ACCOUNT: (CancelScope.ACCOUNT, (OrderFamily.RESTING, OrderFamily.TRIGGERS)),
}


class Handler:
    """Makes deeds of everything but entries."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def close(self, command: say.Close) -> Deed:
        """A part of a position at market. Raises Unresolved."""
        position = require_position(self._views, command.hold_side)
        share = "" if command.share == 1 else f"{decimal_text(command.share * 100)} % of "
        held = f"{position.hold_side.value.upper()} {amount(position.size, position.size_places)}"
        intent = ClosePosition(position.symbol, position.hold_side, command.share)
        return Deed(f"close {share}{held} {position.base} at market", (intent,), Care.ALWAYS)

    def flatten(self, command: say.FlattenAll) -> Deed:
        """Orders cancelled, positions closed."""
        symbol = None if command.everything else command.symbol or self._views.status().symbol
        rows = [row for row in self._views.positions().rows if symbol in (None, row.symbol)]
        where = "the whole account" if symbol is None else symbol
        if not rows:
            return Deed(f"flatten {where}", problems=(f"there is no position in {where} to close",))
        held = ", ".join(
            f"{row.hold_side.value.upper()} {amount(row.size, row.size_places)} {row.base}" for row in rows
        )
        scope = f"flatten {where}: cancel its orders, close {held} at market"
        return Deed(scope, (Flatten(symbol),), Care.ALWAYS)

    def reverse(self) -> Deed:
        """The position turned round. Raises Unresolved."""
        row = require_position(self._views)
        size = amount(row.size, row.size_places)
        turned = row.hold_side.opposite.value.upper()
        scope = f"reverse {row.symbol}: {row.hold_side.value.upper()} {size} into {turned} {size} at market"
        return Deed(scope, (Reverse(row.symbol, row.hold_side),), Care.ALWAYS)

    def cancel(self, command: say.Cancel) -> Deed:
        """One order, or a group. Raises Unresolved."""
        if not isinstance(command.what, say.CancelWhat):
            row = self._order(command.what)
            return Deed(f"cancel {resting_words(row)}", (CancelOrder(row.key),))
        scope, families = _CANCELS[command.what]
        intents = tuple(CancelAll(scope, family) for family in families)
        # Taking a stop away is no way to less risk.
        care = Care.ALWAYS if OrderFamily.PROTECTION in families else Care.NONE
        tail = ": the position stays open without them" if care is Care.ALWAYS else ""
        where = "the account" if scope is CancelScope.ACCOUNT else self._views.status().symbol
        return Deed(f"cancel {command.what.value} of {where}{tail}", intents, care)

    def move(self, command: say.Move) -> Deed:
        """An order to another price. Raises Unresolved."""
        row = self._order(command.order)
        return self._amended(row, command.price)

    def bump(self, command: say.Bump) -> Deed:
        """An order by a step. Raises Unresolved."""
        row = self._order(command.order)
        at = _price_of(row)
        if at is None:
            raise Unresolved(f"{resting_words(row)} has no price to move")
        return self._amended(row, Price(at, (command.shift,)))

    def guard(self, command: say.Guard) -> Deed:
        """Stops of the position. Raises Unresolved."""
        position = require_position(self._views)
        side, entry = position.hold_side, position.entry_price
        facts = facts_of(self._views, side)
        stop = Decimal(0) if command.stop_off else None
        if command.stop is not None:
            stop = resolve_leg(command.stop, facts, side, entry, stops=True)
        target = Decimal(0) if command.target_off else None
        if command.target is not None:
            measure = stop or position.stop_price
            target = resolve_leg(command.target, facts, side, entry, stops=False, stop=measure)
        intent = Protect(position.symbol, side, stop, target, command.by or TriggerBy.MARK)
        preview = self._views.protection(intent)
        words = []
        if preview.loss_at_stop is not None:
            words.append(f"loses {money(preview.loss_at_stop)} at the stop")
        if preview.profit_at_target is not None:
            words.append(f"wins {money(preview.profit_at_target)} at the target")
        return Deed(preview.effect or "protect", (intent,), Care.ALWAYS, tuple(words), preview.problems)

    def leverage(self, command: say.Leverage) -> Deed:
        """Another leverage, with what it does."""
        symbol = self._views.status().symbol
        intent = SetLeverage(symbol, command.leverage)
        words = tuple(effect.words for effect in self._views.leverage(intent))
        return Deed(f"leverage of {symbol} {command.leverage}×", (intent,), Care.ALWAYS, words)

    def setting(self, command: say.Margin | say.Mode | say.Profile) -> Deed:
        """Margin mode, position mode, profile."""
        symbol = self._views.status().symbol
        match command:
            case say.Margin(mode=margin):
                words = f"margin mode of {symbol}: {margin.value}"
                return Deed(words, (SetMarginMode(symbol, margin),), Care.ALWAYS)
            case say.Mode(mode=mode):
                words = f"position mode of the account: {mode.value.replace('_', ' ')}"
                return Deed(words, (SetPositionMode(mode),), Care.ALWAYS)
            case say.Profile(name=name):
                return Deed(f"trade under the limits of {name}", (SelectProfile(name),), Care.ALWAYS)

    def session(self, command: say.Symbol | say.Swing | say.Stand | say.Note) -> Deed:
        """Another market or swing, the posture, the trader's words."""
        match command:
            case say.Swing(lookback, points):
                ends = None if points is None else (float(points[0]), float(points[1]))
                return Deed(f"levels hang on {spell(command)}", (SelectSwing(lookback, ends),))
            case say.Symbol(name=name):
                return Deed(f"show {name}", (SelectSymbol(name),))
            case say.Stand(halted=True):
                return Deed("halt: no new risk, entries cancelled, stops kept", (Halt(),))
            case say.Stand():
                return Deed("resume trading: leave HALT", (Resume(),), Care.ALWAYS)
            case say.Note(text=text, tag=tag):
                return Deed(f"{'tag' if tag else 'note'}: {text}", (NoteDown(text, tag),))

    def _amended(self, row: OrderRow, price: Price) -> Deed:
        hold_side = HoldSide.LONG if row.side is Side.BUY else HoldSide.SHORT
        to = resolve_price(price, facts_of(self._views, hold_side), row.side)
        waits = row.price is None
        change = AmendOrder(row.key, price=None if waits else to, trigger_price=to if waits else None)
        words = () if row.plan is not None else ("cancelled and placed anew: both count till it is proven",)
        scope = f"move {resting_words(row)} to {amount(to, row.price_places)}"
        return Deed(scope, (change,), Care.NONE if row.reduce_only else Care.BY_RISK, words)

    def _order(self, name: str) -> OrderRow:
        """The order of a short id, or the newest of the shown market for none. Raises Unresolved."""
        status = self._views.status()
        rows = self._views.orders().rows
        if name:
            key = short_ids(rows).get(name.lower())
            found = next((row for row in rows if row.key == key), None)
            if found is None:
                raise Unresolved(f"order {name} is not open any more")
        else:
            own = [row for row in rows if row.symbol == status.symbol and not row.foreign]
            found = min(own, key=lambda row: row.age_seconds or 0, default=None)
            if found is None:
                raise Unresolved(f"there is no open order of yours in {status.symbol}")
        if found.symbol != status.symbol:
            raise Unresolved(f"{resting_words(found)} is on another market: show {found.symbol} first")
        return found


def _price_of(row: OrderRow) -> Decimal | None:
    if row.price is not None:
        return row.price
    return row.plan.trigger_price if row.plan is not None else None
