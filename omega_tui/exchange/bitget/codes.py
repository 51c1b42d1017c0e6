"""Bitget's reply codes with their texts: facts that the client and the simulated exchange share, as `wire`.

The tables follow "RestAPI error code" and, for a stream session, what clients of Bitget have met.
"""

from enum import StrEnum


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

    INTERVAL_TOO_LONG = "00001", "startTime and endTime interval cannot be greater than {0} days"
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
    ACCOUNT_FROZEN = "40024", "Account has been frozen"
    PARAMETER_UNKNOWN = "40034", "Parameter {0} does not exist"
    KEY_UNKNOWN = "40037", "Apikey does not exist"
    IP_NOT_LISTED = "40038", "The current ip is not in the apikey ip whitelist"
    OUTSIDE_RECEIVE_WINDOW = "40078", "Timestamp for this request is outside of the ME receiveWindow."
    RECEIVE_WINDOW_TOO_LONG = "40079", "receiveWindow timestamp must be less than 60s"
    CLASSIC_ACCOUNT = (
        "40084",
        "You are in Classic Account mode, and the Unified Account API is not supported at this time",
    )
    """Unlisted, captured."""
    UNIFIED_ACCOUNT = (
        "40085",
        "You are in Unified Account mode, and the Classic Account API is not supported at this time",
    )
    """Unlisted, captured."""
    ENVIRONMENT_WRONG = "40099", "exchange environment is incorrect"
    """Unlisted, captured: a demo key without the demo header, or a live key with it."""
    ORDER_NOT_FOUND = "40109", "The data of the order cannot be found, please confirm the order number"
    NOT_IN_DEMO = "40110", "It is currently unavailable in a demo trading"
    SERVER_UPGRADE = "40200", "Server upgrade, please try again later"
    CLIENT_OID_TOO_LONG = "40304", "clientOid or clientOrderId length cannot greater than 50"
    CLIENT_OID_MALFORMED = (
        "40305",
        "clientOid or clientOrderId length cannot greater than 64, and cannot be Martian characters",
    )
    CONTRACT_REMOVED = "40309", "The contract has been removed"
    NO_ROUTE = "40404", "Request URL NOT FOUND"
    SPAN_TOO_LONG = "40705", "The start and end time cannot exceed 90 days"
    START_AFTER_END = "40707", "Start time is greater than end time"
    CLIENT_OID_SEEN = "40708", "clientOid duplicate"
    UNFILLED_TOO_MANY = "40723", "The total number of unexecuted orders is too high"
    SERVICE_ERROR = "40725", "service return an error"
    COPY_TRADING_LOCK = "40731", "This product does not support copy trading"
    """Unlisted, captured: the position mode of an account that others copy."""
    NOTHING_TO_CLOSE = "40757", "Not enough position is available."
    MARGIN_INSUFFICIENT = "40800", "Insufficient amount of margin"
    MARGIN_WITHOUT_POSITION = "40802", "Position is zero and direct margin call is not allowed"
    UNSUPPORTED = "40805", "Unsupported operation"
    LEVERAGE_UNCHANGED = "40814", "No change in leverage"
    CLOSE_BELOW_LIQUIDATION = (
        "40820",
        "The order price for closing a long position is not allowed to be lower than the liquidation price",
    )
    CLOSE_ABOVE_LIQUIDATION = "40821", "The closing order price cannot be higher than the liquidation price"
    AUTO_MARGIN_WITHOUT_POSITION = (
        "40838",
        "There is no position in this position, and automatic margin call cannot be set",
    )
    MARGIN_OF_CROSSED = "40875", "Whole position mode does not support margin adjustment"
    NOT_OPEN_YET = "40919", "This function is not open yet"
    LEVERAGE_FROZEN = (
        "45097",
        "There is currently an order or a limit order, and the leverage cannot be adjusted",
    )
    AUTO_MARGIN_OF_CROSSED = "22011", "It is not allowed to set auto add margin in cross mode"
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
    LONG_PROFIT_BELOW_ENTRY = (
        "40829",
        "The take profit price of a long position should be greater than the average open price",
    )
    LONG_PROFIT_BELOW_LAST = (
        "40830",
        "The take profit price of the long position should be greater than the current price",
    )
    SHORT_PROFIT_ABOVE_ENTRY = (
        "40831",
        "The short position take profit price should be less than the average open price",
    )
    SHORT_PROFIT_ABOVE_LAST = (
        "40832",
        "The take profit price of short positions should be less than the current price",
    )
    LONG_LOSS_ABOVE_ENTRY = (
        "40833",
        "The stop loss price of a long position should be less than the average opening price",
    )
    LONG_LOSS_ABOVE_LAST = (
        "40834",
        "The stop loss price of the long position should be less than the current price",
    )
    SHORT_LOSS_BELOW_ENTRY = (
        "40835",
        "The stop loss price of the short position should be greater than the average opening price",
    )
    SHORT_LOSS_BELOW_LAST = (
        "40836",
        "The stop loss price of the short position should be greater than the current price",
    )
    TPSL_WITHOUT_POSITION = (
        "40837",
        "There is no position in this position, so stop-profit and stop-loss orders cannot be made",
    )
    PLANS_TOO_MANY = "40889", "The plan order of this contract has reached the upper limit"
    TPSL_TOO_MANY = (
        "40890",
        "The order of stop-profit and stop-loss for this contract has reached the upper limit",
    )
    LEVERAGE_WITHOUT_MARGIN = (
        "40893",
        "Unable to update the leverage factor of this position, there is not enough margin!",
    )
    PRESET_MISFIT = "40895", "The preset price does not match the order/execution price"
    CANCELS_TOO_MANY = "40912", "single cancel cannot exceed 50"
    LONG_PROFIT_BELOW_MARK = "40915", "Long position take profit price please > mark price"
    LONG_LOSS_ABOVE_MARK = "40917", "Stop price for long positions please < mark price {0}"
    POSITION_MODE_FROZEN = "40920", "Position or order exists, the position mode cannot be switched"
    ABOVE_TIER = "40921", "The order size cannot exceed the maximum size of the positionLevel"
    NOT_MODIFIABLE = "40922", "Only work order modifications are allowed"
    NOTHING_MODIFIED = "40923", "Order size and price have not changed"
    ORDER_ID_MISSING = "40924", "orderId and clientOid must have one"
    PRICE_WITHOUT_SIZE = "40925", "price or size must be passed in together"
    UNDER_MAINTENANCE = (
        "41114",
        "The current trading pair is under maintenance,"
        " please refer to the official announcement for the opening time",
    )
    SYMBOL_MAINTENANCE = (
        "41114",
        "The current trading pair is under maintenance, please refer to the official announcement"
        " for the opening time",
    )
    ORDER_NOT_FOUND_LISTED = "43001", "The order does not exist"
    INSUFFICIENT_BALANCE = "43012", "Insufficient balance"
    TPSL_NOT_FOUND = "43020", "Stop profit and stop loss order does not exist"
    TPSL_DECIDED = "43021", "The stop-profit and stop-loss order has been closed"
    TPSL_ABOVE_POSITION = "43023", "Insufficient position, can not set profit or stop loss"
    PLAN_NOT_FOUND = "43025", "Plan order does not exist"
    PLAN_DECIDED = "43026", "The planned order has been closed"
    TAKE_PROFIT_EXISTS = "43030", "Take profit order already existed"
    STOP_LOSS_EXISTS = "43031", "Stop loss order already existed"
    CALLBACK_TOO_SMALL = "43032", "rangeRate is smaller than {0}"
    TRAILING_NOT_FOUND = "43033", "Trailing order does not exist"
    TRIGGER_ABOVE_MARKET = "43034", "The trigger price should be ≤ the current market price"
    TRIGGER_BELOW_MARKET = "43035", "The trigger price should be ≥ the current market price"
    PROFIT_RATIO_OUTSIDE = "43056", "The take profit ratio must be between {0}"
    BUSY = "43059", "Request failed, please try again"
    CLIENT_OID_DUPLICATE_SPOT = "43118", "clientOrderId duplicate"
    NOT_TRADING_YET = (
        "43115",
        "The current trading pair is opening soon, please refer to the official announcement"
        " for the opening time",
    )
    UNKNOWN_ERROR = "45001", "Unknown error"
    CLIENT_OID_DUPLICATE = "45034", "clientOid duplicate"
    LEVERAGE_TOO_LOW = "45044", "Leverage is not within the suitable range after adjustment"
    LEVERAGE_TOO_HIGH = "45045", "Exceeds the maximum possible leverage"
    EXECUTE_PRICE_WRONG = "45051", "Execution price parameter verification is abnormal"
    TRIGGER_PRICE_WRONG = "45052", "Trigger price parameter verification anbormal"
    NOT_CANCELLABLE = "45055", "The current order status cannot be cancelled"
    LONG_PRESET_PROFIT_BELOW_LAST = "45060", "TP price of long position > Current price {0}"
    SHORT_PRESET_PROFIT_ABOVE_LAST = "45061", "TP price of short position < Current price {0}"
    LONG_PRESET_LOSS_ABOVE_LAST = "45062", "SL price of long position < Current price {0}"
    LONG_PROFIT_BELOW_LIMIT = "45064", "TP price of long position > order price {0}"
    SHORT_PROFIT_ABOVE_LIMIT = "45065", "TP price of short position < order price {0}"
    LONG_LOSS_ABOVE_LIMIT = "45066", "SL price of long position < order price {0}"
    SHORT_LOSS_BELOW_LIMIT = "45067", "SL price of short position > order price {0}"
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
    SHORT_LOSS_BELOW_MARK = "45122", "Short position stop loss price please > mark price {0}"
    OPENING_REFUSED = "45119", "This symbol does not support position opening operation"
    CANCEL_TOO_OFTEN = (
        "45129",
        "Cancel order is too frequent, the same orderId is only allowed to be canceled once in a second",
    )
    NO_ORDER_TO_CANCEL = "22001", "No order to cancel"
    NO_POSITION_TO_CLOSE = "22002", "No position to close"
    NEW_CLIENT_OID_MISSING = "22003", "modify price and size, please pass in newClientOid"
    NO_API_TRADE = "22004", "This symbol {0} not support API trade"
    PRICE_ABOVE_RISK = "22006", "limit price > risk price"
    MARKET_ABOVE_RISK = "22008", "market price > risk price"
    MARKET_BELOW_RISK = "22009", "market price < risk price"
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
    ENVIRONMENT_WRONG = "40099"
    """As `Code.ENVIRONMENT_WRONG`, for a login."""


