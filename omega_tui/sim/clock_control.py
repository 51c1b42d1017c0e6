"""The control routes of exchange time: what time it is, and moving it on when it is a stepped one.

`GET /sim/clock` says `now_ms` and whether the clock is `stepped`. `POST /sim/clock` takes `step_ms` (so far
from now) or `until_ms` (a moment) and answers when everything up to then has happened and been pushed.
"""

from typing import Final

import msgspec

from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.control import Asked, ControlFace, ControlRefused
from omega_tui.sim.stepping import Stepper

_LONGEST_STEP_MS: Final = 366 * 86_400_000


class ClockStep(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a step: one of its members, in exchange ms."""

    step_ms: int | None = None
    until_ms: int | None = None


def offer_clock(control: ControlFace, clock: ExchangeClock, stepper: Stepper | None) -> None:
    """Offer the clock's routes; without a stepper time can only be read."""

    async def tell(_: Asked) -> object:
        return {"now_ms": clock.now_ms(), "stepped": clock.stepped}

    async def step(asked: Asked) -> object:
        until = _until(asked.read(ClockStep), clock.now_ms())
        if stepper is None:
            raise ControlRefused("time runs by itself here; start the exchange with --clock stepped")
        try:
            await stepper.step_to(until)
        except ValueError as error:
            raise ControlRefused(str(error)) from None
        return await tell(asked)

    control.offer("GET", "clock", tell)
    control.offer("POST", "clock", step)


def _until(wanted: ClockStep, now_ms: int) -> int:
    """The moment to move to. Raises ControlRefused for none, two, or one too far away."""
    if (wanted.step_ms is None) == (wanted.until_ms is None):
        raise ControlRefused("give one of step_ms and until_ms")
    until = wanted.until_ms if wanted.step_ms is None else now_ms + wanted.step_ms
    if until is None or not 0 <= until - now_ms <= _LONGEST_STEP_MS:
        raise ControlRefused(f"{until} is not within a year from {now_ms} on")
    return until
