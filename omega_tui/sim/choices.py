"""Where Bitget's own word is open: each question one named switch, with the answer chosen unless told.

The questions are those that documentation and captures leave unanswered or answer twice, so neither answer
makes the exchange wrong. `docs/sim.md` lists them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """One answer per open question.

    - `empty_lists_null`: an empty page of orders, fills or bills holds null in place of its list, else an
      empty one.
    - `books_checksum`: pushes of `books` carry the checksum, as until 2025; else they leave the member out.
    - `modify_delay_ms`: how long after the reply to `modify-order` the new order is born.
    """

    empty_lists_null: bool = True
    books_checksum: bool = True
    modify_delay_ms: int = 20
