"""Keys on the chart: the past, the crosshair, zoom, and the swing that the levels hang on."""

from dataclasses import replace

from omega_tui.analytics.swings import Bar, fractals
from omega_tui.engine.chart_views import ChartView
from omega_tui.engine.intents import LoadOlderCandles, SelectSwing
from tests.ui import sample_views as sample
from tests.ui.driving import Driver, driving


async def on_chart(driver: Driver) -> None:
    await driver.press("tab")
    assert driver.app.focused is driver.stage.chart
    await driver.until(lambda: "CHART" in driver.stage.chart.text, "no chart")


async def test_the_crosshair_tells_of_the_candle_under_it() -> None:
    async with driving((200, 50)) as driver:
        await driver.press("right_square_bracket", "left", "left", "h")
        told = driver.stage.chart.at_crosshair
        assert told == sample.chart(120).candles[-3]
        assert f"C {told.close:,.1f}" in driver.stage.chart.text
        await driver.press("full_stop")
        assert driver.stage.chart.following


async def test_the_crosshair_hops_from_one_turning_point_to_the_next() -> None:
    """Bug: a swing picked a candle beside its extreme, because the eye could not tell them apart."""
    async with driving((200, 50)) as driver:
        await driver.press("right_square_bracket")
        candles = sample.chart(120).candles
        bars = [Bar(each.start_ms, each.high, each.low, each.close) for each in candles]
        points = list(dict.fromkeys(each.start_ms for each in fractals(bars)))
        seen = []
        for _ in range(3):
            await driver.press("left_parenthesis")
            found = driver.stage.chart.at_crosshair
            seen.append(found.start_ms if found is not None else None)
        assert seen == points[:-4:-1]
        await driver.press("right_parenthesis")
        back = driver.stage.chart.at_crosshair
        assert back is not None
        assert back.start_ms == points[-2]


async def test_a_page_goes_into_the_past_and_says_how_much_is_newer() -> None:
    async with driving() as driver:
        await on_chart(driver)
        await driver.press("pageup", "pageup", "pageup")
        assert "newer →" in driver.stage.chart.text
        await driver.press("end")
        assert "newer" not in driver.stage.chart.text


async def test_the_crosshair_stays_in_sight_over_pages() -> None:
    """Bug: it stands behind the price axis, and the swing is picked at a candle nobody sees."""
    async with driving() as driver:
        await on_chart(driver)
        for _ in range(4):
            await driver.press("pageup")
            assert any("┊" in line for line in driver.stage.chart.text.splitlines())


async def test_the_end_of_what_is_known_asks_for_older_candles() -> None:
    """Bug: each key of a walk into the past asks again while the answer is on its way."""
    async with driving() as driver:
        driver.engine.views.chart = lambda limit, until_ms=None: without_past(limit, until_ms)  # type: ignore[method-assign]
        await on_chart(driver)
        await driver.until(lambda: driver.stage.chart.wants_older, "the chart does not know its end")
        await driver.press("left")
        assert driver.engine.intents == [LoadOlderCandles()]


def without_past(limit: int, until_ms: int | None) -> ChartView:
    return replace(sample.chart(limit, until_ms), older=0)


async def test_columns_take_more_candles_and_fewer() -> None:
    async with driving((200, 50)) as driver:
        await on_chart(driver)
        await driver.press("minus", "minus")
        assert "4 a column" in driver.stage.chart.text
        await driver.press("plus", "plus", "plus")
        assert "a column" not in driver.stage.chart.text


async def test_f_without_a_crosshair_looks_back_over_the_last_candles() -> None:
    async with driving() as driver:
        await driver.press("f")
        assert driver.engine.intents == [SelectSwing(lookback=100)]


async def test_two_columns_make_a_swing_from_the_older_to_the_newer() -> None:
    """Bug: the swing runs from the first press to the second, whichever came first in time."""
    async with driving() as driver:
        await on_chart(driver)
        await driver.press("left", "f")
        later = driver.stage.chart.at_crosshair
        await driver.press("left", "left", "left", "left", "f")
        earlier = driver.stage.chart.at_crosshair
        assert earlier is not None
        assert later is not None
        rises = later.high - earlier.low >= earlier.high - later.low
        points = (earlier.low, later.high) if rises else (earlier.high, later.low)
        assert driver.engine.intents == [SelectSwing(points=points)]
