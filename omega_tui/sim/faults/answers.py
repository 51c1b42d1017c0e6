"""Faults of requests on their way in and of answers on their way out; what the request says matters little.

Where `carried_out` is false the exchange never hears of the request, else only the answer is false.
"""

import gzip
from dataclasses import replace
from typing import Annotated, Final

import msgspec
import orjson

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.faults.fault import Dice, Digits, Ending, Fault, Named, NotNegative, Positive
from omega_tui.sim.faults.requests import HTML, JSON, Reply, RequestFault

HttpStatus = Annotated[int, msgspec.Meta(ge=200, le=599)]
_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_TITLES = {200: "Just a moment", 403: "Access denied", 429: "Too Many Requests", 502: "Bad Gateway"}
_TEXTS = {
    "40910": "Operation timed out",
    "41114": (
        "The current trading pair is under maintenance,"
        " please refer to the official announcement for the opening time"
    ),
    "43115": (
        "The current trading pair is opening soon,"
        " please refer to the official announcement for the opening time"
    ),
}
"""Texts of "RestAPI error code" for codes that the simulated exchange never gives of itself."""


class DelayRequest(RequestFault, frozen=True, kw_only=True):
    """The request reaches the exchange late."""

    serves = ("N07", "C05", "O22", "O39")

    ms: NotNegative = 1000
    jitter_ms: NotNegative = 0

    def delay_before(self, dice: Dice) -> float:
        return dice.seconds(self.ms, self.jitter_ms)


class DelayAnswer(RequestFault, frozen=True, kw_only=True):
    """The request is carried out at once, its answer leaves late."""

    serves = ("N07", "N08", "C05")

    ms: NotNegative = 1000
    jitter_ms: NotNegative = 0

    def delay_after(self, dice: Dice) -> float:
        return dice.seconds(self.ms, self.jitter_ms)


class LostRequest(RequestFault, frozen=True, kw_only=True):
    """The request never reaches the exchange, and no answer comes."""

    serves = ("N15", "O12")

    ends: Ending = Ending.CLOSE

    def instead(self, now_ms: int) -> Reply:
        return Reply(200, b"", ending=self.ends)


class LostAnswer(RequestFault, frozen=True, kw_only=True):
    """The request is carried out, its answer never comes."""

    serves = ("O01", "O02", "O12")

    ends: Ending = Ending.SILENCE

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return replace(reply, ending=self.ends)


class CutBody(RequestFault, frozen=True, kw_only=True):
    """The answer's body breaks off after `at` bytes, short of the length that its head announced."""

    serves = ("N16",)

    at: NotNegative = 20
    ends: Ending = Ending.CLOSE

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return replace(reply, sent=min(self.at, max(len(reply.body) - 1, 0)), ending=self.ends)


class TruncatedJson(RequestFault, frozen=True, kw_only=True):
    """The answer is whole as HTTP goes, its JSON breaks off after `at` bytes."""

    serves = ("N16", "P11")

    at: NotNegative = 40

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return replace(reply, body=reply.body[: min(self.at, max(len(reply.body) - 1, 0))])


class EmptyAnswer(RequestFault, frozen=True, kw_only=True):
    """The request is carried out, the answer has no body at all."""

    serves = ("P30",)

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return replace(reply, body=b"")


class NullData(RequestFault, frozen=True, kw_only=True):
    """The request is carried out, the answer says so and its data is null."""

    serves = ("P30",)

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return reply.with_envelope(data=None)


class NanJson(RequestFault, frozen=True, kw_only=True):
    """The answer's data is `NaN`, which is no JSON though some parsers take it."""

    serves = ("P12",)

    literal: Named = "NaN"

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        nulled = reply.with_envelope(data=None)
        return replace(nulled, body=nulled.body.replace(b'"data":null', b'"data":' + self.literal.encode()))


class HtmlAnswer(RequestFault, frozen=True, kw_only=True):
    """A page of HTML, as firewalls and gateways between client and exchange answer."""

    serves = ("N18",)

    status: HttpStatus = 502
    carried_out: bool = False

    def instead(self, now_ms: int) -> Reply | None:
        return None if self.carried_out else _page(self.status)

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return _page(self.status)