class WsTradeCode(StrEnum):
    """Error codes of orders placed over a stream; JSON integers on the wire ("WebSocket error code").

    `{0}` in `text` is where the exchange names the symbol.
    """

    text: str

    def __new__(cls, value: str, text: str) -> "WsTradeCode":
        """One code with its text."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.text = text
        return member

    TOO_MANY_REQUESTS = "429", "Too Many Requests"
    NO_API_TRADE = "25013", "{0} not support API trade"
    NO_SUCH_PAIR = "25100", "Trading pair {0} does not exist"
    NOT_TRADING_YET = "25101", "Trading pair not open for trading"
    UNDER_MAINTENANCE = "25102", "Trading pair temporarily closed for maintenance"
    CONTRACT_REMOVED = "25104", "Contract delisted"
    OPENING_REFUSED = "25105", "This contract does not support opening positions"
    INVALID = "25200", "{0} validation error"
    INSUFFICIENT_MARGIN = "25203", "Insufficient margin"
    ORDER_NOT_FOUND = "25204", "Order does not exist"
    NO_LIQUIDITY = "25209", "Insufficient market liquidity, please try again later"
    CLIENT_OID_DUPLICATE = "25212", "Duplicate clientOid"
    POSITION_TOO_SMALL = "25225", "Insufficient available quantity in position"
    NO_POSITION = "25227", "No position available to close"
    ABOVE_TIER = "25233", "Order quantity cannot exceed the maximum for this level"
    MODE_MISMATCH = "25236", "Incorrect position open type"
