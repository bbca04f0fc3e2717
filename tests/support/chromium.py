"""Drives a headless Chromium by its DevTools protocol, over the websocket of aiohttp."""

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

CHROMIUM = shutil.which("chromium")
PATIENCE_SECONDS = 60.0
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio",
    # A name that slipped into a page must fail and be seen, not be looked up.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--remote-debugging-port=0",
)  # fmt: skip
# xterm.js draws on a canvas and textual-serve keeps it to itself: catch it where it notes its
# first property, to read the screen's text from its buffer.
CATCH_TERMINAL = """
Object.defineProperty(Object.prototype, "refreshBytes", {
  configurable: true,
  set(value) {
    globalThis.caughtTerminal = this.terminal;
    Object.defineProperty(this, "refreshBytes", {value, writable: true});
  },
});
"""
READ_TERMINAL = """(() => {
  const buffer = globalThis.caughtTerminal && caughtTerminal.buffer.active;
  if (!buffer) { return ""; }
  const lines = [];
  for (let row = 0; row < buffer.length; row += 1) {
    // Without its bounds a line of a window that became narrower still has its old end.
    lines.push(buffer.getLine(row).translateToString(true, 0, caughtTerminal.cols));
  }
  return lines.join("\\n");
})()"""
KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "Backspace": 8}
KEYS |= {f"F{number}": 111 + number for number in range(1, 13)}


class PageIsChangingError(Exception):
    """Chromium could not do it, mostly because another page came in the place of this one."""


class Page:
    """One tab: what it asked for, what it complained of, what it shows."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._socket = socket
        self._session = ""
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    async def open(self, size: tuple[int, int]) -> None:
        target = await self.command("Target.createTarget", url="about:blank")
        attached = await self.command(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.command(f"{domain}.enable")
        await self.resize(*size)
        await self.command("Page.addScriptToEvaluateOnNewDocument", source=CATCH_TERMINAL)

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def command(self, method: str, **values: Any) -> Any:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        await self._socket.send_json(message)
        return await asyncio.wait_for(answer, PATIENCE_SECONDS)

    async def goto(self, url: str) -> None:
        await self.command("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def resize(self, width: int, height: int) -> None:
        await self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    async def evaluate(self, expression: str) -> Any:
        found = await self.command("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with contextlib.suppress(AssertionError, PageIsChangingError):
                if await self.evaluate(f"!!({expression})"):
                    return
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {expression}\n{await self.terminal_text()}")
            await asyncio.sleep(0.05)

    async def terminal_text(self) -> str:
        return str(await self.evaluate(READ_TERMINAL) or "")

    async def until_terminal_shows(self, *texts: str) -> str:
        """Wait until all these texts are on the terminal's screen."""
        wanted = json.dumps(texts)
        await self.until(f"{wanted}.every((text) => {READ_TERMINAL}.includes(text))")
        return await self.terminal_text()

    async def press(self, *keys: str) -> None:
        """Press keys by their names, or type a single character."""
        for key in keys:
            code = KEYS.get(key, ord(key[0].upper()))
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            values: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code}
            if text:
                values["text"] = text
            await self.command("Input.dispatchKeyEvent", type="keyDown", **values)
            values.pop("text", None)
            await self.command("Input.dispatchKeyEvent", type="keyUp", **values)

    async def write(self, text: str) -> None:
        await self.command("Input.insertText", text=text)

    async def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.command(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )

    async def screenshot(self, path: Path) -> None:
        found = await self.command("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(found["data"]))

    async def _read(self) -> None:
        async for raw in self._socket:
            if raw.type is not WSMsgType.TEXT:
                return
            message = raw.json()
            if "id" in message:
                self._answer(message)
            else:
                self._note(message["method"], message["params"])

    def _answer(self, message: dict[str, Any]) -> None:
        answer = self._answers.pop(message["id"])
        if answer.done():
            return
        if "error" in message:
            answer.set_exception(PageIsChangingError(str(message["error"])))
        else:
            answer.set_result(message["result"])

    def _note(self, method: str, values: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(values["url"])
        elif method == "Log.entryAdded" and values["entry"]["level"] == "error":
            self.complaints.append(values["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(values["exceptionDetails"]))


@contextlib.asynccontextmanager
async def chromium(
    directory: Path, *, size: tuple[int, int] = (1280, 800), language: str = "en"
) -> AsyncIterator[Page]:
    """Start a Chromium with nothing in it, and end it."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, *OPTIONS, f"--user-data-dir={directory}", f"--accept-lang={language}",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        address = await asyncio.wait_for(_devtools_address(process), PATIENCE_SECONDS)
        async with (
            ClientSession() as http,
            http.ws_connect(address, max_msg_size=0) as socket,
        ):
            page = Page(socket)
            try:
                await page.open(size)
                yield page
            finally:
                await page.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        # The pipe is shared with its children: reading to its end waits for all of them.
        await process.communicate()


async def _devtools_address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if "DevTools listening on " in line:
            return line.split("DevTools listening on ")[1].strip()
    raise AssertionError("Chromium ended before it could be driven")
