"""`omega-tui sim` as a process of its own, for tests of what comes and goes while the exchange stays."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 20


class Simulator:
    """A serving simulator: its first line, and the control face that plays faults on its clients."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.line = json.dumps(facts)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.facts["secret"], self.facts["passphrase"], self.facts["api_key"])

    def fault(self, name: str, **members: object) -> None:
        """Have a fault from now on; see docs/faults.md."""
        self._control("POST", "/faults", {"name": name, **members})

    def lose_the_next_order(self) -> None:
        """Take the next order, but let no answer, push or query tell of it until it is mended."""
        self.fault("lost_answer", route="place-order", count=1)
        self.fault("late_visibility", ms=600_000)
        for channel in ("orders", "fill"):
            self.fault("drop_frame", channel=channel)

    def mend(self) -> None:
        """End every fault."""
        self._control("DELETE", "/faults", None)

    def faults(self) -> list[dict[str, Any]]:
        """The faults asked for, with how often each was seen and fired."""
        found: list[dict[str, Any]] = self._control("GET", "/faults", None)["faults"]
        return found

    def until_fired(self, name: str) -> None:
        """Wait until a fault struck."""
        for _ in range(600):
            if any(each["name"] == name and each["fired"] for each in self.faults()):
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} never struck")

    def _control(self, method: str, path: str, body: object) -> Any:
        request = urllib.request.Request(
            self.facts["control"].rstrip("/") + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.facts['control_token']}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return json.load(reply)


@contextmanager
def simulator(*arguments: str) -> Iterator[Simulator]:
    """A simulator with these flags, gone afterwards."""
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "omega_tui",
            "sim",
            "--with-parent",
            "--symbols",
            "BTCUSDT,ETHUSDT",
            *arguments,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ},
    )
    try:
        assert child.stdout is not None
        yield Simulator(json.loads(child.stdout.readline()))
    finally:
        child.kill()
        child.wait(PATIENCE)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
