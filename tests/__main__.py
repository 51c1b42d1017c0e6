"""`python3 -m tests [pytest arguments]`: the whole suite, or what the arguments name, in its environment."""

import sys

from omega_tui import _boot

if __name__ == "__main__":
    _boot.ensure(_boot.TESTS)

    import pytest

    sys.exit(pytest.main(sys.argv[1:]))
