"""One stream connection as a state machine, without a socket and without a clock.

Fed with "connected", received frames and the passing of time, it says which texts to send and what happened:
login, wanted against confirmed topics, string ping with a pong deadline, resubscription, and frames of dead
connections. It knows nothing of what the data means, and waits for nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.codes import WsCode
from omega_tui.exchange.bitget.streams.frames import MalformedFrame, Push, decode_push, require_strict
from omega_tui.exchange.bitget.streams.session_events import (
    ErrorReported,
    FrameDropped,
    LoggedIn,
    LoginRefused,
    ReconnectNeeded,
    SessionEvent,
    TopicConfirmed,
    TopicFailed,
)
from omega_tui.exchange.bitget.streams.topics import Topic, build_requests
from omega_tui.exchange.bitget.wire import MESSAGES_PER_SECOND, PING, PONG

_PONG = PONG.encode()
_MALFORMED_IN_A_ROW = 3
_OWN_MESSAGES_PER_SECOND = MESSAGES_PER_SECOND - 2
_LOGIN_CODES = frozenset(
    {
        WsCode.LOGIN_FAILED,
        WsCode.KEY_INVALID,
        WsCode.PASSPHRASE_INVALID,
        WsCode.TIMESTAMP_INVALID,
        WsCode.TIMESTAMP_EXPIRED,
        WsCode.SIGN_INVALID,
    }
)
_CLOCK_CODES = frozenset({WsCode.TIMESTAMP_INVALID, WsCode.TIMESTAMP_EXPIRED})
_CROWDED_CODES = frozenset({WsCode.TOO_MANY_REQUESTS, WsCode.CLOSING})


@dataclass(frozen=True, slots=True)
class SessionTiming:
    """Intervals and deadlines in seconds. Bitget drops a client that does not ping for 120."""

    ping: float = 25.0
    pong: float = 10.0
    login: float = 10.0
    acknowledgement: float = 5.0
    first_retry: float = 2.0
    longest_retry: float = 60.0


class _State(Enum):
    WANTED = "wanted"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(slots=True)
class _Subscription:
    state: _State = _State.WANTED
    deadline: float = 0.0
    failures: int = 0
    leave_first: bool = False


class Session:
    """The state of one stream connection through all its reconnections.

    `build_login` makes the login text when one is needed (private address); None means that none is.
    `now` is always seconds of one monotonic clock. `epoch` counts connections; `dropped` counts frames that
    were not understood and `late` those of an earlier epoch.
    """

    def __init__(
        self, build_login: Callable[[], str] | None = None, timing: SessionTiming | None = None
    ) -> None:
        self._build_login = build_login
        self._timing = timing or SessionTiming()
        self._topics: dict[Topic, _Subscription] = {}
        self._outbox: deque[str] = deque()
        self._sent: deque[float] = deque()
        self._connected = False
        self._ready = False
        self._login_due: float | None = None
        self._ping_at = 0.0
        self._pong_due: float | None = None
        self._malformed_in_a_row = 0
        self.epoch = 0
        self.dropped = 0
        self.late = 0

    @property
    def confirmed(self) -> bool:
        """True when every wanted topic is acknowledged on this connection."""
        return self._ready and all(s.state is _State.CONFIRMED for s in self._topics.values())

    def connected(self, now: float) -> int:
        """Begin a new connection; returns its epoch, which its frames are handed in with."""
        self.disconnected()
        self.epoch += 1
        self._connected = True
        self._ping_at = now + self._timing.ping
        if self._build_login is None:
            self._ready = True
            self._ask(list(self._topics), now)
        else:
            self._log_in(self._build_login, now)
        return self.epoch

    def disconnected(self) -> None:
        """Forget everything that belonged to the connection; what is wanted stays wanted."""
        self._connected = self._ready = False
        self._login_due = self._pong_due = None
        self._malformed_in_a_row = 0
        self._outbox.clear()
        self._sent.clear()
        for subscription in self._topics.values():
            subscription.state = _State.WANTED
            subscription.leave_first = False

    def successor(self, now: float) -> "Session":
        """A session for a second connection that is to want the same."""
        other = Session(self._build_login, self._timing)
        other.want(self._topics, now)
        return other

    def adopt(self, other: "Session", now: float) -> int:
        """Go on with the connection of `other`, still wanting what is wanted here; returns the new epoch."""
        wanted = tuple(self._topics)
        self._topics, self._outbox, self._sent = other._topics, other._outbox, other._sent
        self._connected, self._ready, self._login_due = other._connected, other._ready, other._login_due
        self._ping_at, self._pong_due = other._ping_at, other._pong_due
        self._malformed_in_a_row = other._malformed_in_a_row
        self.epoch += 1
        self.want(wanted, now)
        return self.epoch

    def want(self, topics: Iterable[Topic], now: float) -> None:
        """Subscribe to exactly these topics: leave the others, ask for the new ones."""
        wanted = dict.fromkeys(topics)
        leaving = [topic for topic in self._topics if topic not in wanted]
        joining = [topic for topic in wanted if topic not in self._topics]
        for topic in leaving:
            del self._topics[topic]
        for topic in joining:
            self._topics[topic] = _Subscription()
        if self._ready:
            self._outbox.extend(build_requests("unsubscribe", leaving))
            self._ask(joining, now)

    def resubscribe(self, topic: Topic, now: float, delay: float = 0.0) -> None:
        """Leave and join a topic again after `delay` seconds: the exchange then sends a new snapshot."""
        subscription = self._topics.get(topic)
        if self._ready and subscription is not None:
            subscription.state = _State.FAILED
            subscription.deadline = now + delay
            subscription.leave_first = True
            if delay <= 0:
                self._ask([topic], now)

    def take_outgoing(self, now: float) -> list[str]:
        """The texts to send now, within Bitget's allowance of messages per second; the rest waits."""
        while self._sent and now - self._sent[0] >= 1.0:
            self._sent.popleft()
        texts: list[str] = []
        while self._outbox and len(self._sent) < _OWN_MESSAGES_PER_SECOND:
            texts.append(self._outbox.popleft())
            self._sent.append(now)
        return texts

    def receive(self, frame: bytes, now: float, epoch: int) -> Push | SessionEvent | None:
        """What a frame brought: a push of a wanted topic, an event, or nothing worth telling."""
        if epoch != self.epoch or not self._connected:
            self.late += 1
            return None
        if frame == _PONG:
            self._pong_due = None
            return None
        try:
            push = decode_push(frame)
            if self._build_login is not None:
                require_strict(frame)
        except MalformedFrame as error:
            return self.malformed(str(error))
        arg = push.arg
        if push.action and arg is not None:
            return push if (arg.channel, arg.inst_id or arg.coin) in self._topics else None
        return self._answered(push, now)

    def malformed(self, reason: str) -> SessionEvent:
        """Count a frame that is not understood; three in a row condemn the connection."""
        self.dropped += 1
        self._malformed_in_a_row += 1
        if self._malformed_in_a_row >= _MALFORMED_IN_A_ROW:
            return ReconnectNeeded(f"{_MALFORMED_IN_A_ROW} malformed frames in a row: {safe_text(reason)}")
        return FrameDropped(safe_text(reason))

    def understood(self) -> None:
        """Tell that the last push made sense."""
        self._malformed_in_a_row = 0

    def tick(self, now: float) -> list[SessionEvent]:
        """Let time pass: pings, deadlines, second tries. Call a few times a second."""
        if not self._connected:
            return []
        if self._login_due is not None and now >= self._login_due:
            return [ReconnectNeeded("the login was not answered")]
        if self._pong_due is not None and now >= self._pong_due:
            return [ReconnectNeeded(f"no pong within {self._timing.pong:g} s")]
        if now >= self._ping_at:
            self._outbox.appendleft(PING)
            self._ping_at = now + self._timing.ping
            self._pong_due = now + self._timing.pong
        return self._check_topics(now) if self._ready else []

    def _check_topics(self, now: float) -> list[SessionEvent]:
        events: list[SessionEvent] = []
        again: list[Topic] = []
        for topic, subscription in self._topics.items():
            if now < subscription.deadline:
                continue
            if subscription.state is _State.ASKED:
                events.append(self._failed(topic, subscription, now, "the subscription was not acknowledged"))
            elif subscription.state is _State.FAILED:
                again.append(topic)
        self._ask(again, now)
        return events

    def _ask(self, topics: list[Topic], now: float) -> None:
        leaving = [topic for topic in topics if self._topics[topic].leave_first]
        self._outbox.extend(build_requests("unsubscribe", leaving))
        for topic in topics:
            subscription = self._topics[topic]
            subscription.state = _State.ASKED
            subscription.deadline = now + self._timing.acknowledgement
            subscription.leave_first = False
        self._outbox.extend(build_requests("subscribe", topics))

    def _log_in(self, build_login: Callable[[], str], now: float) -> None:
        self._ready = False
        self._login_due = now + self._timing.login
        self._outbox.append(build_login())

    def _failed(self, topic: Topic, subscription: _Subscription, now: float, reason: str) -> TopicFailed:
        timing = self._timing
        subscription.state = _State.FAILED
        subscription.deadline = now + min(timing.first_retry * 2**subscription.failures, timing.longest_retry)
        subscription.failures = min(subscription.failures + 1, 8)
        return TopicFailed(topic, safe_text(reason))

    def _answered(self, push: Push, now: float) -> SessionEvent | None:
        match push.event:
            case "login":
                return self._logged_in(push, now)
            case "subscribe":
                return self._confirmed(push)
            case "error":
                return self._complained(push, now)
            case "unsubscribe":
                return None
        return self.malformed("a frame of no known kind")

    def _logged_in(self, push: Push, now: float) -> SessionEvent | None:
        # Bitget answers code 0, "0" or none; any other code in a login answer is a failure.
        if str(push.code or 0) not in {"0", "00000"}:
            return self._login_refused(push)
        if self._login_due is None:
            return None
        self._login_due = None
        self._ready = True
        self._ask(list(self._topics), now)
        return LoggedIn()

    def _login_refused(self, push: Push) -> LoginRefused:
        self._login_due = None
        code = str(push.code)
        return LoginRefused(safe_text(code), safe_text(push.msg or ""), code in _CLOCK_CODES)

    def _confirmed(self, push: Push) -> SessionEvent | None:
        topic = Topic.of(push.arg) if push.arg is not None else None
        subscription = self._topics.get(topic) if topic is not None else None
        if topic is None or subscription is None or subscription.state is _State.CONFIRMED:
            return None
        subscription.state = _State.CONFIRMED
        subscription.failures = 0
        return TopicConfirmed(topic)

    def _complained(self, push: Push, now: float) -> SessionEvent | None:
        code = str(push.code)
        if code in _CROWDED_CODES:
            return ReconnectNeeded(f"{code}: too many requests")
        if self._build_login is not None:
            if self._login_due is not None or code in _LOGIN_CODES:
                return self._login_refused(push)
            # A login that expired mid-stream leaves a hole in the private pushes: start over, visibly.
            if code == WsCode.LOGIN_NEEDED:
                return ReconnectNeeded("the exchange wants a new login")
        topic = Topic.of(push.arg) if push.arg is not None else None
        subscription = self._topics.get(topic) if topic is not None else None
        if topic is not None and subscription is not None:
            return self._failed(topic, subscription, now, f"{code} {push.msg or ''}")
        return ErrorReported(safe_text(code), safe_text(push.msg or ""))
