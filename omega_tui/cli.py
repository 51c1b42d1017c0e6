"""The `omega-tui` command: reads flags, loads settings, hands over.

Data goes to standard output, narration to standard error, and the exit code says how it ended. Nothing heavy
is imported before the first line is on the terminal, and nothing of trading is known here.
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omega_tui import __version__
from omega_tui.commands.exit_codes import ExitCode, describe_codes
from omega_tui.commands.parser import add_commands
from omega_tui.splash import splash

if TYPE_CHECKING:
    from omega_tui.settings import Settings


_EXAMPLES = """\
without a command the cockpit opens. examples:
  omega-tui                                   the simulated exchange, a generated market
  omega-tui --tape FILE --loop --speed 5      the simulated exchange, a recorded market
  omega-tui --venue testnet --symbol ETHUSDT  Bitget's demo trading, keys from .env
  omega-tui sim --port 9000                   only the exchange, for programs of your own
  omega-tui order buy BTCUSDT 500$ --stop 60000 --dry-run --venue testnet
                                              what the order would do; nothing is sent
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv`, that of the process when None, and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments[:1] == ["sim"]:
            return _simulate(arguments[1:])
        if arguments[:1] == ["completion"]:
            return _complete(arguments)
        return _dispatch(arguments)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        from omega_tui.commands.answer import mute

        # Whoever read has seen enough, and wants no traceback behind it.
        mute()
        return ExitCode.FAILED


def _dispatch(arguments: Sequence[str]) -> int:
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    command = given.pop("command", None)
    command = None if given.get("screen.tutor") else command
    if command == "sim":
        parser.error("write sim first, its own flags after it")
    headless, config = (given.pop(name, None) for name in ("headless", "config"))
    plain = given.pop("plain", False)
    flags = {name: value for name, value in given.items() if name in ("venue", "profile") or "." in name}
    arguments_of_command = {name: value for name, value in given.items() if name not in flags}

    from omega_tui.settings import SettingsError, load

    try:
        settings = load(flags, config=config)
    except SettingsError as error:
        for problem in error.problems:
            _complain(problem)
        return ExitCode.USAGE
    for warning in settings.warnings:
        _complain(f"warning: {warning}")
    if command == "config":
        return _show_config(arguments_of_command["action"], settings, config)
    if command == "keys":
        return _show_keys(settings, arguments_of_command.get("check"))
    _keep_private()
    if command == "doctor":
        return _examine(settings, arguments_of_command)
    if command is not None:
        return _run(command, arguments_of_command, settings)
    if headless is not None:
        return _look_headless(settings, headless)
    return _open_plain(settings) if plain else _open(settings)


def _open_plain(settings: "Settings") -> int:
    """The cockpit line by line."""
    from omega_tui.plain import run_plain

    return run_plain(settings)


def _open(settings: "Settings") -> int:
    """Show the first picture, then import and run the cockpit."""
    if settings.screen.tutor and settings.venue != "sim":
        _complain("the tutor trades on the simulated exchange: omega-tui tutor --venue sim")
        return ExitCode.USAGE
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        _complain("the cockpit needs a terminal that can move its cursor; omega-tui --plain needs none")
        return ExitCode.USAGE
    # Importing makes no garbage worth looking for; the cockpit switches the collector on again.
    gc.disable()
    with splash(settings.venue_word, settings.market.symbol.name):
        from omega_tui.wiring import run_cockpit

        return run_cockpit(settings)


def _look_headless(settings: "Settings", seconds: float) -> int:
    """Run the cockpit without a terminal and print what it saw as one JSON line."""
    from omega_tui.wiring import run_headless

    report = run_headless(settings, seconds)
    sys.stdout.write(json.dumps(report, default=str) + "\n")
    return ExitCode.OK if report["live"] else ExitCode.UNREACHABLE


def _run(command: str, arguments: dict[str, Any], settings: "Settings") -> int:
    """The HTTP API, or one of the trading commands."""
    if command == "api":
        from omega_tui.alone import run_api

        return run_api(settings, arguments.get("sim"))
    from omega_tui.commands.running import run_command

    return run_command(command, arguments, settings)


def _examine(settings: "Settings", arguments: dict[str, Any]) -> int:
    """`omega-tui doctor`: what trading depends on, and what to do about what is amiss."""
    from omega_tui.doctor import run_doctor

    diagnosis = run_doctor(settings, arguments.get("subject"))
    as_json = "json" in arguments
    sys.stdout.write(diagnosis.as_json() if as_json else diagnosis.as_text())
    if not diagnosis.reached:
        return ExitCode.UNREACHABLE
    return ExitCode.OK if diagnosis.sound else ExitCode.FAILED


def _simulate(arguments: Sequence[str]) -> int:
    """`omega-tui sim`: the exchange alone."""
    from omega_tui.sim.main import build_parser, run

    return run(build_parser().parse_args(arguments))


def _show_config(action: str, settings: "Settings", config: Path | None) -> int:
    """`omega-tui config`: the settings in force, whether they are valid, or where they live."""
    from omega_tui.settings import config_file, describe

    path = config_file(config)
    if action == "validate":
        _narrate(f"{path} is valid" if path.exists() else f"{path} does not exist; the defaults are valid")
        return ExitCode.OK
    if action == "locate":
        folders = ((name, str(getattr(settings.paths, name))) for name in settings.paths.__struct_fields__)
        _write_table([("settings", str(path)), *folders])
    else:
        _write_table(list(describe(settings)))
    return ExitCode.OK


def _show_keys(settings: "Settings", check: Path | None) -> int:
    """`omega-tui keys`: the keymap in force as a file to start from, or what is wrong with one."""
    from omega_tui.ui.keymaps import as_toml, choose, read_file

    chosen = read_file(check) if check else choose(settings.keys.map, settings.paths.config)
    for fault in chosen.faults:
        _complain(fault)
    if check is None:
        sys.stdout.write(as_toml(chosen.keymap))
    elif not chosen.faults:
        _narrate(f"{check} can be used")
    return ExitCode.USAGE if chosen.faults else ExitCode.OK


def _complete(arguments: Sequence[str]) -> int:
    """`omega-tui completion`: the file for a shell, on standard output."""
    from omega_tui.commands.completion import completion, known
    from omega_tui.sim.main import build_parser

    parser = _parser()
    shell = parser.parse_args(arguments).shell
    sys.stdout.write(completion(shell, known(parser, {"sim": build_parser()})))
    return ExitCode.OK


def _write_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _keep_private() -> None:
    """Files we make are the user's alone, and a crash leaves no image of memory with keys in it."""
    os.umask(0o077)
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="omega-tui",
        description="A trading cockpit for Bitget USDT-M futures, with the exchange to practise on inside.",
        epilog=_EXAMPLES + "\n" + describe_codes(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--version", action="version", version=f"omega-tui {__version__}")
    parser.add_argument(
        "--headless",
        type=float,
        metavar="SECONDS",
        help="run without a terminal, then print what was seen as one JSON line",
    )
    parser.add_argument(
        "--plain", action="store_true", help="line by line: for screen readers and dumb terminals"
    )
    _add_settings(parser)
    commands = parser.add_subparsers(dest="command", title="commands", metavar="")
    commands.add_parser("sim", help="serve the simulated exchange alone", add_help=False)
    _add_ours(commands)
    _add_doctor(commands)
    _add_api(commands)
    add_commands(commands, _add_venue)
    return parser


def _add_ours(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Commands about the program itself."""
    tutor = commands.add_parser(
        "tutor",
        help="learn the cockpit by doing, on the simulated exchange",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    tutor.set_defaults(**{"screen.tutor": True})
    _add_settings(tutor)
    shells = commands.add_parser(
        "completion",
        help="print the completion file of a shell",
        description="Print a file that teaches a shell commands and flags: source it at the shell's start.",
        allow_abbrev=False,
    )
    shells.add_argument("shell", choices=("bash", "zsh", "fish"))
    config = commands.add_parser(
        "config",
        help="show, validate or locate the settings",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    config.add_argument("action", choices=("show", "validate", "locate"))
    _add_settings(config)
    keys = commands.add_parser(
        "keys",
        help="print the keymap in force, or check a keymap file",
        description="Print the keymap in force: a table to read, and a keys.toml to start from.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    keys.add_argument("--check", type=Path, metavar="FILE", help="only say what is wrong with this keymap")
    _add_settings(keys)


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    doctor = commands.add_parser(
        "doctor",
        help="look at terminal, keys, clock, account, exchange and journal, and say what to mend",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    add = doctor.add_argument
    add(
        "subject", nargs="?", choices=("signature",), default=None, help="how the key signs, and what follows"
    )
    add("--json", action="store_true", help="one JSON object")
    add("--testnet", dest="venue", action="store_const", const="testnet", help="the same as --venue testnet")
    _add_settings(doctor)


def _add_api(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    api = commands.add_parser(
        "api",
        help="serve the HTTP API and the web dashboard, without a screen and without trading",
        description="Serve the account's figures and a dashboard on this machine until ctrl+c.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    add = api.add_argument
    add("--port", dest="api.port", metavar="N", help="TCP port (8002)")
    add("--socket", dest="api.socket", metavar="FILE", help="a Unix socket instead, which SSH can forward")
    add("--host", dest="api.host", metavar="ADDRESS", help="address to serve (127.0.0.1)")
    add(
        "--beyond-loopback",
        dest="api.beyond_loopback",
        action="store_true",
        help="allow an address that other machines reach; needs --token-file",
    )
    add("--token-file", dest="api.token_file", metavar="FILE", help="a private file with your own token")
    add("--schema", dest="api.schema", action="store_true", help="serve /openapi.json")
    add("--sim", metavar="WHERE", help="a simulator that serves already, as of omega-tui quote --help")
    _add_settings(api)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """The flags that set an option; what is typed is checked together with files and variables."""
    add = _add_venue(parser).add_argument
    add("--symbol", dest="market.symbol", help="contract on screen, such as BTCUSDT", metavar="NAME")
    add("--api", dest="api.on", action="store_true", help="serve the HTTP API and the dashboard too")
    add("--timeframe", dest="market.timeframe", help="candle length: 1m 5m 15m 1H 4H 1D …", metavar="LENGTH")


def _add_venue(parser: argparse.ArgumentParser) -> "argparse._ArgumentGroup":
    """Those of them that say which exchange."""
    group = parser.add_argument_group("settings (defaults < TOML file < .env and environment < these)")
    add = group.add_argument
    add("--config", type=Path, metavar="FILE", help="TOML file to read instead of the user's own")
    add("--venue", metavar="NAME", help="sim (default), testnet (demo trading) or mainnet (real money)")
    add(
        "--log-bodies", dest="account.log_bodies", action="store_true", help="log requests whole; not mainnet"
    )
    add("--look", dest="session.look", action="store_true", help="mainnet: look and send nothing")
    add("--profile", help="strategic (default), aggressive, newbie, scalper or one of yours", metavar="NAME")
    add("--tape", dest="sim.tape", nargs="+", metavar="FILE", help="recorded market for the simulator")
    add("--loop", dest="sim.loop", action="store_true", help="play the tape again and again")
    add("--speed", dest="sim.speed", metavar="X", help="exchange seconds a second, up to 100")
    add("--seed", dest="sim.seed", metavar="N", help="the same generated market for the same number")
    add("--position-mode", dest="sim.position_mode", metavar="MODE", help="simulator: one-way or hedge")
    add("--balance", dest="sim.balance", metavar="USDT", help="simulator: what the account starts with")
    return group


def _complain(text: str) -> None:
    from omega_tui.domain.text import safe_text

    _narrate(f"omega-tui: {safe_text(text, 500)}")


def _narrate(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
