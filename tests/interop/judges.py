"""The judges: which client, which of our drivers talks through it, where its locked packages are listed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
PYTHON: Final = "python"
NODE: Final = "node"
MODES: Final = ("one-way", "hedge")


@dataclass(frozen=True)
class Judge:
    """One client. `client` names the folder of its lock, `driver` the program that drives it."""

    name: str
    client: str
    language: str
    driver: str
    about: str
    flags: tuple[str, ...] = ()
    """How its simulator is started besides."""

    @property
    def folder(self) -> Path:
        """Where its packages are declared and locked."""
        return HERE / "clients" / self.client

    @property
    def program(self) -> Path:
        """The driver."""
        return HERE / "drivers" / self.driver


JUDGES: Final = (
    Judge("ccxt", "ccxt", PYTHON, "drive_ccxt.py", "`ccxt.async_support`: every unified futures method"),
    Judge("ccxt.pro", "ccxt", PYTHON, "drive_ccxt_pro.py", "`ccxt.pro`: every stream, books with checksum"),
    Judge(
        "ccxt-stepped",
        "ccxt",
        PYTHON,
        "drive_ccxt_stepped.py",
        "`ccxt.async_support` on an exchange whose hours pass in a moment: funding, triggers, liquidation",
        ("--clock", "stepped", "--market-step", "60s"),
    ),
    Judge(
        "ccxt-faults",
        "ccxt",
        PYTHON,
        "drive_ccxt_faults.py",
        "`ccxt.pro` while the exchange does harm on request: each fault is met as the same fault of Bitget's",
    ),
    Judge(
        "bitget-api",
        "bitget-api",
        NODE,
        "drive_bitget_api.mjs",
        "`bitget-api` from npm in Node: `RestClientV2` and `WebsocketClientV2`",
    ),
    Judge(
        "typed-bitget",
        "typed-bitget",
        PYTHON,
        "drive_typed_bitget.py",
        "`typed-bitget`: refuses a reply that does not fit its models of the documentation",
        ("--choice", "ws_order_entry=true"),
    ),
    Judge(
        "pybotters",
        "pybotters",
        PYTHON,
        "drive_pybotters.py",
        "`pybotters`: signed requests, stream login and `BitgetV2DataStore`",
    ),
)
