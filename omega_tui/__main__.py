"""`python3 -m omega_tui`: the cockpit from a checkout, its environment made on first use."""

import sys

from omega_tui import _boot

if __name__ == "__main__":
    _boot.ensure(_boot.RUN)

    from omega_tui.cli import main

    sys.exit(main())
