"""How the account trades: leverage, margin mode and position mode, changed on request and never by itself.

A change is written down before it leaves and sent once. Whatever the answer, the setting is read back: what
the exchange says afterwards is what counts, and until then nothing is added. What forbids a change is said by
`settings_checks` before it leaves.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.events import Event, SettingsReported, Surface
from omega_tui.domain.orders import HoldSide, PositionMode
from omega_tui.engine.account.settings_checks import (
    leverage_problems,
    margin_mode_problems,
    position_mode_problems,
)
from omega_tui.engine.intents import Doors, Receipt, SetLeverage, SetMarginMode, SetPositionMode
from omega_tui.engine.recorder import SETTING, Recorder, SettingRow
from omega_tui.engine.risk.leverage_effect import leverage_effect
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import Accepted, Gateway, NotSent, Outcome, Rejected, Unknown
from omega_tui.journal import JournalFailed

_Asked = Callable[[SymbolSettings], bool]
_MODE_WORDS = {PositionMode.ONE_WAY: "one-way", PositionMode.HEDGE: "hedge"}


class SettingsDesk:
    """Changes settings at the exchange, one at a time; `receive` takes in what was read back."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        recorder: Recorder,
        supervisor: Supervisor,
        receive: Callable[[Event], None],
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._supervisor = supervisor
        self._receive = receive

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {
            SetLeverage: self.set_leverage,
            SetMarginMode: self.set_margin_mode,
            SetPositionMode: self.set_position_mode,
        }

    def set_leverage(self, intent: SetLeverage) -> Receipt:
        """Take up another leverage, or refuse it with what stands in its way."""
        symbol, leverage, side = intent.symbol, intent.leverage, intent.hold_side
        problems = (*self._general_problems(), *leverage_problems(self._state, intent))
        effects = leverage_effect(self._state, symbol, leverage, side)
        what = f"leverage of {symbol}{f' {side}' if side is not None else ''} to {leverage}x"
        send = partial(self._gateway.actions.set_leverage, symbol, leverage, side)
        shown = "; ".join([what, *(effect.words for effect in effects)])

        def took(now: SymbolSettings) -> bool:
            return all(now.leverage(each) == leverage for each in HoldSide if side in (None, each))

        return self._take_up(what, shown, problems, send, (symbol,), took)

    def set_margin_mode(self, intent: SetMarginMode) -> Receipt:
        """Take up another margin mode, or refuse it while the symbol is in use."""
        symbol, mode = intent.symbol, intent.margin_mode
        problems = (*self._general_problems(), *margin_mode_problems(self._state, symbol))
        what = f"margin mode of {symbol} to {mode}"
        send = partial(self._gateway.actions.set_margin_mode, symbol, mode)
        return self._take_up(what, what, problems, send, (symbol,), lambda now: now.margin_mode is mode)

    def set_position_mode(self, intent: SetPositionMode) -> Receipt:
        """Take up another position mode, or refuse it while anything is held or ordered."""
        mode, symbols = intent.position_mode, tuple(self._state.settings)
        problems = (*self._general_problems(), *position_mode_problems(self._state))
        what = f"position mode of the account to {_MODE_WORDS[mode]}"
        send = partial(self._gateway.actions.set_position_mode, mode)
        receipt = self._take_up(what, what, problems, send, symbols, lambda now: now.position_mode is mode)
        if receipt.taken and self._state.changing:
            self._state.mode_asked = mode
        return receipt

    def _general_problems(self) -> tuple[str, ...]:
        if self._state.options.read_only:
            return (self._state.options.refusal,)
        if self._state.live_phrase:
            return (self._state.lock_words,)
        return (f"setting the {self._state.changing} is under way",) if self._state.changing else ()

    def _take_up(
        self,
        what: str,
        shown: str,
        problems: tuple[str, ...],
        send: Callable[[], Awaitable[Outcome]],
        symbols: tuple[str, ...],
        took: _Asked,
    ) -> Receipt:
        if problems:
            return Receipt(False, "; ".join(problems))
        if all(took(self._state.settings[symbol]) for symbol in symbols):
            return Receipt(True, f"{what}: it is so already")
        self._state.changing = what
        self._supervisor.once(
            "changing a setting", partial(self._change, what, shown, send, symbols, took), Surface.ACTIONS
        )
        return Receipt(True, f"setting {shown}")

    async def _change(
        self,
        what: str,
        shown: str,
        send: Callable[[], Awaitable[Outcome]],
        symbols: tuple[str, ...],
        took: _Asked,
    ) -> None:
        outcome: Outcome = Unknown("the answer was not waited for")
        try:
            await self._recorder.write(SETTING, SettingRow(shown, "sending"))
            outcome = await send()
        except JournalFailed as error:
            outcome = NotSent(f"the journal failed: {error}")
        finally:
            if isinstance(outcome, NotSent | Rejected):
                self._state.changing = ""
            words = self._tell(what, outcome)
            self._recorder.note(SETTING, SettingRow(what, words))
            if not isinstance(outcome, NotSent) and not _is_ending():
                # Whatever broke above: until it is read back nothing new may be risked.
                step = partial(self._read_back, what, symbols, took)
                self._supervisor.until_done(f"reading back the {what}", step, Surface.PRIVATE)

    def _tell(self, what: str, outcome: Outcome) -> str:
        match outcome:
            case Accepted():
                words = "accepted, reading it back"
                self._state.diary.write(f"{what}: {words}")
            case Rejected(code=code, message=message, advice=advice):
                words = f"refused: {message} ({code})" + (f": {advice}" if advice else "")
                self._state.diary.error(f"{what}: {words}")
            case NotSent(reason=reason):
                words = f"not sent: {reason}"
                self._state.diary.error(f"{what}: {words}")
            case Unknown(reason=reason):
                words = f"answer unknown: {reason}; reading it back"
                self._state.diary.warn(f"{what}: {words}")
        return words

    async def _read_back(self, what: str, symbols: tuple[str, ...], took: _Asked) -> None:
        """Ask the exchange how the symbols are traded now. Raises ReadFailed, and is tried again."""
        read = [await self._gateway.reads.settings(symbol) for symbol in symbols]
        for settings in read:
            self._receive(SettingsReported(settings))
        self._state.changing, self._state.mode_asked = "", None
        if all(map(took, read)):
            self._state.diary.good(f"{what}: it is so now")
        else:
            self._state.diary.warn(f"{what}: the exchange keeps what was before")


def _is_ending() -> bool:
    """Whether the engine is being stopped: nothing new is begun then."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
