"""The flags of the trading commands. Standard library only: the help must not wait for anything else."""

import argparse
from collections.abc import Callable, Iterable

from omega_tui.commands.exit_codes import describe_codes

NAMES = (
    *("quote", "book", "positions", "orders", "account", "order", "amend", "cancel", "close", "protect"),
    *("leverage", "halt", "resume", "journal", "history", "report"),
)
"""Every command that is added here."""

_SIZE = "0.01btc (coins), 500$ (notional), 10%%bal (share of equity, before leverage), 50%%pos"
_LONGEST_WAIT = 3600
_KINDS = ("resting", "triggers", "protection", "entries", "all")

_AddSettings = Callable[[argparse.ArgumentParser], object]


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", settle: _AddSettings
) -> None:
    """Add every trading command; `settle` gives one the flags of the settings."""
    made = _Commands(commands, settle)
    for name, words in (
        ("quote", "the newest prices of a contract"),
        ("book", "the best levels of its book"),
        ("positions", "open positions and what they put at stake"),
        ("orders", "unfinished orders, plans and those of an unknown fate included"),
        ("account", "balance, posture and limits"),
    ):
        command = made.reading(name, words)
        if name != "account":
            command.add_argument("symbol", nargs="?", metavar="SYMBOL", help="contract, such as BTCUSDT")
        if name == "book":
            command.add_argument("--limit", type=int, metavar="N", help="levels a side, at most 100")
    _add_order(made)
    _add_amend(made)
    _add_cancel(made)
    _add_positions(made)
    made.writing("halt", "no new risk: cancel every entry, keep stops; lasts until resume")
    made.writing("resume", "leave HALT")
    _add_journal(made)
    _add_history(made)


