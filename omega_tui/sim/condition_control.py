"""The control routes of the exchange's condition: who its caller is, and whether it works.

`GET /sim/condition` says both. `POST /sim/persona` takes `names`, the personas to become, none for the usual
one. `POST /sim/status` takes a `status` and, where its own outage is not meant, `codes` that requests get by
turns, `paths` they get them on and whether `streams` end.
"""

from dataclasses import asdict

import msgspec

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.condition import OUTAGES, Condition, Outage, Status
from omega_tui.sim.control import Asked, ControlFace, ControlRefused
from omega_tui.sim.personas import PersonaUnknown, build_persona


class NewPersona(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a change of persona."""

    names: list[str] = []


class NewStatus(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a change of status; what is left out is the status's own."""

    status: Status
    codes: list[str] | None = None
    paths: list[str] | None = None
    streams: bool | None = None


def offer_condition(control: ControlFace, condition: Condition) -> None:
    """Offer the routes."""

    async def tell(_: Asked) -> object:
        persona = asdict(condition.persona)
        return {
            "status": condition.status,
            "persona": persona | {"permissions": sorted(condition.persona.permissions)},
        }

    async def become(asked: Asked) -> object:
        try:
            condition.become(build_persona(asked.read(NewPersona).names))
        except PersonaUnknown as error:
            raise ControlRefused(str(error)) from None
        return await tell(asked)

    async def enter(asked: Asked) -> object:
        wanted = asked.read(NewStatus)
        condition.enter(wanted.status, _outage(wanted))
        return await tell(asked)

    control.offer("GET", "condition", tell)
    control.offer("POST", "persona", become)
    control.offer("POST", "status", enter)


def _outage(wanted: NewStatus) -> Outage | None:
    """What fails, None for what the status says. Raises ControlRefused when nothing would."""
    usual = OUTAGES[wanted.status]
    if usual is None:
        if (wanted.codes, wanted.paths, wanted.streams) != (None, None, None):
            raise ControlRefused("nothing fails while the status is normal")
        return None
    return Outage(
        usual.codes if wanted.codes is None else _codes(wanted.codes),
        usual.paths if wanted.paths is None else frozenset(wanted.paths),
        usual.streams if wanted.streams is None else wanted.streams,
    )


def _codes(texts: list[str]) -> tuple[Code, ...]:
    known = {str(code): code for code in Code}
    unknown = [text for text in texts if text not in known]
    if unknown or not texts:
        raise ControlRefused(f"no code of Bitget's: {', '.join(unknown) or 'none given'}")
    return tuple(known[text] for text in texts)
