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
    MARKET_FILLS = "/api/v2/mix/market/fills"
    MARKET_FILLS_HISTORY = "/api/v2/mix/market/fills-history"
    SYMBOL_PRICE = "/api/v2/mix/market/symbol-price"
    CURRENT_FUND_RATE = "/api/v2/mix/market/current-fund-rate"
    FUNDING_TIME = "/api/v2/mix/market/funding-time"
    OPEN_INTEREST = "/api/v2/mix/market/open-interest"
    POSITION_LEVER = "/api/v2/mix/market/query-position-lever"
    ACCOUNT = "/api/v2/mix/account/account"
    ACCOUNTS = "/api/v2/mix/account/accounts"
    SET_LEVERAGE = "/api/v2/mix/account/set-leverage"
    SET_MARGIN_MODE = "/api/v2/mix/account/set-margin-mode"
    SET_POSITION_MODE = "/api/v2/mix/account/set-position-mode"
    SINGLE_POSITION = "/api/v2/mix/position/single-position"
    ALL_POSITION = "/api/v2/mix/position/all-position"
    PLACE_ORDER = "/api/v2/mix/order/place-order"
    BATCH_PLACE_ORDER = "/api/v2/mix/order/batch-place-order"
    CANCEL_ORDER = "/api/v2/mix/order/cancel-order"
    BATCH_CANCEL_ORDERS = "/api/v2/mix/order/batch-cancel-orders"
    CANCEL_ALL_ORDERS = "/api/v2/mix/order/cancel-all-orders"
    CLOSE_POSITIONS = "/api/v2/mix/order/close-positions"
    ORDER_DETAIL = "/api/v2/mix/order/detail"
    ORDERS_PENDING = "/api/v2/mix/order/orders-pending"
    ORDERS_HISTORY = "/api/v2/mix/order/orders-history"
    ORDER_FILLS = "/api/v2/mix/order/fills"
    TRADE_RATE = "/api/v2/common/trade-rate"
    SPOT_COINS = "/api/v2/spot/public/coins"
    SPOT_SYMBOLS = "/api/v2/spot/public/symbols"
    MARGIN_CURRENCIES = "/api/v2/margin/currencies"


UNIFIED_PREFIX: Final = "/api/v3/"
"""Where the unified account's routes begin; a classic account gets `Code.CLASSIC_ACCOUNT` there."""

WS_PUBLIC_PATH: Final = "/v2/ws/public"
WS_PRIVATE_PATH: Final = "/v2/ws/private"

HEADER_KEY: Final = "ACCESS-KEY"
HEADER_SIGN: Final = "ACCESS-SIGN"
HEADER_TIMESTAMP: Final = "ACCESS-TIMESTAMP"
HEADER_PASSPHRASE: Final = "ACCESS-PASSPHRASE"  # noqa: S105 - a header's name

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


PRIVATE_CHANNELS: Final = frozenset({Channel.ACCOUNT, Channel.POSITIONS, Channel.ORDERS, Channel.FILL})
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


