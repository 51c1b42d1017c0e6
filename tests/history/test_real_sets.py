"""Two real accounts' histories give the figures that were computed for them elsewhere."""

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from omega_tui.analytics.performance import add_up, measure_drawdown, performance
from omega_tui.analytics.trades import Trade
from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.margin import unrealized_profit
from omega_tui.domain.orders import HoldSide
from omega_tui.exchange.bitget.translation.closed import read_export
from omega_tui.history.ledger import close_positions
from tests.support.shared import needs_shared, shared_path

pytestmark = needs_shared


@pytest.fixture(scope="module")
def orders() -> str:
    return shared_path("tapes", "trades", "bitget_umcbl_BTCUSDT_orders_20230412_20230426.json").read_text()


def test_a_real_bitget_history_of_100_orders_is_reproduced(orders: str) -> None:
    """40 closes of a real account in hedge mode: rate, factor, fees and net to the last digit."""
    wanted = json.loads(orders)["reference_stats"]
    fills = read_export(orders).fills
    _, ledger = close_positions(fills)
    closes = [
        each.profit for each in fills if each.hold_side and each.side is not each.hold_side.opening_side
    ]
    result = add_up(each for each in closes if each is not None)
    assert (result.count, result.wins, result.losses) == (40, 12, 28)
    assert result.win_rate == Decimal(wanted["win_rate"])
    assert round(result.profit_factor or 0, 6) == Decimal(wanted["profit_factor_gross"])
    assert (result.gross_profit, result.gross_loss) == (
        Decimal(wanted["gross_profit"]),
        Decimal(wanted["gross_loss"]),
    )
    assert (result.best, result.worst) == (Decimal(wanted["best"]), Decimal(wanted["worst"]))
    fees = sum((each.fee or Decimal(0) for each in fills), Decimal(0))
    # Of the rows of all 100 orders: one that was cancelled had executed in part.
    assert fees == Decimal(wanted["fees_all_rows"])
    assert round(result.net + fees, 2) == Decimal("-117.68")
    left = ledger.open["BTCUSDT", HoldSide.LONG]
    assert (left.size, left.cost / left.size) == (Decimal("0.1"), 28381)


def test_average_entries_of_that_history_explain_what_the_exchange_booked(orders: str) -> None:
    """Bug: an average that the exchange does not keep; every close then books another profit than it did."""
    fills = read_export(orders).fills
    blind = [replace(each, profit=None) for each in fills]
    booked, _ = close_positions(fills)
    computed, _ = close_positions(blind)
    assert len(booked) == len(computed) == 38
    for ours, theirs in zip(computed, booked, strict=True):
        assert abs(ours.gross - theirs.gross) <= Decimal("0.02") * ours.closes
    assert sum(each.closes for each in computed) == 40


def test_a_backtest_of_179_trades_has_its_own_profit_factor() -> None:
    text = shared_path("tapes", "trades", "freqtrade_backtest_result.json").read_text()
    (strategy,) = json.loads(text)["strategy"].values()
    trades = [_trade(number, row) for number, row in enumerate(strategy["trades"])]
    trades.sort(key=lambda each: each.position.closed_ms)
    found = performance(trades)
    assert found.result.count == strategy["total_trades"] == 179
    assert float(found.result.profit_factor or 0) == pytest.approx(strategy["profit_factor"], rel=1e-12)
    assert float(found.result.net) == pytest.approx(strategy["profit_total_abs"], rel=1e-12)
    # The file's own counts and drawdown were edited by hand and fit no trade in it.
    assert (found.result.wins, found.result.losses) == (170, 9)
    by_close = ((each.position.closed_ms, each.position.net) for each in trades)
    assert measure_drawdown(by_close).depth == pytest.approx(Decimal("0.00020977"), abs=Decimal("1e-8"))


def _trade(number: int, row: dict[str, object]) -> Trade:
    size, entry, left = (Decimal(str(row[name])) for name in ("amount", "open_rate", "close_rate"))
    net = Decimal(str(row["profit_abs"]))
    gross = unrealized_profit(HoldSide.LONG, size, entry, left)
    opened, closed = (
        int(datetime.fromisoformat(str(row[name])).timestamp() * 1000) for name in ("open_date", "close_date")
    )
    return Trade(
        ClosedPosition(
            position_id=str(number),
            symbol=str(row["pair"]),
            hold_side=HoldSide.LONG,
            size=size,
            peak=size,
            entry_price=entry,
            exit_price=left,
            opened_ms=opened,
            closed_ms=closed,
            gross=gross,
            fees=net - gross,
            funding=None,
        )
    )
