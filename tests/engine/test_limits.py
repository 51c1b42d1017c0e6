"""What the profile's limits forbid, allow and make of a ticket; each test names the loss it prevents."""

from dataclasses import replace

import pytest

from omega_tui.domain.account import Balance, Bill, BillKind
from omega_tui.domain.events import BalanceReported, OrderReported, PositionsReported, SettingsReported
from omega_tui.domain.instruments import Tier
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    OrderState,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.domain.profiles import STRATEGIC
from omega_tui.engine.account.day import DayOpening
from omega_tui.engine.apply import apply_event
from omega_tui.engine.intents import PlanDraft, TicketPreview
from omega_tui.engine.orders.requests import build_request
from omega_tui.engine.risk.caps import entry_problems
from omega_tui.engine.risk.exposure import Exposure
from omega_tui.engine.risk.preview import build_preview
from omega_tui.engine.state import State
from tests.engine.fake_gateway import BTC, EXCHANGE_MS, D, balance, order, position, settings
from tests.engine.requests import request as a_request
from tests.engine.test_preview import MARKET, a_draft, a_state


def a_trader(profile: str = "strategic", **options: object) -> State:
    return a_state(profile=profile, **options)  # type: ignore[arg-type]


def guarded(hold_side: HoldSide = HoldSide.LONG, price: str = "57600", size: str = "0") -> object:
    """The stop of a whole position as the exchange reports it."""
    kind = PlanKind.POSITION_STOP_LOSS if size == "0" else PlanKind.STOP_LOSS
    resting = order(f"stop{price}", side=hold_side.opening_side.opposite, order_id=f"s{price}", size=size)
    plan = Plan(kind, D(price), TriggerBy.MARK)
    return OrderReported(replace(resting, price=None, plan=plan, reduce_only=True))


def problems(state: State, **changes: object) -> str:
    return "; ".join(build_preview(state, a_draft(**changes)).problems)


def test_an_entry_without_a_stop_gets_the_profiles_and_says_so() -> None:
    """Bug: an entry that rests naked because nobody thought of a stop."""
    state = a_trader()
    preview = build_preview(state, a_draft(price=D("60000")))
    assert preview.problems == ()
    assert preview.stop_loss == D("57600")
    assert "stop at 57600 (4 %) from the profile strategic" in preview.changes
    assert build_request(state, a_draft(), preview, "omg1").stop_loss == D("57600")
    short = build_preview(state, a_draft(side=Side.SELL, price=D("60000.1")))
    assert short.stop_loss == D("62400.1"), "rounded towards the entry: 62400.104"


def test_a_typed_stop_wins_and_no_stop_is_refused_with_the_way_out() -> None:
    state = a_trader()
    typed = build_preview(state, a_draft(stop_loss=D("58000.04")))
    assert (typed.stop_loss, typed.problems) == (D("58000.1"), ())
    assert "stop 58000.04 rounded to 58000.1" in typed.changes
    assert "asks for a stop with every entry" in problems(state, stop_loss=D(0))
    assert build_preview(a_state(), a_draft()).stop_loss is None, "no profile, no stop"


def test_an_order_that_nets_out_a_position_brings_no_stop() -> None:
    state = a_trader()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    preview = build_preview(state, a_draft(side=Side.SELL, size=D("0.2"), price=D("61000")))
    assert (preview.stop_loss, preview.problems) == (None, ())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stop_loss": D("59000")}, "the stop of a long lies below its entry"),
        ({"stop_loss": D("59500")}, "the stop of a long lies below its entry"),
        ({"take_profit": D("58999")}, "the target of a long lies above its entry"),
        ({"side": Side.SELL, "price": D("61000"), "stop_loss": D("60900")}, "the stop of a short lies above"),
        (
            {"side": Side.SELL, "price": D("61000"), "take_profit": D("61001")},
            "the target of a short lies below",
        ),
        ({**MARKET, "stop_loss": D("60000")}, "the stop of a long lies below its entry, 60000"),
        ({"take_profit": D("61000")}, "reward : risk is 0.85, strategic asks for 1.62"),
        ({"closes": True, "stop_loss": D(1)}, "only closes brings no stop"),
    ],
)
def test_legs_on_the_wrong_side_are_refused(changes: dict[str, object], words: str) -> None:
    """FAULTS O20 and freqtrade #13007: the exchange takes either side, and the wrong one fires at once."""
    assert words in problems(a_trader(), **changes)


