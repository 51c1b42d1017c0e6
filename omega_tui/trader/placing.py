"""Placing and cancelling for a script: the engine's own doors, waited for, and each end told by its class.

Nothing is sent twice here, and nothing that a script did not ask for: what a step would have to round is
refused, and a setting of the account is changed only through the engine's intents and told.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, MarginMode, Order, OrderState, OrderType, Side, TimeInForce
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.intents import (
    AmendOrder,
    CancelOrder,
    PlaceBatch,
    PlaceOrder,
    SetLeverage,
    SetMarginMode,
    TicketDraft,
    TicketPreview,
)
from omega_tui.exchange import port
from omega_tui.trader.amounts import Basis, Unit, base_size
from omega_tui.trader.errors import (
    InvalidInput,
    NotProven,
    NotSent,
    OrderNotFound,
    OrderRefused,
    OrderRejected,
    OrderUnknown,
    TraderError,
)
from omega_tui.trader.inputs import Wanted
from omega_tui.trader.results import CancelResult, LegResult, OrderResult, PreviewResult
from omega_tui.trader.session import Session

_TICKET_LENGTH = 16
_SEEN_SECONDS = 3.0
OPEN_FATE = frozenset({OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN})
"""States in which an order may be live although nobody has said so."""

_NOTHING_THERE = frozenset({OrderState.NOT_SENT, OrderState.NEVER_ACCEPTED})
# The engine writes a rejection as Bitget's words, which may name other codes, with the code behind them.
_CODE = re.compile(r"\((\d{5})\)")


class Placing:
    """Orders of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def preview(self, wanted: Wanted) -> PreviewResult:
        """What placing would do now; nothing is sent and no setting changed.

        Raises InvalidInput, ExchangeUnavailable.
        """
        self._session.require_key()
        async with self._session.market(wanted.symbol, adds_risk=not wanted.reduce_only) as instrument:
            settings = await self._settings(wanted)
            draft = self._draft(wanted, instrument)
            shown = self._session.views.preview(draft)
        _refuse_rounding(wanted, draft, shown)
        other = tuple(self._mismatches(wanted, settings)) if settings is not None else ()
        return PreviewResult.of(draft, shown).told(other)

    async def place(self, wanted: Wanted, seconds: float) -> OrderResult:
        """Send one order and wait at most `seconds` for what becomes of it."""
        session = self._session
        session.require_writable()
        async with session.market(wanted.symbol, adds_risk=not wanted.reduce_only) as instrument:
            notes = await self._fit_account(wanted)
            ticket = self._ticket(wanted, instrument)
            receipt = session.submit(ticket)
        notes = (*notes, *ticket.preview.changes)
        return await self.outcome(receipt.keys[0], wanted, seconds, notes)

    async def place_many(self, orders: Sequence[Wanted], seconds: float) -> tuple[LegResult, ...]:
        """Send several orders, those of one market in as few requests as possible; each ends by itself."""
        self._session.require_writable()
        legs: list[LegResult | None] = [None] * len(orders)
        for symbol in dict.fromkeys(each.symbol for each in orders):
            chosen = [index for index, each in enumerate(orders) if each.symbol == symbol]
            for index, leg in await self._place_together(
                symbol, {one: orders[one] for one in chosen}, seconds
            ):
                legs[index] = leg
        return tuple(leg for leg in legs if leg is not None)

    async def _place_together(
        self, symbol: str, orders: dict[int, Wanted], seconds: float
    ) -> list[tuple[int, LegResult]]:
        session, ended = self._session, dict[int, LegResult]()
        tickets: dict[int, PlaceOrder] = {}
        notes: dict[int, tuple[str, ...]] = {}
        adds_risk = any(not each.reduce_only for each in orders.values())
        try:
            async with session.market(symbol, adds_risk=adds_risk) as instrument:
                for index, wanted in orders.items():
                    try:
                        fitted = await self._fit_account(wanted)
                        tickets[index] = ticket = self._ticket(wanted, instrument)
                        notes[index] = (*fitted, *ticket.preview.changes)
                    except TraderError as error:
                        ended[index] = LegResult(None, error)
                keys = self._send_together(tickets, ended)
        except TraderError as error:
            # Nothing of this market left; what left for another one must still be told.
            return [(index, LegResult(None, error)) for index in orders]
        waits = (self._leg(key, orders[index], seconds, notes[index]) for index, key in keys.items())
        ended.update(zip(keys, await asyncio.gather(*waits), strict=True))
        return list(ended.items())

    async def _leg(self, key: str, wanted: Wanted, seconds: float, notes: tuple[str, ...]) -> LegResult:
        try:
            return LegResult(await self.outcome(key, wanted, seconds, notes), None)
        except TraderError as error:
            return LegResult(None, error)

    def _send_together(self, tickets: dict[int, PlaceOrder], ended: dict[int, LegResult]) -> dict[int, str]:
        """The row key of every ticket that the engine took; the others end in `ended`."""
        if not tickets:
            return {}
        receipt = self._session.engine.submit(PlaceBatch(tuple(tickets.values())))
        answers = dict(zip(tickets, receipt.legs, strict=True))
        refused = {index: OrderRefused(answer.text) for index, answer in answers.items() if not answer.taken}
        ended.update({index: LegResult(None, error) for index, error in refused.items()})
        return {index: answer.keys[0] for index, answer in answers.items() if answer.taken}

    async def amend(self, intent: AmendOrder, seconds: float) -> OrderResult:
        """Ask for other terms of an order, named by either id, and wait for what becomes of it."""
        self._session.require_writable()
        row = await self._open_row(intent.key)
        async with self._session.market(row.symbol, adds_risk=not row.reduce_only):
            before = self._session.describe(row.key)
            receipt = self._session.submit(replace(intent, key=row.key))
        key = receipt.keys[-1] if receipt.keys else row.key
        if key == row.key:
            return await self._changed(before, key, seconds)
        return self.judged(await self._session.engine.settled(key, seconds, _taken), key, ())

    async def _changed(self, before: OrderResult, key: str, seconds: float) -> OrderResult:
        """An order that keeps its ids, once it is told with other terms than before."""
        session = self._session
        await session.wait(lambda: session.engine.changed(key) is not None, seconds)
        match session.engine.changed(key):
            case port.Rejected(code=code, message=message):
                raise OrderRejected(f"{message} ({code})", code, key)
            case port.NotSent(reason=reason):
                raise NotSent(reason, key)
        if not await session.wait(lambda: _terms(session.describe(key)) != _terms(before), _SEEN_SECONDS):
            raise NotProven(f"the exchange does not show other terms of order {key}{session.last_warning()}")
        return session.describe(key)

    async def cancel(self, names: Iterable[str], seconds: float) -> tuple[CancelResult, ...]:
        """Ask for the cancellation of each order, then wait at most `seconds` for the proof of each.

        One that is not known or over already keeps no other from being cancelled.
        """
        self._session.require_writable()
        asked: dict[str, str] = {}
        failed: dict[str, TraderError] = {}
        chosen = tuple(dict.fromkeys(names))
        for name in chosen:
            try:
                row = await self._open_row(name)
                self._session.submit(CancelOrder(row.key))
                asked[name] = row.key
            except (OrderNotFound, OrderRefused) as error:
                failed[name] = error
        ended = dict(zip(asked, await self.canceled(list(asked.values()), seconds), strict=True))
        return tuple(
            ended[name] if name in ended else CancelResult(False, None, failed[name]) for name in chosen
        )

    async def canceled(self, keys: Sequence[str], seconds: float) -> tuple[CancelResult, ...]:
        """Wait until it is known what became of orders whose cancellation was asked for."""
        engine = self._session.engine
        await asyncio.gather(*(engine.settled(key, seconds, _over) for key in keys))
        results = [self._session.describe(key) for key in keys]
        return tuple(CancelResult(each.state is OrderState.CANCELED, each) for each in results)

    async def outcome(self, key: str, wanted: Wanted, seconds: float, notes: tuple[str, ...]) -> OrderResult:
        """What became of an order that left: the answer, or the error that names its end."""
        resting = wanted.order_type is OrderType.LIMIT and wanted.time_in_force in (
            TimeInForce.GTC,
            TimeInForce.POST_ONLY,
        )
        enough = _taken if resting or wanted.plan is not None else _over
        return self.judged(await self._session.engine.settled(key, seconds, enough), key, notes)

    def judged(self, order: Order | None, key: str, notes: tuple[str, ...]) -> OrderResult:
        """The order, or the error that its state means: OrderUnknown, OrderRejected, NotSent."""
        if order is None or order.state in OPEN_FATE:
            raise OrderUnknown(key, order.reason if order is not None else "")
        if order.state is OrderState.REJECTED:
            codes = _CODE.findall(order.reason)
            raise OrderRejected(order.reason, codes[-1] if codes else "", key)
        if order.state in _NOTHING_THERE:
            raise NotSent(order.reason, key)
        return self._session.describe(key, notes)

    async def _open_row(self, name: str) -> OrderRow:
        session = self._session
        if session.row(name) is None and session.engine.order(name) is None:
            await session.compared()
        row = session.row(name)
        if row is not None:
            return row
        order = session.engine.order(name)
        if order is not None:
            raise OrderRefused(f"that order is {order.state} already")
        raise OrderNotFound(f"no open order is known as {name!r}")

    def _ticket(self, wanted: Wanted, instrument: Instrument) -> PlaceOrder:
        draft = self._draft(wanted, instrument)
        shown = self._session.views.preview(draft)
        _refuse_rounding(wanted, draft, shown)
        if shown.problems:
            raise OrderRefused(*shown.problems)
        return PlaceOrder(draft, shown)

    def _draft(self, wanted: Wanted, instrument: Instrument) -> TicketDraft:
        ticket_id = self._session.desk.ids.token(_TICKET_LENGTH)
        unsized = wanted.draft(ticket_id, None)
        if wanted.amount is None:
            return unsized
        views = self._session.views
        holds = HoldSide.LONG if (wanted.side is Side.BUY) != wanted.reduce_only else HoldSide.SHORT
        held = [
            row.size
            for row in views.positions().rows
            if row.symbol == wanted.symbol and row.hold_side is holds
        ]
        basis = Basis(
            instrument, views.preview(unsized).price_used, views.account().equity, held[0] if held else None
        )
        return wanted.draft(ticket_id, base_size(wanted.amount, basis, "quantity"))

    async def _settings(self, wanted: Wanted) -> SymbolSettings | None:
        """The account's settings when the script takes some for granted, else None."""
        if wanted.reduce_only or (wanted.leverage is None and wanted.margin_mode is None):
            return None
        return await self._session.ask(self._session.reads.settings(wanted.symbol))

    async def _fit_account(self, wanted: Wanted) -> tuple[str, ...]:
        """Bring leverage and margin mode to what the script says; what was changed, in words.

        Raises OrderRefused while a position is open: its liquidation price would move unseen.
        """
        settings = await self._settings(wanted)
        if settings is None:
            return ()
        notes = tuple(self._mismatches(wanted, settings))
        held = any(row.symbol == wanted.symbol for row in self._session.views.positions().rows)
        if notes and held:
            raise OrderRefused(
                *notes,
                "a position is open, so nothing is changed on the way: use set_leverage or set_margin_mode",
            )
        await self._change(wanted, settings)
        return notes

    async def _change(self, wanted: Wanted, settings: SymbolSettings) -> None:
        session, mode, leverage, side = self._session, wanted.margin_mode, wanted.leverage, _opening(wanted)
        if mode is not None and mode is not settings.margin_mode:
            await session.change(SetMarginMode(wanted.symbol, mode), lambda now: now.margin_mode is mode)
            settings = await session.ask(session.reads.settings(wanted.symbol))
        if leverage is not None and leverage != settings.leverage(side):
            isolated = settings.margin_mode is MarginMode.ISOLATED
            intent = SetLeverage(wanted.symbol, leverage, side if isolated else None)
            await session.change(intent, lambda now: now.leverage(side) == leverage)

    def _mismatches(self, wanted: Wanted, settings: SymbolSettings) -> Iterable[str]:
        if wanted.margin_mode not in (None, settings.margin_mode):
            yield f"margin mode {settings.margin_mode} becomes {wanted.margin_mode}"
        current = settings.leverage(_opening(wanted))
        if wanted.leverage not in (None, current):
            yield f"leverage {current} becomes {wanted.leverage}"


