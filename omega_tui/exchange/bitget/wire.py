"""Bitget's classic V2 protocol for USDT-margined futures as facts: paths, channels, words, codes, limits.

Spelled exactly as Bitget spells them; each group names the page of Bitget's API documentation it comes from.
The client and the simulated exchange share these words and nothing else: how a request is signed, checked or
translated is written once on each side, so that a wrong idea on one cannot cancel out on the other.
"""

from enum import StrEnum
from typing import Final


class RestPath(StrEnum):
    """Request paths, as they appear in the signed text ("Classic account", Future)."""

    TIME = "/api/v2/public/time"
    CONTRACTS = "/api/v2/mix/market/contracts"
    TICKER = "/api/v2/mix/market/ticker"
    TICKERS = "/api/v2/mix/market/tickers"
    MERGE_DEPTH = "/api/v2/mix/market/merge-depth"
    CANDLES = "/api/v2/mix/market/candles"
    HISTORY_CANDLES = "/api/v2/mix/market/history-candles"
    HISTORY_INDEX_CANDLES = "/api/v2/mix/market/history-index-candles"
    HISTORY_MARK_CANDLES = "/api/v2/mix/market/history-mark-candles"
    MARKET_FILLS = "/api/v2/mix/market/fills"
    MARKET_FILLS_HISTORY = "/api/v2/mix/market/fills-history"
    SYMBOL_PRICE = "/api/v2/mix/market/symbol-price"
    CURRENT_FUND_RATE = "/api/v2/mix/market/current-fund-rate"
    FUNDING_TIME = "/api/v2/mix/market/funding-time"
    HISTORY_FUND_RATE = "/api/v2/mix/market/history-fund-rate"
    OPEN_INTEREST = "/api/v2/mix/market/open-interest"
    OI_LIMIT = "/api/v2/mix/market/oi-limit"
    VIP_FEE_RATE = "/api/v2/mix/market/vip-fee-rate"
    DISCOUNT_RATE = "/api/v2/mix/market/discount-rate"
    EXCHANGE_RATE = "/api/v2/mix/market/exchange-rate"
    UNION_INTEREST_RATE_HISTORY = "/api/v2/mix/market/union-interest-rate-history"
    POSITION_LEVER = "/api/v2/mix/market/query-position-lever"
    ACCOUNT = "/api/v2/mix/account/account"
    ACCOUNTS = "/api/v2/mix/account/accounts"
    BILL = "/api/v2/mix/account/bill"
    OPEN_COUNT = "/api/v2/mix/account/open-count"
    MAX_OPEN = "/api/v2/mix/account/max-open"
    LIQ_PRICE = "/api/v2/mix/account/liq-price"
    ISOLATED_SYMBOLS = "/api/v2/mix/account/isolated-symbols"
    SUB_ACCOUNT_ASSETS = "/api/v2/mix/account/sub-account-assets"
    INTEREST_HISTORY = "/api/v2/mix/account/interest-history"
    TRANSFER_LIMITS = "/api/v2/mix/account/transfer-limits"
    UNION_CONFIG = "/api/v2/mix/account/union-config"
    SWITCH_UNION_USDT = "/api/v2/mix/account/switch-union-usdt"
    UNION_CONVERT = "/api/v2/mix/account/union-convert"
    SET_LEVERAGE = "/api/v2/mix/account/set-leverage"
    SET_ALL_LEVERAGE = "/api/v2/mix/account/set-all-leverage"
    SET_MARGIN = "/api/v2/mix/account/set-margin"
    SET_MARGIN_MODE = "/api/v2/mix/account/set-margin-mode"
    SET_POSITION_MODE = "/api/v2/mix/account/set-position-mode"
    SET_AUTO_MARGIN = "/api/v2/mix/account/set-auto-margin"
    SET_ASSET_MODE = "/api/v2/mix/account/set-asset-mode"
    SINGLE_POSITION = "/api/v2/mix/position/single-position"
    ALL_POSITION = "/api/v2/mix/position/all-position"
    HISTORY_POSITION = "/api/v2/mix/position/history-position"
    ADL_RANK = "/api/v2/mix/position/adlRank"
    PLACE_ORDER = "/api/v2/mix/order/place-order"
    BATCH_PLACE_ORDER = "/api/v2/mix/order/batch-place-order"
    CANCEL_ORDER = "/api/v2/mix/order/cancel-order"
    BATCH_CANCEL_ORDERS = "/api/v2/mix/order/batch-cancel-orders"
    CANCEL_ALL_ORDERS = "/api/v2/mix/order/cancel-all-orders"
    MODIFY_ORDER = "/api/v2/mix/order/modify-order"
    CLICK_BACKHAND = "/api/v2/mix/order/click-backhand"
    CLOSE_POSITIONS = "/api/v2/mix/order/close-positions"
    ORDER_DETAIL = "/api/v2/mix/order/detail"
    ORDERS_PENDING = "/api/v2/mix/order/orders-pending"
    ORDERS_HISTORY = "/api/v2/mix/order/orders-history"
    ORDER_FILLS = "/api/v2/mix/order/fills"
    FILL_HISTORY = "/api/v2/mix/order/fill-history"
    PLACE_PLAN_ORDER = "/api/v2/mix/order/place-plan-order"
    MODIFY_PLAN_ORDER = "/api/v2/mix/order/modify-plan-order"
    PLACE_TPSL_ORDER = "/api/v2/mix/order/place-tpsl-order"
    MODIFY_TPSL_ORDER = "/api/v2/mix/order/modify-tpsl-order"
    PLACE_POS_TPSL = "/api/v2/mix/order/place-pos-tpsl"
    CANCEL_PLAN_ORDER = "/api/v2/mix/order/cancel-plan-order"
    ORDERS_PLAN_PENDING = "/api/v2/mix/order/orders-plan-pending"
    ORDERS_PLAN_HISTORY = "/api/v2/mix/order/orders-plan-history"
    PLAN_SUB_ORDER = "/api/v2/mix/order/plan-sub-order"
    TRADE_RATE = "/api/v2/common/trade-rate"
    SPOT_ACCOUNT_INFO = "/api/v2/spot/account/info"
    UNIFIED_SETTINGS = "/api/v3/account/settings"
    SPOT_COINS = "/api/v2/spot/public/coins"
    SPOT_SYMBOLS = "/api/v2/spot/public/symbols"
    MARGIN_CURRENCIES = "/api/v2/margin/currencies"