def test_what_the_stop_costs_and_the_target_pays() -> None:
    preview = build_preview(a_trader(), a_draft(size=D("0.05"), stop_loss=D("58000"), take_profit=D("61000")))
    assert preview.loss_at_stop == D("0.05") * (1000 + 59000 * D("0.0002") + 58000 * D("0.0006"))
    assert preview.reward_to_risk == 2
    assert preview.problems == ()
    assert preview.targets == ((60500, D("0.02")), (61500, D("0.02")), (62500, D("0.01")))


def sized(state: State, **changes: object) -> TicketPreview:
    return build_preview(state, a_draft(size=None, **changes))


def test_a_size_from_risk_loses_just_that_at_its_stop() -> None:
    """size = equity x risk / (|entry - stop| + fees both ways), down to the lot."""
    preview = sized(a_trader(), risk=D("0.01"), price=D("59000"), stop_loss=D("56000"))
    assert preview.size == D("0.032")  # 100 / (3000 + 11.8 + 33.6) = 0.03283
    assert preview.changes == ("0.032 BTC from 1 % at risk",)
    assert preview.loss_at_stop is not None
    assert preview.loss_at_stop <= 100 < preview.loss_at_stop * D("0.033") / D("0.032")


@pytest.mark.parametrize(
    ("state", "changes", "cap", "size"),
    [
        # 30 % of 10,000 at 5x is 15,000 in value.
        (a_trader(), {"risk": D("0.02"), "stop_loss": D("58900")}, "largest position", "0.254"),
        (a_trader(), {"risk": D("0.05"), "stop_loss": D("57000")}, "risk per trade", "0.097"),
        (a_trader("newbie"), {"risk": D("0.005"), "stop_loss": D("58900")}, "largest position", "0.05"),
    ],
)
def test_the_preview_says_which_cap_bound(
    state: State, changes: dict[str, object], cap: str, size: str
) -> None:
    preview = sized(state, **changes)
    assert preview.size == D(size)
    assert f"{cap} binds" in preview.changes[0]
    assert preview.problems == ()


def test_free_margin_and_the_tier_bind_too() -> None:
    state = a_trader()
    apply_event(state, BalanceReported(Balance("USDT", D(10000), D(300), D(0), D(0), EXCHANGE_MS)))
    preview = sized(state, risk=D("0.02"), stop_loss=D("58000"))
    assert "free margin binds: 300.00 USDT is available" in preview.changes[0]
    assert preview.size == D("0.050")  # 300 / (5900 + 35.4)
    apply_event(state, BalanceReported(balance()))
    state.tiers["BTCUSDT"] = (Tier(D(0), D(6000), 10, D("0.004")), Tier(D(6000), None, 5, D("0.01")))
    assert (
        "tier limit binds: 10x carries 6000" in sized(state, risk=D("0.02"), stop_loss=D("58000")).changes[0]
    )


def test_a_size_that_rounds_to_nothing_is_refused_with_the_least_and_its_cost() -> None:
    said = "; ".join(sized(a_trader(), risk=D("0.0001"), stop_loss=D("56000")).problems)
    assert said == (
        "0.01 % of equity leaves no whole order: the least is 0.001 BTC, "
        "which takes 5.94 USDT of margin and fee"
    )


@pytest.mark.parametrize("risk", [D(0), D(1), D("-0.1"), D("NaN"), D("Infinity")])
def test_a_risk_that_is_no_share_is_refused(risk: object) -> None:
    assert "the risk must be above 0" in "; ".join(sized(a_trader(), risk=risk).problems)


