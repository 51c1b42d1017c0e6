"""How an action ended, judged from what was seen: accepted, rejected, not sent or unknown.

Pure. Exception classes are not consulted: ccxt raises one class for "never sent" and for "sent, answer
lost", and returns normally for a cut or empty reply. Only three things count: whether our transport proved
that no byte left, the HTTP status, and the body as received. What is not proven is unknown, and no timer
ever turns unknown into rejected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

import msgspec

from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.rest.refusals import DEFINITE, Kind, advice, kind_of
from omega_tui.exchange.bitget.streams.frames import MalformedFrame, require_strict
from omega_tui.exchange.bitget.wire import SUCCESS
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown

Legs = tuple[Outcome, ...]
"""One outcome for each leg of a batch."""


class Action(StrEnum):
    """What was asked of the exchange; the same reply can prove different things for different actions."""

    PLACE = "place"
    AMEND = "amend"
    REVERSE = "reverse"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel all"
    CLOSE = "close"
    SETTING = "setting"


class Transport(Enum):
    """How far a request came. `NO_BYTE_LEFT` needs proof, anything in doubt is `LOST`."""

    NO_BYTE_LEFT = "no byte left"
    LOST = "no whole reply"
    ANSWERED = "whole reply"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of one request.

    `words` describe a transport failure; `body` is the text as received. `retry_after` (seconds) and
    `remaining` (requests within this second) are what the reply's headers said. `lasting` marks a request
    that was held back here for a reason that another try would meet again.
    """

    transport: Transport
    status: int | None = None
    body: str = ""
    words: str = ""
    retry_after: float | None = None
    remaining: int | None = None
    lasting: bool = False


class Envelope(msgspec.Struct, frozen=True):
    """Bitget's REST reply: `code`, `msg`, `data`; members that are not needed are ignored."""

    code: str
    msg: str | None = None
    raw: msgspec.Raw = msgspec.field(name="data", default=msgspec.Raw(b""))

    @property
    def data(self) -> bytes | None:
        """The text of the data; None when it is missing or null."""
        text = bytes(self.raw)
        return text if text not in {b"", b"null"} else None


class _Ids(msgspec.Struct, frozen=True):
    order_id: str | None = msgspec.field(name="orderId", default=None)
    client_order_id: str | None = msgspec.field(name="clientOid", default=None)
    error_code: str | None = msgspec.field(name="errorCode", default=None)
    error_message: str | None = msgspec.field(name="errorMsg", default=None)


class _Lists(msgspec.Struct, frozen=True):
    successes: list[_Ids] | None = msgspec.field(name="successList")
    failures: list[_Ids] | None = msgspec.field(name="failureList")


_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_ids = msgspec.json.Decoder(_Ids).decode
_decode_lists = msgspec.json.Decoder(_Lists).decode

# A second cancel is harmless, and half an amendment is a cancel: both are looked up rather than taken for
# refused.
_OPEN_AFTER_A_LIMIT = frozenset({Action.CANCEL, Action.CANCEL_ALL, Action.AMEND})


def parse_envelope(body: str) -> Envelope | None:
    """The reply in `body`, or None when it is not one: HTML, cut, empty, NaN, a code that is not digits."""
    try:
        envelope = _decode_envelope(body)
        require_strict(body)
    except (msgspec.DecodeError, MalformedFrame, RecursionError):
        return None
    return envelope if envelope.code.isascii() and envelope.code.isdigit() else None


def peek_code(evidence: Evidence) -> str:
    """The code that a reply seems to carry, for what is told rather than decided; empty without one."""
    if evidence.transport is not Transport.ANSWERED:
        return ""
    if evidence.status == 429:
        return Code.TOO_MANY_REQUESTS.value
    try:
        return _decode_envelope(evidence.body).code
    except (msgspec.DecodeError, RecursionError):
        return ""


def classify(
    action: Action, evidence: Evidence, client_order_id: str | None = None, order_id: str | None = None
) -> Outcome:
    """The outcome of `action`. The ids are those that were sent, if any: another one in the reply proves
    nothing."""
    sent = _Ids(order_id, client_order_id)
    verdict = _data_of_success(action, evidence)
    return _succeeded(action, verdict, sent) if isinstance(verdict, bytes) else verdict


def classify_legs(action: Action, evidence: Evidence, legs: Sequence[tuple[str | None, str | None]]) -> Legs:
    """The outcome of each leg of a batch, given as order id and client id, in the order they were sent.

    A batch that failed as a whole fails each leg the same way; a leg that the reply does not name exactly
    once is unknown.
    """
    verdict = _data_of_success(action, evidence)
    if not isinstance(verdict, bytes):
        return tuple(verdict for _ in legs)
    try:
        lists = _decode_lists(verdict)
    except msgspec.DecodeError:
        return tuple(Unknown("success with data of another shape") for _ in legs)
    return tuple(_leg(action, lists, _Ids(*leg)) for leg in legs)


