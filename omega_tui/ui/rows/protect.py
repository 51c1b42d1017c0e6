"""The lines of the dialogs about risk: stops of a position, leverage, phrases typed out."""

from collections.abc import Sequence

from omega_tui.domain.orders import HoldSide
from omega_tui.engine.account_views import ProtectPreview
from omega_tui.ui import format as text_of
from omega_tui.ui.protect_form import ProtectField, ProtectForm
from omega_tui.ui.rows.account import protection_span
from omega_tui.ui.rows.spans import Line, Span, filled, fit, on, padded, spread_out, title_line, wrapped

_LABELS = {
    ProtectField.STOP: ("stop", "empty: stays as it is, 0: no stop"),
    ProtectField.TARGET: ("target", "empty: stays as it is, 0: no target"),
    ProtectField.SHARE: ("share %", "100: all of it, whatever its size becomes"),
    ProtectField.BY: ("watches", "← → mark or last price"),
}


def build_protect(
    form: ProtectForm, preview: ProtectPreview, shown: ProtectPreview, quote: str, width: int, height: int
) -> list[Line]:
    """The whole dialog: the position, what is typed, and what it would lose or win before ENTER.

    `preview` is of what would be sent, `shown` of everything in the fields.
    """
    position = form.position
    side = "LONG" if position.hold_side is HoldSide.LONG else "SHORT"
    size = text_of.number(position.size, position.size_places)
    title = f"PROTECT {side} {size} {position.symbol}"
    lines = [title_line(title, [protection_span(position)], width, True), _prices(form, width)]
    for field in ProtectField:
        lines.append(_field(form, field, width))
    lines += [_figures(shown, quote, width)]
    texts = [(form.hint, "error")] if form.hint else [(text, "error") for text in preview.problems]
    texts = texts or [(preview.effect, "ink")]
    texts = texts if form.changes or form.hint else [("nothing is changed yet", "muted")]
    for text, token in texts:
        lines += [filled([(f" {part}", token)], width) for part in wrapped(text, width - 2, 3)]
    sendable = form.changes and not preview.problems and not form.hint
    ask = "asks once more" if sendable else "nothing to send yet"
    keys: list[Span] = [
        (" ENTER ", "accent bold"),
        (f"{ask}  ", "muted"),
        ("TAB ", "accent bold"),
        ("field  ", "muted"),
        ("ESC ", "accent bold"),
        ("closes", "muted"),
    ]
    return [*padded(lines, width, height - 1), on(filled(keys, width), "raised")]


def _prices(form: ProtectForm, width: int) -> Line:
    position, places = form.position, form.position.price_places
    return filled(
        [
            (" entry ", "muted"),
            (text_of.number(position.entry_price, places), "entry"),
            ("  mark ", "muted"),
            (text_of.number(position.mark_price, places), "ink"),
            ("  liquidation ", "muted"),
            (text_of.number(position.liquidation_price, places), "liquidation"),
        ],
        width,
    )


def _field(form: ProtectForm, field: ProtectField, width: int) -> Line:
    chosen = form.field is field
    label, help_text = _LABELS[field]
    text = {
        ProtectField.STOP: form.stop,
        ProtectField.TARGET: form.target,
        ProtectField.SHARE: form.share,
        ProtectField.BY: form.by.value,
    }[field]
    if chosen and field is not ProtectField.BY:
        text += "▏"
    value: Span = (f" {fit(text or text_of.NOTHING, 14)} ", "ink bold on cursor" if chosen else "ink bold")
    mark: Span = (
        f"{'▸' if chosen else ' '}{label:<9}",
        "accent bold" if chosen else "muted",
    )
    return filled([mark, value, (f" {help_text}", "muted")], width)


def _figures(preview: ProtectPreview, quote: str, width: int) -> Line:
    loss, share = preview.loss_at_stop, preview.loss_share
    wins = loss is not None and loss < 0
    lost = text_of.number(abs(loss) if loss is not None else None, 2)
    share = abs(share) if share is not None else None
    of_equity = "" if share is None else f" ({text_of.percent(share * 100, 2, signed=False)} of equity)"
    left: list[Span] = [
        (f" {'wins' if wins else 'loses'} at the stop ", "muted"),
        (f"{lost} {quote}{of_equity}", "up bold" if wins else "down bold"),
    ]
    won = text_of.number(preview.profit_at_target, 2)
    right: list[Span] = [("at the target ", "muted"), (f"{won} ", "up bold")]
    return spread_out(left, right, width)


def build_entry(
    title: str, told: Sequence[str], typed: str, ask: str, width: int, height: int, problem: str = ""
) -> list[Line]:
    """A dialog that wants one thing typed: what it is about, the field, and what ENTER does."""
    lines = [title_line(title, [], width, True)]
    for text in told:
        lines += [filled([(f" {part}", "ink")], width) for part in wrapped(text, width - 2, 4)]
    field: Span = (f" {fit(typed + '▏', max(1, width - 6))} ", "ink bold on cursor")
    lines.append(filled([(" ", "ink"), field], width))
    if problem:
        lines += [filled([(f" {part}", "error")], width) for part in wrapped(problem, width - 2, 3)]
    keys: list[Span] = [
        (" ENTER ", "accent bold"),
        (f"{ask}  ", "muted"),
        ("ESC ", "accent bold"),
        ("closes", "muted"),
    ]
    return [*padded(lines, width, height - 1), on(filled(keys, width), "raised")]
