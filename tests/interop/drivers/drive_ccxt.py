"""Drives ccxt's asynchronous REST client through every unified method that futures trading has.

The parts are tried in this order: the account's histories look for what the parts before them did.
"""

import asyncio

import ccxt.async_support
import ccxt_account
import ccxt_changes
import ccxt_market
import ccxt_orders
import ccxt_plans
import ccxt_reads
from ccxt_trader import Trader, refusal
from steps import read_task, tell

PARTS = (ccxt_market, ccxt_account, ccxt_orders, ccxt_plans, ccxt_changes, ccxt_reads)


async def main() -> None:
    task = read_task()
    trader = Trader(ccxt.async_support, task)
    tell({"surface": sorted(name for name, offered in trader.client.has.items() if offered)})
    try:
        for part in PARTS:
            await part.step.run(trader, task["mode"], refusal, trader.tidy)
    finally:
        await trader.client.close()


asyncio.run(main())
