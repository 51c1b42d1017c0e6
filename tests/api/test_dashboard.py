"""The web dashboard in a real browser: it draws, follows, survives, refuses, and obeys no name."""

import re
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from omega_tui.api import routes
from omega_tui.api.options import ApiOptions
from omega_tui.api.server import serving
from omega_tui.api.source import Source
from omega_tui.clock import CountingIds
from omega_tui.domain.events import BalanceReported, PositionsReported
from omega_tui.domain.orders import HoldSide
from tests.api.browser import Page, browsing, needs_chromium
from tests.api.house import TOKEN, Served, free_port, house
from tests.api.test_answers import TOLD
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, balance, position
from tests.engine.rig import running

HOSTILE = "<img src=x onerror=window.pwned=1><script>window.pwned=2</script>"


async def _opened(page: Page, port: int) -> None:
    await page.open(f"http://127.0.0.1:{port}/dashboard")
    await page.type_token(TOKEN)
    await page.until("!document.getElementById('main').hidden && document.querySelector('#money dd')")


def _hold(served: Served) -> None:
    held = replace(position("0.5"), symbol="BTCUSDT")
    served.rig.gateway.emit(PositionsReported((held, position("0.2", HoldSide.SHORT)), EXCHANGE_MS))


@needs_chromium
async def test_it_draws_the_account_and_follows_it(tmp_path: Path) -> None:
    gateway = FakeGateway(closed_positions=(TOLD,))
    async with house(tmp_path, gateway) as served, browsing(tmp_path / "profile") as page:
        _hold(served)
        await _opened(page, served.port)
        await page.until("document.querySelectorAll('.card').length === 2")
        await page.until("document.querySelectorAll('#history tr').length === 1")
        assert "long 0.5 BTCUSDT" in await page.text("#positions")
        assert "0 % protected" in await page.text("#positions")
        assert "+2.79" in await page.text("#history")
        assert "after" in await page.text("#curve-words")
        assert await page.js("document.querySelector('#curve path').getAttribute('d').startsWith('M0')")
        assert await page.js("document.querySelectorAll('meter').length") == 6
        assert "too few trades to tell" in await page.text("#levels")
        assert "SIM" in await page.text("h1")
        served.rig.gateway.emit(BalanceReported(balance("12345.67")))
        await page.until("document.getElementById('money').innerText.includes('12,345.67')")
        served.rig.gateway.emit(PositionsReported((), EXCHANGE_MS + 1))
        await page.until("document.getElementById('positions').innerText === 'no open position'")
        assert page.complaints == []


@needs_chromium
async def test_without_the_token_it_shows_the_door_and_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path) as served, browsing(tmp_path / "profile") as page:
        await page.open(f"http://127.0.0.1:{served.port}/dashboard")
        await page.until("document.getElementById('token').offsetParent")
        assert await page.js("document.getElementById('main').hidden")
        assert "12" not in await page.js("document.body.innerText"), "no figure of the account"
        await page.type_token("wrong" * 10)
        await page.until("document.getElementById('why').innerText.includes('does not know this token')")
        assert await page.js("document.getElementById('main').hidden")
        assert await page.js("sessionStorage.getItem('token')") is None
        assert TOKEN not in await page.js("location.href")


@needs_chromium
async def test_a_lost_line_is_said_and_mended(tmp_path: Path) -> None:
    """Bug: a page that goes on showing yesterday's profit as if it were now."""
    port = free_port()
    options = ApiOptions(token=TOKEN.encode(), port=port)
    async with running(tmp_path, keeps_history=True) as rig, browsing(tmp_path / "profile") as page:
        source = Source(rig.engine, rig.clock, CountingIds(), "1", 60)
        async with AsyncExitStack() as first:
            await first.enter_async_context(serving(source, options))
            await _opened(page, port)
            await page.until("document.getElementById('link').hasAttribute('data-live')")
        await page.until("document.getElementById('link').innerText.includes('connection lost')")
        assert "figures are old" in await page.text("#link")
        assert not await page.js("document.getElementById('link').hasAttribute('data-live')")
        assert await page.js("document.getElementById('link').getAttribute('aria-live')") == "polite"
        async with serving(source, options):
            await page.until("document.getElementById('link').hasAttribute('data-live')")
            rig.gateway.emit(BalanceReported(balance("4321")))
            await page.until("document.getElementById('money').innerText.includes('4,321.00')")