UNIFIED_PREFIX: Final = "/api/v3/"
"""Where the unified account's routes begin; a classic account gets `Code.CLASSIC_ACCOUNT` there."""

RETIRED_PREFIXES: Final = ("/api/mix/v1/", "/api/spot/v1/")
"""Where the first generation's routes began, switched off on 2025-11-28."""

WS_PUBLIC_PATH: Final = "/v2/ws/public"
WS_PRIVATE_PATH: Final = "/v2/ws/private"

HEADER_KEY: Final = "ACCESS-KEY"
HEADER_SIGN: Final = "ACCESS-SIGN"
HEADER_TIMESTAMP: Final = "ACCESS-TIMESTAMP"
HEADER_PASSPHRASE: Final = "ACCESS-PASSPHRASE"  # noqa: S105 - a header's name
HEADER_DEMO: Final = "paptrading"
"""`1` selects the demo environment, which has keys of its own ("Demo Trading")."""
HEADER_REMAINING: Final = "x-mbx-used-remain-limit"
"""Reply header: how many more requests the endpoint takes within this second ("Quick Start", limits)."""

SUCCESS: Final = "00000"
"""The envelope's code of a request that was accepted."""
SUCCESS_MESSAGE: Final = "success"


class ProductType(StrEnum):
    """The six product types that clients ask contracts for; the S forms are the retired demo pairs."""

    USDT_FUTURES = "USDT-FUTURES"
    COIN_FUTURES = "COIN-FUTURES"
    USDC_FUTURES = "USDC-FUTURES"
    DEMO_USDT_FUTURES = "SUSDT-FUTURES"
    DEMO_COIN_FUTURES = "SCOIN-FUTURES"
    DEMO_USDC_FUTURES = "SUSDC-FUTURES"


