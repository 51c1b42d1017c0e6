"""Pages of newest-first lists as Bitget turns them: `idLessThan`, `startTime` and `endTime`, `limit`."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, Protocol, TypeVar

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.request import Parameters

Record = TypeVar("Record")


class _Named(Protocol):
    """What a client may have given a name of its own."""

    @property
    def client_oid(self) -> str: ...


Named = TypeVar("Named", bound=_Named)

DAY_MS: Final = 86_400_000
SHORT_PAGE: Final = 20
LONGEST_PAGE: Final = 100


def time_span(parameters: Parameters, longest_days: int) -> tuple[int | None, int | None]:
    """`startTime` and `endTime` in ms, either None. Refused 40707 when turned round, 00001 when too long."""
    start, end = parameters.integer("startTime"), parameters.integer("endTime")
    if start is None or end is None:
        return start, end
    if start > end:
        raise refusal(Code.START_AFTER_END)
    if end - start > longest_days * DAY_MS:
        raise refusal(Code.INTERVAL_TOO_LONG, str(longest_days))
    return start, end


def page(
    records: Iterable[Record],
    parameters: Parameters,
    span: tuple[int | None, int | None],
    stamp: Callable[[Record], tuple[str, int]],
    default: int = SHORT_PAGE,
) -> list[Record]:
    """The page asked for of `records`, newest first; `default` rows unless told, 100 at most.

    `stamp` gives a record's id and time. A whole time span wins over `idLessThan`.
    """
    start, end = span
    before = parameters.integer("idLessThan")
    if start is not None and end is not None:
        before = None

    def wanted(record: Record) -> bool:
        identity, ts = stamp(record)
        return (
            (before is None or int(identity) < before)
            and (start is None or ts >= start)
            and (end is None or ts <= end)
        )

    return list(islice(filter(wanted, records), parameters.limit(default, LONGEST_PAGE)))


def named_or_page(
    records: Iterable[Named],
    parameters: Parameters,
    names: tuple[str | None, str | None],
    span: tuple[int | None, int | None],
    stamp: Callable[[Named], tuple[str, int]],
) -> list[Named]:
    """The record that `names` (id, which wins, and client id) name, without either a page of them all."""
    identity, client_oid = names
    if identity is not None:
        return [record for record in records if stamp(record)[0] == identity]
    if client_oid is not None:
        return [record for record in records if record.client_oid == client_oid]
    return page(records, parameters, span, stamp, LONGEST_PAGE)


def page_reply(
    exchange: SimulatedExchange,
    member: str,
    chosen: list[Record],
    row: Callable[[Record], Row],
    stamp: Callable[[Record], tuple[str, int]],
) -> Row:
    """A page as a reply's data: its rows under `member`, and where the next one begins."""
    if not chosen:
        return {member: None if exchange.venue.choices.empty_lists_null else [], "endId": None}
    return {member: [row(record) for record in chosen], "endId": stamp(chosen[-1])[0]}
