"""Money, positions and settings as Bitget's payloads spell them, on REST and on the streams.

Pure functions. Members that only accounts with several margin assets have are sent empty.
"""

from decimal import Decimal

from omega_tui.exchange.bitget.wire import MARGIN_COIN
from omega_tui.sim.payloads.market import UNKNOWN, Row, average, exact, money
from omega_tui.sim.venue.accounts import SymbolSettings
from omega_tui.sim.venue.ledger import LedgerAccount, LedgerBill, LedgerPosition

_ASSET_MODE = "single"
_NO_LIQUIDATION = "0"


def account_row(account: LedgerAccount, settings: SymbolSettings, bitcoin: Decimal | None) -> Row:
    """The data of `account` ("Get-Single-Account"); `bitcoin` is BTC in USDT, None when not traded here."""
    return {
        **_funds(account, bitcoin),
        "crossedMarginLeverage": settings.crossed_leverage,
        "isolatedLongLever": settings.long_leverage,
        "isolatedShortLever": settings.short_leverage,
        "marginMode": str(settings.margin_mode),
        "posMode": str(account.position_mode),
        "grant": UNKNOWN,
    }


def accounts_row(account: LedgerAccount, bitcoin: Decimal | None) -> Row:
    """One row of `accounts` ("Get-Account-List")."""
    balance = {"coin": MARGIN_COIN, "balance": money(account.balance), "available": money(account.available)}
    return {
        **_funds(account, bitcoin),
        "unionTotalMargin": UNKNOWN,
        "unionAvailable": UNKNOWN,
        "unionMm": UNKNOWN,
        "assetList": [balance],
    }


def account_push(account: LedgerAccount) -> Row:
    """One row of the channel `account` ("Account-Channel")."""
    return {
        "marginCoin": MARGIN_COIN,
        "frozen": money(account.locked),
        "available": money(account.available),
        "maxOpenPosAvailable": money(account.crossed_available),
        "maxTransferOut": money(account.transferable),
        "equity": money(account.equity),
        "usdtEquity": average(account.equity),
        "crossedRiskRate": average(account.crossed_risk_rate),
        "unrealizedPL": money(account.unrealized),
        "unionTotalMargin": UNKNOWN,
        "unionAvailable": UNKNOWN,
        "unionMm": UNKNOWN,
        "assetsMode": _ASSET_MODE,
    }


def equity_push(account: LedgerAccount, bitcoin: Decimal | None) -> Row:
    """One row of the channel `equity` ("Equity-Channel"); `bitcoin` is BTC in USDT, None when not traded."""
    return {
        "btcEquity": average(account.equity / bitcoin) if bitcoin else UNKNOWN,
        "usdtEquity": average(account.equity),
        "unrealizedPL": money(account.unrealized),
        "unionTotalMargin": UNKNOWN,
        "unionAvailable": UNKNOWN,
        "unionMm": UNKNOWN,
    }


def position_row(position: LedgerPosition) -> Row:
    """What rows of `single-position` and `all-position` have in common ("Get-All-Position")."""
    return {
        "marginCoin": MARGIN_COIN,
        "symbol": position.symbol,
        "holdSide": str(position.hold_side),
        "openDelegateSize": exact(position.opening_size),
        "marginSize": money(position.margin),
        "available": exact(position.available),
        "locked": exact(position.locked),
        "total": exact(position.size),
        "leverage": str(position.leverage),
        "achievedProfits": money(position.achieved_profits),
        "openPriceAvg": average(position.open_price_average),
        "marginMode": str(position.margin_mode),
        "posMode": str(position.position_mode),
        "unrealizedPL": money(position.unrealized),
        "liquidationPrice": _liquidation(position),
        "keepMarginRate": exact(position.keep_margin_rate),
        "markPrice": exact(position.mark_price),
        "breakEvenPrice": average(position.break_even_price),
        "totalFee": _settled(position.funding),
        "deductedFee": money(-position.fees),
        "marginRatio": average(position.margin_ratio),
        "assetMode": _ASSET_MODE,
        "cTime": str(position.created_ms),
        "uTime": str(position.updated_ms),
    }