def test_a_typed_size_that_risks_too_much_is_refused_with_what_fits() -> None:
    said = problems(a_trader(), size=D("0.1"), stop_loss=D("56500"))
    assert said == "risk per trade: at most 0.078 BTC: strategic risks 2 %"
    assert problems(a_trader(), size=D("0.078"), stop_loss=D("56500")) == ""


def test_a_market_order_sized_by_risk_keeps_to_what_its_own_price_allows() -> None:
    """Bug: sized at the touch, filled deeper in the book, and the stop then costs more than was asked."""
    state = a_trader("aggressive")
    apply_event(state, BalanceReported(balance("3000000")))
    preview = sized(state, risk=D("0.05"), stop_loss=D("59500"), **MARKET)
    assert preview.problems == ()
    assert preview.loss_at_stop is not None
    assert preview.loss_at_stop <= 150000


def test_the_leverage_setting_is_counted_up_to_the_profiles_maximum_when_crossed() -> None:
    """Crossed at 10x: the setting binds less margin, and buys no larger position than the profile's 5x."""
    state = a_trader()
    assert "largest position: at most 0.254 BTC" in problems(state, size=D("0.3"), stop_loss=D("58900"))
    apply_event(state, SettingsReported(replace(settings(), crossed_leverage=2)))
    assert "largest position: at most 0.101 BTC" in problems(state, size=D("0.3"), stop_loss=D("58900"))


def test_isolated_leverage_above_the_profiles_maximum_is_refused() -> None:
    state = a_trader()
    apply_event(state, SettingsReported(replace(settings(), margin_mode=MarginMode.ISOLATED)))
    assert "BTCUSDT is at 10x isolated, strategic allows 5x: lower it first" in problems(state)


def test_all_positions_together_are_worth_no_more_than_the_profiles_leverage() -> None:
    state = a_trader()
    held = [position("10", symbol=name, entry="1500") for name in ("AUSDT", "BUSDT", "CUSDT")]
    apply_event(state, PositionsReported(tuple(held), 1))
    for each in held:
        state.settings[each.symbol] = settings(each.symbol)
    assert "leverage: at most 0.084 BTC: strategic allows positions worth 5 times" in problems(
        state, size=D("0.2"), stop_loss=D("58900")
    )


def test_more_positions_than_allowed_are_refused_but_adding_is_not() -> None:
    state = a_trader("newbie")
    for name in ("AUSDT", "BUSDT"):
        state.settings[name] = settings(name)
    held = (position("0.001", symbol="AUSDT"), position("0.001", symbol="BUSDT"))
    apply_event(state, PositionsReported(held, 1))
    assert "newbie allows 2 positions" in problems(state, size=D("0.001"), price=D("59990"))
    apply_event(state, PositionsReported((position("0.001", symbol="AUSDT"), position("0.001")), 2))
    assert "positions" not in problems(state, size=D("0.001"), price=D("59990"))


def test_a_position_without_a_stop_leaves_no_room_for_more() -> None:
    """A naked crossed position can take the account with it: protect it before anything is added."""
    state = a_trader()
    apply_event(state, PositionsReported((position("0.05", entry="60000"),), 1))
    assert Exposure(state).open_risk == 3000
    assert "open risk: nothing more" in problems(state)
    apply_event(state, guarded())
    assert Exposure(state).open_risk == D("0.05") * (2400 + 57600 * D("0.0006"))
    assert problems(state) == ""


def test_a_stop_for_a_part_covers_a_part() -> None:
    state = a_trader()
    apply_event(state, PositionsReported((replace(position("0.05"), liquidation_price=D("50000")),), 1))
    apply_event(state, guarded(size="0.02"))
    fee = D("0.0006")
    covered, bare = D("0.02") * (2400 + 57600 * fee), D("0.03") * (10000 + 50000 * fee)
    assert Exposure(state).open_risk == covered + bare


def test_a_stop_that_was_asked_to_go_protects_nothing_any_more() -> None:
    state = a_trader()
    apply_event(state, PositionsReported((position("0.05"),), 1))
    apply_event(state, guarded())
    state.ledger.unfinished()[0].cancel_requested = True
    assert Exposure(state).open_risk == 3000


