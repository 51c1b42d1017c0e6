"""A real headless Chromium, spoken to over its own debugging protocol."""

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (apt install chromium)"
)

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--hide-scrollbars", "--remote-debugging-port=0"),
)
_PATIENCE_SECONDS = 15.0


class Page:
    """One tab. `complaints` collects exceptions, console errors and violated policies."""

    def __init__(self, connection: ClientConnection, session: str) -> None:
        self._connection = connection
        self._session = session
        self._numbers = itertools.count(1000)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while True:
            try:
                text = await self._connection.recv()
            except ConnectionClosed:
                return
            message = json.loads(text)
            future = self._answers.pop(message.get("id", -1), None)
            if future is not None and not future.done():
                future.set_result(message)
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, params = message.get("method", ""), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"])[:500])
        if method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params, "sessionId": self._session}
        await self._connection.send(json.dumps(message))
        answer = await asyncio.wait_for(self._answers[number], _PATIENCE_SECONDS)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def open(self, url: str) -> None:
        """Go there."""
        await self.call("Page.navigate", url=url)
        await self.until(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")

    async def js(self, expression: str) -> Any:
        """The value of an expression in the page."""
        found = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def text(self, selector: str) -> str:
        """What a person reads there."""
        return str(await self.js(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    async def until(self, expression: str) -> None:
        """Wait until an expression holds in the page."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self.js(f"Boolean({expression})"):  # noqa: ASYNC110 - the page has no event for us
                await asyncio.sleep(0.05)

    async def type_token(self, token: str) -> None:
        """Type the token into the door and press ENTER."""
        await self.until("document.getElementById('token').offsetParent")
        await self.js("document.getElementById('token').focus()")
        await self.call("Input.insertText", text=token)
        for kind in ("keyDown", "keyUp"):
            await self.press(kind, "Enter", 13, text="\r")

    async def press(self, kind: str, key: str, code: int, **more: str) -> None:
        """One half of a key press: keyDown or keyUp."""
        await self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)

    async def resize(self, width: int, height: int) -> None:
        """Another window."""
        size = {"width": width, "height": height}
        await self.call("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=1, mobile=False)

    async def picture(self) -> bytes:
        """The whole page as PNG."""
        found = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(found["data"])


@asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator[Page]:
    """A fresh browser with one empty tab."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with connect(await _address(process), max_size=None) as connection:
            session = await _attach(connection)
            page = Page(connection, session)
            for domain in ("Page", "Runtime", "Log"):
                await page.call(f"{domain}.enable")
            yield page
            page.reader.cancel()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(_PATIENCE_SECONDS):
        async for line in process.stderr:
            if b"DevTools listening on " in line:
                return line.rpartition(b" ")[2].strip().decode()
    raise AssertionError("Chromium ended without listening")


async def _attach(connection: ClientConnection) -> str:
    target = await _ask(connection, 1, "Target.createTarget", url="about:blank")
    attached = await _ask(connection, 2, "Target.attachToTarget", targetId=target["targetId"], flatten=True)
    return str(attached["sessionId"])


async def _ask(connection: ClientConnection, number: int, method: str, **params: Any) -> dict[str, Any]:
    await connection.send(json.dumps({"id": number, "method": method, "params": params}))
    while True:
        message = json.loads(await asyncio.wait_for(connection.recv(), _PATIENCE_SECONDS))
        if message.get("id") == number:
            result: dict[str, Any] = message["result"]
            return result
