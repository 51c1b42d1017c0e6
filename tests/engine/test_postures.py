"""HALT and the way back: no new risk, of the account or of one symbol, and what is left of it."""

from pathlib import Path

from omega_tui.domain.orders import Side
from omega_tui.engine.intents import Resume
from tests.engine.fake_gateway import FakeGateway, position
from tests.engine.rig import running


async def test_a_halted_symbol_takes_no_new_risk_and_still_closes(tmp_path: Path) -> None:
    """A symbol whose figures are doubtful must not grow, and must not be a trap."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        state = rig.engine._state
        assert state.halt_symbol("BTCUSDT", "its position mode changed; resume when you have seen it")
        assert not state.halt_symbol("BTCUSDT", "its position mode changed; resume when you have seen it")
        assert "HALT: BTCUSDT: its position mode changed" in rig.place().text
        assert rig.views.status().posture == "HALT"
        assert rig.place(rig.draft(side=Side.SELL, closes=True)).taken
        assert rig.engine.submit(Resume()).taken
        assert rig.views.status().posture == "NORMAL"
        assert rig.place().taken
