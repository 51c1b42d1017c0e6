"""Runs every benchmark, or those named, and prints one table.

    python3 -m bench                 all
    python3 -m bench feed startup    only these
    python3 -m bench --minutes 10 memory

Absolute figures belong to the machine they were measured on; the ratios beside a floor or a peer, taken in
the same run, are what the budgets are about.
"""

import argparse
import importlib
import sys
import time

from omega_tui import _boot

NAMES = (
    "feed",
    "ladder_tick",
    "startup",
    "cockpit",
    "memory",
    "simulator",
    "simulator_week",
    "journal",
    "order_core",
    "order_rest",
    "order_wire",
    "market_realism",
    "history",
    "api",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m bench", description="Measure speed and memory.")
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="benchmarks to run (default: all)")
    parser.add_argument("--minutes", type=float, default=0.5, help="how long the memory benchmark watches")
    options = parser.parse_args()
    width = 46
    print(f"{'what':<{width}} {'figure':>22}  beside")
    for name in options.names or NAMES:
        started = time.monotonic()
        module = importlib.import_module(f"bench.{name}")
        rows = module.rows(options.minutes) if name == "memory" else module.rows()
        for what, figure, beside in rows:
            print(f"{what:<{width}} {figure:>22}  {beside}")
        print(f"({name} took {time.monotonic() - started:.0f} s)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    _boot.ensure(_boot.TESTS)
    sys.exit(main())