def _opening(wanted: Wanted) -> HoldSide:
    return HoldSide.LONG if wanted.side is Side.BUY else HoldSide.SHORT


def _terms(order: OrderResult) -> tuple[object, ...]:
    return (order.size, order.price, order.plan, order.take_profit, order.stop_loss)


def _over(order: Order) -> bool:
    return order.state.terminal


def _taken(order: Order) -> bool:
    return order.state not in OPEN_FATE


def _refuse_rounding(wanted: Wanted, draft: TicketDraft, shown: TicketPreview) -> None:
    """Raise InvalidInput when a size or price that was spelled out would have to be changed."""
    spelled = wanted.amount is not None and wanted.amount.unit is Unit.BASE and not wanted.reduce_only
    trigger, legal_trigger = draft.plan, shown.plan
    for field, asked, legal in (
        ("quantity", draft.size if spelled else None, shown.size),
        ("price", draft.price, shown.price),
        ("stop_loss", draft.stop_loss, shown.stop_loss),
        ("take_profit", draft.take_profit, shown.take_profit),
        (
            "trigger_price",
            trigger.trigger_price if trigger is not None else None,
            legal_trigger.trigger_price if legal_trigger is not None else None,
        ),
    ):
        if asked is not None and legal is not None and asked != legal:
            step = "whole lot" if field == "quantity" else "whole tick"
            raise InvalidInput(
                field, f"{decimal_text(asked)} is no {step} here", f"write {decimal_text(legal)}"
            )
