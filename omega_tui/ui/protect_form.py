"""Stop and target of a position as typed so far, and the intent they make. Pure; it draws nothing.

An empty field leaves its leg as it is, 0 takes it away. What is legal is the engine's business.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from omega_tui.domain.plans import TriggerBy
from omega_tui.domain.values import InvalidNumber, decimal_text, parse_decimal
from omega_tui.engine.account_views import PositionRow
from omega_tui.engine.intents import Protect
from omega_tui.ui.ticket_form import number_problem

_HUNDRED = Decimal(100)


class ProtectField(Enum):
    """The fields from top to bottom."""

    STOP = "stop"
    TARGET = "target"
    SHARE = "share"
    BY = "price"


@dataclass(frozen=True, slots=True)
class ProtectForm:
    """An open form. `hint` is what was wrong with the last key, empty when nothing was.

    `was_stop` and `was_target` are the triggers that rest already: left as they are, nothing is asked.
    """

    position: PositionRow
    stop: str = ""
    target: str = ""
    share: str = "100"
    by: TriggerBy = TriggerBy.MARK
    field: ProtectField = ProtectField.STOP
    hint: str = ""

    @classmethod
    def opened(cls, position: PositionRow) -> "ProtectForm":
        """The form with what rests already filled in."""
        return cls(position, _text(position.stop_price), _text(position.target_price))

    def intent(self) -> Protect:
        """What is asked for so far: what rests already is not asked again."""
        shown = self.shown()
        return replace(
            shown,
            stop_loss=_changed(shown.stop_loss, self.position.stop_price),
            take_profit=_changed(shown.take_profit, self.position.target_price),
        )

    def shown(self) -> Protect:
        """Everything that stands in the fields, whether it is new or rests already."""
        return Protect(
            self.position.symbol,
            self.position.hold_side,
            stop_loss=_number(self.stop),
            take_profit=_number(self.target),
            trigger_by=self.by,
            share=(_number(self.share) or Decimal(0)) / _HUNDRED,
        )

    @property
    def changes(self) -> bool:
        """Whether anything would be sent."""
        intent = self.intent()
        return intent.stop_loss is not None or intent.take_profit is not None

    def stepped(self, step: int) -> "ProtectForm":
        """The next (1) or previous (-1) field."""
        fields = list(ProtectField)
        return replace(self, field=fields[(fields.index(self.field) + step) % len(fields)], hint="")

    def toggled(self) -> "ProtectForm":
        """The other price to watch, in the field that chooses it."""
        if self.field is not ProtectField.BY:
            return self
        return replace(self, by=TriggerBy.LAST if self.by is TriggerBy.MARK else TriggerBy.MARK, hint="")

    def typed(self, character: str) -> "ProtectForm":
        """One more character in a number field, or a hint why it cannot be there."""
        if self.field is ProtectField.BY:
            return self
        text = self.text + character
        problem = number_problem(text)
        return replace(self, hint=problem) if problem else self._with(text)

    def erased(self, *, everything: bool = False) -> "ProtectForm":
        """Without the last character, or empty."""
        return self if self.field is ProtectField.BY else self._with("" if everything else self.text[:-1])

    @property
    def text(self) -> str:
        """What stands in the chosen field."""
        match self.field:
            case ProtectField.STOP:
                return self.stop
            case ProtectField.TARGET:
                return self.target
            case ProtectField.SHARE:
                return self.share
            case _:
                return self.by.value

    def _with(self, text: str) -> "ProtectForm":
        match self.field:
            case ProtectField.STOP:
                return replace(self, stop=text, hint="")
            case ProtectField.TARGET:
                return replace(self, target=text, hint="")
            case _:
                return replace(self, share=text, hint="")


def _text(price: Decimal | None) -> str:
    return "" if price is None else decimal_text(price)


def _number(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except InvalidNumber:
        return None


def _changed(typed: Decimal | None, was: Decimal | None) -> Decimal | None:
    return None if typed == was else typed
