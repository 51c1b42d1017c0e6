"""Sizes with a unit: `0.01btc` base units, `500$` notional, `10%bal` of equity, `50%pos` of the position.

A share of the balance is notional, before leverage: `10%bal` of 10,000 USDT is a position worth 1,000. What
such a size comes to is rounded down to the lot by the engine; a bare number is not read here.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.values import decimal_text, floor_to_step
from omega_tui.trader.errors import ExchangeUnavailable, InvalidInput, OrderRefused
from omega_tui.trader.numbers import read_number, read_share

_UNITS = re.compile(r"(?P<dollar>\$)?(?P<number>[^a-zA-Z$%]+)(?P<unit>\$|%?[a-zA-Z]+)?", re.ASCII)


class Unit(Enum):
    """What the number of a size counts."""

    BASE = "base units"
    QUOTE = "notional"
    BALANCE = "share of equity"
    POSITION = "share of the position"


@dataclass(frozen=True, slots=True)
class Amount:
    """A size as it was asked for; `coin` is the base coin that was named, empty when none was."""

    number: Decimal
    unit: Unit
    coin: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a size can be measured by; unknown parts are None."""

    instrument: Instrument
    price: Decimal | None
    equity: Decimal | None
    position: Decimal | None


def read_amount(value: object, field: str) -> Amount:
    """The size that `value` asks for; a bare number counts base units. Raises InvalidInput."""
    if not isinstance(value, str) or (match := _UNITS.fullmatch(value)) is None:
        return Amount(read_number(value, field), Unit.BASE)
    text, unit = match["number"], (match["unit"] or "").lower()
    if match["dollar"] and unit:
        raise InvalidInput(field, f"{value!r} has two units", "write 500$ or $500")
    if match["dollar"] or unit in ("$", "usdt", "usd"):
        return Amount(read_number(text, field), Unit.QUOTE)
    if unit in ("%bal", "%pos"):
        kind = Unit.BALANCE if unit == "%bal" else Unit.POSITION
        return Amount(read_share(text + "%", field), kind)
    if unit.startswith("%"):
        raise InvalidInput(field, f"{value!r} is a share of something unnamed", "write 10%bal or 50%pos")
    return Amount(read_number(text, field), Unit.BASE, unit.upper())


def require_unit(text: str, coin: str) -> str:
    """`text` when it names its unit. Raises InvalidInput with the readings that a bare number could have."""
    if re.fullmatch(r"[0-9.]+", text, re.ASCII):
        readings = f"{text}{coin.lower()} (coins), {text}$ (notional) or {text}%bal (share of equity)"
        raise InvalidInput("size", f"{text} could be read in three ways", f"write {readings}")
    return text


def base_size(amount: Amount, basis: Basis, field: str) -> Decimal:
    """`amount` in base units: as asked for, or rounded down to the lot when it had to be worked out.

    Raises InvalidInput for another coin, OrderRefused for a share of no position, ExchangeUnavailable while
    the price or the balance is not known.
    """
    instrument = basis.instrument
    match amount.unit:
        case Unit.BASE:
            if amount.coin not in ("", instrument.base):
                raise InvalidInput(
                    field, f"{amount.coin} is not what {instrument.symbol} trades", f"write {instrument.base}"
                )
            return amount.number
        case Unit.POSITION:
            if not basis.position:
                raise OrderRefused(f"there is no position in {instrument.symbol} to take a share of")
            size = basis.position * amount.number
        case _:
            size = _worth(amount, basis) / _known(basis.price, "price")
    legal = floor_to_step(size, instrument.lot)
    if not legal:
        lot = f"{decimal_text(instrument.lot)} {instrument.base}"
        raise InvalidInput(field, f"it comes to less than one lot of {lot}", "ask for more")
    return legal


def _worth(amount: Amount, basis: Basis) -> Decimal:
    if amount.unit is Unit.QUOTE:
        return amount.number
    return amount.number * _known(basis.equity, "balance")


def _known(value: Decimal | None, what: str) -> Decimal:
    if not value:
        raise ExchangeUnavailable(f"the {what} is not known, so the size cannot be worked out")
    return value
