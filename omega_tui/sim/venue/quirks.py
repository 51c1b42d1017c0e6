"""Ways in which an exchange may fail its own rules, off unless somebody wants them. Pure data."""

from dataclasses import dataclass, field

from omega_tui.sim.refusals import Refused


@dataclass(slots=True)
class Quirks:
    """`dedupes_client_oids`: a client's order id is taken once.

    `doomed` are client ids whose next order is refused at the door, with the refusal.
    """

    dedupes_client_oids: bool = True
    doomed: dict[str, Refused] = field(default_factory=dict)
