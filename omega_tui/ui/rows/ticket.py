"""The order ticket's lines: fields, the live preview, and what ENTER does now."""

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import Side
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import TicketPreview
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.spans import Line, Span, filled, fit, on, padded, spread_out, wrapped
from omega_tui.ui.rows.status import venue_token
from omega_tui.ui.ticket_form import CHOSEN, Field, TicketForm, TicketType, plain_number
from omega_tui.ui.ticket_reading import ReadTicket

_ROOMY = 18


def build_ticket(
    form: TicketForm,
    read: ReadTicket,
    preview: TicketPreview,
    instrument: Instrument | None,
    venue: str,
    width: int,
    height: int,
    *,
    question: str = "",
    at_once: bool = False,
) -> list[Line]:
    """The whole panel. `question` replaces the hint while an order is armed; `at_once` says that ENTER will
    not ask."""
    lines = [_title(form, venue, width)]
    lines += [_field(form, read, preview, field, instrument, width) for field in form.fields]
    rule: Line = (("─" * width, "faint"),)
    roomy = height >= _ROOMY
    figures = _figures(preview, instrument, width, height - len(lines) - (5 if roomy else 2))
    lines += [rule, *figures, rule] if roomy else figures
    wrong = form.hint or read.trouble
    last = _question(preview, wrong, question, at_once, width)
    tail = _verdict(preview, wrong, last, width, max(2, height - len(lines)))
    gap = height - len(lines) - len(tail)
    blank: Line = ((" " * width, "ink"),)
    return padded([*lines, *[blank] * max(0, gap), *tail], width, height)


def _title(form: TicketForm, venue: str, width: int) -> Line:
    token = "bid" if form.side is Side.BUY else "ask"
    left: list[Span] = [(f" {form.side.value.upper()} {form.symbol} ", f"{token} bold reverse")]
    right: list[Span] = [(f" {venue} ", f"{venue_token(venue)} bold reverse")]
    return on(spread_out(left, right, width), "raised")


def _field(
    form: TicketForm,
    read: ReadTicket,
    preview: TicketPreview,
    field: Field,
    instrument: Instrument | None,
    width: int,
) -> Line:
    chosen = form.field is field
    token = "ink bold on cursor" if chosen else "ink bold"
    label: Span = (f"{'▸' if chosen else ' '}{field.value:<8}", "accent bold" if chosen else "muted")
    unit = _unit(form, read, field, instrument)
    room = width - 13 - len(unit)
    return filled(
        [label, (f" {fit(_value(form, preview, field, chosen), room)} ", token), (f" {unit} ", "muted")],
        width,
    )


def _value(form: TicketForm, preview: TicketPreview, field: Field, chosen: bool) -> str:
    if field is Field.TYPE:
        return f"◂ {form.kind.value} ▸" if chosen else form.kind.value
    if field is Field.CLOSES:
        return "yes, only closes" if form.closes else "no"
    if field is Field.BY:
        return f"◂ {form.by.value} ▸" if chosen else form.by.value
    text = form.text_of(field)
    if chosen:
        return f"{text}▏"
    if not text and field is Field.STOP and preview.stop_loss is not None:
        return f"{text_of.grouped(decimal_text(preview.stop_loss))} profile"
    return text or text_of.NOTHING


def _unit(form: TicketForm, read: ReadTicket, field: Field, instrument: Instrument | None) -> str:
    """What the number counts; for a text in the order language, what it comes to."""
    if instrument is None or field in CHOSEN:
        return ""
    if field is Field.CALLBACK:
        return "%"
    text = form.text_of(field).strip()
    begins = field is Field.TRIGGER and form.kind is TicketType.TRAILING
    if (not text and not begins) or plain_number(text) is not None:
        return instrument.base if field is Field.SIZE else instrument.quote
    if field is Field.SIZE:
        size = read.draft.size
        return f"at stop {instrument.base}" if size is None else f"= {decimal_text(size)} {instrument.base}"
    plan = read.draft.plan
    prices = {
        Field.TRIGGER: plan.trigger_price if plan is not None else None,
        Field.PRICE: read.draft.price,
        Field.STOP: read.draft.stop_loss,
        Field.TARGET: read.draft.take_profit,
    }
    price = prices[field]
    return instrument.quote if price is None else f"= {text_of.number(price, instrument.price_places)}"


