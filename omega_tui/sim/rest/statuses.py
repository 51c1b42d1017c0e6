"""Which HTTP status carries which code: the codes decide, the statuses are Bitget's open question."""

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices

_FAILURES = frozenset({Code.UNKNOWN_ERROR, Code.SERVICE_ERROR})
_PROOF = frozenset(
    {
        *(Code.KEY_MISSING, Code.SIGN_MISSING, Code.TIMESTAMP_INVALID, Code.PASSPHRASE_MISSING),
        *(Code.KEY_INVALID, Code.KEY_UNKNOWN, Code.TIMESTAMP_EXPIRED, Code.SIGN_WRONG, Code.PASSPHRASE_WRONG),
    }
)


def http_status(code: str, choices: Choices) -> int:
    """The status of a refusal."""
    if code == Code.TOO_MANY_REQUESTS:
        return choices.status_of_limits
    if code == Code.NO_ROUTE:
        return choices.status_of_unknown_routes
    if code in _FAILURES:
        return choices.status_of_failures
    return choices.status_of_unproven_keys if code in _PROOF else choices.status_of_refusals
