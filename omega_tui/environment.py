"""From settings to a place to trade: its addresses, its keys, and the simulator when that is the place.

The one function that says which venue connects where, and with which key.
"""

from omega_tui.clock import Ids
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.settings import Settings, Venue
from omega_tui.sim.child import SimulatorAddress, SimulatorProcess


def environment_of(
    settings: Settings, simulator: SimulatorAddress | None
) -> tuple[Endpoints, Credentials | None]:
    """Where `settings` lead and with which key; `simulator` is the one to use, if one is."""
    if simulator is not None:
        endpoints = Endpoints.loopback(simulator.rest, simulator.ws_public, simulator.ws_private)
        return endpoints, Credentials(simulator.api_key, simulator.secret, simulator.passphrase)
    endpoints = Endpoints.live() if settings.venue is Venue.MAINNET else Endpoints.demo()
    keys = settings.api_keys
    if keys is None:
        return endpoints, None
    revealed = (keys.api_key.reveal(), keys.secret_key.reveal(), keys.passphrase.reveal())
    return endpoints, Credentials(*revealed)


def build_simulator(
    settings: Settings, running: SimulatorAddress | None, ids: Ids
) -> SimulatorProcess | None:
    """The simulator that the venue `sim` starts, None elsewhere and where one is `running` already."""
    if settings.venue is not Venue.SIM or running is not None:
        return None
    return SimulatorProcess(_simulator_flags(settings), ids)


def _simulator_flags(settings: Settings) -> list[str]:
    sim = settings.sim
    flags = [
        "--speed",
        f"{sim.speed:f}",
        "--position-mode",
        sim.position_mode,
        "--balance",
        f"{sim.balance:f}",
    ]
    if not sim.tape:
        symbols = ",".join(symbol.name for symbol in settings.market.symbols)
        return [*flags, "--seed", str(sim.seed), "--symbols", symbols]
    loop = ["--loop"] if sim.loop else []
    return [*flags, *loop, "--tape", *(str(path) for path in sim.tape)]
