"""The order language: what a line means, and that nothing else than commands and mistakes comes of a text."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode, Side, TimeInForce
from omega_tui.domain.plans import TriggerBy
from omega_tui.language import commands as say
from omega_tui.language.completion import complete
from omega_tui.language.mistakes import Mistake
from omega_tui.language.parser import VERB_NAMES, parse
from omega_tui.language.spelling import spell, spell_script
from omega_tui.language.terms import Anchor, Distance, Fib, Measure, Price, Shift, Size, Unit
from omega_tui.language.vocabulary import Vocabulary
from tests.language.strategies import COMMANDS, VOCABULARY

D = Decimal


def one(text: str, vocabulary: Vocabulary = VOCABULARY) -> say.Command:
    (step,) = parse(text, vocabulary)
    return step.command


def away(number: str, measure: Measure = Measure.SHARE) -> Distance:
    return Distance(D(number), measure)


def touch(number: str, measure: Measure = Measure.SHARE) -> Price:
    return Price(None, (Shift(D(number), measure),))


DOLLARS = Size(D(500), Unit.QUOTE)
EXAMPLES: dict[str, say.Command] = {
    "buy 500$ at -0.1% sl 1% tp 2.618r": say.Entry(
        Side.BUY,
        DOLLARS,
        touch("-0.001"),
        stop=away("0.01"),
        targets=(say.Target(away("2.618", Measure.RISK)),),
    ),
    "sell 0.01btc at ask+2t po": say.Entry(
        Side.SELL,
        Size(D("0.01"), Unit.BASE, "BTC"),
        Price(Anchor.ASK, (Shift(D(2), Measure.TICKS),)),
        TimeInForce.POST_ONLY,
    ),
    "buy risk 1% at fib:0.618 stop fib:0.786+3t tp fib:1.618 50%, fib:2.618 rest": say.Entry(
        Side.BUY,
        Size(D("0.01"), Unit.RISK),
        Price(Fib(D("0.618"))),
        stop=Price(Fib(D("0.786")), (Shift(D(3), Measure.TICKS),)),
        targets=(
            say.Target(Price(Fib(D("1.618"))), D("0.5")),
            say.Target(Price(Fib(D("2.618")))),
        ),
    ),
    "BUY $500": say.Entry(Side.BUY, DOLLARS),
    "buy 1r ioc": say.Entry(Side.BUY, Size(D(1), Unit.R), time_in_force=TimeInForce.IOC),
    "sell 50%pos reduce at 63,900.5 fok": say.Entry(
        Side.SELL, Size(D("0.5"), Unit.POSITION), Price(D("63900.5")), TimeInForce.FOK, reduce=True
    ),
    "close long 50%": say.Close(HoldSide.LONG, D("0.5")),
    "flatten": say.FlattenAll(),
    "flatten all": say.FlattenAll(everything=True),
    "flatten ethusdt": say.FlattenAll("ETHUSDT"),
    "reverse": say.TurnRound(),
    "cancel": say.Cancel(),
    "cancel buys": say.Cancel(say.CancelWhat.BUYS),
    "cancel stops": say.Cancel(say.CancelWhat.STOPS),
    "cancel A1B2": say.Cancel("a1b2"),
    "move a1b2 63,900": say.Move("a1b2", Price(D(63900))),
    "move 63,900": say.Move("", Price(D(63900))),
    "bump -5t": say.Bump("", Shift(D(-5), Measure.TICKS)),
    "bump c3d4 +0.1%": say.Bump("c3d4", Shift(D("0.001"), Measure.SHARE)),
    "undo": say.Undo(),
    "stop 1% mark tp 2%": say.Guard(away("0.01"), away("0.02"), TriggerBy.MARK),
    "protect sl fib:1 tp 1.618r": say.Guard(Price(Fib(D(1))), away("1.618", Measure.RISK)),
    "protect sl off": say.Guard(stop_off=True),
    "trail 0.8% from 64000": say.TrailEntry(D("0.008"), Price(D(64000))),
    "pstop 1%": say.Guard(away("0.01")),
    "scale buy 5000$ into 10 from -0.2% to -2% cubic 0.5": say.Scale(
        say.Entry(Side.BUY, Size(D(5000), Unit.QUOTE)),
        10,
        touch("-0.002"),
        touch("-0.02"),
        say.Shape.CUBIC,
        D("0.5"),
    ),
    "scale buy 5000$ across fib 0.382..0.786": say.FibScale(
        say.Entry(Side.BUY, Size(D(5000), Unit.QUOTE)), D("0.382"), D("0.786")
    ),
    "trigger buy 0.02btc above 65000 limit 65010": say.TriggerEntry(
        say.Entry(Side.BUY, Size(D("0.02"), Unit.BASE, "BTC"), Price(D(65010))), True, Price(D(65000))
    ),
    "leverage 5x": say.Leverage(5),
    "swing auto": say.Swing(),
    "swing 100": say.Swing(100),
    "swing 61,200 64850": say.Swing(points=(D(61200), D(64850))),
    "margin isolated": say.Margin(MarginMode.ISOLATED),
    "mode oneway": say.Mode(PositionMode.ONE_WAY),
    "profile newbie": say.Profile("newbie"),
    "symbol ETHUSDT": say.Symbol("ETHUSDT"),
    "ethusdt": say.Symbol("ETHUSDT"),
    "sol": say.Symbol("SOLUSDT"),
    "sell 500$ at fib@4h:0.618-0.1%": say.Entry(
        Side.SELL, DOLLARS, Price(Fib(D("0.618"), Timeframe.H4), (Shift(D("-0.001"), Measure.SHARE),))
    ),
    "wait fill 5m": say.Wait(300),
    "alias z = cancel all; flatten": say.Alias("z", "cancel all; flatten"),
    "let big = 5000$": say.Let("big", "5000$"),
    "explain buy 500$; flatten": say.Explain("buy 500$; flatten"),
    'note "because, why not"': say.Note("because, why not"),
    "tag breakout": say.Note("breakout", tag=True),
    "halt": say.Stand(True),
    "resume": say.Stand(False),
    "chase buy 0.1btc max 0.2%": say.Later("chase", "buy 0.1btc max 0.2%"),
    "when price above 65000: flatten": say.Later("when", "price above 65000: flatten"),
    "alert price above 65000 bell": say.Later("alert", "price above 65000 bell"),
    "kill all": say.Later("kill", "all"),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_form_of_the_dialect_is_read(text: str) -> None:
    """Bug: a line that traders know means something else here."""
    assert one(text) == EXAMPLES[text]


@given(COMMANDS)
def test_what_is_spelled_is_read_as_the_same_command(command: say.Command) -> None:
    """Bug: the line that history or a chain repeats is another order."""
    assert one(spell(command)) == command


@given(st.lists(st.tuples(COMMANDS, st.booleans()), min_size=1, max_size=4))
def test_chains_keep_their_order_and_their_joints(parts: list[tuple[say.Command, bool]]) -> None:
    """Bug: `;` read as `&`, so that a close goes before its entry is taken."""
    steps = tuple(say.Step(command, 0, 0, after or not index) for index, (command, after) in enumerate(parts))
    read = parse(spell_script(steps), VOCABULARY)
    assert [(step.command, step.after) for step in read] == [(step.command, step.after) for step in steps]
    assert all(before.end <= after.start for before, after in pairwise(read))


SCRAPS = ("at", "sl", "tp", "rest", ",", ";", "&", "=", ":", "$x", "fib:", "..", "%", '"', "-")
PIECES = st.sampled_from([*VERB_NAMES, *EXAMPLES, *SCRAPS])


def tried(text: str) -> tuple[Mistake | None, tuple[say.Step, ...]]:
    """What a line comes to, whatever it is."""
    try:
        return None, parse(text, VOCABULARY)
    except Mistake as mistake:
        return mistake, ()


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=12).map(" ".join)))
@example("buy " + "9" * 100 + "$")
@example("scale buy 5$ into 1e3 from 1 to 2")
@example("buy ٣$")
def test_any_text_is_commands_or_a_mistake_with_its_place(text: str) -> None:
    """Bug: a slip of the keyboard ends the cockpit, or marks a place that is not in the line."""
    mistake, steps = tried(text)
    if mistake is not None:
        assert 0 <= mistake.start <= len(text)
        assert mistake.start <= mistake.end
        assert mistake.text
    else:
        again = parse(spell_script(steps), VOCABULARY)
        assert [step.command for step in again] == [step.command for step in steps]
    complete(text, len(text), VOCABULARY)


@pytest.mark.parametrize(
    ("text", "word", "says"),
    [
        ("buy 100 at 64000", "100", "could be coins, money or a share"),
        ("buy 10% at 64000", "10%", "a share of what"),
        ("byu 500$", "byu", "did you mean buy"),
        ("buy 500$ att 64000", "att", "did you mean at"),
        ("buy 500$ at 1e5", "1e5", "exponent"),
        ("buy 500$ at 1.000,5", "1.000,5", "comma"),
        ("buy 500$ at 6,39,00", "6,39,00", "comma"),
        ("buy ５００$", "５００$", "ASCII"),
        ("buy nan$", "nan$", "no size"),
        ("buy -5$", "-5$", "minus"),
        ("buy 0$", "0$", "above zero"),
        ("buy 1_000$", "1_000", "plain decimal"),
        ("buy 500$ at bidd", "bidd", "did you mean bid"),
        ("buy 500$ at fib@5h:0.618", "5h", "no timeframe"),
        ("buy 500$ at 64000 at 63000", "at", "twice"),
        ("buy 500$ tp 1% 60%, 2% 60%", "60%", "more than the whole"),
        ("cancel zzzz", "zzzz", "no order"),
        ("profile newbe", "newbe", "did you mean newbie"),
        ("leverage 500", "500", "from 1 to 125"),
        ("ВTCUSDT", "ВTCUSDT", "no command"),
        ("buy $x", "$x", "stands for nothing"),
        ("wait fill soon", "soon", "no time"),
        ("scale buy 5000$ into 1 from -1% to -2%", "1", "from 2 to 50"),
        ("buy 500$ at 5t", "5t", "from where"),
    ],
)
def test_a_mistake_points_at_its_word_and_says_what_to_write(text: str, word: str, says: str) -> None:
    """FAULTS I01 to I05, I11, I12: nothing is guessed, and the word that is wrong is shown."""
    with pytest.raises(Mistake) as raised:
        parse(text, VOCABULARY)
    mistake = raised.value
    assert text[mistake.start : mistake.end].startswith(word[:1])
    assert word.startswith(text[mistake.start : mistake.end])
    assert says in mistake.words


@pytest.mark.parametrize("text", ["buy 500$\n", "buy\t500$", "buy 500$\u200b", "b\u202euy 1$", "x" * 1001])
def test_invisible_characters_and_endless_lines_are_refused(text: str) -> None:
    """FAULTS I08: a pasted line feed or a mark of no width never becomes part of an order."""
    with pytest.raises(Mistake):
        parse(text, VOCABULARY)


def test_aliases_unfold_in_their_place_and_never_for_ever() -> None:
    """Bug: an alias of itself hangs the cockpit."""
    words = Vocabulary(aliases={"z": "cancel all; flatten", "y": "z & halt", "loop": "loop"})
    assert [step.command for step in parse("y", words)] == [
        say.Cancel(),
        say.FlattenAll(),
        say.Stand(True),
    ]
    assert [step.after for step in parse("undo & y", words)] == [True, False, True, False]
    with pytest.raises(Mistake, match="leads back to itself"):
        parse("loop", words)
    with pytest.raises(Mistake, match="nothing can follow"):
        parse("z 50%", words)


def test_variables_stand_for_their_text() -> None:
    words = Vocabulary(variables={"big": "5000$", "dip": "fib:0.618"})
    assert one("buy $big at $dip-2t", words) == one("buy 5000$ at fib:0.618-2t")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", "buy"),
        ("fl", "flatten"),
        ("buy ", "500$"),
        ("buy 500$ ", "at"),
        ("buy 500$ at fib", "fib:0"),
        ("profile s", "strategic"),
        ("halt; can", "cancel"),
        ("cancel a", "all"),
        ("eth", "ETHUSDT"),
        ("scale buy 5$ ", "into"),
    ],
)
def test_completion_knows_what_comes_next(text: str, first: str) -> None:
    found = complete(text, len(text), VOCABULARY)
    assert found[0].text == first
    assert found[0].meaning
    assert text[: found[0].start] + found[0].text
