"""Symbols in every notation a trader brings along, and the one parser that reads them.

Parsing is exact and case-sensitive: a symbol decides where money goes, so nothing is guessed. What looks
nearly right is refused with the right form in the message. Which contracts exist is not known here.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from omega_tui.domain.text import safe_text


class Product(StrEnum):
    """A family of USDT-margined contracts, spelled as Bitget's V2 `productType`."""

    USDT_FUTURES = "USDT-FUTURES"
    SUSDT_FUTURES = "SUSDT-FUTURES"

    @property
    def quote(self) -> str:
        """The coin that prices and margins are in."""
        return self.value.removesuffix("-FUTURES")

    @property
    def v1_suffix(self) -> str:
        """The ending of a Bitget V1 symbol."""
        return _V1_SUFFIXES[self]


_V1_SUFFIXES = {Product.USDT_FUTURES: "UMCBL", Product.SUSDT_FUTURES: "SUMCBL"}

_COIN = r"[A-Z0-9]+"
_PLAIN = re.compile(rf"(?P<base>{_COIN})USDT")
_V1 = re.compile(rf"(?P<base>{_COIN})USDT_UMCBL")
_V1_DEMO = re.compile(rf"(?P<base>S{_COIN})SUSDT_SUMCBL")
_CCXT = re.compile(rf"(?P<base>{_COIN})/USDT:USDT")
_CCXT_DEMO = re.compile(rf"(?P<base>S{_COIN})/SUSDT:SUSDT")
_NOTATIONS = (
    (_PLAIN, Product.USDT_FUTURES),
    (_V1, Product.USDT_FUTURES),
    (_CCXT, Product.USDT_FUTURES),
    (_V1_DEMO, Product.SUSDT_FUTURES),
    (_CCXT_DEMO, Product.SUSDT_FUTURES),
)

# Letters of other scripts that fonts draw like a Latin capital.
_LOOK_ALIKES = str.maketrans("АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXABEZHIKMNOPTYX")
_TAIL = re.compile(r"(?P<base>[A-Z0-9]+?)(?:USDT(?:USDT)?|PERP|USDTPERP|USDTSWAP)?(?P<v1>S?UMCBL)?")


class UnknownSymbol(ValueError):
    """A text that names no USDT-margined perpetual exactly; `suggestion` is the likely right form."""

    def __init__(self, text: str, reason: str, suggestion: str | None) -> None:
        advice = f"; did you mean {suggestion}?" if suggestion else "; write it like BTCUSDT"
        super().__init__(f"{safe_text(text, 40)!r} is not a symbol: {reason}{advice}")
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Symbol:
    """One contract: base and quote coin and the product family."""

    base: str
    quote: str
    product: Product

    @property
    def name(self) -> str:
        """Bitget's V2 spelling: `BTCUSDT`."""
        return self.base + self.quote

    @property
    def ccxt(self) -> str:
        """ccxt's spelling: `BTC/USDT:USDT`."""
        return f"{self.base}/{self.quote}:{self.quote}"

    @property
    def v1(self) -> str:
        """Bitget's retired V1 spelling: `BTCUSDT_UMCBL`."""
        return f"{self.name}_{self.product.v1_suffix}"

    def __str__(self) -> str:
        return self.name


def parse_symbol(text: str) -> Symbol:
    """The symbol that `text` names in V2, V1 or ccxt notation. Raises `UnknownSymbol`."""
    for pattern, product in _NOTATIONS:
        match = pattern.fullmatch(text)
        if match is not None:
            return Symbol(match["base"], product.quote, product)
    raise UnknownSymbol(text, _reason(text), _suggestion(text))


def _reason(text: str) -> str:
    if not text:
        return "it is empty"
    for character in text:
        if not character.isascii():
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            return f"it contains {safe_text(character)} ({name}), which is not a Latin letter"
    if text != text.strip():
        return "it has spaces around it"
    if text != text.upper():
        return "symbols are written in capitals"
    if text.endswith(("_DMCBL", "_CMCBL")):
        return "only USDT-margined contracts are traded here"
    return "the notation is not one of BTCUSDT, BTCUSDT_UMCBL, BTC/USDT:USDT"


def _suggestion(text: str) -> str | None:
    folded = unicodedata.normalize("NFKC", text[:40]).upper().translate(_LOOK_ALIKES)
    if folded.strip().endswith(("DMCBL", "CMCBL")):
        return None
    letters = re.sub(r"[\s_/:.-]+", "", folded)
    match = _TAIL.fullmatch(letters)
    base = match["base"].removesuffix("USD") if match else ""
    if match is None or not base or "USD" in base:
        return None
    if "/" in folded:
        return f"{base}/USDT:USDT"
    if match["v1"] == "UMCBL":
        return f"{base}USDT_UMCBL"
    return _suggest_demo(base) if match["v1"] else f"{base}USDT"


def _suggest_demo(base: str) -> str | None:
    return f"{base}USDT_SUMCBL" if base.startswith("S") and base.endswith("S") and len(base) > 2 else None
