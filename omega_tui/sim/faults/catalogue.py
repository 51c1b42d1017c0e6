"""Every fault that can be asked for, what each serves, and which situations of the register need no fault.

The register counts situations that a cockpit must survive: N network, P protocol, O order lifecycle, C clock.
"""

from collections import defaultdict
from typing import Any, Final

import msgspec

from omega_tui.sim.faults import (
    acts,
    acts_of_exchange,
    answers,
    conditional,
    engine,
    engine_orders,
    frame_books,
    frame_content,
    frame_delivery,
    frame_spelling,
    links,
    messages,
)
from omega_tui.sim.faults.acts import Act
from omega_tui.sim.faults.fault import Fault
from omega_tui.sim.faults.frames import FrameFault
from omega_tui.sim.faults.links import LinkFault
from omega_tui.sim.faults.messages import HandshakeFault, MessageFault
from omega_tui.sim.faults.requests import RequestFault

KINDS: Final[tuple[type[Fault], ...]] = (
    *(*links.KINDS, *answers.KINDS, *engine.KINDS, *engine_orders.KINDS, *conditional.KINDS, *messages.KINDS),
    *(*frame_delivery.KINDS, *frame_spelling.KINDS, *frame_content.KINDS, *frame_books.KINDS),
    *(*acts.KINDS, *acts_of_exchange.KINDS),
)
"""All faults, in the order of the catalogue: bytes, requests, streams, books, acts."""

STAGES: Final[dict[type[Fault], str]] = {
    LinkFault: "connections",
    RequestFault: "requests",
    HandshakeFault: "stream openings",
    MessageFault: "stream operations",
    FrameFault: "stream frames",
    Act: "acts",
}
"""What a fault of each family is counted in."""

NEEDS_NO_FAULT: Final[dict[str, str]] = {
    "N05": "the client's own reading is slow",
    "N09": "names are resolved before the exchange is reached",
    "N11": "names are resolved before the exchange is reached",
    "N12": "the exchange serves loopback without TLS",
    "N19": "the client's environment decides on proxies",
    "N20": "the exchange serves one address of one family",
    "N24": "the client's machine sleeps, not the exchange",
    "O06": "the client crashes, not the exchange",
    "O07": "the client crashes, not the exchange",
    "O08": "the client crashes, not the exchange",
    "O15": "a rule of the exchange: modify-order refuses a partially filled order",
    "O16": "a rule of the exchange: a modify without one of two presets drops it",
    "O20": "a rule of the exchange: a trigger on the wrong side is refused",
    "O23": "a rule of the exchange: over-size reduce-only orders displace older ones",
    "O24": "a rule of the exchange: a hedge-mode market close displaces limit closes",
    "O38": "a rule of the exchange: dust is closed by close-positions alone",
    "C06": "the client's time zone decides",
}
"""Situations that come without a fault, or cannot come from an exchange, each with the reason."""


def name(kind: type[Fault]) -> str:
    """How plans call a kind of fault."""
    return str(kind.__struct_config__.tag)


BY_NAME: Final[dict[str, type[Fault]]] = {name(kind): kind for kind in KINDS}
"""Every kind by its name."""


def served() -> dict[str, list[str]]:
    """The faults that make each situation of the register."""
    table: defaultdict[str, list[str]] = defaultdict(list)
    for kind in KINDS:
        for situation in kind.serves:
            table[situation].append(name(kind))
    return dict(sorted(table.items()))


def describe(kind: type[Fault]) -> dict[str, Any]:
    """What a fault is called, counted in and does, which situations it makes, and its own members."""
    common = {one.name for one in msgspec.structs.fields(Fault)}
    own = [one for one in msgspec.structs.fields(kind) if one.name not in common]
    return {
        "name": name(kind),
        "counted_in": next(words for family, words in STAGES.items() if issubclass(kind, family)),
        "does": (kind.__doc__ or "").partition("\n")[0],
        "serves": kind.serves,
        "members": {one.name: _default(one) for one in own},
    }


def _default(member: msgspec.structs.FieldInfo) -> str | None:
    """A member's default as text, None for one that must be given."""
    if member.required:
        return None
    return str(member.default) if member.default is not msgspec.NODEFAULT else "[]"
