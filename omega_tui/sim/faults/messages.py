"""Faults of what clients say on a stream: at the opening, at the login, at a subscription.

Nothing is done here; `streams` carries out what these faults decide.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
import orjson

from omega_tui.exchange.bitget.codes import WsCode
from omega_tui.sim.faults.fault import Address, Digits, Fault, Named, Positive

Refusal = Annotated[int, msgspec.Meta(ge=400, le=599)]
_LOGIN_TEXTS = {
    WsCode.LOGIN_FAILED: "Login failed",
    WsCode.KEY_INVALID: "Invalid ACCESS_KEY",
    WsCode.PASSPHRASE_INVALID: "Invalid ACCESS_PASSPHRASE",
    WsCode.TIMESTAMP_EXPIRED: "Request timestamp expired",
    WsCode.SIGN_INVALID: "Invalid sign",
}


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One operation of a client: its word, and of a subscription the argument."""

    address: Address
    operation: str
    argument: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a client is told in place of being heard; `closes` ends the connection after it."""

    frame: bytes
    closes: bool = False


class HandshakeFault(Fault, frozen=True, kw_only=True):
    """A fault of a stream's opening."""

    address: Address | None = None


class HandshakeStatus(HandshakeFault, frozen=True, kw_only=True):
    """The stream is not opened: the answer is an HTTP status."""

    serves = ("P27",)

    status: Refusal = 429
    retry_after_s: Positive | None = None


class MessageFault(Fault, frozen=True, kw_only=True):
    """A fault of one operation."""

    address: Address | None = None

    def concerns(self, facts: MessageFacts) -> bool:
        """Whether an operation is in scope."""
        return self.address in (None, facts.address)

    def answer(self, facts: MessageFacts) -> Answered:
        """What the client is told."""
        raise NotImplementedError


class LoginFault(MessageFault, frozen=True, kw_only=True):
    """A fault of logins."""

    def concerns(self, facts: MessageFacts) -> bool:
        return facts.operation == "login" and super().concerns(facts)


class LoginRefused(LoginFault, frozen=True, kw_only=True):
    """A right login is refused (30005, 30011, 30012, 30015 …), and the connection ends."""

    serves = ("P20",)

    code: Digits = WsCode.LOGIN_FAILED

    def answer(self, facts: MessageFacts) -> Answered:
        return Answered(_error(self.code, _login_text(self.code)), closes=True)


class LoginExpired(LoginFault, frozen=True, kw_only=True):
    """A login is refused for its timestamp (30014), and the connection ends."""

    serves = ("P21",)

    def answer(self, facts: MessageFacts) -> Answered:
        return Answered(_error(WsCode.TIMESTAMP_EXPIRED, "Request timestamp expired"), closes=True)


class LoginCode(LoginFault, frozen=True, kw_only=True):
    """The answer to a login looks like success and has a code that is not zero; nobody is logged in."""

    serves = ("P22",)

    code: Digits = WsCode.LOGIN_FAILED

    def answer(self, facts: MessageFacts) -> Answered:
        refused = {"event": "login", "code": int(self.code), "msg": _login_text(self.code)}
        return Answered(orjson.dumps(refused))


class SubscriptionRefused(MessageFault, frozen=True, kw_only=True):
    """A subscription is answered with an error and not in force; the others of its message are."""

    serves = ("P19",)

    code: Digits = WsCode.UNKNOWN_CHANNEL
    text: str = "Channel does not exist"
    channel: Named | None = None
    symbol: Named | None = None

    def concerns(self, facts: MessageFacts) -> bool:
        argument = facts.argument or {}
        return (
            facts.operation == "subscribe"
            and super().concerns(facts)
            and self.channel in (None, argument.get("channel"))
            and self.symbol in (None, argument.get("instId"))
        )

    def answer(self, facts: MessageFacts) -> Answered:
        return Answered(_error(self.code, self.text, facts.argument))


class UnheardMessage(MessageFault, frozen=True, kw_only=True):
    """What a client says is lost on the way: subscribe, unsubscribe, login or ping."""

    serves = ("P24", "N04")

    operation: Named | None = None

    def concerns(self, facts: MessageFacts) -> bool:
        return self.operation in (None, facts.operation) and super().concerns(facts)

    def answer(self, facts: MessageFacts) -> Answered:
        return Answered(b"")


def _error(code: str, text: str, argument: dict[str, Any] | None = None) -> bytes:
    named = {} if argument is None else {"arg": argument}
    return orjson.dumps({"event": "error", **named, "code": int(code), "msg": text})


def _login_text(code: str) -> str:
    return next((text for known, text in _LOGIN_TEXTS.items() if known == code), "Login failed")


KINDS: Final[tuple[type[Fault], ...]] = (
    *(HandshakeStatus, LoginRefused, LoginExpired, LoginCode, SubscriptionRefused),
    *(UnheardMessage,),
)
"""The faults of this module."""
