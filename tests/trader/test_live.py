"""Real money: it moves only after the phrase, and without a key nothing of the account is asked.

The environment's hosts are pointed at a simulator, which is as strict as Bitget with keys and signatures.
"""

from pathlib import Path
from typing import Any

import pytest

from omega_tui import AsyncBitGetTrader
from omega_tui.domain.orders import OrderState
from omega_tui.exchange.bitget.endpoints import Endpoints
from omega_tui.trader import InvalidInput, OrderRefused
from tests.support.simulator import Simulator

ORDER: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "quantity": 0.002, "stop_loss": 64500}


@pytest.fixture
def live(exchange: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Arguments of a trader on the real exchange, which is a simulator here."""
    facts = exchange.facts
    addresses = Endpoints.loopback(facts["rest"], facts["ws_public"], facts["ws_private"])
    monkeypatch.setattr(Endpoints, "live", classmethod(lambda cls: addresses))
    folders = {f"paths.{name}": str(tmp_path / name) for name in ("config", "data", "state", "cache")}
    return {
        "venue": "mainnet",
        "api_key": facts["api_key"],
        "secret_key": facts["secret"],
        "passphrase": facts["passphrase"],
        "settings": folders,
    }


async def test_without_the_phrase_nothing_is_bought(live: dict[str, Any]) -> None:
    """Bug: a script that was meant for the demo exchange and trades real money."""
    async with AsyncBitGetTrader(**live) as one:
        assert (await one.get_account_balance()).equity == 10000
        with pytest.raises(OrderRefused, match="trade live"):
            await one.place_order(**ORDER)
        assert await one.get_positions() == ()


async def test_a_wrong_phrase_does_not_open(live: dict[str, Any], exchange: Simulator) -> None:
    one = AsyncBitGetTrader(**live, live_phrase="trade live")
    with pytest.raises(OrderRefused, match="phrase") as refused:
        await one.open()
    for secret in exchange.secrets:
        assert secret not in str(refused.value)


async def test_with_the_phrase_it_trades(live: dict[str, Any], exchange: Simulator) -> None:
    phrase = f"trade live {exchange.facts['api_key'][-4:]}"
    async with AsyncBitGetTrader(**live, live_phrase=phrase) as one:
        assert (await one.place_order(**ORDER)).state is OrderState.FILLED
        assert (await one.close_position("BTCUSDT")).left == 0


async def test_without_a_key_the_market_is_told_and_the_account_refused_at_once(live: dict[str, Any]) -> None:
    keyless = {name: value for name, value in live.items() if name in ("venue", "settings")}
    async with AsyncBitGetTrader(**keyless) as one:
        assert (await one.get_market_ticker("BTCUSDT")).last_price is not None
        for question in (
            one.get_account_balance(),
            one.get_open_orders(),
            one.place_order(**ORDER),
            one.halt(),
        ):
            with pytest.raises(InvalidInput, match="key"):
                await question
