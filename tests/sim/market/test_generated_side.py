"""One side of a generated book under any walk of its best price."""

from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.market.generated_side import GeneratedSide
from omega_tui.sim.market.randomness import seeded
from omega_tui.sim.market.shapes import SHAPES

_STEPS = st.lists(st.tuples(st.integers(-900, 900), st.integers(0, 10**6), st.integers(0, 40)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, -1]), st.sampled_from(["BTCUSDT", "DOGEUSDT"]), _STEPS)
def test_levels_lie_from_the_best_price_to_the_window(
    seed: int, sign: int, symbol: str, steps: list[tuple[int, int, int]]
) -> None:
    """A jump farther than the window once left levels on the wrong side: a crossed book."""
    side = GeneratedSide(seeded(seed), SHAPES[symbol], 1.0, sign, 50_000)
    client = dict(side.drain())
    for jump, lots, visits in steps:
        side.take(lots, side.best + sign * 20, 10)
        side.settle(side.best + jump)
        side.stir(visits)
        client.update(side.drain())
        client = {tick: lots for tick, lots in client.items() if lots}
        assert client == side.levels
        distances = [sign * (tick - side.best) for tick in client]
        assert min(distances) == 0
        assert max(distances) <= 400
        assert len(client) > 60


def test_a_taker_takes_the_best_levels_first_and_no_more_than_is_there() -> None:
    """Lots from nowhere, or a better level left standing, would be a trade no exchange reports."""
    side = GeneratedSide(seeded(1), SHAPES["BTCUSDT"], 1e-4, 1, 650_000)
    shown = dict(side.levels)
    taken = side.take(10**9, 650_030, 5)
    best = sorted(shown)[:5]
    assert taken == [(tick, shown[tick]) for tick in best]
    assert side.take(10**9, 649_999, 5) == []
    part = min(side.levels)
    assert side.take(1, part, 5) == [(part, 1)]
    assert side.levels.get(part, 0) == shown[part] - 1
