"""What the API tells: the contract's shapes, exact money, nothing made up, and the one thing it writes."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from omega_tui.api import models
from omega_tui.domain.closed import ReportedPosition
from omega_tui.domain.events import BalanceReported, PositionsReported, TickerChanged
from omega_tui.domain.orders import HoldSide
from omega_tui.history.records import ADDED
from omega_tui.journal import NoJournal
from tests.api.house import TOKEN, Served, house
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, balance, position, ticker

STATUS = {"status": "online", "calculator_initialized": True, "uptime_seconds": 3600, "version": "1.0.0"}

METRICS: dict[str, Any] = {
    "timestamp": "2023-07-15T12:34:56Z",
    "phi_resonance": 0.782,
    "position_balance": {
        "ratio_type": "long:short",
        "optimal_value": 0.618,
        "current_ratio": 0.587,
        "balance_score": 0.915,
    },
    "harmonic_state": {
        "harmony_score": 0.76,
        "state": "Balanced Flow",
        "component_scores": {
            "position_harmony": 0.782,
            "win_rate_harmony": 0.853,
            "profit_factor_harmony": 0.624,
            "pnl_distribution_harmony": 0.789,
        },
    },
    "positions": {
        "long": [
            {
                "symbol": "BTCUSDT",
                "contracts": 0.5,
                "entry_price": 45000.0,
                "current_price": 47200.0,
                "unrealized_pnl": 1100.0,
                "entry_harmony": 0.92,
                "fibonacci_levels": {"0.0": 45000.0, "0.618": 42718.0, "1.0": 41300.0, "4.236": 56390.0},
            }
        ],
        "short": [],
    },
    "performance": {
        "win_rate": 0.623,
        "win_rate_target": 0.618,
        "win_rate_alignment": 0.992,
        "profit_factor": 2.347,
        "profit_factor_target": 2.618,
        "profit_factor_alignment": 0.896,
        "phi_resonance": 0.782,
        "fibonacci_alignment": 0.944,
    },
}

HISTORY = {
    "count": 42,
    "positions": [
        {
            "id": "123456",
            "symbol": "BTCUSDT",
            "side": "long",
            "entry_price": 42000.0,
            "exit_price": 45000.0,
            "contracts": 1.0,
            "realized_pnl": 3000.0,
            "entry_time": "2023-07-10T15:30:00Z",
            "exit_time": "2023-07-12T09:45:00Z",
            "entry_harmony": 0.88,
            "exit_harmony": 0.76,
            "fibonacci_alignment": 0.82,
        }
    ],
}

ADD: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "side": "long",
    "entry_price": 42000.0,
    "exit_price": 45000.0,
    "contracts": 1.0,
    "entry_time": "2023-07-10T15:30:00Z",
    "exit_time": "2023-07-12T09:45:00Z",
}

ENERGY = {
    "market_energy": 7.8,
    "position_energy": 8.2,
    "combined_energy": 8.0,
    "energy_state": "Harmonic Resonance",
    "fib_alignment": 0.92,
}

TOLD = ReportedPosition(
    "told",
    "BTCUSDT",
    HoldSide.SHORT,
    entry_price=D("60000.1"),
    exit_price=D("59000.3"),
    opened_size=D("0.003"),
    closed_size=D("0.003"),
    gross=D("2.9994"),
    net=D("2.7853994"),
    funding=D("0"),
    fees=D("-0.2140006"),
    opened_ms=EXCHANGE_MS - 9_000_000,
    closed_ms=EXCHANGE_MS - 1_000_000,
)


@pytest.mark.parametrize(
    ("model", "document"),
    [
        (models.Status, STATUS),
        (models.FibonacciMetrics, METRICS),
        (models.PositionHistory, HISTORY),
        (models.HistoryAdd, ADD),
        (models.HistoryAdded, {"success": True, "id": "123458", "message": "Position added to history"}),
        (models.BioEnergy, ENERGY),
    ],
)
def test_documents_of_existing_dashboards_are_read_member_by_member(
    model: type[models.Model], document: dict[str, Any]
) -> None:
    """Bug: a member renamed to what we would have called it; every dashboard then shows a hole."""
    assert _names(model.model_validate(document).model_dump()) == _names(document)


def _names(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _names(inner) for name, inner in value.items()}
    return [_names(each) for each in value] if isinstance(value, list) else None


async def _known(served: Served, count: int) -> None:
    await served.rig.until(
        lambda: served.rig.views.history().known and len(served.rig.views.history().trades) == count
    )


async def test_the_contracts_answers_have_exactly_the_contracts_members(tmp_path: Path) -> None:
    gateway = FakeGateway(closed_positions=(TOLD,))
    async with house(tmp_path, gateway) as served:
        await _known(served, 1)
        served.rig.gateway.emit(
            TickerChanged(replace(ticker(), high_24h=D(61_000), low_24h=D(59_000))),
            PositionsReported((position("0.5"),), EXCHANGE_MS),
        )
        for path, document in (
            ("/api/status", STATUS),
            ("/api/bitget/fibonacci-metrics", METRICS),
            ("/api/bitget/position-history", HISTORY),
            ("/api/bitget/bio-energy", ENERGY),
        ):
            status, body = await served.get(path)
            assert status == 200
            assert _members(body) == _members(document), path
        levels = (await served.get("/api/bitget/fibonacci-metrics"))[1]["positions"]["long"][0]
        names = ["0.0", "0.236", "0.382", "0.5", "0.618", "0.786", "1.0", "1.618", "2.618", "4.236"]
        assert list(levels["fibonacci_levels"]) == names


def _members(value: Any, path: str = "") -> set[str]:
    """Every path of members; the levels' own names aside."""
    if isinstance(value, list):
        return {each for inner in value for each in _members(inner, path + "[]")}
    if not isinstance(value, dict) or path.endswith("fibonacci_levels"):
        return {path}
    return {each for name, inner in value.items() for each in _members(inner, f"{path}.{name}")}


