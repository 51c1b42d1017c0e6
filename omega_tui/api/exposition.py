"""The figures that monitoring draws, in Prometheus' text form; labels are escaped by its own library."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from omega_tui.api.source import Source
from omega_tui.domain.events import Health


def exposition(source: Source) -> tuple[bytes, str]:
    """The text and its content type. What is not known has no sample."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Pictures(source))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Pictures(Collector):
    """Reads the pictures at the moment of a scrape."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def collect(self) -> Iterator[Metric]:
        yield from self._positions()
        yield from self._money()
        yield from self._link()
        refusals = CounterMetricFamily("omega_refusals", "Intents that a guard refused since the start.")
        refusals.add_metric([], self._source.engine.refusals)
        yield refusals

    def _positions(self) -> Iterator[Metric]:
        names = ["symbol", "side"]
        cover = GaugeMetricFamily(
            "omega_stop_coverage", "Share of a position that confirmed stops cover.", labels=names
        )
        profit = GaugeMetricFamily(
            "omega_unrealized_pnl_usdt", "Result of a position at the mark.", labels=names
        )
        for row in self._source.views.positions().rows:
            labels = [row.symbol, row.hold_side.value]
            if row.protected is not None:
                cover.add_metric(labels, float(row.protected))
            if row.unrealized is not None:
                profit.add_metric(labels, float(row.unrealized))
        yield cover
        yield profit

    def _money(self) -> Iterator[Metric]:
        account, history = self._source.views.account(), self._source.views.history()
        realized = history.performance.result.net if history.known else None
        figures = (
            ("omega_equity_usdt", "Equity at our newest mark.", account.equity),
            ("omega_day_pnl_usdt", "Result since the day's opening (UTC).", account.day_profit),
            ("omega_open_risk_share", "What all stops would lose, as a share of equity.", account.open_risk),
            ("omega_realized_pnl_usdt", "Net result of all closed positions.", realized),
        )
        for name, words, value in figures:
            if value is not None:
                yield GaugeMetricFamily(name, words, value=float(value))
        counted = GaugeMetricFamily("omega_closed_positions", "Closed positions that are known.")
        counted.add_metric([], len(history.trades))
        yield counted

    def _link(self) -> Iterator[Metric]:
        link = self._source.views.link()
        live = GaugeMetricFamily("omega_surface_live", "Whether a surface is live.", labels=["surface"])
        stale = GaugeMetricFamily(
            "omega_surface_age_seconds", "Age of a surface's newest news.", labels=["surface"]
        )
        for name, freshness in link.surfaces:
            live.add_metric([name], float(freshness.health is Health.LIVE))
            if freshness.age_seconds is not None:
                stale.add_metric([name], freshness.age_seconds)
        yield live
        yield stale
        for name, words, median, tail in (
            ("omega_ack_milliseconds", "Time to an order's answer.", link.ack_p50_ms, link.ack_p99_ms),
            (
                *("omega_slippage_ticks", "How much worse market orders filled than they saw."),
                *(link.slippage_p50, link.slippage_p99),
            ),
        ):
            family = GaugeMetricFamily(name, words, labels=["quantile"])
            for quantile, value in (("0.5", median), ("0.99", tail)):
                if value is not None:
                    family.add_metric([quantile], float(value))
            yield family
