"""Draws the web dashboard of a session on the simulator, in a real browser: `screenshots.draw dashboard`."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from screenshots.draw import Picture
    from tests.support.trader import Trader

    Opened = Callable[[Picture, Path], AbstractAsyncContextManager[tuple[object, Trader]]]

WIDTH, HEIGHT = 1200, 800


async def picture_of(
    picture: "Picture",
    opened: "Callable[[Picture, Path], AbstractAsyncContextManager[tuple[object, Trader]]]",
) -> bytes:
    """Trade in a cockpit that serves its API, and return the page as PNG."""
    from tests.api.browser import browsing
    from tests.api.house import free_port

    port = free_port()
    picture.flags.update({"api.on": True, "api.port": str(port)})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with opened(picture, folder) as (_, trader), browsing(folder / "profile") as page:
            await picture.act(trader)
            await page.resize(WIDTH, HEIGHT)
            await page.open(f"http://127.0.0.1:{port}/dashboard")
            await page.type_token((folder / "state" / "api.token").read_text().strip())
            await page.until("document.querySelectorAll('#history tr').length >= 4")
            await page.until("document.querySelectorAll('.card').length === 1")
            return await page.picture()
