"""Every command there is, drawn at random."""

from decimal import Decimal

from hypothesis import strategies as st

from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode, Side, TimeInForce
from omega_tui.domain.plans import TriggerBy
from omega_tui.language import commands as say
from omega_tui.language.managing import LATER
from omega_tui.language.terms import Anchor, Distance, Fib, Measure, Price, Shift, Size, Unit
from omega_tui.language.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    markets=("BTCUSDT", "ETHUSDT", "SOLUSDT"),
    profiles=("strategic", "aggressive", "newbie", "scalper"),
    orders=("a1b2", "c3d4"),
)


def decimals(least: str, most: str, places: int = 3) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=Decimal(least), max_value=Decimal(most), places=places)


SHARES = decimals("0.0001", "1", 4)
STEPS = decimals("0.001", "900")
SHIFTS = st.one_of(
    st.builds(Shift, st.one_of(STEPS, STEPS.map(lambda step: -step)), st.just(Measure.AMOUNT)),
    st.builds(Shift, st.one_of(SHARES, SHARES.map(lambda share: -share)), st.just(Measure.SHARE)),
    st.builds(Shift, st.integers(-500, 500).map(Decimal), st.just(Measure.TICKS)),
)
FIBS = st.builds(Fib, decimals("0", "5"), st.one_of(st.none(), st.sampled_from(Timeframe)))
PLACES = st.one_of(decimals("0.1", "100000"), st.sampled_from(Anchor), FIBS)
PRICES = st.one_of(
    st.builds(Price, PLACES, st.lists(SHIFTS, max_size=3).map(tuple)),
    st.builds(Price, st.none(), st.lists(SHIFTS, min_size=1, max_size=3).map(tuple)),
)
DISTANCES = st.one_of(
    st.builds(Distance, SHARES, st.just(Measure.SHARE)),
    st.builds(Distance, st.integers(1, 500).map(Decimal), st.just(Measure.TICKS)),
    st.builds(Distance, STEPS, st.just(Measure.RISK)),
)
LEGS = st.one_of(PRICES, DISTANCES)
SIZES = st.one_of(
    st.builds(Size, STEPS, st.just(Unit.BASE), st.just("BTC")),
    st.builds(Size, STEPS, st.sampled_from([Unit.QUOTE, Unit.R])),
    st.builds(Size, SHARES, st.sampled_from([Unit.BALANCE, Unit.POSITION])),
    st.builds(Size, decimals("0.0001", "0.9999", 4), st.just(Unit.RISK)),
)


@st.composite
def targets(draw: st.DrawFn) -> tuple[say.Target, ...]:
    legs = draw(st.lists(LEGS, max_size=3))
    made = [say.Target(leg, Decimal("0.25")) for leg in legs]
    if made and draw(st.booleans()):
        made[-1] = say.Target(legs[-1], None)
    return tuple(made)


def entries(*, priced: bool) -> st.SearchStrategy[say.Entry]:
    return st.builds(
        say.Entry,
        st.sampled_from(Side),
        SIZES,
        st.one_of(st.none(), PRICES) if priced else st.none(),
        st.one_of(st.none(), st.sampled_from(TimeInForce)),
        st.booleans(),
        st.one_of(st.none(), LEGS),
        targets(),
    )


@st.composite
def guards(draw: st.DrawFn) -> say.Guard:
    stop, target = draw(st.one_of(st.none(), LEGS)), draw(st.one_of(st.none(), LEGS))
    stop_off = stop is None and draw(st.booleans())
    target_off = target is None and (draw(st.booleans()) or (stop is None and not stop_off))
    by = draw(st.sampled_from([None, TriggerBy.MARK, TriggerBy.LAST]))
    return say.Guard(stop, target, by, stop_off, target_off)


@st.composite
def scales(draw: st.DrawFn) -> say.Scale:
    shape = draw(st.sampled_from(say.Shape))
    weight = draw(st.one_of(st.none(), STEPS)) if shape is say.Shape.CUBIC else None
    order, count = draw(entries(priced=False)), draw(st.integers(2, 50))
    return say.Scale(order, count, draw(PRICES), draw(PRICES), shape, weight)


@st.composite
def triggers(draw: st.DrawFn) -> say.TriggerEntry:
    order = draw(entries(priced=True))
    by = draw(st.sampled_from([None, TriggerBy.MARK, TriggerBy.LAST]))
    return say.TriggerEntry(order, draw(st.booleans()), draw(PRICES), by)


LATER_VERBS = st.sampled_from([each for each in LATER if each not in ("chase", "twap", "when")])
NAMES = st.sampled_from(["z", "quick_exit", "big2"])
WORDS = st.text("abc xyz0.%-", min_size=1, max_size=20).map(str.strip).filter(bool)
IDS = st.sampled_from(VOCABULARY.orders)
COMMANDS: st.SearchStrategy[say.Command] = st.one_of(
    entries(priced=True),
    triggers(),
    st.builds(say.TrailEntry, SHARES, st.one_of(st.none(), PRICES), st.one_of(st.none(), SIZES)),
    scales(),
    st.builds(say.FibScale, entries(priced=False), decimals("0", "1"), decimals("1.001", "3")),
    st.builds(say.Close, st.one_of(st.none(), st.sampled_from(HoldSide)), SHARES),
    st.sampled_from(
        [
            say.FlattenAll(),
            say.FlattenAll("ETHUSDT"),
            say.FlattenAll(everything=True),
            say.TurnRound(),
            say.Undo(),
            say.Stand(True),
            say.Stand(False),
            say.Symbol("SOLUSDT"),
            say.Profile("newbie"),
        ]
    ),
    st.builds(say.Cancel, st.one_of(st.sampled_from(say.CancelWhat), IDS)),
    st.builds(say.Move, st.one_of(st.just(""), IDS), PRICES),
    st.builds(say.Bump, st.one_of(st.just(""), IDS), SHIFTS),
    guards(),
    st.builds(say.Leverage, st.integers(1, 125)),
    st.builds(say.Swing, st.none() | st.integers(2, 1000)),
    st.builds(
        say.Swing,
        st.none(),
        st.sampled_from([(Decimal(61200), Decimal(64850)), (Decimal("2.5"), Decimal(1))]),
    ),
    st.builds(say.Margin, st.sampled_from(MarginMode)),
    st.builds(say.Mode, st.sampled_from(PositionMode)),
    st.builds(say.Wait, st.integers(1, 99999)),
    st.builds(say.Let, NAMES, st.one_of(st.just(""), WORDS)),
    st.builds(say.Note, WORDS, st.just(False)),
    st.builds(say.Note, st.just("breakout"), st.just(True)),
    st.builds(say.Later, LATER_VERBS, WORDS.map(lambda text: " ".join(text.split()))),
)
"""All but those that take the whole rest of a line."""