class TooManyRequests(RequestFault, frozen=True, kw_only=True):
    """429, with Bitget's code or as a page of HTML."""

    serves = ("P28", "O37")

    html: bool = False
    carried_out: bool = False
    retry_after_s: Positive | None = None

    def instead(self, now_ms: int) -> Reply | None:
        return None if self.carried_out else self._reply(now_ms)

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return self._reply(now_ms)

    def _reply(self, now_ms: int) -> Reply:
        wait = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        if self.html:
            return replace(_page(429), headers=wait)
        code = Code.TOO_MANY_REQUESTS
        return replace(_refusal(429, str(code), code.text, now_ms), headers=wait)


class ErrorAnswer(RequestFault, frozen=True, kw_only=True):
    """An error code: in place of the request, or after it was carried out."""

    serves = ("O04",)

    code: Digits
    text: str | None = None
    status: HttpStatus = 400
    carried_out: bool = False

    def instead(self, now_ms: int) -> Reply | None:
        return None if self.carried_out else self._reply(now_ms)

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        return self._reply(now_ms)

    def _reply(self, now_ms: int) -> Reply:
        return _refusal(self.status, self.code, self.text or text_of(self.code), now_ms)


class Maintenance(RequestFault, frozen=True, kw_only=True):
    """The exchange, or with 41114 and 43115 one contract, is closed for maintenance."""

    serves = ("P29",)

    code: Digits = "40200"

    def instead(self, now_ms: int) -> Reply:
        return _refusal(400, self.code, text_of(self.code), now_ms)


class TimeDown(RequestFault, frozen=True, kw_only=True):
    """The server's time cannot be had."""

    serves = ("C04",)
    paths = frozenset({RestPath.TIME})

    status: HttpStatus = 500
    ends: Ending | None = None

    def instead(self, now_ms: int) -> Reply:
        return replace(_page(self.status), ending=self.ends)


class ClockSkew(RequestFault, frozen=True, kw_only=True):
    """The exchange's clock is off by `by_ms` and gains `drift_ppm` from then on: told and accepted so."""

    serves = ("C01", "C02", "C03")

    by_ms: int = 0
    drift_ppm: int = 0

    def off_ms(self, elapsed_ms: int) -> int:
        """How far the clock is off, `elapsed_ms` after the fault came into force."""
        return self.by_ms + self.drift_ppm * elapsed_ms // 1_000_000


class CompressionBomb(RequestFault, frozen=True, kw_only=True):
    """A small answer that unpacks to `size` bytes of nothing."""

    serves = ("P15",)

    size: Annotated[int, msgspec.Meta(ge=1, le=1 << 30)] = 1 << 26

    def rewrite(self, reply: Reply, now_ms: int) -> Reply:
        packed = gzip.compress(bytes(self.size), mtime=0)
        return replace(reply, body=packed, headers={"Content-Encoding": "gzip"})


def text_of(code: str) -> str:
    """Bitget's text for a code, without a culprit; empty when we know none."""
    known = next((one.text for one in Code if one == code), _TEXTS.get(code, ""))
    return known.replace("{0}", "").strip()


def _page(status: int) -> Reply:
    title = _TITLES.get(status, "Service unavailable")
    return Reply(status, _PAGE.format(title).encode(), HTML)


def _refusal(status: int, code: str, text: str, now_ms: int) -> Reply:
    envelope = {"code": code, "msg": text, "requestTime": now_ms, "data": None}
    return Reply(status, orjson.dumps(envelope), JSON)


KINDS: Final[tuple[type[Fault], ...]] = (
    *(DelayRequest, DelayAnswer, LostRequest, LostAnswer, CutBody, TruncatedJson, EmptyAnswer),
    *(NullData, NanJson, HtmlAnswer, TooManyRequests, ErrorAnswer, Maintenance, TimeDown),
    *(ClockSkew, CompressionBomb),
)
"""The faults of this module."""