def test_a_profile_that_needs_no_stop_counts_the_whole_value_of_an_entry_without_one() -> None:
    """Bug: switching the stop off switches the open risk off."""
    state = a_trader()
    state.risk.profile = replace(STRATEGIC, stop_required=False)
    assert build_preview(state, a_draft(size=D("0.02"))).stop_loss is None
    assert problems(state, size=D("0.02")) == ""
    assert "open risk: at most 0.024 BTC" in problems(state, size=D("0.03"))


def test_a_stop_beyond_the_liquidation_is_refused() -> None:
    """Isolated at 10x a long at 59,000 is liquidated at 53,345: a stop below that never comes."""
    state = a_state()
    apply_event(state, SettingsReported(replace(settings(), margin_mode=MarginMode.ISOLATED)))
    assert problems(state, stop_loss=D("53400")) == ""
    assert "liquidated at about 53345.4, before the stop at 53300" in problems(state, stop_loss=D("53300"))


def test_an_amended_maker_pays_the_makers_fee() -> None:
    """Bug: an order as large as its risk allows cannot be moved by a tick: it counts as a taker now."""
    state = a_trader()
    preview = sized(state, risk=D("0.02"), stop_loss=D("56500"))
    assert preview.size is not None
    terms = ("BTCUSDT", Side.BUY, preview.size, D("59000"), D("56500"))
    assert list(entry_problems(state, *terms)) == []


def test_open_profit_that_a_stop_gives_back_is_no_risk() -> None:
    state = a_trader()
    apply_event(state, PositionsReported((position("0.05", entry="50000"),), 1))
    apply_event(state, guarded(price="55000"))
    assert Exposure(state).open_risk == 0


@pytest.mark.parametrize("held", ["nothing", "resting"])
def test_an_hour_takes_so_many_entries(held: str) -> None:
    """Bug: a hand or a script that keeps entering on tilt."""
    state = a_trader("newbie")
    for number in range(4):
        tracked = state.ledger.open(a_request(f"omg{number}", size="0.001"), state.clock.monotonic() - 1)
        if held == "nothing":
            state.ledger.conclude(tracked, OrderState.NOT_SENT, "a test")
    said = problems(state, size=D("0.001"))
    assert ("4 entries within an hour: newbie allows 4" in said) is (held == "resting")
    amended = entry_problems(state, "BTCUSDT", Side.BUY, D("0.001"), D(59000), D(58000), instead_of="omg0")
    assert not any("entries" in each for each in amended), "an amendment is no new entry"
    for tracked in state.ledger.unfinished():
        tracked.replaces = None if tracked.key == "omg0" else "omg0"
    assert "entries" not in problems(state, size=D("0.001")), "nor is the order that takes its place"


def test_orders_leave_no_faster_than_set() -> None:
    state = a_trader(entries_a_minute=2)
    for number in range(2):
        state.ledger.open(a_request(f"omg{number}"), state.clock.monotonic())
    assert "2 entries within a minute: 2 is the most" in problems(state)


def test_the_days_loss_ends_new_entries_and_a_close_goes_on() -> None:
    state = a_trader()
    state.day.open(DayOpening(state.today, D("10700")))
    said = problems(state)
    assert "daily loss limit reached (700.00 lost, strategic allows 642.00)" in said
    apply_event(state, PositionsReported((position("0.5"),), 1))
    assert problems(state, side=Side.SELL, closes=True, size=D("0.5"), **MARKET) == ""


