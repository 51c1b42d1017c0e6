"""Runs one trading command: opens what it needs, does it once, prints the answer, says how it ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from omega_tui.commands import looking, trading
from omega_tui.commands.answer import Answer, print_answer
from omega_tui.commands.failures import exit_code
from omega_tui.commands.journals import answer_journal
from omega_tui.commands.past import answer_history, answer_report
from omega_tui.settings import Settings
from omega_tui.trader import AsyncBitGetTrader, TraderError

Arguments = Mapping[str, Any]
Command = Callable[[AsyncBitGetTrader, Arguments], Awaitable[Answer]]

_COMMANDS: dict[str, Command] = {
    "quote": looking.quote,
    "book": looking.book,
    "positions": looking.positions,
    "orders": looking.orders,
    "account": looking.account,
    "order": trading.order,
    "amend": trading.amend,
    "cancel": trading.cancel,
    "close": trading.close,
    "protect": trading.protect,
    "leverage": trading.leverage,
    "halt": trading.halt,
    "resume": trading.resume,
}


_OF_FILES: dict[str, Callable[[Arguments, Settings], Answer]] = {
    "journal": answer_journal,
    "history": answer_history,
    "report": answer_report,
}
"""Commands that read journals and ask no exchange."""


def run_command(name: str, arguments: Arguments, settings: Settings) -> int:
    """Do what the command line asked for; returns the exit code."""
    if name in _OF_FILES:
        answer = _OF_FILES[name](arguments, settings)
    else:
        answer = asyncio.run(_trade(name, arguments, settings))
    print_answer(answer, name, as_json=bool(arguments.get("json")))
    return answer.code


def _only_looks(name: str, arguments: Arguments) -> bool:
    shows = _COMMANDS[name].__module__ == looking.__name__ or (name == "leverage" and name not in arguments)
    return shows or bool(arguments.get("dry_run"))


async def _trade(name: str, arguments: Arguments, settings: Settings) -> Answer:
    command = _COMMANDS[name]
    try:
        trader = AsyncBitGetTrader.from_settings(
            settings,
            sim=arguments.get("sim"),
            live_phrase=arguments.get("live_phrase"),
            # The engine takes up what an earlier run left open, and a command that only looks must not.
            sends=not _only_looks(name, arguments),
        )
        async with trader:
            return await command(trader, arguments)
    except TraderError as error:
        return Answer(exit_code(error), error.to_dict())
