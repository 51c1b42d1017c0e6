"""Reading a request's parameters: from query or JSON text to checked values, or a refusal in Bitget's words.

Lenient as Bitget is (any case of words, numbers for numeric texts, unknown members ignored) and strict where
a wrong reading would trade: a member given twice, a number that is none. It knows no route and no account.
"""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl

from omega_tui.domain.values import InvalidNumber, parse_decimal
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType
from omega_tui.sim.refusals import Refused, refusal

Word = TypeVar("Word", bound=StrEnum)

_MAX_FIELDS = 64
_MAX_EXPONENT = 40
_MAX_INTEGER_DIGITS = 24


class Parameters:
    """The named values of one request or of one element of its lists."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @property
    def values(self) -> Mapping[str, object]:
        """The values as given, unchecked."""
        return self._values

    def text(self, name: str) -> str | None:
        """The value as text, None when absent, null or empty. Raises Refused 40020 for what is no text."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not value.isprintable():
            raise refusal(Code.PARAMETER_WRONG, name)
        return value

    def required(self, name: str) -> str:
        """As `text`; raises Refused 40019 when there is none."""
        value = self.text(name)
        if value is None:
            raise refusal(Code.PARAMETER_EMPTY, name)
        return value

    def word(self, name: str, words: type[Word]) -> Word | None:
        """One of `words`, in any case; None when absent. Raises Refused 40020 for any other."""
        value = self.text(name)
        if value is None:
            return None
        found = next((word for word in words if word.lower() == value.lower()), None)
        if found is None:
            raise refusal(Code.PARAMETER_WRONG, name)
        return found

    def required_word(self, name: str, words: type[Word]) -> Word:
        """As `word`; raises Refused 40019 when there is none."""
        self.required(name)
        found = self.word(name, words)
        if found is None:
            raise refusal(Code.PARAMETER_EMPTY, name)
        return found

    def flag(self, name: str) -> bool:
        """True for YES in any case, False for NO or nothing."""
        return self.word(name, YesNo) is YesNo.YES

    def decimal(self, name: str) -> Decimal | None:
        """An exact number, None when absent. Raises Refused 40020 for anything that is not one."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse_decimal(value, name)
        except InvalidNumber:
            raise refusal(Code.PARAMETER_WRONG, name) from None

    def required_decimal(self, name: str) -> Decimal:
        """As `decimal`; raises Refused 40019 when there is none."""
        self.required(name)
        return self.decimal(name) or Decimal(0)

    def integer(self, name: str) -> int | None:
        """A whole number of at most 24 digits, None when absent. Raises Refused 40020 for any other."""
        value = self.text(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= _MAX_INTEGER_DIGITS):
            raise refusal(Code.PARAMETER_WRONG, name)
        return int(value)

    def identity(self, name: str) -> str | None:
        """An id as the exchange gives them, None when absent. Raises Refused 40020 for what is no number."""
        return None if self.integer(name) is None else self.text(name)

    def limit(self, default: int, maximum: int) -> int:
        """`limit` between 1 and `maximum`; more than the maximum is cut to it, as Bitget does."""
        value = self.integer("limit")
        if value is None:
            return default
        if value < 1:
            raise refusal(Code.PARAMETER_WRONG, "limit")
        return min(value, maximum)

    def symbol(self) -> str:
        """The required `symbol` in upper case; whether it is listed is the venue's business."""
        return self.required("symbol").upper()

    def optional_symbol(self) -> str | None:
        """`symbol` in upper case, None when absent."""
        value = self.text("symbol")
        return value.upper() if value else None

    def product_type(self) -> ProductType:
        """The required `productType`. Raises Refused 40019 or 40020."""
        return self.required_word("productType", ProductType)

    def margin_coin(self, *, required: bool) -> None:
        """Refuse a margin coin that USDT-margined futures do not take."""
        coin = self.required("marginCoin") if required else self.text("marginCoin")
        if coin is not None and coin.upper() != MARGIN_COIN:
            raise refusal(Code.PARAMETER_WRONG, "marginCoin")

    def elements(self, name: str) -> list["Parameters"] | None:
        """The objects of a list, None when absent. Raises Refused 40020 for anything else."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise refusal(Code.PARAMETER_WRONG, name)
        if not all(isinstance(element, dict) for element in value):
            raise refusal(Code.PARAMETER_WRONG, name)
        return [Parameters(element) for element in value]

    def inner(self, name: str) -> "Parameters":
        """The values of an object inside. Raises Refused 40019 without one, 40020 for anything else."""
        value = self._values.get(name)
        if value is None:
            raise refusal(Code.PARAMETER_EMPTY, name)
        if not isinstance(value, dict):
            raise refusal(Code.PARAMETER_WRONG, name)
        return Parameters(value)

    def with_values(self, **values: object) -> "Parameters":
        """These values with others in place of those of the same name."""
        return Parameters({**self._values, **values})

    def merged(self, element: "Parameters", *shared: str) -> "Parameters":
        """These values with those of `element` over them, but for the `shared` ones, as batches mean it."""
        own = {name: self._values[name] for name in shared if self._values.get(name)}
        return Parameters({**self._values, **element._values, **own})


class YesNo(StrEnum):
    """Bitget's spelled-out boolean."""

    YES = "YES"
    NO = "NO"


def parse_query(query: str) -> Parameters:
    """The parameters of a request target's query. Raises Refused 40017 when one is given twice."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
        return Parameters(_once(list(pairs)))
    except ValueError as error:
        raise _unreadable(error) from None


def parse_body(body: bytes) -> Parameters:
    """The parameters of a JSON body. Raises Refused 40017 unless it is one object with every member once."""
    try:
        value = json.loads(
            body,
            object_pairs_hook=_once,
            parse_int=str,
            parse_float=_plain_number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise _unreadable(error) from None
    if not isinstance(value, dict):
        raise refusal(Code.VERIFICATION_FAILED, "body")
    return Parameters(value)


def _unreadable(error: Exception) -> Refused:
    known = str(error) if type(error) is ValueError else "body"
    return refusal(Code.VERIFICATION_FAILED, known)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a parameter is given twice")
    return values


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _plain_number(text: str) -> str:
    """A JSON number in plain notation, as Bitget accepts it in place of a text."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return format(value, "f") if abs(value.adjusted()) <= _MAX_EXPONENT else text
