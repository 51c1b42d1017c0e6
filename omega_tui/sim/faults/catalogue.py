"""Every fault that can be asked for, and which of the `situations` it makes."""

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


def name(kind: type[Fault]) -> str:
    """How plans call a kind of fault."""
    return str(kind.__struct_config__.tag)


BY_NAME: Final[dict[str, type[Fault]]] = {name(kind): kind for kind in KINDS}
"""Every kind by its name."""


def served() -> dict[str, list[str]]:
    """The faults that make each situation."""
    table: defaultdict[str, list[str]] = defaultdict(list)
    for kind in KINDS:
        for situation in kind.serves:
            table[situation].append(name(kind))
    return dict(sorted(table.items()))


def describe(kind: type[Fault]) -> dict[str, Any]:
    """What a fault is called, counted in and does, which situations it makes, its scopes and its own members.

    A member's default is text, None where there is none; one that must be given is among the `needed`.
    """
    family, counted_in = next((one, words) for one, words in STAGES.items() if issubclass(kind, one))
    common = {one.name for one in msgspec.structs.fields(Fault)}
    scopes = {one.name: one.default for one in msgspec.structs.fields(family) if one.name not in common}
    own = [
        one
        for one in msgspec.structs.fields(kind)
        if one.name not in common and (one.name not in scopes or scopes[one.name] != one.default)
    ]
    return {
        "name": name(kind),
        "counted_in": counted_in,
        "does": (kind.__doc__ or "").partition("\n")[0],
        "serves": kind.serves,
        "scopes": list(scopes),
        "members": {one.name: _default(one) for one in own},
        "needed": [one.name for one in own if one.required],
    }


def _default(member: msgspec.structs.FieldInfo) -> str | None:
    if member.default is msgspec.NODEFAULT or member.default is None:
        return None
    return str(member.default).lower() if isinstance(member.default, bool) else str(member.default)
