"""What every Python driver stands on: named steps, each with its verdict. Runs in the judge's environment.

A step calls one method of the client and looks at what came back. It is `ok` when that is what a trader would
expect, `refused` when the exchange said no, `failed` when the client could not read the answer, waited in
vain, or the answer was wrong.
"""

import asyncio
import json
import sys
import traceback
from collections.abc import Awaitable, Callable

PATIENCE = 20.0
OK, REFUSED, FAILED = "ok", "refused", "failed"

Step = Callable[..., Awaitable[object]]
Refusal = Callable[[BaseException], str | None]
"""The code and words of an error with which the client reports the exchange's refusal; None for any other."""


class Steps:
    """The steps of one driver, in order."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, Step]] = []

    def __call__(self, method: str) -> Callable[[Step], Step]:
        """Register a step under the name of what it tries."""

        def register(step: Step) -> Step:
            self._steps.append((method, step))
            return step

        return register

    async def run(
        self, trader: object, mode: str, refusal: Refusal, tidy: Callable[[], Awaitable[object]]
    ) -> None:
        """Try every step; `tidy` brings the account back to nothing after one that did not end well."""
        for method, step in self._steps:
            verdict, detail = await _attempt(step, trader, refusal)
            tell({"method": method, "mode": mode, "verdict": verdict, "detail": detail})
            if verdict != OK:
                await _attempt(lambda _: tidy(), trader, refusal)


async def _attempt(step: Step, trader: object, refusal: Refusal) -> tuple[str, str]:
    try:
        detail = await asyncio.wait_for(step(trader), PATIENCE)
    except (TimeoutError, asyncio.CancelledError):
        return FAILED, f"nothing came within {PATIENCE:.0f} s"
    except Exception as error:
        said = refusal(error)
        return (FAILED, _words(error)) if said is None else (REFUSED, said)
    return OK, str(detail or "")


def _words(error: BaseException) -> str:
    """The error, and the line of the driver that it came through."""
    here = [frame for frame in traceback.extract_tb(error.__traceback__) if "drive_" in frame.filename]
    place = f" at `{here[-1].line}`" if here else ""
    return f"{type(error).__name__}: {str(error)[:900]}{place}"


def read_task() -> dict:
    """The simulator's addresses and keys, and the position mode."""
    return json.loads(sys.stdin.readline())


def tell(fact: dict) -> None:
    """Print one JSON line."""
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()