def _figures(preview: TicketPreview, instrument: Instrument | None, width: int, room: int) -> list[Line]:
    """What would be sent and what it means; in a low terminal the least telling figures give way."""
    places = instrument.price_places if instrument else 2
    size_places = instrument.size_places if instrument else 4
    sent = text_of.number(preview.size, size_places)
    price = text_of.number(preview.price or preview.price_used, places)
    about = "~" if preview.price is None and preview.price_used is not None else ""
    ratio = text_of.NOTHING if preview.reward_to_risk is None else f"{preview.reward_to_risk:.2f} : 1"
    ranked = (
        (0, "sends", f"{sent} @ {about}{price}"),
        (6, "notional", text_of.number(preview.notional, 2)),
        (2, "margin", text_of.number(preview.margin, 2)),
        (4, "fee", text_of.number(preview.fee, 4)),
        (3, "liquidation", text_of.number(preview.liquidation_price, places)),
        (1, "loss at stop", text_of.number(preview.loss_at_stop, 2)),
        (5, "reward : risk", ratio),
    )
    kept = sorted(rank for rank, _, _ in ranked)[: max(1, room)]
    return [
        spread_out([(f" {label}", "muted")], [(f"{value} ", _figure_token(label))], width)
        for rank, label, value in ranked
        if rank in kept
    ]


def _figure_token(label: str) -> str:
    tokens = {"sends": "ink bold", "liquidation": "liquidation", "loss at stop": "down bold"}
    return tokens.get(label, "ink")


def _verdict(preview: TicketPreview, wrong: str, last: list[Line], width: int, room: int) -> list[Line]:
    """Most urgent last, so that what ENTER does stands at the bottom and never scrolls away."""
    texts = [(text, "error") for text in ([wrong] if wrong else preview.problems)]
    texts += [(text, "warn") for text in preview.changes]
    texts += [(preview.effect, "ink")] if preview.effect and not preview.problems else []
    lines: list[Line] = []
    for text, token in texts:
        lines += [filled([(f" {part}", token)], width) for part in wrapped(text, width - 2, 3)]
    return [*lines[: max(0, room - len(last))], *last]


def _question(preview: TicketPreview, wrong: str, question: str, at_once: bool, width: int) -> list[Line]:
    if question:
        parts = wrapped(question, width - 2, 2)
        return [on(filled([(f" {part}", "warn bold")], width), "cursor") for part in parts]
    if not preview.sendable or wrong:
        return [on(filled([(" not sendable yet · ESC closes", "muted")], width), "raised")]
    does, token = ("sends at once", "warn bold") if at_once else ("asks first", "accent bold")
    return [on(filled([(f" ENTER {does} · ESC closes", token)], width), "raised")]


def order_words(form: TicketForm, preview: TicketPreview, instrument: Instrument | None, venue: str) -> str:
    """The order in one phrase: `SIM buy 0.010 BTCUSDT limit 64,000.0, stop 63,000.0`."""
    places = instrument.price_places if instrument else 2
    size = text_of.number(preview.size, instrument.size_places if instrument else 4)
    price = f"{form.kind.value} {text_of.number(preview.price, places)}"
    if form.kind is TicketType.MARKET:
        price = "at market"
    elif form.kind.waits:
        limit = "at market" if preview.price is None else f"limit {text_of.number(preview.price, places)}"
        reached = text_of.number(preview.plan.trigger_price if preview.plan is not None else None, places)
        price = f"{limit} when {form.by.value} reaches {reached}"
        if form.kind is TicketType.TRAILING:
            back = preview.plan.callback_rate if preview.plan is not None else None
            turn = text_of.NOTHING if back is None else f"{decimal_text(back * 100)} %"
            price = f"at market when {form.by.value} turns back {turn} beyond {reached}"
    legs = (("stop", preview.stop_loss), ("target", preview.take_profit))
    words = [f"{name} {text_of.number(leg, places)}" for name, leg in legs if leg]
    return ", ".join([f"{venue} {form.side.value} {size} {form.symbol} {price}", *words])