class Code(StrEnum):
    """Reply codes that this program gives or must tell apart, each with Bitget's text for it.

    From "RestAPI error code"; those marked unlisted left that page but still occur. `{0}` in `text` is where
    the exchange names the culprit.
    """

    text: str

    def __new__(cls, value: str, text: str) -> "Code":
        """One code with its text."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.text = text
        return member

    TOO_MANY_REQUESTS = "429", "Too many requests"
    KEY_MISSING = "40001", "ACCESS_KEY cannot be empty"
    SIGN_MISSING = "40003", "Signature cannot be empty"
    TIMESTAMP_INVALID = "40005", "Invalid ACCESS_TIMESTAMP"
    KEY_INVALID = "40006", "Invalid ACCESS_KEY"
    CONTENT_TYPE_WRONG = "40007", "Invalid Content_Type"
    TIMESTAMP_EXPIRED = "40008", "Request timestamp expired"
    SIGN_WRONG = "40009", "sign signature error"
    REQUEST_TIMEOUT = "40010", "Request timed out"
    PASSPHRASE_MISSING = "40011", "ACCESS_PASSPHRASE cannot be empty"
    PASSPHRASE_WRONG = "40012", "apikey/password is incorrect"
    NO_PERMISSION = "40014", "Incorrect permissions, need {0} permissions"
    SYSTEM_ABNORMAL = "40015", "System is abnormal, please try again later"
    VERIFICATION_FAILED = "40017", "Parameter verification failed {0}"
    IP_REFUSED = "40018", "Invalid IP"
    PARAMETER_EMPTY = "40019", "Parameter {0} cannot be empty"
    PARAMETER_WRONG = "40020", "Parameter {0} error"
    PARAMETER_UNKNOWN = "40034", "Parameter {0} does not exist"
    KEY_UNKNOWN = "40037", "Apikey does not exist"
    OUTSIDE_RECEIVE_WINDOW = "40078", "Timestamp for this request is outside of the ME receiveWindow."
    RECEIVE_WINDOW_TOO_LONG = "40079", "receiveWindow timestamp must be less than 60s"
    CLASSIC_ACCOUNT = "40084", "You are in Classic Account mode, and the Unified Account API is not supported"
    """Unlisted."""
    UNIFIED_ACCOUNT = (
        "40085",
        "You are in Unified Account mode, and the Classic Account API is not supported at this time",
    )
    """Unlisted, captured."""
    ENVIRONMENT_WRONG = "40099", "exchange environment is incorrect"
    """Unlisted, captured: a demo key without the demo header, or a live key with it."""
    ORDER_NOT_FOUND = "40109", "The data of the order cannot be found, please confirm the order number"
    SERVER_UPGRADE = "40200", "Server upgrade, please try again later"
    CLIENT_OID_TOO_LONG = "40304", "clientOid or clientOrderId length cannot greater than 50"
    CLIENT_OID_MALFORMED = (
        "40305",
        "clientOid or clientOrderId length cannot greater than 64, and cannot be Martian characters",
    )
    NO_ROUTE = "40404", "Request URL NOT FOUND"
    SPAN_TOO_LONG = "40705", "The start and end time cannot exceed 90 days"
    START_AFTER_END = "40707", "Start time is greater than end time"
    CLIENT_OID_SEEN = "40708", "clientOid duplicate"
    SERVICE_ERROR = "40725", "service return an error"
    NOTHING_TO_CLOSE = "40757", "Not enough position is available."
    BALANCE_EXCEEDED = "40762", "The order amount exceeds the balance"
    CANCEL_UNKNOWN_ORDER = "40768", "Order does not exist"
    """Unlisted."""
    MODE_MISMATCH = (
        "40774",
        "The order type for unilateral position must also be the unilateral position type.",
    )
    """Unlisted, captured."""
    CLIENT_OID_DUPLICATE_OLD = "40786", "Duplicate clientOid"
    """Unlisted; `CLIENT_OID_DUPLICATE` is its successor."""
    LEVERAGE_TOO_HIGH_OLD = "40797", "Exceeded the maximum settable leverage"
    """Unlisted."""
    PARAMETER_EXCEPTION = "40808", "Parameter verification exception {0}"
    PRICE_TOO_HIGH = "40815", "The order price is higher than the highest bid price"
    PRICE_TOO_LOW = "40816", "The order price is lower than the lowest selling price"
    LEVERAGE_WITHOUT_MARGIN = (
        "40893",
        "Unable to update the leverage factor of this position, there is not enough margin!",
    )
    CANCELS_TOO_MANY = "40912", "single cancel cannot exceed 50"
    POSITION_MODE_FROZEN = "40920", "Position or order exists, the position mode cannot be switched"
    ABOVE_TIER = "40921", "The order size cannot exceed the maximum size of the positionLevel"
    ORDER_ID_MISSING = "40924", "orderId and clientOid must have one"
    ORDER_NOT_FOUND_LISTED = "43001", "The order does not exist"
    INSUFFICIENT_BALANCE = "43012", "Insufficient balance"
    PLAN_NOT_FOUND = "43025", "Plan order does not exist"
    BUSY = "43059", "Request failed, please try again"
    CLIENT_OID_DUPLICATE_SPOT = "43118", "clientOrderId duplicate"
    UNKNOWN_ERROR = "45001", "Unknown error"
    CLIENT_OID_DUPLICATE = "45034", "clientOid duplicate"
    LEVERAGE_TOO_LOW = "45044", "Leverage is not within the suitable range after adjustment"
    LEVERAGE_TOO_HIGH = "45045", "Exceeds the maximum possible leverage"
    NOT_CANCELLABLE = "45055", "The current order status cannot be cancelled"
    BELOW_MIN_VALUE = "45110", "less than the minimum amount {0} USDT"
    BELOW_MIN_SIZE = "45111", "less than the minimum order quantity"
    ABOVE_MAX_SIZE = "45112", "more than the maximum order quantity"
    PRICE_OFF_TICK = "45115", "The price you enter should be a multiple of {0}"
    MARGIN_MODE_FROZEN = (
        "45117",
        "Currently holding positions or orders, the margin mode cannot be adjusted",
    )
    ORDERS_TOO_MANY = (
        "45118",
        "Reached the upper limit of the order of transactions"
        " (the current number of order + the current number of orders) {0}",
    )
    CANCEL_TOO_OFTEN = (
        "45129",
        "Cancel order is too frequent, the same orderId is only allowed to be canceled once in a second",
    )
    NO_ORDER_TO_CANCEL = "22001", "No order to cancel"
    NO_POSITION_TO_CLOSE = "22002", "No position to close"
    PRICE_ABOVE_RISK = "22006", "limit price > risk price"
    NO_LIQUIDITY = "22045", "Insufficient liquidity in the market, please operate later"


class WsCode(StrEnum):
    """Error codes of a stream session; JSON integers on the wire."""

    UNKNOWN_CHANNEL = "30001"
    ILLEGAL_REQUEST = "30002"
    UNKNOWN_OPERATION = "30003"
    LOGIN_NEEDED = "30004"
    LOGIN_FAILED = "30005"
    TOO_MANY_REQUESTS = "30006"
    CLOSING = "30007"
    KEY_INVALID = "30011"
    PASSPHRASE_INVALID = "30012"  # noqa: S105 - a code
    TIMESTAMP_INVALID = "30013"
    TIMESTAMP_EXPIRED = "30014"
    SIGN_INVALID = "30015"
    PARAMETER_WRONG = "30016"