async def test_money_is_the_exact_number_and_no_float(tmp_path: Path) -> None:
    """Bug: 2.7853994 told as 2.7853993999999997, and sums that do not agree with the wallet."""
    async with house(tmp_path, FakeGateway(closed_positions=(TOLD,))) as served:
        await _known(served, 1)
        text = await served.text("/api/bitget/position-history")
        (row,) = json.loads(text, parse_float=Decimal)["positions"]
        assert row["realized_pnl"] == D("2.7853994")
        assert '"realized_pnl":2.7853994,' in text
        assert (row["side"], row["id"]) == ("short", "told")


async def test_metrics_are_kept_for_a_minute_unless_asked_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        path = "/api/bitget/fibonacci-metrics"
        first = (await served.get(path))[1]["timestamp"]
        served.rig.clock.advance(59)
        assert (await served.get(path))[1]["timestamp"] == first
        anew = (await served.get(path + "?refresh=true"))[1]["timestamp"]
        assert anew > first
        served.rig.clock.advance(59)
        assert (await served.get(path))[1]["timestamp"] == anew
        served.rig.clock.advance(1)
        assert (await served.get(path))[1]["timestamp"] > anew


async def test_history_is_paged_newest_first(tmp_path: Path) -> None:
    rows = tuple(
        replace(TOLD, position_id=f"told {number}", opened_ms=number * 10_000, closed_ms=number * 10_000 + 5)
        for number in range(1, 46)
    )
    shifted = tuple(
        replace(
            each,
            opened_ms=each.opened_ms + EXCHANGE_MS - 900_000,
            closed_ms=each.closed_ms + EXCHANGE_MS - 900_000,
        )
        for each in rows
    )
    async with house(tmp_path, FakeGateway(closed_positions=shifted)) as served:
        await _known(served, 45)
        _, first = await served.get("/api/bitget/position-history")
        assert (first["count"], len(first["positions"])) == (45, 20)
        assert first["positions"][0]["id"] == "told 45"
        _, last = await served.get("/api/bitget/position-history?limit=10&offset=40")
        assert [each["id"] for each in last["positions"]] == [f"told {n}" for n in (5, 4, 3, 2, 1)]
        for wrong in ("limit=0", "limit=1001", "offset=-1", "limit=x"):
            status, body = await served.get(f"/api/bitget/position-history?{wrong}")
            assert status == 422
            assert body["detail"].startswith(wrong.partition("=")[0]), "it names what was wrong"


async def test_what_is_not_known_is_null_or_an_error_with_its_reason(tmp_path: Path) -> None:
    """Bug: made-up figures while nothing has arrived; somebody trades on them."""
    silent = FakeGateway(reads_fail=True)
    engine = {"journal": NoJournal("disk full")}
    async with house(tmp_path, silent, live=False, engine_options=engine) as served:
        await served.rig.until(lambda: served.rig.views.history().problem)
        for path, words in (
            ("/api/bitget/fibonacci-metrics", "not known yet"),
            ("/api/bitget/bio-energy", "not known yet"),
            ("/api/bitget/position-history", "disk full"),
        ):
            status, body = await served.get(path)
            assert status == 503
            assert words in body["detail"]
        _, account = await served.get("/api/account")
        assert (account["equity"], account["day_pnl"]) == (None, None)
        assert "omega_equity_usdt" not in await served.text("/metrics")
        status, refused = await served.post("/api/bitget/history/add", ADD)
        assert status == 503
        assert "nothing was written" in refused["detail"]


