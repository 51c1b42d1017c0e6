"""Drives typed-bitget, which refuses every reply that does not fit its models of Bitget's documentation.

The parts are tried in this order: what reads histories looks for what the parts before it did.
"""

import asyncio
import inspect
from functools import cached_property

import typed_account
import typed_market
import typed_orders
import typed_plans
import typed_streams
from steps import read_task, tell
from typed_bitget import Bitget
from typed_bitget.classic.mix import Mix
from typed_bitget.classic_streams import ClassicStreams
from typed_bitget.core.auth import Credentials
from typed_bitget.core.transport.http import HttpRpcClient
from typed_bitget.core.transport.ws.classic import ClassicSocketStreamClient
from typed_bitget.core.transport.ws.uta import UtaSocketStreamClient
from typed_trader import Trader, refusal

PARTS = (typed_market, typed_account, typed_orders, typed_plans, typed_streams)
_PLUMBING = ("request", "subscribe", "authed_subscribe", "authed_command")


def offered(kind: type, prefix: str) -> list[str]:
    """Every call below a part of the client, as its users write it."""
    found = []
    for name in sorted(one for one in dir(kind) if not one.startswith("_")):
        value = inspect.getattr_static(kind, name)
        if isinstance(value, cached_property):
            found += offered(value.func.__annotations__["return"], f"{prefix}.{name}")
        elif inspect.isfunction(value) and name not in _PLUMBING:
            found.append(f"{prefix}.{name}")
    return found


async def main() -> None:
    task = read_task()
    tell({"surface": offered(Mix, "mix") + offered(ClassicStreams, "streams")})
    keys = Credentials(access_key=task["api_key"], secret_key=task["secret"], passphrase=task["passphrase"])
    urls = {"public_url": task["ws_public"], "private_url": task["ws_private"]}
    client = Bitget(
        http_client=HttpRpcClient(base_url=task["rest"], credentials=keys),
        classic_streams_client=ClassicSocketStreamClient.new(**urls, credentials=keys),
        uta_streams_client=UtaSocketStreamClient.new(**urls, credentials=keys),
    )
    async with client:
        trader = Trader(client, task)
        for part in PARTS:
            await part.step.run(trader, task["mode"], refusal, trader.tidy)


asyncio.run(main())
