"""Commands that only look."""

import asyncio
from collections.abc import Mapping
from typing import Any

from omega_tui.commands.answer import Answer
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.trader import AsyncBitGetTrader
from omega_tui.trader.results import plain

Arguments = Mapping[str, Any]


async def quote(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """The newest prices of a contract."""
    found = await trader.get_market_ticker(arguments.get("symbol"))
    return Answer(ExitCode.OK, found.to_dict())


async def book(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """The best levels of the book."""
    found = await trader.get_orderbook(arguments.get("limit", 10), arguments.get("symbol"))
    return Answer(ExitCode.OK, found.to_dict())


async def positions(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Open positions, and what each puts at stake."""
    symbol = arguments.get("symbol")
    found, risks = await asyncio.gather(trader.get_positions(symbol), trader.get_position_risk(symbol))
    return Answer(ExitCode.OK, {"positions": plain(found), "risk": plain(risks)})


async def orders(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Every unfinished order."""
    return Answer(ExitCode.OK, {"orders": plain(await trader.get_open_orders(arguments.get("symbol")))})


async def account(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Balance, posture and limits."""
    balance = await trader.get_account_balance()
    status = await trader.get_status()
    return Answer(ExitCode.OK, {"balance": balance.to_dict(), "status": status.to_dict()})
