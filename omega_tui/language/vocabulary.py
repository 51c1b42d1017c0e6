"""The names that a line may use here and now: markets, profiles, orders, and the trader's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`orders` are the short ids of open orders. Names of aliases and variables are in lower case; a variable
    is written with a `$` in front."""

    markets: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def market(self, word: str) -> str | None:
        """The market that a word names exactly: in full, or by its base coin. Letters' case does not
        matter."""
        name = word.upper()
        if not word.isascii():
            return None
        return next((each for each in (name, f"{name}USDT") if each in self.markets), None)
