"""What a dialog must ask before the desk can: stops, leverage, profile, phrases. Its answer is only armed;
ENTER within three seconds submits it, but a phrase, whose typing is the confirmation."""

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from omega_tui.engine.account_views import PositionRow
from omega_tui.engine.intents import ArmLive, Protect, Resume, SelectProfile, SetLeverage, UnlockDay
from omega_tui.engine.port import EnginePort
from omega_tui.engine.views import StatusView
from omega_tui.ui import format as text_of
from omega_tui.ui.confirming import policy_words
from omega_tui.ui.rows.account import position_key
from omega_tui.ui.screens.dialogs import ChoiceDialog
from omega_tui.ui.screens.risk_dialogs import EntryDialog, ProtectDialog
from omega_tui.ui.trade_desk import TradeDesk
from omega_tui.ui.widgets.style_book import StyleBook

Push = Callable[[Screen[Any], Callable[[Any], None]], object]
"""Shows a dialog and hands its answer to a function."""


class Questions:
    """Opens the dialogs about risk; `deliberate` says whether a person pressed the last key by itself."""

    def __init__(
        self,
        engine: EnginePort,
        desk: TradeDesk,
        style_book: Callable[[], StyleBook],
        push: Push,
        deliberate: Callable[[], bool],
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._style_book = style_book
        self._push = push
        self._deliberate = deliberate

    def ask(self, what: str, key: str) -> bool:
        """Open the dialog of this name; `key` names the position it is about. False for a name not ours."""
        doors = {
            "protect": lambda: self._protect(key),
            "leverage": self._leverage,
            "profile": self._profile,
            "unlock": self._unlock,
        }
        if what not in doors:
            return False
        self._desk.disarm()
        doors[what]()
        return True

    def _position(self, key: str) -> PositionRow | None:
        rows = self._engine.views.positions().rows
        return next((row for row in rows if position_key(row) == key), None)

    def _protect(self, key: str) -> None:
        position = self._position(key)
        if position is None:
            self._desk.say("no open position to protect", "muted")
            return
        dialog = ProtectDialog(self._style_book(), self._engine.views, position)
        self._push(dialog, self._arm_protect)

    def _arm_protect(self, intent: Protect | None) -> None:
        if intent is None:
            return
        preview = self._engine.views.protection(intent)
        loss = preview.loss_at_stop
        lost = "" if loss is None else f", loses {text_of.number(loss, 2)} at the stop"
        self._desk.arm(f"{preview.effect}{lost}", intent)

    def _leverage(self) -> None:
        status = self._engine.views.status()
        symbol, now = status.symbol, status.leverage
        dialog = EntryDialog(
            self._style_book(),
            f"LEVERAGE {symbol}, now {text_of.NOTHING if now is None else now}×{_advised(status)}",
            "asks once more",
            lambda typed: self._leverage_words(symbol, typed),
            lambda character: character.isascii() and character.isdecimal(),
            self._deliberate,
        )
        self._push(dialog, lambda typed: self._arm_leverage(symbol, typed))

    def _leverage_words(self, symbol: str, typed: str) -> tuple[str, ...]:
        if not _is_leverage(typed):
            return ("A whole number. What it does to margin and liquidation stands here first.",)
        effects = self._engine.views.leverage(SetLeverage(symbol, int(typed)))
        if not effects:
            return (f"Nothing is held in {symbol}: it changes what the next entries bind.",)
        return tuple(effect.words for effect in effects)

    def _arm_leverage(self, symbol: str, typed: str | None) -> None:
        if typed is not None and _is_leverage(typed):
            words = "; ".join(self._leverage_words(symbol, typed))
            self._desk.arm(f"leverage {symbol} {int(typed)}×: {words}", SetLeverage(symbol, int(typed)))

    def _profile(self) -> None:
        notes = {
            profile.name: f"{policy_words(profile.unasked)} · {profile.meant_for}"
            for profile in self._engine.views.profiles()
        }
        dialog = ChoiceDialog(self._style_book(), tuple(notes), "profile", notes)
        self._push(dialog, self._arm_profile)

    def _arm_profile(self, name: str | None) -> None:
        if name is not None:
            self._desk.arm(f"trade under the limits of the profile {name}", SelectProfile(name))

    def _unlock(self) -> None:
        status = self._engine.views.status()
        live, phrase = bool(status.live_phrase), status.live_phrase or status.day_phrase
        if not phrase and status.halted_symbols:
            self._desk.arm(f"lift the halt of {', '.join(status.halted_symbols)}", Resume())
            return
        if not phrase:
            self._desk.say("nothing is locked", "muted")
            return
        told = (
            ("New risk with real money begins here.", f"Type: {phrase}")
            if live
            else ("The day's loss limit was reached. New entries again today:", f"Type: {phrase}")
        )
        title = "UNLOCK LIVE" if live else "UNLOCK THE DAY"
        intent: type[ArmLive] | type[UnlockDay] = ArmLive if live else UnlockDay
        dialog = EntryDialog(
            self._style_book(), title, "unlocks", lambda typed: told, str.isascii, self._deliberate
        )
        self._push(dialog, lambda typed: self._submit_phrase(intent, typed))

    def _submit_phrase(self, intent: type[ArmLive] | type[UnlockDay], typed: str | None) -> None:
        if typed is not None:
            self._desk.submit(intent(typed))


def _advised(status: StatusView) -> str:
    """What the profile would choose and allows."""
    if status.profile_leverage is None:
        return ""
    usual, most = status.profile_leverage
    return f" · {status.profile} {usual}×, at most {most}×"


def _is_leverage(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) < 4 and int(typed) > 0
