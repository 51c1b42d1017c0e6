"""Every command as data. What one comes to by the market of a moment is not known here."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum

from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode, Side, TimeInForce
from omega_tui.domain.plans import TriggerBy
from omega_tui.language.terms import Leg, Price, Shift, Size


@dataclass(frozen=True, slots=True)
class Target:
    """One leg of a take profit; `share` None closes what the legs before it left."""

    at: Leg
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`buy 500$ at -0.1% sl 1% tp 2r`: an order, at market without a `price`."""

    side: Side
    size: Size
    price: Price | None = None
    time_in_force: TimeInForce | None = None
    reduce: bool = False
    stop: Leg | None = None
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class TriggerEntry:
    """`trigger buy 0.02btc above 65000 [limit 65010]`: an order that waits; its price is the limit."""

    order: Entry
    above: bool
    when: Price
    by: TriggerBy | None = None


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """`trail 0.8% [from 64000]`: closes the position when price turns back by a share from its best."""

    callback: Decimal
    start: Price | None = None
    size: Size | None = None


class Shape(Enum):
    """How a total is shared out over the orders of a scale; the value is how it is written."""

    EQUAL = ""
    LINEAR = "linear"
    CUBIC = "cubic"
    FIB = "fib"


@dataclass(frozen=True, slots=True)
class Scale:
    """`scale buy 5000$ into 10 from -0.2% to -2% [linear|cubic 0.5|fib]`."""

    order: Entry
    count: int
    first: Price
    last: Price
    shape: Shape = Shape.EQUAL
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FibScale:
    """`scale buy 5000$ across fib 0.382..0.786`: one order at each level between two ratios."""

    order: Entry
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Close:
    """`close long 50%`: a part of a position at market; `hold_side` None means the only one."""

    hold_side: HoldSide | None = None
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class FlattenAll:
    """`flatten`, `flatten all`, `flatten ETHUSDT`: orders cancelled, positions closed; `symbol` None means
    the shown market unless it is `everything`."""

    symbol: str | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class TurnRound:
    """`reverse`: the position becomes one of the same size on the other side."""


class CancelWhat(StrEnum):
    """Which orders `cancel` means when it names none by id."""

    SYMBOL = "all"
    BUYS = "buys"
    SELLS = "sells"
    STOPS = "stops"
    TRIGGERS = "triggers"
    ACCOUNT = "everything"


@dataclass(frozen=True, slots=True)
class Cancel:
    """`cancel`, `cancel buys`, `cancel a1b2`."""

    what: CancelWhat | str = CancelWhat.SYMBOL


@dataclass(frozen=True, slots=True)
class Move:
    """`move a1b2 63,900`: an order to another price; `order` empty means the newest."""

    order: str
    price: Price


@dataclass(frozen=True, slots=True)
class Bump:
    """`bump -5t`: the newest order by a step, or the one that is named."""

    order: str
    shift: Shift


@dataclass(frozen=True, slots=True)
class Undo:
    """`undo`: cancel what the newest command placed and still rests."""


@dataclass(frozen=True, slots=True)
class Guard:
    """`stop 1% mark tp 2%`, `protect sl fib:1 tp 1.618r`, `pstop 1%`: stops of the position.

    With `follows` the legs are for whatever the position's size is. A leg that is `off` is taken away.
    """

    stop: Leg | None = None
    target: Leg | None = None
    by: TriggerBy | None = None
    stop_off: bool = False
    target_off: bool = False


@dataclass(frozen=True, slots=True)
class Swing:
    """`swing auto`, `swing 100` over so many candles, `swing 61200 64850` from one price to the next."""

    lookback: int | None = None
    points: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Leverage:
    """`leverage 5`."""

    leverage: int


@dataclass(frozen=True, slots=True)
class Margin:
    """`margin isolated`."""

    mode: MarginMode


@dataclass(frozen=True, slots=True)
class Mode:
    """`mode hedge`."""

    mode: PositionMode


@dataclass(frozen=True, slots=True)
class Profile:
    """`profile newbie`."""

    name: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """`symbol ETHUSDT`, or the market's name alone."""

    name: str


@dataclass(frozen=True, slots=True)
class Wait:
    """`wait fill 5m`: go on once what was placed before is filled, at most so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Alias:
    """`alias z = cancel all; flatten`: another name for a line; an empty `text` takes the name away."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Let:
    """`let big = 5000$`: `$big` stands for the text from then on; an empty `text` takes it away."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Explain:
    """`explain buy 500$`: say what a line would do, and do nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """`note "why"` and `tag breakout`: words kept with what happens."""

    text: str
    tag: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """`halt` and `resume`."""

    halted: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A command whose engine does not exist yet: understood, and nothing is done."""

    verb: str
    text: str


Command = (
    Entry
    | TriggerEntry
    | TrailEntry
    | Scale
    | FibScale
    | Close
    | FlattenAll
    | TurnRound
    | Cancel
    | Move
    | Bump
    | Undo
    | Guard
    | Leverage
    | Swing
    | Margin
    | Mode
    | Profile
    | Symbol
    | Wait
    | Alias
    | Let
    | Explain
    | Note
    | Stand
    | Later
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a line, with its place in the text. `after` is True when it waits until the one before
    was taken (`;`), False when both go at once (`&`)."""

    command: Command
    start: int
    end: int
    after: bool = True
