"""What reaches the trader beyond the picture: the terminal's title, and its bell. Pure; it writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.text import safe_text
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account_views import AccountView, FillRow
from omega_tui.engine.views import StatusView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import session_pnl

PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Keep the title that the terminal has, and give it back (xterm's window operations 22 and 23)."""

_LONGEST_TITLE = 80


def title(status: StatusView, account: AccountView, *, private: bool) -> str:
    """Environment, symbol, last price and the session's result, the last not while money is hidden."""
    places = status.instrument.price_places if status.instrument is not None else 2
    parts = [status.venue, status.symbol, text_of.number(status.last_price, places)]
    pnl = session_pnl(account)
    if pnl is not None and not private:
        parts.append(text_of.number(pnl, 2, signed=True))
    return safe_text(" ".join(parts), _LONGEST_TITLE)


def set_title(text: str) -> str:
    """The bytes that make `text` the terminal's title (OSC 2)."""
    return f"\x1b]2;{text}\x07"


@dataclass(frozen=True, slots=True)
class PriceBell:
    """Rings once the market trades at `price` or beyond, coming from below (`rising`) or above."""

    symbol: str
    price: Decimal
    rising: bool

    def rings_at(self, last: Decimal) -> bool:
        """Whether this price is there or beyond."""
        return last >= self.price if self.rising else last <= self.price


class Bells:
    """The bells a trader set, and the newest execution that was heard."""

    def __init__(self) -> None:
        self._set: list[PriceBell] = []
        self._heard: FillRow | None = None
        self._listening = False

    def toggle(self, symbol: str, price: Decimal, last: Decimal) -> str:
        """Set a bell at a price, or take it away again; what was done, in words."""
        known = [bell for bell in self._set if (bell.symbol, bell.price) == (symbol, price)]
        if known:
            self._set = [bell for bell in self._set if bell not in known]
            return f"no bell at {decimal_text(price)} any more"
        self._set.append(PriceBell(symbol, price, rising=price >= last))
        return f"the bell rings when {symbol} trades at {decimal_text(price)}"

    def prices(self, symbol: str) -> tuple[Decimal, ...]:
        """Where bells are set in a market."""
        return tuple(bell.price for bell in self._set if bell.symbol == symbol)

    def reached(self, symbol: str, last: Decimal | None) -> Iterator[PriceBell]:
        """Bells that ring now; each rings once."""
        if last is None:
            return
        for bell in [bell for bell in self._set if bell.symbol == symbol and bell.rings_at(last)]:
            self._set.remove(bell)
            yield bell

    def filled(self, newest: FillRow | None) -> bool:
        """Whether there is an execution that was not heard; what was there at the start is silent."""
        new = self._listening and newest is not None and newest != self._heard
        self._heard, self._listening = newest, True
        return new