@needs_chromium
async def test_no_name_from_outside_is_obeyed(tmp_path: Path) -> None:
    """Bug: a symbol or a tag that is markup runs in the page of whoever has the token."""
    told = replace(TOLD, symbol=HOSTILE)
    async with (
        house(tmp_path, FakeGateway(closed_positions=(told,))) as served,
        browsing(tmp_path / "profile") as page,
    ):
        evil = replace(position("0.5"), symbol=HOSTILE, mark_price=D(60_000))
        served.rig.gateway.emit(PositionsReported((evil,), EXCHANGE_MS))
        await _opened(page, served.port)
        await page.until("document.querySelectorAll('.card').length === 1")
        await page.until("document.querySelectorAll('#history tr').length === 1")
        assert HOSTILE in await page.text("#positions")
        assert HOSTILE in await page.text("#history")
        assert await page.js("window.pwned === undefined")
        assert await page.js("document.querySelectorAll('img, main script').length") == 0


@needs_chromium
async def test_it_fits_a_phone_and_a_wall(tmp_path: Path) -> None:
    async with (
        house(tmp_path, FakeGateway(closed_positions=(TOLD,))) as served,
        browsing(tmp_path / "profile") as page,
    ):
        _hold(served)
        await _opened(page, served.port)
        await page.until("document.querySelectorAll('.card').length === 2")
        for width, height in ((360, 740), (820, 1180), (1600, 900)):
            await page.resize(width, height)
            await page.until(f"innerWidth === {width}")
            assert await page.js("document.documentElement.scrollWidth") <= width


@needs_chromium
async def test_a_keyboard_and_a_screen_reader_reach_everything(tmp_path: Path) -> None:
    async with (
        house(tmp_path, FakeGateway(closed_positions=(TOLD,))) as served,
        browsing(tmp_path / "profile") as page,
    ):
        _hold(served)
        await _opened(page, served.port)
        await page.until("document.querySelectorAll('.card').length === 2")
        await page.call("Accessibility.enable")
        nodes = (await page.call("Accessibility.getFullAXTree"))["nodes"]
        named = {"button", "combobox", "meter", "table", "region", "image", "heading", "link"}
        nameless = [
            each["role"]["value"]
            for each in nodes
            if not each.get("ignored")
            and each.get("role", {}).get("value") in named - {"table"}
            and not each.get("name", {}).get("value")
        ]
        assert nameless == []
        reached = set()
        await page.js("document.body.focus()")
        for _ in range(12):
            for kind in ("keyDown", "keyUp"):
                await page.press(kind, "Tab", 9)
            reached.add(await page.js("document.activeElement.className || document.activeElement.id"))
        assert {"skip", "theme", "grouping", "scroll"} <= reached
        before = await page.js("document.documentElement.dataset.theme")
        await page.js("document.getElementById('theme').click()")
        assert await page.js("document.documentElement.dataset.theme") != before


def _colours(style: str, theme: str) -> dict[str, str]:
    block = re.search(rf"{re.escape(theme)} \{{(.*?)\}}", style, re.S)
    assert block is not None
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block[1]))


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="light"]'])
def test_every_pair_of_colours_can_be_read(theme: str) -> None:
    """WCAG AA: 4.5 to 1."""
    colours = _colours((routes._FOLDER / "style.css").read_text(), theme)
    for ink, ground in product(("ink", "quiet", "up", "down", "mark"), ("ground", "panel")):
        one, other = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
        assert (one + 0.05) / (other + 0.05) >= 4.5, (ink, ground)


def test_the_page_names_no_other_host_and_holds_no_inline_code() -> None:
    """Bug: a script of somebody else's in a page that knows the account."""
    page = (routes._FOLDER / "index.html").read_text()
    script = (routes._FOLDER / "app.js").read_text()
    assert re.findall(r'(?:src|href)="(?!/dashboard/|#)', page) == []
    assert not re.search(r"\son\w+=|style=|javascript:", page)
    assert "innerHTML" not in script
    assert [each for each in re.findall(r"https?://[^\"']+", script + page) if "www.w3.org" not in each] == []
