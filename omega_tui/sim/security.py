"""Who may call the simulated exchange: the checks of Bitget's signed requests and stream logins.

Written from Bitget's "Signature" page alone; it shares no line with the client's signing, so that a mistake
on one side shows on the other.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus

from omega_tui.clock import Ids
from omega_tui.exchange.bitget.codes import Code, WsCode
from omega_tui.exchange.bitget.wire import (
    HEADER_KEY,
    HEADER_PASSPHRASE,
    HEADER_SIGN,
    HEADER_TIMESTAMP,
    LOGIN_PREHASH,
    SIGNATURE_WINDOW_MS,
)
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.condition import Condition
from omega_tui.sim.personas import NO_KEY, AccountKind, Environment, Permission, Persona, Standing
from omega_tui.sim.refusals import refusal

KEY_PREFIX = "bg_"
"""How every API key of the exchange begins; another beginning is refused as no key at all."""
READ_WORDS = "future order read or future order write"
"""How a key that may not read, or (`TRADE_WORDS`) not trade, is told what it lacks; texts of 2025."""
TRADE_WORDS = "future order write"
_FIRST_MILLISECOND_STAMP = 100_000_000_000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The one key of the simulated account; its secret parts never show when printed."""

    key: str
    secret: str = field(repr=False)
    passphrase: str = field(repr=False)

    @classmethod
    def random(cls, ids: Ids) -> "ApiKey":
        """A key nobody else has, spelled as Bitget's are."""
        return cls(KEY_PREFIX + ids.token(32), ids.token(64), ids.token(12))


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature covers: the request target exactly as received, and the body's bytes."""

    method: str
    target: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stream's client came from and to: its address, and the world whose address it called."""

    address: str
    environment: Environment


class LoginRefused(Exception):
    """A stream login that fails; `code` says why."""

    def __init__(self, code: WsCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Guard:
    """Checks requests and logins against one key, as long as it is in good standing, and two clocks.

    A timestamp may be near exchange time or near the wall clock: clients of a market played faster than life
    sign with their own clock until they have asked for ours. `skew_ms` tells how far
    the exchange's clock is off.
    """

    def __init__(self, api_key: ApiKey, clock: ExchangeClock, condition: Condition) -> None:
        self._api_key = api_key
        self._clock = clock
        self._condition = condition
        self.skew_ms: Callable[[], int] = lambda: 0

    def check_request(self, headers: Mapping[str, str], request: SignedRequest) -> None:
        """Raise Refused with the code of the first thing wrong, in Bitget's order of checking."""
        key, sign, timestamp, passphrase = _auth_headers(headers)
        standing = self._condition.persona.standing
        if not key.startswith(KEY_PREFIX) or standing is Standing.EXPIRED:
            raise refusal(Code.KEY_INVALID)
        if key != self._api_key.key or standing is Standing.DELETED:
            raise refusal(Code.KEY_UNKNOWN)
        stamp = _parse_stamp(timestamp)
        if stamp is None:
            raise refusal(Code.TIMESTAMP_INVALID)
        if not self._is_fresh(stamp):
            raise refusal(Code.TIMESTAMP_EXPIRED)
        if not any(self._matches(text, sign) for text in _signed_texts(timestamp, request)):
            raise refusal(Code.SIGN_WRONG)
        if not _same(passphrase, self._api_key.passphrase):
            raise refusal(Code.PASSPHRASE_WRONG)

    def check_login(self, argument: Mapping[str, object], origin: Origin) -> None:
        """Raise LoginRefused unless `argument` of a login operation proves the key, and it counts there.

        The key is called `apiKey` on Bitget's page and `api_key` by its own older Python kit, whose clients
        still log in so.
        """
        key, passphrase, timestamp, sign = (
            str(argument.get(name) or "") for name in ("apiKey", "passphrase", "timestamp", "sign")
        )
        key = key or str(argument.get("api_key") or "")
        if not (key and passphrase and timestamp and sign):
            raise LoginRefused(WsCode.LOGIN_FAILED, "Login failed")
        if key != self._api_key.key or self._condition.persona.standing in NO_KEY:
            raise LoginRefused(WsCode.KEY_INVALID, "Invalid ACCESS_KEY")
        if not _same(passphrase, self._api_key.passphrase):
            raise LoginRefused(WsCode.PASSPHRASE_INVALID, "Invalid ACCESS_PASSPHRASE")
        stamp = _parse_stamp(timestamp)
        if stamp is None:
            raise LoginRefused(WsCode.TIMESTAMP_INVALID, "Invalid ACCESS_TIMESTAMP")
        if not self._is_fresh(stamp if stamp >= _FIRST_MILLISECOND_STAMP else stamp * 1000):
            raise LoginRefused(WsCode.TIMESTAMP_EXPIRED, "Request timestamp expired")
        if not self._matches((timestamp + LOGIN_PREHASH).encode(), sign):
            raise LoginRefused(WsCode.SIGN_INVALID, "Invalid sign")
        check_owner(self._condition.persona, origin)

    def _is_fresh(self, stamp: int) -> bool:
        clocks, skew = (self._clock.now_ms(), self._clock.wall_ms()), self.skew_ms()
        return any(abs(stamp - now - skew) <= SIGNATURE_WINDOW_MS for now in clocks)

    def _matches(self, text: bytes, sign: str) -> bool:
        digest = hmac.new(self._api_key.secret.encode(), text, hashlib.sha256).digest()
        return _same(base64.b64encode(digest).decode(), sign)


def check_owner(persona: Persona, origin: Origin) -> None:
    """Raise LoginRefused unless a proven key opens streams at `origin`.

    Which codes say so is known for none of these: a login that fails otherwise has one code, and REST's text.
    """
    if origin.environment is not persona.environment:
        raise LoginRefused(WsCode.ENVIRONMENT_WRONG, Code.ENVIRONMENT_WRONG.text)
    for wrong, text in (
        (not persona.is_known_at(origin.address), Code.IP_REFUSED.text),
        (persona.standing is Standing.FROZEN, Code.ACCOUNT_FROZEN.text),
        (persona.account is AccountKind.UNIFIED, Code.UNIFIED_ACCOUNT.text),
        (not persona.may(Permission.READ), Code.NO_PERMISSION.text.replace("{0}", READ_WORDS)),
    ):
        if wrong:
            raise LoginRefused(WsCode.LOGIN_FAILED, text)


def _auth_headers(headers: Mapping[str, str]) -> tuple[str, str, str, str]:
    """The four headers of a signed request; the first one missing is refused."""
    needed = (
        (HEADER_KEY, Code.KEY_MISSING),
        (HEADER_SIGN, Code.SIGN_MISSING),
        (HEADER_TIMESTAMP, Code.TIMESTAMP_INVALID),
        (HEADER_PASSPHRASE, Code.PASSPHRASE_MISSING),
    )
    for name, code in needed:
        if not headers.get(name):
            raise refusal(code)
    return headers[HEADER_KEY], headers[HEADER_SIGN], headers[HEADER_TIMESTAMP], headers[HEADER_PASSPHRASE]


def _signed_texts(timestamp: str, request: SignedRequest) -> list[bytes]:
    """The texts a client may have signed: the query as sent, or before it was percent-encoded."""
    targets = dict.fromkeys((request.target, unquote(request.target), unquote_plus(request.target)))
    return [_bytes(timestamp + request.method + target) + request.body for target in targets]


def _parse_stamp(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(_bytes(given), _bytes(expected))


def _bytes(text: str) -> bytes:
    """The bytes a header or target came as; a header may hold bytes that are not UTF-8."""
    return text.encode(errors="surrogateescape")