class _Commands:
    """Makes parsers that share their flags."""

    def __init__(
        self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]", settle: _AddSettings
    ) -> None:
        self._commands = commands
        self._settle = settle

    def plain(self, name: str, words: str) -> argparse.ArgumentParser:
        """A command with the flags that all of them have."""
        command = self._commands.add_parser(
            name,
            help=words,
            description=words[0].upper() + words[1:] + ".",
            epilog=describe_codes(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )
        command.add_argument("--json", action="store_true", help="one JSON document on standard output")
        self._settle(command)
        return command

    def reading(self, name: str, words: str) -> argparse.ArgumentParser:
        """A command that asks an exchange."""
        command = self.plain(name, words)
        command.add_argument(
            "--sim",
            metavar="WHERE",
            help="a simulator that serves already: its first line, the file that holds it, or its address "
            "with OMEGA_SIM_API_KEY, OMEGA_SIM_SECRET and OMEGA_SIM_PASSPHRASE set; without it the venue "
            "sim is a simulator that lives for the length of the command",
        )
        return command

    def writing(self, name: str, words: str) -> argparse.ArgumentParser:
        """A command that changes something."""
        command = self.reading(name, words)
        command.add_argument("--dry-run", action="store_true", help="say what would be done and send nothing")
        command.add_argument(
            "--seconds", type=_seconds, metavar="S", help="longest wait for the outcome (15)"
        )
        command.add_argument("--live-phrase", metavar="TEXT", help="the phrase that lets real money move")
        return command


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= _LONGEST_WAIT:
        raise ValueError
    return seconds


def _flags(command: argparse.ArgumentParser, flags: Iterable[tuple[str, str, str]]) -> None:
    for flag, metavar, words in flags:
        command.add_argument(flag, metavar=metavar, help=words)


def _add_order(made: _Commands) -> None:
    command = made.writing("order", "buy or sell")
    command.add_argument("side", choices=("buy", "sell"))
    command.add_argument("symbol", metavar="SYMBOL", help="contract, such as BTCUSDT")
    command.add_argument("size", nargs="?", metavar="SIZE", help=f"{_SIZE}; or --risk instead")
    _flags(
        command,
        (
            ("--limit", "PRICE", "rest at this price instead of taking the market"),
            ("--trigger", "PRICE", "wait at the exchange for this price first"),
            ("--trail", "SHARE", "with --trigger: follow price from there, turn back by this (1%%)"),
            ("--stop", "PRICE", "stop loss of the position that it opens"),
            ("--target", "PRICE", "take profit of the position that it opens"),
            ("--risk", "SHARE", "size it so that this share of equity is lost at --stop (1%%)"),
            ("--leverage", "N", "bring this leverage about first; refused while a position is open"),
        ),
    )
    command.add_argument(
        "--margin", choices=("crossed", "isolated"), help="bring this margin mode about first"
    )
    command.add_argument("--trigger-by", choices=("mark", "last"), help="which price triggers (mark)")
    command.add_argument("--reduce-only", action="store_true", help="only make a position smaller")
    force = command.add_mutually_exclusive_group()
    for name, words in (
        ("post-only", "rest or be refused, never take"),
        ("ioc", "fill what can be at once, cancel the rest"),
        ("fok", "fill whole at once or not at all"),
    ):
        force.add_argument(
            f"--{name}", dest="force", action="store_const", const=name.replace("-", "_"), help=words
        )


def _add_amend(made: _Commands) -> None:
    command = made.writing("amend", "give an open order other terms")
    command.add_argument("id", metavar="ID", help="the order, by our id or the exchange's")
    _flags(
        command,
        (
            ("--size", "SIZE", "new size in coins, such as 0.02btc"),
            ("--limit", "PRICE", "new price"),
            ("--trigger", "PRICE", "new trigger price"),
            ("--stop", "PRICE", "new stop loss, 0 removes it"),
            ("--target", "PRICE", "new take profit, 0 removes it"),
        ),
    )


def _add_cancel(made: _Commands) -> None:
    command = made.writing("cancel", "cancel orders: by id, or those of a market, a side and a kind")
    command.add_argument("ids", nargs="*", metavar="ID", help="orders, by our ids or the exchange's")
    command.add_argument("--all", action="store_true", help="every order of the kind")
    side = command.add_mutually_exclusive_group()
    side.add_argument("--buys", dest="side", action="store_const", const="buy", help="only buys")
    side.add_argument("--sells", dest="side", action="store_const", const="sell", help="only sells")
    command.add_argument("--symbol", metavar="SYMBOL", help="only this contract")
    command.add_argument("--kind", choices=_KINDS, help="resting (unless told), stops stay")


def _add_positions(made: _Commands) -> None:
    close = made.writing("close", "close a position at market, or a share of it")
    protect = made.writing("protect", "give a position a stop or a target that rests at the exchange")
    for command in (close, protect):
        command.add_argument("symbol", metavar="SYMBOL", help="contract, such as BTCUSDT")
        command.add_argument("--side", choices=("long", "short"), help="which position (the only one)")
        command.add_argument("--share", metavar="SHARE", help="how much of it (100%%)")
    _flags(
        protect,
        (
            ("--stop", "PRICE", "stop loss, 0 removes it"),
            ("--target", "PRICE", "take profit, 0 removes it"),
        ),
    )
    protect.add_argument("--trigger-by", choices=("mark", "last"), help="which price triggers (mark)")
    leverage = made.writing("leverage", "show or change the leverage of a contract")
    leverage.add_argument("symbol", metavar="SYMBOL", help="contract, such as BTCUSDT")
    leverage.add_argument("leverage", nargs="?", metavar="N", help="the new leverage")
    leverage.add_argument("--side", choices=("long", "short"), help="in isolated hedge mode, which side")


def _add_journal(made: _Commands) -> None:
    command = made.plain("journal", "show, verify or export the journal")
    command.add_argument("action", choices=("list", "show", "verify", "export"))
    command.add_argument("--file", metavar="FILE", help="this journal instead of the one written to last")
    command.add_argument("--kind", metavar="KIND", help="only rows of this kind")
    command.add_argument("--limit", type=int, metavar="N", help="only the newest rows (show: 20)")
    command.add_argument("--csv", action="store_true", help="export as CSV instead of JSON lines")


def _add_history(made: _Commands) -> None:
    history = made.plain("history", "list, export, import or add closed positions, and write notes to them")
    history.add_argument("action", choices=("list", "export", "import", "add", "note", "tag"))
    history.add_argument(
        "subject", nargs="?", metavar="WHAT", help="import: a file; add: the contract; note and tag: an id"
    )
    history.add_argument("words", nargs="*", metavar="WORDS", help="add: long|short SIZE; else the words")
    _flags(
        history,
        (
            ("--entry", "PRICE", "add: average price of the entry"),
            ("--exit", "PRICE", "add: average price of the exit"),
            ("--opened", "TIME", "add: when, as 2026-11-27T12:00Z"),
            ("--closed", "TIME", "add: when"),
            ("--fees", "USDT", "add: all fees, negative when paid"),
        ),
    )
    history.add_argument("--limit", type=int, metavar="N", help="list: the newest (20)")
    history.add_argument("--csv", action="store_true", help="export as CSV instead of JSON lines")
    report = made.plain("report", "print statistics of closed positions, with charts")
    report.add_argument("--period", metavar="SPAN", help="today, 7d, 2026-11-27, 2026-11, 2026 or all (all)")
    for command in (history, report):
        command.add_argument("--file", metavar="FILE", help="this journal instead of the one written to last")
