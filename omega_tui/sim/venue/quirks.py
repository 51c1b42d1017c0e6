"""Ways in which an exchange may fail its own rules, off unless somebody wants them. Pure data."""

from dataclasses import dataclass


@dataclass(slots=True)
class Quirks:
    """`dedupes_client_oids`: a client's order id is taken once."""

    dedupes_client_oids: bool = True
