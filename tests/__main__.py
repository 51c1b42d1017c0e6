"""`python3 -m tests [pytest arguments]`: the whole suite on every core, or what the arguments name.

It makes its environment on first use. There are two processes a core, at most four, because many tests wait
for sockets; one that runs dry takes over what another has left.
"""

import os
import sys

from omega_tui import _boot

_PROCESSES = min(4, 2 * (os.cpu_count() or 1))
_WHOLE_SUITE = ("--numprocesses", str(_PROCESSES), "--dist", "worksteal")

if __name__ == "__main__":
    _boot.ensure(_boot.TESTS)

    import pytest

    sys.exit(pytest.main(sys.argv[1:] or list(_WHOLE_SUITE)))