MARGIN_COIN: Final = "USDT"
"""The only margin coin of `ProductType.USDT_FUTURES`."""


class Channel(StrEnum):
    """WebSocket channels ("Future", Websocket); a candle channel is `CANDLE` followed by a granularity."""

    TICKER = "ticker"
    CANDLE = "candle"
    TRADE = "trade"
    BOOKS = "books"
    BOOKS1 = "books1"
    BOOKS5 = "books5"
    BOOKS15 = "books15"
    ACCOUNT = "account"
    POSITIONS = "positions"
    ORDERS = "orders"
    FILL = "fill"
    ORDERS_ALGO = "orders-algo"
    POSITIONS_HISTORY = "positions-history"
    EQUITY = "equity"
    ADL_NOTICE = "adl-noti"


PRIVATE_CHANNELS: Final = frozenset(
    {
        *(Channel.ACCOUNT, Channel.POSITIONS, Channel.ORDERS, Channel.FILL),
        *(Channel.ORDERS_ALGO, Channel.POSITIONS_HISTORY, Channel.EQUITY, Channel.ADL_NOTICE),
    }
)
"""Channels of the private address, which need a login first."""

BOOK_DEPTHS: Final = {Channel.BOOKS1: 1, Channel.BOOKS5: 5, Channel.BOOKS15: 15}
"""Levels per side of the channels that push a snapshot every time ("Order-Book-Channel")."""

DEFAULT_INSTRUMENT: Final = "default"
"""What a private subscription names instead of a symbol, in `instId` or `coin`."""

SNAPSHOT: Final = "snapshot"
UPDATE: Final = "update"

GRANULARITIES: Final = {
    "1m": 60_000,
    "3m": 180_000,
    "5m": 300_000,
    "15m": 900_000,
    "30m": 1_800_000,
    "1H": 3_600_000,
    "2H": 7_200_000,
    "4H": 14_400_000,
    "6H": 21_600_000,
    "12H": 43_200_000,
    "1D": 86_400_000,
    "3D": 259_200_000,
    "1W": 604_800_000,
    "1M": 2_592_000_000,
    "6Hutc": 21_600_000,
    "12Hutc": 43_200_000,
    "1Dutc": 86_400_000,
    "3Dutc": 259_200_000,
    "1Wutc": 604_800_000,
    "1Mutc": 2_592_000_000,
}
"""Candle widths in milliseconds (a month counts 30 days here; "Get-Candle-Data", "Candlesticks-Channel")."""

