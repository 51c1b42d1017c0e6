"""Reads of the account: positions, balance, bills, settings, position tiers, and what the key may do."""

from dataclasses import replace

import msgspec

from omega_tui.clock import Clock
from omega_tui.domain.account import Balance, Bill, KeyFacts, Position, SymbolSettings
from omega_tui.domain.closed import ReportedPosition
from omega_tui.domain.instruments import Tier
from omega_tui.exchange.bitget.rest.reader import PRODUCT, Reader, is_older, translated
from omega_tui.exchange.bitget.translation.account import (
    BalanceRow,
    PositionRow,
    SettingsRow,
    parse_balance,
    parse_positions,
    parse_settings,
)
from omega_tui.exchange.bitget.translation.closed import ClosedRow, parse_closed_rows
from omega_tui.exchange.bitget.translation.records import (
    BillRow,
    KeyRow,
    TierRow,
    parse_bills,
    parse_key,
    parse_tiers,
)
from omega_tui.exchange.bitget.wire import MARGIN_COIN, RestPath
from omega_tui.exchange.port import ReadFailed

_TIERS_SECONDS = 86_400.0


class _BillPage(msgspec.Struct, frozen=True):
    rows: list[BillRow] | None = msgspec.field(name="bills")
    end_id: str | None = msgspec.field(name="endId", default=None)


class _ClosedPage(msgspec.Struct, frozen=True):
    rows: list[ClosedRow] | None = msgspec.field(name="list")
    end_id: str | None = msgspec.field(name="endId", default=None)


class AccountReads(Reader):
    """What the account holds and how it is set. Every method raises ReadFailed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tiers: dict[str, tuple[float, tuple[Tier, ...]]] = {}

    async def positions(self) -> tuple[Position, ...]:
        """Every open position."""
        params = PRODUCT | {"marginCoin": MARGIN_COIN}
        return translated(parse_positions, await self._read(RestPath.ALL_POSITION, params, list[PositionRow]))

    async def balance(self) -> Balance:
        """The margin coin's balance."""
        rows = await self._read(RestPath.ACCOUNTS, PRODUCT, list[BalanceRow])
        return translated(lambda found: parse_balance(found, None), rows)

    async def bills(self, since_ms: int) -> tuple[Bill, ...]:
        """Movements of the margin coin since then, oldest first."""
        rows = await self._walk(
            *(RestPath.BILL, PRODUCT, _BillPage, lambda row: row.bill_id),
            lambda row: is_older(row.c_time, since_ms),
        )
        bills = translated(parse_bills, rows)
        return tuple(bill for bill in bills if bill.exchange_ms >= since_ms)

    async def closed_positions(self, since_ms: int) -> tuple[ReportedPosition, ...]:
        """Positions that were closed since then, oldest first; Bitget tells three months."""
        rows = await self._follow(
            *(RestPath.HISTORY_POSITION, PRODUCT, _ClosedPage), lambda row: is_older(row.closed, since_ms)
        )
        closed = translated(parse_closed_rows, rows)
        return tuple(position for position in closed if position.closed_ms >= since_ms)

    async def settings(self, symbol: str) -> SymbolSettings:
        """Modes, leverages and the lowest maintenance rate of a symbol.

        Without its tiers, which merely refine a preview, the rate is None.
        """
        params = PRODUCT | {"symbol": symbol, "marginCoin": MARGIN_COIN}
        row = await self._read(RestPath.ACCOUNT, params, SettingsRow)
        settings = translated(lambda found: parse_settings(found, symbol), row)
        try:
            tiers = await self.tiers(symbol)
        except ReadFailed:
            return settings
        return replace(settings, maintenance_rate=tiers[0].maintenance_rate)

    async def tiers(self, symbol: str) -> tuple[Tier, ...]:
        """A symbol's position limits, the lowest step first; they change by announcement, so a day's are
        good enough."""
        read_at, tiers = self._tiers.get(symbol, (0.0, ()))
        if tiers and self._clock.monotonic() - read_at < _TIERS_SECONDS:
            return tiers
        rows = await self._read(RestPath.POSITION_LEVER, PRODUCT | {"symbol": symbol}, list[TierRow])
        tiers = translated(parse_tiers, rows)
        self._tiers[symbol] = self._clock.monotonic(), tiers
        return tiers

    async def key(self) -> KeyFacts:
        """What the key in use may do."""
        return translated(parse_key, await self._read(RestPath.SPOT_ACCOUNT_INFO, {}, KeyRow))
