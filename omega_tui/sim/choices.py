"""Where Bitget's own word is open: each question one named switch, with the answer chosen unless told.

The questions are those that documentation and captures leave unanswered or answer twice, so neither answer
makes the exchange wrong. `docs/sim.md` lists them.
"""

from dataclasses import dataclass, fields

from omega_tui.exchange.bitget.codes import Code

_STATUSES = range(200, 600)


@dataclass(frozen=True, slots=True)
class Choices:
    """One answer per open question.

    - `empty_lists_null`: an empty page of orders, fills or bills holds null in place of its list, else an
      empty one.
    - `books_checksum`: pushes of `books` carry the checksum, as until 2025; else they leave the member out.
    - `books_levels`: how many levels a side `books` and an unlimited depth reply show: up to 500 in 2026, 400
      in older pages.
    - `candle_snapshot_rows`, `trade_snapshot_rows`: the rows of these channels' first push, as in captures of
      the previous generation.
    - `unchanged_leverage_refused`: `set-leverage` to the leverage in force is refused; else it does nothing.
    - `orders_freeze_leverage`: an isolated symbol's leverage cannot change while it has open orders.
    - `fund_takes_remainder`: what a liquidation leaves of the margin goes to the insurance fund, as a real
      account's bills show; else it stays the trader's. What is missing the fund pays either way.
    - `crossed_margin_by_entry`: a crossed position binds its cost by its leverage, as until September 2025,
      else its value at mark.
    - `modify_delay_ms`: how long after the reply to `modify-order` the new order is born.
    - `status_of_refusals`, `status_of_unproven_keys`, `status_of_unknown_routes`, `status_of_limits`,
      `status_of_failures`: the HTTP status of refusals in general, of 40001 to 40012 and 40037, of 40404,
      of 429, of 45001 and 40725.
    - `retired_routes_code`: what the routes of the first generation answer, switched off in 2025.
    - `ip_refusal_names_list`: a key bound to other addresses gets 40038, else 40018.
    - `whole_second_limits`: an endpoint's allowance is filled at every full second, else evenly.
    - `release_window_every`: during the weekly release (Tuesday to Thursday, 14:00 to 17:00 in China) one
      request in so many fails with 45001, 40725, 40808 or 40015 by turns; 0 for none.
    - `wrong_type_acknowledged`: a subscription of an unknown `instType` is acknowledged and then silent, as
      captured in 2026, else refused with 30001.
    - `account_told_of_orders`: the channels `account` and `equity` speak at every change of an order, else,
      as their pages have it, only when money moved: fills, transfers, settlements.
    - `lost_key_ends_streams`: private streams end when their key expires or is deleted, else they go on.
    - `presets_guard_whole_position`: presets of a filled order become the position's own take profit and stop
      loss, in place of those it had; else plans over the size that the order opened.
    - `closing_presets_refused`: presets on an order that can only close are refused; else they do nothing.
    - `tpsl_measured_by_entry`: take profit and stop loss must also lie on their side of the average entry.
    - `second_position_tpsl_refused`: `place-tpsl-order` does not replace a position's take profit or stop
      loss; else it changes the one there is, which keeps its ids, as `place-pos-tpsl` does and as the demo
      exchange was seen to do in 2026.
    - `plans_per_symbol`, `tpsl_per_symbol`: how many of each may wait in one contract.
    - `ws_order_entry`: the private stream takes orders (`op: trade`), as after Bitget's approval.
    - `pending_lists_filled_parts`: `orders-pending` shows partially filled orders unless asked for a status;
      its page says once that only `live` ones are.
    - `unknown_order_empty`: `detail` of an unknown order succeeds with an empty list, else it is refused.
    - `refused_modify_leaves_order`: a new order that is refused then is shown as cancelled from the start,
      else nothing of it is ever seen.
    - `order_sets_margin_mode`: an order of another margin mode than its idle symbol's changes the setting,
      else it is refused (45117) as it is while the symbol has positions or orders.
    """

    empty_lists_null: bool = True
    books_checksum: bool = True
    books_levels: int = 500
    candle_snapshot_rows: int = 1000
    trade_snapshot_rows: int = 50
    unchanged_leverage_refused: bool = False
    orders_freeze_leverage: bool = True
    fund_takes_remainder: bool = True
    crossed_margin_by_entry: bool = False
    modify_delay_ms: int = 20
    status_of_refusals: int = 400
    status_of_unproven_keys: int = 400
    status_of_unknown_routes: int = 404
    status_of_limits: int = 429
    status_of_failures: int = 500
    retired_routes_code: Code = Code.NO_ROUTE
    ip_refusal_names_list: bool = False
    whole_second_limits: bool = False
    release_window_every: int = 0
    wrong_type_acknowledged: bool = True
    account_told_of_orders: bool = False
    lost_key_ends_streams: bool = False
    presets_guard_whole_position: bool = True
    closing_presets_refused: bool = True
    tpsl_measured_by_entry: bool = False
    second_position_tpsl_refused: bool = False
    plans_per_symbol: int = 50
    tpsl_per_symbol: int = 50
    ws_order_entry: bool = False
    pending_lists_filled_parts: bool = True
    unknown_order_empty: bool = False
    refused_modify_leaves_order: bool = False
    order_sets_margin_mode: bool = True

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be a status of HTTP."""
        for name in (field.name for field in fields(self) if field.name.startswith("status_of_")):
            if getattr(self, name) not in _STATUSES:
                raise ValueError(f"{name} is no status of HTTP: {getattr(self, name)}")
