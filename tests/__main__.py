"""`python3 -m tests [pytest arguments]`: the whole suite on every core, or what the arguments name.

It makes its environment on first use. Tests of one file stay together, so that a file's order holds.
"""

import sys

from omega_tui import _boot

_WHOLE_SUITE = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile")

if __name__ == "__main__":
    _boot.ensure(_boot.TESTS)

    import pytest

    sys.exit(pytest.main(sys.argv[1:] or list(_WHOLE_SUITE)))
