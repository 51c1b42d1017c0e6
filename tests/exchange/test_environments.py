"""The fence between environments, and keys of every kind on an exchange that checks them for real."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.clock import RandomIds, SystemClock
from omega_tui.domain.events import Event, Health, HealthChanged, Surface
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints, ForbiddenHost
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.bitget.rest.key_check import AccountFacts
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.personas import build_persona
from tests.engine.requests import request
from tests.exchange.fake import until
from tests.exchange.test_against_simulator import Desk

BTC = "BTCUSDT"
_URLS = [
    *("https://api.bitget.com", "http://api.bitget.com", "https://api.bitget.com:8443", "https://evil.com"),
    *("wss://ws.bitget.com/v2/ws/private", "wss://wspap.bitget.com/v2/ws/private", "ws://ws.bitget.com/x"),
    *("wss://wspap.bitget.com.evil.com/x", "http://127.0.0.1:9", "ws://localhost:9/v2/ws/public", ""),
]


@given(st.sampled_from(_URLS), st.sampled_from(_URLS), st.sampled_from(_URLS), st.booleans())
def test_no_mixture_of_environments_can_be_built(rest: str, public: str, private: str, demo: bool) -> None:
    """The mutant: demo trading by its header alone, on the live streams."""
    here = all(not url or "127.0.0.1" in url or "localhost" in url for url in (rest, public, private))
    stream = "wss://wspap.bitget.com/" if demo else "wss://ws.bitget.com/"
    one = rest == "https://api.bitget.com" and public.startswith(stream) and private.startswith(stream)
    if here or one:
        assert Endpoints(rest, public, private, demo).rest == rest
    else:
        with pytest.raises(ForbiddenHost):
            Endpoints(rest, public, private, demo)


class Account:
    """A gateway on a simulated exchange whose caller is a persona."""

    def __init__(self) -> None:
        clock = ExchangeClock(SystemClock())
        self.desk = Desk(GeneratedSource(7, clock.start_ms, [BTC]), clock, facts.PositionMode.ONE_WAY)
        self.events: list[Event] = []
        self.gateway: Any = None

    async def open(self, persona: str, known: AccountFacts) -> None:
        await self.desk.server.start()
        self.become(persona)
        address, key = self.desk.server.address, self.desk.server.api_key
        endpoints = Endpoints.loopback(address.rest, address.ws_public, address.ws_private)
        keys = Credentials(key.key, key.secret, key.passphrase)
        self.gateway = BitgetGateway(endpoints, keys, SystemClock(), RandomIds(), facts=known)
        self.desk.gateway = self.gateway
        await self.gateway.start(self.events.append)

    def become(self, persona: str) -> None:
        self.desk.server.exchange.condition.become(build_persona([persona] if persona else []))

    @property
    def actions(self) -> HealthChanged | None:
        found = [e for e in self.events if isinstance(e, HealthChanged) and e.surface is Surface.ACTIONS]
        return found[-1] if found else None

    async def place(self, name: str = "p-1") -> Outcome:
        venue = self.desk.server.exchange.venue
        bid = Decimal(venue.book(BTC).levels(facts.Direction.BUY, 1)[0][0])
        price = (bid * Decimal("0.97")).quantize(venue.contract(BTC).tick)
        outcome: Outcome = await self.gateway.actions.place(request(name, price=f"{price:f}"))
        return outcome

    @property
    def resting(self) -> int:
        return len(self.desk.server.exchange.venue.pending())


@pytest.fixture
async def account(ccxt_loaded: None) -> AsyncIterator[Account]:
    account = Account()
    yield account
    await account.desk.close()


_REFUSED = {
    "demo": "40099",
    "unified": "40085",
    "bound-elsewhere": "40018",
    "expired-key": "40006",
    "deleted-key": "40037",
    "no-permission": "40014",
    "frozen": "40024",
}


@pytest.mark.parametrize(("persona", "code"), _REFUSED.items(), ids=_REFUSED)
async def test_k04_k05_k08_k09_a_key_that_is_of_no_use_is_named_before_any_order(
    account: Account, persona: str, code: str
) -> None:
    await account.open(persona, AccountFacts())
    outcome = await account.place()
    assert isinstance(outcome, NotSent)
    assert code in outcome.reason
    await until(lambda: account.actions is not None and account.actions.health is Health.REFUSED)
    assert account.actions is not None
    assert code in account.actions.reason
    assert account.resting == 0


async def test_k06_a_key_that_may_withdraw_is_found_out_on_a_real_exchange(account: Account) -> None:
    await account.open("withdraw", AccountFacts(simulated=False, refuse_withdrawals=True))
    assert isinstance(await account.place(), NotSent)
    assert account.resting == 0


async def test_k08_a_key_that_is_revoked_while_trading_halts_with_words(account: Account) -> None:
    await account.open("", AccountFacts())
    assert isinstance(await account.place(), Accepted)
    account.become("deleted-key")
    await account.place("p-2")
    await until(lambda: account.actions is not None and account.actions.health is Health.REFUSED)
    assert account.actions is not None
    assert "Bitget's own app" in account.actions.reason
    assert account.resting == 1


async def test_a_key_that_may_only_look_is_refused_by_its_first_order(account: Account) -> None:
    await account.open("read-only", AccountFacts())
    outcome = await account.place()
    assert isinstance(outcome, Rejected)
    assert outcome.code == "40014"
    assert account.actions is not None
    assert account.actions.health is Health.REFUSED


async def test_a_contract_that_is_not_offered_where_its_owner_lives_does_not_condemn_the_key(
    account: Account,
) -> None:
    await account.open("region-locked", AccountFacts())
    outcome = await account.place()
    assert isinstance(outcome, Rejected)
    assert outcome.code == "40024"
    assert account.actions is None or account.actions.health is not Health.REFUSED
