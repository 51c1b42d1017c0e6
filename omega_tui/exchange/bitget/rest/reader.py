"""How a read becomes values: decoded, translated, page after page, or ReadFailed.

What is not a whole, sensible answer is never taken for "there is none". How requests travel, and how often
they may be repeated, is not known here.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec

from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.rest.outcomes import Envelope
from omega_tui.exchange.bitget.rest.refusals import advice
from omega_tui.exchange.bitget.translation.words import TranslationError, parse_time
from omega_tui.exchange.bitget.wire import PAGE_LIMIT, SUCCESS, ProductType, RestPath
from omega_tui.exchange.port import ReadFailed

Data = TypeVar("Data")
Row = TypeVar("Row")

PRODUCT = {"productType": ProductType.USDT_FUTURES.value}

_MOST_PAGES = 500  # an account that a program trades fills thousands of orders a day
_NO_IDS = (None, "", "0")


class Page(Protocol[Row]):
    """A page of a list, newest first; the rows are null when there are none."""

    @property
    def rows(self) -> "list[Row] | None":
        """The rows."""
        ...

    @property
    def end_id(self) -> str | None:
        """The id of the last row, as the exchange states it."""
        ...


class Reader(ABC):
    """Whatever asks the exchange; the reads build on it."""

    @abstractmethod
    async def _ask(self, path: RestPath, params: dict[str, str]) -> Envelope:
        """The reply, repeated when that may help. Raises ReadFailed."""

    async def _read(self, path: RestPath, params: dict[str, str], kind: type[Data]) -> Data:
        """The data of a successful reply. Raises ReadFailed."""
        return decode(data_of(await self._ask(path, params)), kind)

    async def _walk(
        self,
        path: RestPath,
        params: dict[str, str],
        kind: type[Page[Row]],
        name: Callable[[Row], str],
        until: Callable[[Row], bool] | None = None,
    ) -> list[Row]:
        """Every row of a list, newest first; with `until`, those down to the first that satisfies it.

        Only an empty page proves the end: one that is short may lack rows. The next page begins below the
        last row that arrived, not below the end that the exchange states, so that a row which is missing
        there comes with the next. Raises ReadFailed for a page that contradicts itself.
        """
        found: dict[str, Row] = {}
        asked = params | {"limit": str(PAGE_LIMIT)}
        for _ in range(_MOST_PAGES):
            page = await self._read(path, asked, kind)
            rows = page.rows or []
            if not rows:
                require_empty(page, asked.get("idLessThan"))
                return list(found.values())
            fresh = {name(row): row for row in rows}
            if fresh.keys() <= found.keys():
                raise ReadFailed("a page repeats the one before it")
            found |= fresh
            if until is not None and until(rows[-1]):
                return list(found.values())
            asked["idLessThan"] = name(rows[-1])
        raise ReadFailed(f"more than {_MOST_PAGES} pages of {path.rpartition('/')[2]}")

    async def _follow(
        self,
        path: RestPath,
        params: dict[str, str],
        kind: type[Page[Row]],
        until: Callable[[Row], bool],
    ) -> list[Row]:
        """Rows of a list whose rows have no id of their own, newest first, down to the first that satisfies
        `until`: each page begins below the end that the one before it stated. Raises ReadFailed.
        """
        found: list[Row] = []
        asked = params | {"limit": str(PAGE_LIMIT)}
        for _ in range(_MOST_PAGES):
            page = await self._read(path, asked, kind)
            rows = page.rows or []
            before = asked.get("idLessThan")
            if not rows:
                require_empty(page, before)
                return found
            found += rows
            if until(rows[-1]) or (len(rows) < PAGE_LIMIT and page.end_id in _NO_IDS):
                return found
            if page.end_id in (*_NO_IDS, before):
                raise ReadFailed("a full page does not say where it ends")
            asked["idLessThan"] = str(page.end_id)
        raise ReadFailed(f"more than {_MOST_PAGES} pages of {path.rpartition('/')[2]}")


def require_empty(page: Page[Any], before: str | None = None) -> None:
    """A page without rows that names its last one lost it on the way. Raises ReadFailed."""
    if page.end_id not in (*_NO_IDS, before):
        raise ReadFailed("a page without rows names its last one: rows are missing")


def data_of(envelope: Envelope) -> bytes:
    """The data of a success. Raises ReadFailed."""
    if envelope.code != SUCCESS:
        raise ReadFailed(
            ": ".join(filter(None, (envelope.code, safe_text(envelope.msg or ""), advice(envelope.code))))
        )
    if envelope.data is None:
        raise ReadFailed("success without data")
    return envelope.data


def decode(data: bytes, kind: type[Data]) -> Data:
    """The data in the shape they should have. Raises ReadFailed."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise ReadFailed(f"data of another shape: {safe_text(str(error))}") from None


def translated(parse: Callable[[Any], Data], payload: object) -> Data:
    """What `parse` makes of a payload. Raises ReadFailed."""
    try:
        return parse(payload)
    except TranslationError as error:
        raise ReadFailed(str(error)) from None


def is_older(text: str | int | None, since_ms: int) -> bool:
    """Whether a row's time is before `since_ms`; one without a time is not. Raises ReadFailed."""
    stamp = translated(lambda found: parse_time(found, "cTime"), text)
    return stamp is not None and stamp < since_ms
