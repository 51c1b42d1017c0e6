"""How asking for something can end other than well: one class a meaning, for a script to tell apart.

Texts are for a person and hold no secret; `to_dict` is for a program.
"""

from omega_tui.domain.text import safe_text


class TraderError(Exception):
    """Everything that a trader object raises of its own accord."""

    def to_dict(self) -> dict[str, object]:
        """The error as JSON can carry it: its class, its text and what else is known."""
        return {"error": type(self).__name__, "message": str(self)}


class InvalidInput(TraderError, ValueError):
    """Something given cannot be used; nothing was sent. `field` names it, `fix` says what to do."""

    def __init__(self, field: str, problem: str, fix: str) -> None:
        super().__init__(f"{field}: {safe_text(problem)}; {safe_text(fix)}")
        self.field = field
        self.fix = fix

    def to_dict(self) -> dict[str, object]:
        return {**super().to_dict(), "field": self.field, "fix": self.fix}


class OrderRefused(TraderError):
    """A guard of ours forbids it; nothing was sent. `reasons` are plain sentences with the way out."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons

    def to_dict(self) -> dict[str, object]:
        return {**super().to_dict(), "reasons": list(self.reasons)}


class OrderRejected(TraderError):
    """The exchange refused it for certain. `code` is Bitget's, empty when it gave none."""

    def __init__(self, reason: str, code: str = "", client_order_id: str | None = None) -> None:
        super().__init__(reason or "rejected without a reason")
        self.code = code
        self.client_order_id = client_order_id

    def to_dict(self) -> dict[str, object]:
        return {**super().to_dict(), "code": self.code, "client_order_id": self.client_order_id}


class OrderUnknown(TraderError):
    """It was sent, or may have been, and its fate is not known. Never send it again.

    It counts as live until evidence settles it. Ask `get_order(error.client_order_id)`: that tells the
    evidence so far and, later, how it ended.
    """

    def __init__(self, client_order_id: str, reason: str = "") -> None:
        because = f" ({reason})" if reason else ""
        super().__init__(
            f"the fate of order {client_order_id} is not known{because}: do not send it again, "
            "ask for it under this id"
        )
        self.client_order_id = client_order_id

    def to_dict(self) -> dict[str, object]:
        return {**super().to_dict(), "client_order_id": self.client_order_id}


class NotSent(TraderError):
    """Proven that the exchange has nothing of it: no byte left, or it never took what arrived."""

    def __init__(self, reason: str, client_order_id: str | None = None) -> None:
        super().__init__(reason or "it did not leave")
        self.client_order_id = client_order_id

    def to_dict(self) -> dict[str, object]:
        return {**super().to_dict(), "client_order_id": self.client_order_id}


class NotProven(TraderError):
    """It was asked for, and no proof came in time that it is done: look before asking again."""


class ExchangeUnavailable(TraderError):
    """The exchange cannot be reached, or what it says is too old or too broken to act on."""


class OrderNotFound(TraderError):
    """Neither this trader nor the exchange knows an order under that id."""


class ReadOnly(TraderError):
    """Nothing can be changed from here, only looked at; the text says why."""


class TraderClosed(TraderError):
    """The trader was closed, or never opened."""