async def test_a_position_that_is_added_is_on_disk_marked_and_counted(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        await _known(served, 0)
        status, added = await served.post("/api/bitget/history/add", ADD)
        assert (status, added["success"], added["message"]) == (200, True, "Position added to history")
        assert added["id"].startswith("manual-")
        rows = await asyncio.wrap_future(served.rig.journal.read(ADDED))
        assert len(rows) == 1
        await _known(served, 1)
        _, history = await served.get("/api/bitget/position-history")
        assert history["positions"][0] | ADD == history["positions"][0]
        assert history["positions"][0]["realized_pnl"] == 3000
        again, body = await served.post("/api/bitget/history/add", ADD)
        assert again == 409
        assert added["id"] in body["detail"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"side": "buy"}, 422, "side"),
        ({"entry_price": 0}, 422, "entry_price"),
        ({"contracts": "NaN"}, 422, "contracts"),
        ({"exit_price": 1e300}, 422, "exit_price"),
        ({"entry_time": "2023-07-10T15:30:00"}, 422, "entry_time"),
        ({"note": "x"}, 422, "note"),
        ({"symbol": "BTC\x1b[31m"}, 422, "symbol"),
        ({"symbol": "XBTUSD"}, 422, "symbol"),
        ({"exit_time": "2023-07-09T09:45:00Z"}, 409, "before its entry time"),
        ({"exit_time": "2099-07-09T09:45:00Z"}, 409, "future"),
    ],
)
async def test_what_cannot_have_been_is_refused_with_the_reason(
    tmp_path: Path, change: dict[str, Any], status: int, words: str
) -> None:
    async with house(tmp_path) as served:
        await _known(served, 0)
        found, body = await served.post("/api/bitget/history/add", ADD | change)
        assert found == status
        assert words in body["detail"]
        assert "\x1b" not in body["detail"]
        assert not await asyncio.wrap_future(served.rig.journal.read(ADDED))


async def test_open_positions_orders_and_money_are_told(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        served.rig.gateway.emit(PositionsReported((position("0.5"),), EXCHANGE_MS))
        served.rig.place()
        await served.rig.until(lambda: served.rig.views.orders().rows[0].state == "ack")
        _, positions = await served.get("/api/positions")
        (one,) = positions["positions"]
        assert (one["symbol"], one["side"], one["contracts"]) == ("BTCUSDT", "long", 0.5)
        assert (one["protected"], one["stop_price"]) == (0, None), "naked, and it is said"
        assert len(one["levels"]) == 10
        _, orders = await served.get("/api/orders")
        assert [(each["side"], each["state"]) for each in orders["orders"]] == [("buy", "ack")]
        _, account = await served.get("/api/account")
        assert (account["venue"], account["posture"], account["coin"]) == ("SIM", "NORMAL", "USDT")


async def test_performance_has_every_group_and_the_levels_verdicts(tmp_path: Path) -> None:
    async with house(tmp_path, FakeGateway(closed_positions=(TOLD,))) as served:
        await _known(served, 1)
        _, found = await served.get("/api/performance")
        assert found["all"]["count"] == 1
        assert found["all"]["profit_factor"] is None, "no loss yet"
        assert set(found["groups"]) == {"symbol", "side", "profile", "hour", "weekday", "tag"}
        assert found["groups"]["side"][0]["name"] == "short"
        assert {each["verdict"] for each in found["levels"]} == {"too few trades to tell"}
        assert [point["total"] for point in found["curve"]] == [2.7853994]


async def test_the_stream_pushes_what_changed_and_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path) as served:
        await _known(served, 0)
        async with served.session.ws_connect(f"http://127.0.0.1:{served.port}/api/stream") as stream:
            first = [(await stream.receive_json(timeout=5))["view"] for _ in range(7)]
            assert sorted(first) == [
                *("account", "health", "history", "metrics", "orders", "performance", "positions")
            ]
            served.rig.gateway.emit(BalanceReported(balance("12345.67")))
            pushed = await stream.receive_json(timeout=5)
            assert (pushed["view"], pushed["data"]["equity"]) == ("account", 12345.67)


@pytest.mark.parametrize(
    ("protocols", "let_in"),
    [
        ((), False),
        (("omega.stream",), False),
        (("omega.stream", "omega.token.wrong"), False),
        (("omega.stream", f"omega.token.{TOKEN}"), True),
    ],
)
async def test_a_browsers_stream_brings_the_token_beside_its_protocol(
    tmp_path: Path, protocols: tuple[str, ...], let_in: bool
) -> None:
    """A browser can send no header with a WebSocket, and a URL would be logged."""
    async with house(tmp_path, token="") as served:
        url = f"http://127.0.0.1:{served.port}/api/stream"
        if let_in:
            async with served.session.ws_connect(url, protocols=protocols) as stream:
                assert stream.protocol == "omega.stream"
                assert (await stream.receive_json(timeout=5))["view"]
        else:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await served.session.ws_connect(url, protocols=protocols)
            assert refused.value.status in (401, 403)


async def test_a_page_of_somebody_else_cannot_open_the_stream(tmp_path: Path) -> None:
    """Bug: WebSockets know no same-origin rule; whoever is visited could listen."""
    async with house(tmp_path) as served:
        url = f"http://127.0.0.1:{served.port}/api/stream"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await served.session.ws_connect(url, origin="http://evil.example")