def single_position_row(position: LedgerPosition) -> Row:
    """One row of `single-position` ("Get-Single-Position")."""
    return {**position_row(position), "autoMargin": _switch(position.auto_margin)}


def position_push(position: LedgerPosition) -> Row:
    """One row of the channel `positions` ("Positions-Channel"), whose leverage is a JSON integer."""
    return {
        "posId": position.position_id,
        "instId": position.symbol,
        "marginCoin": MARGIN_COIN,
        "marginSize": money(position.margin),
        "marginMode": str(position.margin_mode),
        "holdSide": str(position.hold_side),
        "posMode": str(position.position_mode),
        "total": exact(position.size),
        "available": exact(position.available),
        "frozen": exact(position.locked),
        "openPriceAvg": average(position.open_price_average),
        "leverage": position.leverage,
        "achievedProfits": money(position.achieved_profits),
        "unrealizedPL": money(position.unrealized),
        "unrealizedPLR": _return_on_margin(position),
        "liquidationPrice": _liquidation(position),
        "keepMarginRate": exact(position.keep_margin_rate),
        "marginRate": average(position.margin_ratio),
        "cTime": str(position.created_ms),
        "breakEvenPrice": average(position.break_even_price),
        "totalFee": _settled(position.funding),
        "deductedFee": money(-position.fees),
        "markPrice": exact(position.mark_price),
        "uTime": str(position.updated_ms),
        "assetMode": _ASSET_MODE,
        "autoMargin": _switch(position.auto_margin),
    }


def bill_row(bill: LedgerBill) -> Row:
    """One row of `bill` ("Get-Account-Bill")."""
    return {
        "billId": bill.bill_id,
        "symbol": bill.symbol,
        "amount": money(bill.amount),
        "fee": money(bill.fee),
        "feeByCoupon": UNKNOWN,
        "businessType": bill.business,
        "coin": MARGIN_COIN,
        "balance": money(bill.balance),
        "cTime": str(bill.ts),
    }


def leverage_row(symbol: str, settings: SymbolSettings) -> Row:
    """The data of `set-leverage` ("Change-Leverage")."""
    return {**margin_mode_row(symbol, settings), "crossMarginLeverage": str(settings.crossed_leverage)}


def margin_mode_row(symbol: str, settings: SymbolSettings) -> Row:
    """The data of `set-margin-mode` ("Change-Margin-Mode")."""
    return {
        "symbol": symbol,
        "marginCoin": MARGIN_COIN,
        "longLeverage": str(settings.long_leverage),
        "shortLeverage": str(settings.short_leverage),
        "marginMode": str(settings.margin_mode),
    }


def _funds(account: LedgerAccount, bitcoin: Decimal | None) -> Row:
    return {
        "marginCoin": MARGIN_COIN,
        "locked": money(account.locked),
        "available": money(account.available),
        "crossedMaxAvailable": money(account.crossed_available),
        "isolatedMaxAvailable": money(account.isolated_available),
        "maxTransferOut": money(account.transferable),
        "accountEquity": money(account.equity),
        "usdtEquity": average(account.equity),
        "btcEquity": average(account.equity / bitcoin) if bitcoin else UNKNOWN,
        "crossedRiskRate": average(account.crossed_risk_rate),
        "unrealizedPL": money(account.unrealized),
        "coupon": "0",
        "crossedUnrealizedPL": money(account.crossed_unrealized),
        "isolatedUnrealizedPL": money(account.isolated_unrealized),
        "isolatedMargin": money(account.isolated_margin),
        "crossedMargin": money(account.crossed_margin),
        "assetMode": _ASSET_MODE,
    }


def _liquidation(position: LedgerPosition) -> str:
    price = position.liquidation_price
    return _NO_LIQUIDATION if price is None else average(price)


def _settled(funding: Decimal) -> str:
    """Funding paid and received; empty until the first settlement, as Bitget shows it."""
    return money(funding) if funding else UNKNOWN


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _return_on_margin(position: LedgerPosition) -> str:
    return average(position.unrealized / position.margin) if position.margin else "0"