def test_an_account_that_was_filled_today_has_lost_nothing() -> None:
    """Bug: nothing at midnight, 10,000 moved in since: six percent of nothing, and the day is locked."""
    state = a_trader()
    state.day.open(DayOpening(state.today, D(0)))
    state.day.take(
        Bill("1", None, BillKind.TRANSFER, "trans_in", "USDT", D(10000), None, None, state.today + 1)
    )
    assert problems(state) == ""
    apply_event(state, BalanceReported(balance("9300")))
    assert "700.00 lost, strategic allows 600.00" in problems(state)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"price": D("6000")}, "6000 is 90.0 % away from 60000: 10 % is the most"),
        ({"price": D("600000")}, "600000 is 900.0 % away from 60000"),
        ({"price": D("65000")}, "the exchange takes no buy limit beyond 63000.0 now"),
        ({"side": Side.SELL, "price": D("56000")}, "the exchange takes no sell limit beyond 57000.0 now"),
    ],
)
def test_a_price_that_nobody_can_have_meant_is_refused(changes: dict[str, object], words: str) -> None:
    """FAULTS I07: a digit too many or too few."""
    state = a_trader(price_distance=D("0.1"))
    state.instruments["BTCUSDT"] = replace(BTC, buy_band=D("0.05"), sell_band=D("0.05"))
    assert words in problems(state, **changes)


def plan(
    kind: PlanKind, trigger: str | None, by: TriggerBy = TriggerBy.MARK, rate: str | None = None
) -> PlanDraft:
    return PlanDraft(kind, D(trigger) if trigger else None, by, D(rate) if rate else None)


CLOSE_LONG = {"side": Side.SELL, "closes": True, "size": D("0.5"), **MARKET}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"plan": plan(PlanKind.STOP_LOSS, "60000.1"), **CLOSE_LONG}, "would fire at once"),
        ({"plan": plan(PlanKind.STOP_LOSS, "60000"), **CLOSE_LONG}, "would fire at once"),
        (
            {"plan": plan(PlanKind.POSITION_STOP_LOSS, "61000"), **CLOSE_LONG},
            "lies below the mark price 60000",
        ),
        ({"plan": plan(PlanKind.TAKE_PROFIT, "59000"), **CLOSE_LONG}, "lies above the mark price 60000"),
        ({"plan": plan(PlanKind.TRAILING_STOP, "59000", rate="0.01"), **CLOSE_LONG}, "would fire at once"),
        ({"plan": plan(PlanKind.TRAILING_STOP, "61000"), **CLOSE_LONG}, "type how far price may turn back"),
        ({"plan": plan(PlanKind.TRAILING_STOP, "61000", rate="0.2"), **CLOSE_LONG}, "by at most 10 %"),
        ({"plan": plan(PlanKind.TRAILING_STOP, "61000", rate="0.00015"), **CLOSE_LONG}, "in steps of 0.01 %"),
        ({"plan": plan(PlanKind.TRIGGER, None), **MARKET}, "type a trigger price"),
        ({"plan": plan(PlanKind.TRAILING, "60000.1", rate="0.01"), **MARKET}, "a trailing buy begins below"),
        (
            {"side": Side.SELL, "plan": plan(PlanKind.TRAILING, "59999", rate="0.01"), **MARKET},
            "a trailing sell begins above the mark price 60000: not at 59999",
        ),
        ({"plan": plan(PlanKind.STOP_LOSS, "59000"), **MARKET}, "only closes: mark the order as reducing"),
    ],
)
def test_plans_that_would_fire_at_once_or_never_are_refused(changes: dict[str, object], words: str) -> None:
    """FAULTS O20."""
    state = a_trader()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    assert words in problems(state, **changes)


def test_a_trigger_entry_is_judged_and_stopped_where_it_will_trade() -> None:
    state = a_trader()
    preview = build_preview(state, a_draft(plan=plan(PlanKind.TRIGGER, "62000.04"), **MARKET))
    assert preview.problems == ()
    assert preview.plan == Plan(PlanKind.TRIGGER, D("62000"), TriggerBy.MARK)
    assert (preview.price_used, preview.stop_loss) == (D("62000"), D("59520"))
    assert preview.effect == "buy 0.01 BTCUSDT at market by a trigger at 62000 (mark), opens long"
    sent = build_request(state, a_draft(plan=plan(PlanKind.TRIGGER, "62000.04"), **MARKET), preview, "omg1")
    assert (sent.plan, sent.stop_loss) == (preview.plan, D("59520"))


