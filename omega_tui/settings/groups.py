"""Every setting, its meaning and its default: the one page to read about what can be set.

Frozen values. Where a value came from is known to `sources`, what it is used for to `wiring`, neither here.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import platformdirs
from msgspec import Meta, Struct, field

from omega_tui.domain.market import Timeframe
from omega_tui.domain.profiles import BUILT_IN, Profile
from omega_tui.domain.symbols import Symbol, parse_symbol
from omega_tui.settings.credentials import ApiKeys, Venue
from omega_tui.settings.profiles import DEFAULT_PROFILE

FOLDER = "omega-tui"
"""The name of our folder among the user's configuration, data, state and caches."""

_OFFERED = tuple(map(parse_symbol, ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT")))

Hertz = Annotated[int, Meta(ge=1, le=60)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]


class Market(Struct, frozen=True):
    """What is on screen at the start."""

    symbol: Symbol = _OFFERED[0]
    """The contract, as BTCUSDT, BTCUSDT_UMCBL or BTC/USDT:USDT."""

    timeframe: Timeframe = Timeframe.M1
    """Length of a candle: 1m 3m 5m 15m 30m 1H 4H 6H 12H 1D."""

    symbols: tuple[Symbol, ...] = _OFFERED
    """The contracts that the simulator's generated market lists."""


class Sim(Struct, frozen=True):
    """The simulated exchange; without effect on the other venues."""

    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 1
    """The generated market is the same for the same seed."""

    tape: tuple[Path, ...] = ()
    """Recorded market files to play instead of the generated one."""

    loop: bool = False
    """Whether a tape starts again at its end."""

    speed: Decimal = Decimal(1)
    """Exchange seconds per second, above 0, at most 100."""

    position_mode: Literal["one-way", "hedge"] = "one-way"
    """Whether long and short positions of a contract net out."""

    balance: Decimal = Decimal(10000)
    """The account's USDT at the start."""


class Screen(Struct, frozen=True):
    """How often the terminal is painted, in times a second; nothing repaints that did not change."""

    paint_hz: Hertz = 20
    """Ladder, tape and tables."""

    ssh_paint_hz: Hertz = 10
    """The same over SSH."""

    characters: Literal["auto", "unicode", "ascii"] = "auto"
    """Bars, arrows and lines, or ASCII in their places; auto asks the locale and the terminal's name."""

    theme: Literal["auto", "dark", "light", "high-contrast", "colour-blind", "16-colours"] = "auto"
    """The colours; auto is what was chosen in the cockpit last, at first dark or the terminal's own 16."""

    red_up: Literal["auto", "yes", "no"] = "auto"
    """Whether rising and falling, bid and ask change colours; auto is what was chosen in the cockpit last."""

    clipboard: Literal["auto", "osc52", "tmux", "off"] = "auto"
    """Which way `y` copies; auto is through tmux inside tmux, else by the terminal's OSC 52."""

    bell: Literal["off", "price", "all"] = "price"
    """When the terminal's bell rings: at prices that were marked for it, or at every execution too."""

    tutor: bool = False
    """Whether the tutor's tasks stand over the screen, as `omega-tui tutor` has it."""

    title: bool = True
    """Whether the terminal's title tells environment, symbol, price and the session's result."""


class Ladder(Struct, frozen=True):
    """Trading at the cursor of the price ladder."""

    sizes: Annotated[tuple[str, ...], Meta(max_length=9)] = (
        *("risk 0.25%", "risk 0.5%", "risk 1%", "100$", "250$", "500$", "1000$", "25%pos", "100%pos"),
    )
    """What the digits 1 to 9 choose for ENTER to order there, as a command writes sizes."""


class Keys(Struct, frozen=True):
    """Which keys do what."""

    map: str = "auto"
    """arrows or vim, a keymap file, or auto: `keys.toml` beside the settings file where there is one."""


class Paths(Struct, frozen=True):
    """Folders of the user's own, each made when something is first written to it."""

    config: Path = field(default_factory=lambda: platformdirs.user_config_path(FOLDER))
    """`config.toml` and `keys.toml`."""

    data: Path = field(default_factory=lambda: platformdirs.user_data_path(FOLDER))
    """The journal."""

    state: Path = field(default_factory=lambda: platformdirs.user_state_path(FOLDER))
    """Logs and crash reports."""

    cache: Path = field(default_factory=lambda: platformdirs.user_cache_path(FOLDER))
    """What can be fetched again, such as the list of contracts."""


class Limits(Struct, frozen=True):
    """What no order that may add risk goes beyond, whatever the profile; reducing, cancelling and flattening
    stay possible."""

    stale_book_seconds: Seconds = 2.0
    """Age of the book and the mark price."""

    stale_private_seconds: Seconds = 10.0
    """Age of what is known of positions and orders."""

    price_distance_percent: Decimal = Decimal(10)
    """How far from the mark price a limit may lie, above 0, at most 90."""

    entries_a_minute: Annotated[int, Meta(ge=1, le=1000)] = 30
    """Orders that may leave within a minute, each leg of a batch counted."""


class Polling(Struct, frozen=True):
    """How often requests stand in for a stream that is down or stale; new risk stays shut meanwhile."""

    price_seconds: Seconds = 1.0
    """Ticker and book of the market on screen."""

    positions_seconds: Seconds = 2.0
    """Open positions and their marks."""

    orders_seconds: Seconds = 5.0
    """Resting orders, and what became of those that rest no more."""

    account_seconds: Seconds = 10.0
    """The balance."""

    least_change: Decimal = Decimal("0.01")
    """What the account's money has to move by, in USDT, before anything is drawn anew or worked out again;
    smaller moves add up until they reach it."""


class Protection(Struct, frozen=True):
    """What to do when a stop that was asked for is not at the exchange."""

    answer: Literal["alarm", "retry", "retry_then_close"] = "retry"
    """Only say so, place it again, or close the position at market when placing it again does not help."""

    retries: Annotated[int, Meta(ge=0, le=10)] = 3
    """How often it is placed again."""


class Session(Struct, frozen=True):
    """What this run of the program may do, and what it leaves behind."""

    look: bool = False
    """Look at the real exchange and send nothing, although there are keys."""

    cancel_entries_at_end: bool = False
    """Whether a termination or a hang-up cancels orders that could open or add; stops and closes stay."""

    broker_code: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{0,23}$")] = ""
    """Stands in every client order id behind `omg`; a broker gives it out. Letters, digits, `_` and `-`."""


class Account(Struct, frozen=True):
    """What the program should know of the account and its key, and how much of its talk it writes down."""

    copied: bool = False
    """Whether others copy this account: Bitget then takes one order a second."""

    allow_withdrawals: bool = False
    """Whether a key that may withdraw is taken for real money all the same."""

    log_bodies: bool = False
    """Whether `requests.jsonl` holds whole requests and replies; on sim and testnet only."""


class Api(Struct, frozen=True):
    """The HTTP API and the web dashboard; they read, and write down closed positions, and never trade."""

    on: bool = False
    """Whether the cockpit serves them beside the screen; `omega-tui api` always does."""

    port: Annotated[int, Meta(ge=1, le=65535)] = 8002
    """The TCP port on this machine."""

    socket: Path | None = None
    """A Unix socket to serve instead of the port."""

    host: str = "127.0.0.1"
    """The address to serve. One beyond this machine needs beyond_loopback and token_file."""

    beyond_loopback: bool = False
    """Whether an address that other machines reach may be served."""

    token_file: Path | None = None
    """A private file with a token of your own; without it every start makes one, in the state folder."""

    hosts: tuple[str, ...] = ()
    """Further names that browsers call this machine by."""

    origins: tuple[str, ...] = ()
    """Web pages elsewhere that may read the answers: scheme, host and port as browsers send them."""

    schema: bool = False
    """Whether /openapi.json is served."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything the program was told, checked."""

    venue: Venue = Venue.SIM
    """sim, testnet (Bitget's demo trading) or mainnet (real money)."""

    profile: str = DEFAULT_PROFILE
    """The trader profile in force: strategic, aggressive, newbie, scalper or one of yours."""

    profiles: Mapping[str, Profile] = field(default_factory=lambda: BUILT_IN)
    """Every profile there is, as overridden by tables [profiles.NAME] of the settings file."""

    market: Market = field(default_factory=Market)
    sim: Sim = field(default_factory=Sim)
    screen: Screen = field(default_factory=Screen)
    ladder: Ladder = field(default_factory=Ladder)
    keys: Keys = field(default_factory=Keys)
    paths: Paths = field(default_factory=Paths)
    limits: Limits = field(default_factory=Limits)
    polling: Polling = field(default_factory=Polling)
    protection: Protection = field(default_factory=Protection)
    session: Session = field(default_factory=Session)
    account: Account = field(default_factory=Account)
    api: Api = field(default_factory=Api)

    api_keys: ApiKeys | None = None
    """The venue's keys; None means that only the market can be watched."""

    origins: Mapping[str, str] = MappingProxyType({})
    """Where each option that is not at its default came from, by dotted name."""

    warnings: tuple[str, ...] = ()
    """What is allowed on this venue but should be mended, each with its fix."""

    @property
    def venue_word(self) -> str:
        """What the screen calls the venue: SIM, DEMO or LIVE."""
        return {Venue.SIM: "SIM", Venue.TESTNET: "DEMO", Venue.MAINNET: "LIVE"}[self.venue]

    @property
    def read_only(self) -> bool:
        """Whether no order may be sent: real money without keys, or on request."""
        return self.venue is Venue.MAINNET and (self.session.look or self.api_keys is None)

    @property
    def live_phrase(self) -> str:
        """What has to be typed before this session takes new risk with real money; empty elsewhere."""
        if self.venue is not Venue.MAINNET or self.read_only or self.api_keys is None:
            return ""
        return f"trade live {self.api_keys.api_key.tail}"
