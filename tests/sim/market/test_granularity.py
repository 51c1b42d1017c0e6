"""Candle boundaries as Bitget draws them."""

from datetime import UTC, datetime

import pytest

from omega_tui.sim.market.granularity import GRANULARITIES, granularity


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("1m", "2026-11-21T09:47:00", "2026-11-21T09:48:00"),
        ("15m", "2026-11-21T09:45:00", "2026-11-21T10:00:00"),
        ("4H", "2026-11-21T08:00:00", "2026-11-21T12:00:00"),
        ("6H", "2026-11-21T04:00:00", "2026-11-21T10:00:00"),
        ("6Hutc", "2026-11-21T06:00:00", "2026-11-21T12:00:00"),
        ("12H", "2026-11-21T04:00:00", "2026-11-21T16:00:00"),
        ("1D", "2026-11-20T16:00:00", "2026-11-21T16:00:00"),
        ("1Dutc", "2026-11-21T00:00:00", "2026-11-22T00:00:00"),
        ("1W", "2026-11-15T16:00:00", "2026-11-22T16:00:00"),
        ("1Wutc", "2026-11-16T00:00:00", "2026-11-23T00:00:00"),
        ("1M", "2026-10-31T16:00:00", "2026-11-30T16:00:00"),
        ("1Mutc", "2026-11-01T00:00:00", "2026-12-01T00:00:00"),
    ],
)
def test_a_saturday_morning_falls_into_the_candles_that_bitget_draws(name: str, start: str, end: str) -> None:
    """Day candles that begin at midnight UTC instead of 16:00 shift every daily level."""
    moment = _ms("2026-11-21T09:47:31.500")
    assert granularity(name).start_of(moment) == _ms(start)
    assert granularity(name).end_of(moment) == _ms(end)


@pytest.mark.parametrize("name", list(GRANULARITIES))
def test_candles_tile_time(name: str) -> None:
    """A gap or an overlap between candles loses or doubles trades."""
    one = granularity(name)
    start = one.start_of(_ms("2026-02-28T23:59:59.999"))
    for _ in range(40):
        end = one.end_of(start)
        assert one.start_of(end) == end
        assert one.start_of(end - 1) == one.start_of(start) == start
        assert one.back(end, 1) == start
        start = end


def test_an_unknown_length_is_refused_by_name() -> None:
    """1h is ccxt's spelling; the refusal lists Bitget's."""
    with pytest.raises(ValueError, match="no granularity '1h'; there are 1m"):
        granularity("1h")
