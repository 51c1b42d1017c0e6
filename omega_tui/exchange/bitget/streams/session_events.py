"""What a stream session has to tell besides data."""

from dataclasses import dataclass

from omega_tui.exchange.bitget.streams.topics import Topic


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The private address accepted the login; subscriptions follow."""


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """The login failed. When `clock_is_off` a fresh time offset may cure it; else nothing here can."""

    code: str
    message: str
    clock_is_off: bool


@dataclass(frozen=True, slots=True)
class TopicConfirmed:
    """The exchange acknowledged a subscription."""

    topic: Topic


@dataclass(frozen=True, slots=True)
class TopicFailed:
    """A subscription was refused or not acknowledged in time; it is asked for again later."""

    topic: Topic
    reason: str


@dataclass(frozen=True, slots=True)
class FrameDropped:
    """A frame was not understood and left out."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReconnectNeeded:
    """This connection cannot be trusted any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class ErrorReported:
    """The exchange complained about nothing in particular."""

    code: str
    message: str


SessionEvent = (
    LoggedIn | LoginRefused | TopicConfirmed | TopicFailed | FrameDropped | ReconnectNeeded | ErrorReported
)
