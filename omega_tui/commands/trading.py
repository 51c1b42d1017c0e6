"""Commands that change something; with `--dry-run` each says what it would do and sends nothing."""

from collections.abc import Mapping
from typing import Any

from omega_tui.commands.answer import Answer
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.commands.failures import exit_code
from omega_tui.domain.orders import HoldSide, OrderState
from omega_tui.domain.symbols import UnknownSymbol, parse_symbol
from omega_tui.trader import AsyncBitGetTrader, InvalidInput, OrderRefused
from omega_tui.trader.account_results import PositionResult
from omega_tui.trader.amounts import require_unit
from omega_tui.trader.numbers import read_share
from omega_tui.trader.results import OrderResult, PreviewResult, plain

Arguments = Mapping[str, Any]

_SECONDS = 15.0


async def order(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Buy or sell."""
    wanted = _order(arguments)
    if arguments.get("dry_run"):
        return _previewed(await trader.preview_order(**wanted))
    return _placed(await trader.place_order(**wanted, seconds=_seconds(arguments)))


async def amend(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Give an order other terms."""
    size = arguments.get("size")
    known = await trader.get_order(arguments["id"])
    terms: dict[str, Any] = {
        "quantity": _coins(size, known.symbol) if size is not None else None,
        "price": arguments.get("limit"),
        "trigger_price": arguments.get("trigger"),
        "stop_loss": arguments.get("stop"),
        "take_profit": arguments.get("target"),
    }
    if not any(value is not None for value in terms.values()):
        raise InvalidInput(
            "amend", "nothing to change is given", "give --size, --limit, --trigger, --stop or --target"
        )
    if arguments.get("dry_run"):
        asked = {name: value for name, value in terms.items() if value is not None}
        return Answer(ExitCode.OK, {"dry_run": True, "order": known.to_dict(), "new_terms": asked})
    return _placed(await trader.amend_order(known.id, **terms, seconds=_seconds(arguments)))


async def cancel(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Cancel orders by id or by scope."""
    ids = arguments.get("ids") or None
    scope = {name: arguments[name] for name in ("symbol", "side", "kind") if name in arguments}
    if (ids is None) == (not scope and not arguments.get("all")):
        fix = "give ids, or --all, --buys, --sells, --symbol or --kind"
        raise InvalidInput("cancel", "either orders or a scope must be named, and not both", fix)
    if arguments.get("dry_run"):
        chosen = [await trader.get_order(each) for each in ids] if ids else await trader.find_orders(**scope)
        return Answer(ExitCode.OK, {"dry_run": True, "would_cancel": plain(tuple(chosen))})
    results = await trader.execute_cancellations(ids, **scope, seconds=_seconds(arguments))
    facts = {"cancelled": sum(each.canceled for each in results), "orders": plain(results)}
    # One that ended otherwise, filled for instance, is not open any more either: nothing is left to prove.
    if any(each.open for each in results):
        return Answer(ExitCode.UNPROVEN, facts)
    failed = [each.error for each in results if each.error is not None]
    if failed:
        return Answer(exit_code(failed[0]), {**facts, "message": str(failed[0])})
    return Answer(ExitCode.OK, facts)


async def close(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Close a position or a share of it."""
    position = await _position(trader, arguments)
    share = read_share(arguments.get("share", "100%"), "share")
    if arguments.get("dry_run"):
        side = position.hold_side.opening_side.opposite
        shown = await trader.preview_order(
            symbol=position.symbol, side=side, quantity=position.size * share, reduce_only=True
        )
        return _previewed(shown)
    result = await trader.close_position(position.symbol, position.hold_side, share, _seconds(arguments))
    expected = position.size - position.size * share
    # What is smaller than a lot may stay of a share; of the whole nothing may.
    done = result.left is not None and (result.left == 0 if not expected else result.left < position.size)
    return Answer(ExitCode.OK if done else ExitCode.UNPROVEN, result.to_dict())


async def protect(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Give a position a stop or a target."""
    position = await _position(trader, arguments)
    wanted: dict[str, Any] = {
        "symbol": position.symbol,
        "side": position.hold_side,
        "stop_loss": arguments.get("stop"),
        "take_profit": arguments.get("target"),
        "trigger_by": arguments.get("trigger_by", "mark"),
        "share": arguments.get("share", 1),
    }
    if arguments.get("dry_run"):
        shown = await trader.preview_protection(**wanted)
        return Answer(_judge(shown.problems), {"dry_run": True, **shown.to_dict()})
    result = await trader.protect(**wanted, seconds=_seconds(arguments))
    return Answer(ExitCode.OK, result.to_dict())


async def leverage(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Show the leverage of a contract, or change it."""
    symbol, wanted = arguments["symbol"], arguments.get("leverage")
    settings = await trader.get_market_settings(symbol)
    if wanted is None:
        return Answer(ExitCode.OK, settings.to_dict())
    if arguments.get("dry_run"):
        effects = await trader.preview_leverage(symbol, wanted, arguments.get("side"))
        facts = {"dry_run": True, "settings": settings.to_dict(), "new_leverage": wanted}
        return Answer(ExitCode.OK, {**facts, "effects": plain(effects)})
    return Answer(ExitCode.OK, (await trader.set_leverage(symbol, wanted, arguments.get("side"))).to_dict())


async def halt(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """No new risk until resume; every entry is cancelled."""
    if arguments.get("dry_run"):
        entries = await trader.find_orders(kind="entries")
        return Answer(ExitCode.OK, {"dry_run": True, "would_cancel": plain(entries)})
    result = await trader.halt(_seconds(arguments))
    unproven = any(each.open for each in result.entries)
    return Answer(ExitCode.UNPROVEN if unproven else ExitCode.OK, result.to_dict())


async def resume(trader: AsyncBitGetTrader, arguments: Arguments) -> Answer:
    """Leave HALT."""
    if arguments.get("dry_run"):
        status = await trader.get_status()
        return Answer(ExitCode.OK, {"dry_run": True, "posture": status.posture.value})
    return Answer(ExitCode.OK, (await trader.resume()).to_dict())


def _order(arguments: Arguments) -> dict[str, Any]:
    """The arguments of `place_order` for what was typed. Raises InvalidInput."""
    size = arguments.get("size")
    wanted: dict[str, Any] = {
        "symbol": arguments["symbol"],
        "side": arguments["side"],
        "order_type": "limit" if "limit" in arguments else "market",
        "quantity": require_unit(size, _base(arguments["symbol"])) if size is not None else None,
        "price": arguments.get("limit"),
        "time_in_force": arguments.get("force", "normal"),
        "reduce_only": arguments.get("reduce_only", False),
        "stop_loss": arguments.get("stop"),
        "take_profit": arguments.get("target"),
        "trigger_price": arguments.get("trigger"),
        "trigger_by": arguments.get("trigger_by", "mark"),
        "callback_rate": arguments.get("trail"),
        "risk": arguments.get("risk"),
        "leverage": arguments.get("leverage"),
        "margin_mode": arguments.get("margin"),
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _base(symbol: str) -> str:
    try:
        return parse_symbol(symbol).base
    except UnknownSymbol:
        return ""


def _coins(size: str, symbol: str) -> str:
    """A size in coins without the unit, which an amendment does not take. Raises InvalidInput."""
    base = _base(symbol)
    number = require_unit(size, base).lower().removesuffix(base.lower())
    if number == size.lower():
        raise InvalidInput("size", f"{size!r} is not in {base}", f"write it like 0.02{base.lower()}")
    return number


async def _position(trader: AsyncBitGetTrader, arguments: Arguments) -> PositionResult:
    """The position that is meant: the one on the side that was named, or the only one."""
    found = await trader.get_positions(arguments["symbol"])
    side = arguments.get("side")
    chosen = [each for each in found if side in (None, each.hold_side)]
    if not chosen:
        raise OrderRefused(f"there is no {side + ' ' if side else ''}position in {arguments['symbol']}")
    if len(chosen) > 1:
        raise InvalidInput(
            "side", "both sides are open", f"say --side {HoldSide.LONG} or --side {HoldSide.SHORT}"
        )
    return chosen[0]


def _seconds(arguments: Arguments) -> float:
    seconds: float = arguments.get("seconds", _SECONDS)
    return seconds


def _placed(result: OrderResult) -> Answer:
    """An order that the exchange ended by itself without filling any of it did not do what was asked."""
    dead = result.state is OrderState.CANCELED and not result.filled
    return Answer(ExitCode.REJECTED if dead else ExitCode.OK, result.to_dict())


def _previewed(shown: PreviewResult) -> Answer:
    return Answer(_judge(shown.problems), {"dry_run": True, **shown.to_dict()})


def _judge(problems: tuple[str, ...]) -> ExitCode:
    return ExitCode.REFUSED if problems else ExitCode.OK
