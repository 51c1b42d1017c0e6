"""Which number a failure of a trader object ends a command with."""

from omega_tui.commands.exit_codes import ExitCode
from omega_tui.trader import (
    ExchangeUnavailable,
    InvalidInput,
    NotProven,
    NotSent,
    OrderNotFound,
    OrderRefused,
    OrderRejected,
    OrderUnknown,
    ReadOnly,
    TraderError,
)

_CODES: tuple[tuple[type[TraderError], ExitCode], ...] = (
    (InvalidInput, ExitCode.USAGE),
    (ExchangeUnavailable, ExitCode.UNREACHABLE),
    (NotSent, ExitCode.UNREACHABLE),
    (OrderRefused, ExitCode.REFUSED),
    (OrderRejected, ExitCode.REJECTED),
    (OrderUnknown, ExitCode.UNKNOWN),
    (ReadOnly, ExitCode.READ_ONLY),
    (OrderNotFound, ExitCode.NOT_FOUND),
    (NotProven, ExitCode.UNPROVEN),
)


def exit_code(error: TraderError) -> ExitCode:
    """The number for an error's class."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)
