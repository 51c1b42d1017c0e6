"""A run of the doctor from settings to a diagnosis; where it is printed is not known here."""

import asyncio
import json
from collections.abc import Iterable

from omega_tui.clock import RandomIds, SystemClock
from omega_tui.doctor.examination import examine
from omega_tui.doctor.findings import Finding, as_data, as_text, fail, sound
from omega_tui.doctor.signature import examine_signature
from omega_tui.settings import Settings
from omega_tui.sim.child import SimulatorFailed


class Diagnosis:
    """What was found; `sound` when nothing failed, `reached` when the exchange answered or was not asked."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        self.sound = sound(self.findings)
        self.reached = not any(finding.unreachable for finding in self.findings)

    def as_text(self) -> str:
        """For people."""
        return "".join(f"{line}\n" for line in as_text(self.findings))

    def as_json(self) -> str:
        """For programs: one line."""
        told = {"ok": self.sound, "reached": self.reached, "findings": as_data(self.findings)}
        return json.dumps(told, ensure_ascii=False) + "\n"


def run_doctor(settings: Settings, subject: str | None = None) -> Diagnosis:
    """Look at everything, or with `subject` "signature" at how the key signs."""
    return asyncio.run(_run(settings, subject))


async def _run(settings: Settings, subject: str | None) -> Diagnosis:
    clock = SystemClock()
    try:
        if subject == "signature":
            return Diagnosis(await examine_signature(settings, clock))
        return Diagnosis(await examine(settings, clock, RandomIds()))
    except SimulatorFailed as error:
        words = f"the simulator did not start: {error}"
        return Diagnosis([fail("exchange", words, "see `omega-tui sim`", unreachable=True)])