_MARKET_REQUESTS: Final = 20
_ACCOUNT_REQUESTS: Final = 10
REQUESTS_PER_SECOND: Final[dict[RestPath, int]] = {
    path: _MARKET_REQUESTS if "/market/" in path or "/public/" in path else _ACCOUNT_REQUESTS
    for path in RestPath
} | {
    RestPath.MARKET_FILLS_HISTORY: 10,
    RestPath.POSITION_LEVER: 10,
    RestPath.OI_LIMIT: 10,
    RestPath.VIP_FEE_RATE: 10,
    RestPath.DISCOUNT_RATE: 5,
    RestPath.EXCHANGE_RATE: 5,
    RestPath.UNION_INTEREST_RATE_HISTORY: 5,
    RestPath.SPOT_COINS: 3,
    RestPath.INTEREST_HISTORY: 5,
    RestPath.TRANSFER_LIMITS: 1,
    RestPath.UNION_CONFIG: 1,
    RestPath.SWITCH_UNION_USDT: 1,
    RestPath.UNION_CONVERT: 1,
    RestPath.SUB_ACCOUNT_ASSETS: 1,
    RestPath.SPOT_ACCOUNT_INFO: 1,
    RestPath.UNIFIED_SETTINGS: 20,
    RestPath.MAX_OPEN: 20,
    RestPath.LIQ_PRICE: 20,
    RestPath.HISTORY_POSITION: 20,
    RestPath.ALL_POSITION: 5,
    RestPath.ADL_RANK: 5,
    RestPath.SET_LEVERAGE: 5,
    RestPath.SET_ALL_LEVERAGE: 5,
    RestPath.SET_MARGIN: 5,
    RestPath.SET_MARGIN_MODE: 5,
    RestPath.SET_POSITION_MODE: 5,
    RestPath.SET_AUTO_MARGIN: 5,
    RestPath.SET_ASSET_MODE: 2,
    RestPath.BATCH_PLACE_ORDER: 5,
    RestPath.CLOSE_POSITIONS: 1,
}
"""Requests a second: per user where a key is needed, else per address.

From each endpoint's page; where that was not at hand (discount, exchange and interest rates, the union
account, transfer limits, account info, coins) the pace that ccxt 4.5 keeps.
"""
COPY_TRADER_ORDERS_PER_SECOND: Final = 1
"""`place-order` of an account that others copy ("Place-Order")."""
REQUESTS_PER_MINUTE: Final = 6000
"""Requests of one address to all endpoints together ("Quick Start", limits)."""
LOCKOUT_SECONDS: Final = 300
"""How long an address that went over `REQUESTS_PER_MINUTE` stays refused, since August 2025."""

PING: Final = "ping"
PONG: Final = "pong"
"""Bare text frames, not JSON ("Websocket introduction")."""
SILENCE_SECONDS: Final = 120
"""The server closes a connection that did not ping for this long."""
MESSAGES_PER_SECOND: Final = 10
"""Client messages per second and connection, pings included."""
SUBSCRIPTIONS_PER_HOUR: Final = 240
CHANNELS_PER_CONNECTION: Final = 1000
ARGUMENT_BYTES: Final = 4096
"""Longest subscribe message."""
CONNECTIONS_PER_ADDRESS: Final = 100
CONNECTION_ATTEMPTS: Final = 300
"""Of one address within `CONNECTION_ATTEMPT_SECONDS`."""
CONNECTION_ATTEMPT_SECONDS: Final = 300
CONNECTION_SECONDS: Final = 86_400
"""The server closes every connection at this age, as announced in November 2024."""

SIGNATURE_WINDOW_MS: Final = 30_000
"""How far a signed timestamp may be from server time ("Signature")."""
RECEIVE_WINDOW_LIMIT_MS: Final = 60_000
"""Longest `receiveWindow` ("Cancel-All-Orders")."""
LOGIN_PREHASH: Final = "GET/user/verify"
"""What follows the timestamp in the text a login signs ("Websocket introduction")."""

CHECKSUM_LEVELS: Final = 25
"""Levels per side in the CRC-32 of `Channel.BOOKS` ("Order-Book-Channel", checksum mechanism)."""

BATCH_LIMIT: Final = 50
"""Orders per batch request ("Batch-Order", "Batch-Cancel-Orders")."""
PAGE_LIMIT: Final = 100
"""Rows per page of the order and fill lists, default and maximum."""
CANDLE_LIMIT: Final = 1000
HISTORY_CANDLE_LIMIT: Final = 200
CANDLE_DEFAULT: Final = 100
MARKET_FILLS_LIMIT: Final = 100
MARKET_FILLS_HISTORY_LIMIT: Final = 1000
MARKET_FILLS_HISTORY_DEFAULT: Final = 500
CLIENT_OID_LENGTH: Final = 50
