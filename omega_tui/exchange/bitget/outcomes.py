"""How an action ended, judged from what was seen: accepted, rejected, not sent or unknown.

Pure. Exception classes are not consulted: ccxt raises one class for "never sent" and for "sent, answer
lost", and returns normally for a cut or empty reply. Only three things count: whether our transport proved
that no byte left, the HTTP status, and the body as received. What is not proven is unknown, and no timer
ever turns unknown into rejected.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

import msgspec

from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.frames import MalformedFrame, require_strict
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown

_SUCCESS = "00000"


class Action(StrEnum):
    """What was asked of the exchange; the same reply can prove different things for different actions."""

    PLACE = "place"
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
    """What was seen of one request. `words` describe a transport failure; `body` is the text as received."""

    transport: Transport
    status: int | None = None
    body: str = ""
    words: str = ""


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

# The exchange timed out, broke inside or is being upgraded: the action may have been carried out.
_INTERNAL = frozenset({"40010", "40910", "40015", "40725", "45001", "43059", "25001", "25003", "40200"})
# The id was used before: the earlier attempt may be the live one.
_DUPLICATE_ID = frozenset({"40786", "40708", "43118", "45034", "50060", "25212"})
# An unknown order may be filled, a plan order, or not visible yet; a second cancel within a second says
# nothing about the first.
_NOT_FOUND = frozenset({"40768", "43001", "40109", "25204", "43025", "45057", "31007"})
_CANCEL_PROVES_NOTHING = _NOT_FOUND | {"45129"}
_RATE_LIMIT = "429"

_ADVICE = {
    "429": "too many requests: wait a second before the next one",
    "40005": "the clock is off: it is being measured again, then try once more",
    "40004": "the clock is off: it is being measured again, then try once more",
    "40008": "the clock is off: it is being measured again, then try once more",
    "40014": "the API key lacks the permission to trade",
    "40018": "this address is not on the API key's whitelist",
    "40038": "this address is not on the API key's whitelist",
    "40085": "this is a unified account: classic futures need a classic account's key",
    "40099": "a demo key was used on the live exchange, or the reverse",
    "40757": "nothing is left to close: positions are read again",
    "25227": "nothing is left to close: positions are read again",
    "22002": "nothing is left to close: positions are read again",
    "22001": "nothing was resting",
    "40762": "reduce the size or the leverage",
    "43012": "reduce the size",
    "40774": "the account's position mode differs from the order's",
    "45021": "the account's position mode differs from the order's",
    "45110": "the order is worth less than the minimum; close-position takes dust",
    "45055": "the order is already finished",
    "45031": "the order is already finished",
    "41114": "the symbol is under maintenance",
    "43115": "trading opens soon",
}

CLOCK_CODES = frozenset({"40004", "40005", "40008"})
"""Refusals that mean that our timestamp was off."""

INTERNAL_CODES = _INTERNAL
"""Refusals that mean trouble inside the exchange: an action may have happened, a read may be repeated."""

NOT_FOUND_CODES = _NOT_FOUND
"""Refusals that say that the exchange knows no such order."""


def parse_envelope(body: str) -> Envelope | None:
    """The reply in `body`, or None when it is not one: HTML, cut, empty, NaN, a code that is not digits."""
    try:
        envelope = _decode_envelope(body)
        require_strict(body)
    except (msgspec.DecodeError, MalformedFrame, RecursionError):
        return None
    return envelope if envelope.code.isascii() and envelope.code.isdigit() else None


def advice(code: str) -> str:
    """What to do about a refusal, in plain words; an empty text when there is nothing to add."""
    return _ADVICE.get(code, "")


def classify(action: Action, evidence: Evidence, client_order_id: str | None = None) -> Outcome:
    """The outcome of `action`. `client_order_id` is the one that was sent, if any."""
    if evidence.transport is Transport.NO_BYTE_LEFT:
        return NotSent(safe_text(evidence.words) or "no connection")
    if evidence.transport is Transport.LOST:
        return Unknown(safe_text(evidence.words) or "the reply was lost")
    envelope = parse_envelope(evidence.body)
    if envelope is None:
        return _without_envelope(action, evidence.status)
    if envelope.code != _SUCCESS:
        return _refused(action, envelope.code, envelope.msg or "", evidence.status)
    if evidence.status != 200:
        return Unknown(f"HTTP {evidence.status} with a success code")
    return _succeeded(action, envelope.data, client_order_id)


def _without_envelope(action: Action, status: int | None) -> Outcome:
    if status == 429:
        return _rate_limited(action, "too many requests")
    return Unknown(f"HTTP {status} with a reply that is not Bitget's")


def _refused(action: Action, code: str, message: str, status: int | None) -> Outcome:
    words = safe_text(message)
    if code == _RATE_LIMIT or status == 429:
        return _rate_limited(action, words)
    if code in _INTERNAL or (status is not None and status >= 500):
        return Unknown(f"{code} {words}")
    if code in _DUPLICATE_ID:
        return Unknown(f"{code} {words}: an earlier attempt with this id may be live")
    if action is Action.CANCEL and code in _CANCEL_PROVES_NOTHING:
        return Unknown(f"{code} {words}: this does not prove that it was canceled")
    return Rejected(code, words, advice(code))


def _rate_limited(action: Action, words: str) -> Outcome:
    # A cancel is harmless to ask again and its order stays counted meanwhile, so it is left open.
    if action in {Action.CANCEL, Action.CANCEL_ALL}:
        return Unknown(f"429 {words}")
    return Rejected(_RATE_LIMIT, words, _ADVICE[_RATE_LIMIT])


def _succeeded(action: Action, data: bytes | None, client_order_id: str | None) -> Outcome:
    if data is None:
        return Unknown("success without data")
    try:
        if action in {Action.CANCEL_ALL, Action.CLOSE}:
            return _from_lists(action, _decode_lists(data))
        if action is Action.SETTING:
            return Accepted(None, None)
        return _from_ids(_decode_ids(data), client_order_id)
    except msgspec.DecodeError:
        return Unknown("success with data of another shape")


def _from_ids(ids: _Ids, client_order_id: str | None) -> Outcome:
    order_id, named = ids.order_id or None, ids.client_order_id or None
    if order_id is None and named is None:
        return Unknown("success without an id")
    if client_order_id is not None and named is not None and named != client_order_id:
        return Unknown("success for another client id")
    return Accepted(order_id, named)


def _from_lists(action: Action, lists: _Lists) -> Outcome:
    successes, failures = lists.successes or [], lists.failures or []
    if not failures:
        if not successes and action is Action.CLOSE:
            return Rejected(_SUCCESS, "nothing was closed", _ADVICE["22002"])
        only = successes[0] if len(successes) == 1 else _Ids()
        return Accepted(only.order_id or None, only.client_order_id or None)
    first = failures[0]
    words = safe_text(first.error_message or "")
    if successes:
        return Unknown(f"{len(failures)} of {len(failures) + len(successes)} refused: {words}")
    return _refused(action, first.error_code or "", words, None)