def test_a_trailing_entry_is_stopped_from_where_it_begins_to_follow() -> None:
    state = a_trader()
    draft = a_draft(plan=plan(PlanKind.TRAILING, "59000", rate="0.01"), **MARKET)
    preview = build_preview(state, draft)
    assert (preview.problems, preview.stop_loss) == ((), D("56640"))


def test_a_whole_positions_stop_needs_no_size() -> None:
    state = a_trader()
    apply_event(state, PositionsReported((position("0.5"),), 1))
    draft = a_draft(side=Side.SELL, closes=True, plan=plan(PlanKind.POSITION_STOP_LOSS, "58000"), **MARKET)
    preview = build_preview(state, replace(draft, size=None))
    assert (preview.problems, preview.size, preview.reduce_only) == ((), 0, True)
    assert preview.effect.endswith("closes long")


def test_hedge_mode_counts_each_side_by_itself() -> None:
    state = a_trader(mode=PositionMode.HEDGE)
    apply_event(state, PositionsReported((position("0.2", HoldSide.SHORT, mode=PositionMode.HEDGE),), 1))
    apply_event(state, guarded(HoldSide.SHORT, "60500"))
    assert problems(state, size=D("0.05"), stop_loss=D("58900")) == ""
    assert "largest position" in problems(
        state, side=Side.SELL, size=D("0.06"), price=D("60001"), stop_loss=D("60100")
    )


def test_no_order_type_escapes() -> None:
    """Every way to open meets the same caps: limit, post-only, IOC, FOK, market, trigger."""
    ways: list[dict[str, object]] = [
        {"time_in_force": force} for force in (TimeInForce.GTC, TimeInForce.POST_ONLY)
    ]
    ways += [{"time_in_force": force, "price": D("60001")} for force in (TimeInForce.IOC, TimeInForce.FOK)]
    ways += [MARKET, {"plan": plan(PlanKind.TRIGGER, "61000"), **MARKET}]
    ways += [{"plan": plan(PlanKind.TRIGGER, "61000"), "price": D("61000"), "order_type": OrderType.LIMIT}]
    for way in ways:
        assert "largest position" in problems(a_trader(), **{**way, "size": D("5")}), way


def test_what_nets_a_position_out_does_so_once() -> None:
    """Bug: each of three sells is taken to close the same long, so two shorts without a stop are no risk."""
    state = a_state()
    apply_event(state, PositionsReported((position("0.01"),), 1))
    apply_event(state, guarded())
    alone = Exposure(state).open_risk
    assert alone is not None
    for number in range(3):
        resting = order(f"sell{number}", side=Side.SELL, price="61000", order_id=f"n{number}")
        apply_event(state, OrderReported(resting))
    assert Exposure(state).open_risk == alone + 2 * D("0.01") * 61000


def trailing(activation: str, callback: str | None) -> OrderReported:
    """A trailing stop of a long as the exchange reports it."""
    resting = order("trail", side=Side.SELL, order_id="t1", size="0.05")
    rate = D(callback) if callback is not None else None
    plan = Plan(PlanKind.TRAILING_STOP, D(activation), TriggerBy.MARK, rate)
    return OrderReported(replace(resting, price=None, plan=plan, reduce_only=True))


def test_a_trailing_stop_protects_nothing_before_it_has_begun_and_then_from_its_turn() -> None:
    """Bug: one that waits above the market counts as a stop in profit: a naked position risks nothing."""
    state = a_trader()
    apply_event(state, PositionsReported((position("0.05"),), 1))
    apply_event(state, trailing("61000", "0.05"))
    assert Exposure(state).open_risk == 3000, "it has not begun"
    state.started_trails.add("t1")
    turned = 61000 * D("0.95")
    assert Exposure(state).open_risk == D("0.05") * (60000 - turned + turned * D("0.0006"))


def test_a_trailing_stop_of_which_the_callback_is_not_known_protects_nothing() -> None:
    state = a_trader()
    apply_event(state, PositionsReported((position("0.05"),), 1))
    apply_event(state, trailing("61000", None))
    state.started_trails.add("t1")
    assert Exposure(state).open_risk == 3000
