"""The order ticket's lines: fields, the live preview, and what ENTER does now."""

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import Side
from omega_tui.engine.intents import TicketPreview
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.spans import Line, Span, filled, fit, on, padded, spread_out, wrapped
from omega_tui.ui.rows.status import venue_token
from omega_tui.ui.ticket_form import Field, TicketForm, TicketType

_ROOMY = 18

_LABELS = {Field.TYPE: "type", Field.PRICE: "price", Field.SIZE: "size", Field.CLOSES: "reduce"}


def build_ticket(
    form: TicketForm,
    preview: TicketPreview,
    instrument: Instrument | None,
    venue: str,
    width: int,
    height: int,
    *,
    question: str = "",
) -> list[Line]:
    """The whole panel. `question` replaces the hint while an order is armed."""
    lines = [_title(form, venue, width), *[_field(form, field, instrument, width) for field in form.fields]]
    rule: Line = (("─" * width, "faint"),)
    figures = _figures(preview, instrument, width)
    # In a low terminal the notional gives way: size and price, which make it, stay.
    lines += [rule, *figures, rule] if height >= _ROOMY else [figures[0], *figures[2:]]
    tail = _verdict(form, preview, question, width, max(2, height - len(lines)))
    gap = height - len(lines) - len(tail)
    blank: Line = ((" " * width, "ink"),)
    return padded([*lines, *[blank] * max(0, gap), *tail], width, height)


def _title(form: TicketForm, venue: str, width: int) -> Line:
    token = "bid" if form.side is Side.BUY else "ask"
    left: list[Span] = [(f" {form.side.value.upper()} {form.symbol} ", f"{token} bold reverse")]
    right: list[Span] = [(f" {venue} ", f"{venue_token(venue)} bold reverse")]
    return on(spread_out(left, right, width), "raised")


def _field(form: TicketForm, field: Field, instrument: Instrument | None, width: int) -> Line:
    chosen = form.field is field
    token = "ink bold on cursor" if chosen else "ink bold"
    label: Span = (f"{'▸' if chosen else ' '}{_LABELS[field]:<8}", "accent bold" if chosen else "muted")
    unit = _unit(field, instrument)
    room = width - 13 - len(unit)
    return filled(
        [label, (f" {fit(_value(form, field, chosen), room)} ", token), (f" {unit} ", "muted")], width
    )


def _value(form: TicketForm, field: Field, chosen: bool) -> str:
    if field is Field.TYPE:
        return f"◂ {form.kind.value} ▸" if chosen else form.kind.value
    if field is Field.CLOSES:
        return "yes, only closes" if form.closes else "no"
    text = form.price if field is Field.PRICE else form.size
    return f"{text}▏" if chosen else text or text_of.NOTHING


def _unit(field: Field, instrument: Instrument | None) -> str:
    if instrument is None or field in (Field.TYPE, Field.CLOSES):
        return ""
    return instrument.quote if field is Field.PRICE else instrument.base


def _figures(preview: TicketPreview, instrument: Instrument | None, width: int) -> list[Line]:
    places = instrument.price_places if instrument else 2
    size_places = instrument.size_places if instrument else 4
    sent = text_of.number(preview.size, size_places)
    price = text_of.number(preview.price or preview.price_used, places)
    about = "~" if preview.price is None and preview.price_used is not None else ""
    pairs = (
        ("sends", f"{sent} @ {about}{price}"),
        ("notional", text_of.number(preview.notional, 2)),
        ("margin", text_of.number(preview.margin, 2)),
        ("fee", text_of.number(preview.fee, 4)),
        ("liquidation", text_of.number(preview.liquidation_price, places)),
    )
    return [
        spread_out([(f" {label}", "muted")], [(f"{value} ", _figure_token(label))], width)
        for label, value in pairs
    ]


def _figure_token(label: str) -> str:
    return {"sends": "ink bold", "liquidation": "liquidation"}.get(label, "ink")


def _verdict(form: TicketForm, preview: TicketPreview, question: str, width: int, room: int) -> list[Line]:
    """Most urgent last, so that what ENTER does stands at the bottom and never scrolls away."""
    last = _question(form, preview, question, width)
    texts = [(text, "error") for text in ([form.hint] if form.hint else preview.problems)]
    texts += [(text, "warn") for text in preview.changes]
    texts += [(preview.effect, "ink")] if preview.effect and not preview.problems else []
    lines: list[Line] = []
    for text, token in texts:
        lines += [filled([(f" {part}", token)], width) for part in wrapped(text, width - 2, 3)]
    return [*lines[: max(0, room - len(last))], *last]


def _question(form: TicketForm, preview: TicketPreview, question: str, width: int) -> list[Line]:
    if question:
        parts = wrapped(question, width - 2, 2)
        return [on(filled([(f" {part}", "warn bold")], width), "cursor") for part in parts]
    if not preview.sendable or form.hint:
        return [on(filled([(" not sendable yet · ESC closes", "muted")], width), "raised")]
    return [on(filled([(" ENTER arms · ESC closes", "accent bold")], width), "raised")]


def order_words(form: TicketForm, preview: TicketPreview, instrument: Instrument | None, venue: str) -> str:
    """The order in one phrase: `SIM buy 0.010 BTCUSDT limit 64,000.0`."""
    size = text_of.number(preview.size, instrument.size_places if instrument else 4)
    if form.kind is TicketType.MARKET:
        price = "at market"
    else:
        price = (
            f"{form.kind.value} {text_of.number(preview.price, instrument.price_places if instrument else 2)}"
        )
    return f"{venue} {form.side.value} {size} {form.symbol} {price}"