def _data_of_success(action: Action, evidence: Evidence) -> bytes | Outcome:
    """The data of a reply that says success, or the outcome that the reply comes to without it."""
    if evidence.transport is Transport.NO_BYTE_LEFT:
        return NotSent(safe_text(evidence.words) or "no connection")
    if evidence.transport is Transport.LOST:
        return Unknown(safe_text(evidence.words) or "the reply was lost")
    envelope = parse_envelope(evidence.body)
    if envelope is None:
        return _without_envelope(action, evidence.status)
    if envelope.code != SUCCESS:
        return _refused(action, envelope.code, envelope.msg or "", evidence.status)
    if evidence.status != 200:
        return Unknown(f"HTTP {evidence.status} with a success code")
    return envelope.data or Unknown("success without data")


def _without_envelope(action: Action, status: int | None) -> Outcome:
    if status == 429:
        return _rate_limited(action, "too many requests")
    return Unknown(f"HTTP {status} with a reply that is not Bitget's")


def _refused(action: Action, code: str, message: str, status: int | None) -> Outcome:
    code, words, kind = safe_text(code, 20), safe_text(message), kind_of(code)
    if kind is Kind.LIMIT or status == 429:
        return _rate_limited(action, words)
    certain = kind in DEFINITE or (kind is Kind.NOTHING_TO_CANCEL and action is Action.CANCEL_ALL)
    if certain and (status is None or status < 500):
        return Rejected(code, words, advice(code))
    doubt = kind.partition(": ")[2] if kind not in DEFINITE else f"HTTP {status}"
    return Unknown(f"{code} {words}: {doubt}")


def _rate_limited(action: Action, words: str) -> Outcome:
    if action in _OPEN_AFTER_A_LIMIT:
        return Unknown(f"429 {words}")
    return Rejected(Code.TOO_MANY_REQUESTS.value, words, advice(Code.TOO_MANY_REQUESTS))


def _succeeded(action: Action, data: bytes, sent: _Ids) -> Outcome:
    try:
        if action in {Action.CANCEL_ALL, Action.CLOSE}:
            return _from_lists(action, _decode_lists(data))
        if action is Action.SETTING:
            return Accepted(None, None)
        return _from_ids(_decode_ids(data), sent)
    except msgspec.DecodeError:
        return Unknown("success with data of another shape")


def _from_ids(ids: _Ids, sent: _Ids) -> Outcome:
    order_id, named = ids.order_id or None, ids.client_order_id or None
    if order_id is None and named is None:
        return Unknown("success without an id")
    if sent.client_order_id is not None and named is not None and named != sent.client_order_id:
        return Unknown("success for another client id")
    if sent.order_id is not None and order_id is not None and order_id != sent.order_id:
        return Unknown("success for another order id")
    return Accepted(order_id, named)


def _leg(action: Action, lists: _Lists, sent: _Ids) -> Outcome:
    done = [ids for ids in lists.successes or [] if _same(ids, sent)]
    failed = [ids for ids in lists.failures or [] if _same(ids, sent)]
    if len(done) + len(failed) != 1:
        return Unknown("the reply does not say what became of this one")
    if done:
        return _from_ids(done[0], sent)
    return _refused(action, failed[0].error_code or "", failed[0].error_message or "", None)


def _same(ids: _Ids, sent: _Ids) -> bool:
    by_client = bool(ids.client_order_id) and ids.client_order_id == sent.client_order_id
    return by_client or (bool(ids.order_id) and ids.order_id == sent.order_id)


def _from_lists(action: Action, lists: _Lists) -> Outcome:
    successes, failures = lists.successes or [], lists.failures or []
    if not failures:
        if not successes and action is Action.CLOSE:
            return Rejected(SUCCESS, "nothing was closed", advice(Code.NO_POSITION_TO_CLOSE))
        only = successes[0] if len(successes) == 1 else _Ids()
        return Accepted(only.order_id or None, only.client_order_id or None)
    first = failures[0]
    words = safe_text(first.error_message or "")
    if successes:
        return Unknown(f"{len(failures)} of {len(failures) + len(successes)} refused: {words}")
    verdicts = [_refused(action, one.error_code or "", one.error_message or "", None) for one in failures]
    return next((one for one in verdicts if isinstance(one, Unknown)), verdicts[0])
