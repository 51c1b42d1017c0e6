"""Faults of what frames say: of nobody, to the wrong one, incomplete, or untrue."""

from decimal import Decimal
from typing import Final

import orjson

from omega_tui.exchange.bitget.codes import WsCode
from omega_tui.exchange.bitget.wire import Channel
from omega_tui.sim.faults.fault import Dice, Digits, Fault, Named
from omega_tui.sim.faults.frames import Departure, Frame, FrameFault, rows_of

_STAMPS = ("ts", "cTime", "uTime", "fillTime")
_FILLED = ("accBaseVolume", "baseVolume")


class UnknownChannel(FrameFault, frozen=True, kw_only=True):
    """Before the frame comes a push of a channel that nobody knows."""

    serves = ("P18",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        message["arg"] = {**message.get("arg", {}), "channel": "no-such-channel"}
        return [Departure(orjson.dumps(message)), Departure(frame.data)]


class UnknownEvent(FrameFault, frozen=True, kw_only=True):
    """Before the frame comes an event that nobody knows."""

    serves = ("P18",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(b'{"event":"no-such-event","code":0,"msg":""}'), Departure(frame.data)]


class ExtraMember(FrameFault, frozen=True, kw_only=True):
    """The frame and its rows have a member that Bitget does not document."""

    serves = ("P18",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        for row in rows_of(message):
            row["undocumented"] = {"of": ["Bitget"]}
        return [Departure(orjson.dumps({**message, "undocumented": None}))]


class MissingMember(FrameFault, frozen=True, kw_only=True):
    """The rows of the frame lack `member`, or have null there."""

    serves = ("P18",)

    member: Named
    nulled: bool = False

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        for row in rows_of(message):
            if self.nulled:
                row[self.member] = None
            else:
                row.pop(self.member, None)
        return [Departure(orjson.dumps(message))]


class ErrorEvent(FrameFault, frozen=True, kw_only=True):
    """In place of a push comes an error for its subscription, which ends with it."""

    serves = ("P19",)

    code: Digits = WsCode.UNKNOWN_CHANNEL
    text: str = "Channel does not exist"

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        error = {
            "event": "error",
            "arg": frame.message().get("arg"),
            "code": int(self.code),
            "msg": self.text,
        }
        return [Departure(orjson.dumps(error), unsubscribes=True)]


class LoggedOut(FrameFault, frozen=True, kw_only=True):
    """In place of a private push comes 30004: the login is over, and every private subscription with it."""

    serves = ("P23",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        code = WsCode.LOGIN_NEEDED
        error = {"event": "error", "code": int(code), "msg": "User needs to log in"}
        return [Departure(orjson.dumps(error), logs_out=True)]


class ForeignRow(FrameFault, frozen=True, kw_only=True):
    """The rows of the frame are of another symbol, though it is pushed to this topic."""

    serves = ("P35",)

    other: Named = "FOREIGNUSDT"

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        if message.get("arg", {}).get("instId") not in (None, "default"):
            message["arg"]["instId"] = self.other
        for row in rows_of(message):
            for name in ("instId", "symbol"):
                if name in row:
                    row[name] = self.other
        return [Departure(orjson.dumps(message))]


class TimestampOff(FrameFault, frozen=True, kw_only=True):
    """Every time in the frame is off by `by_ms`."""

    serves = ("P34", "N06")

    by_ms: int = 86_400_000

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        for row in (message, *rows_of(message)):
            for name in _STAMPS:
                value = row.get(name)
                if isinstance(value, int):
                    row[name] = value + self.by_ms
                elif isinstance(value, str) and value.isdigit():
                    row[name] = str(int(value) + self.by_ms)
        return [Departure(orjson.dumps(message))]


class Overfill(FrameFault, frozen=True, kw_only=True):
    """An order's push says that more has traded than was ordered."""

    serves = ("O33",)

    channel: Named | None = Channel.ORDERS

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        for row in rows_of(message):
            for name in _FILLED:
                if name in row:
                    row[name] = f"{Decimal(row['size']) * 2:f}" if "size" in row else row[name]
        return [Departure(orjson.dumps(message))]


class OtherFee(FrameFault, frozen=True, kw_only=True):
    """A fill's fee is in another coin, nothing, or a rebate (positive)."""

    serves = ("O30",)

    coin: Named = "BGB"
    fee: Decimal = Decimal("-0.01")

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        text = f"{self.fee:f}"
        for row in rows_of(message):
            for detail in row.get("feeDetail") or ():
                detail["feeCoin"] = self.coin
                detail["fee" if "fee" in detail else "totalFee"] = text
            if "fillFee" in row:
                row |= {"fillFee": text, "fillFeeCoin": self.coin}
        return [Departure(orjson.dumps(message))]


KINDS: Final[tuple[type[Fault], ...]] = (
    *(UnknownChannel, UnknownEvent, ExtraMember, MissingMember, ErrorEvent, LoggedOut),
    *(ForeignRow, TimestampOff, Overfill, OtherFee),
)
"""The faults of this module."""
