"""The terminal and the board in a real browser: Chromium without a screen, driven from outside."""

import asyncio
import contextlib
import re
import time
from pathlib import Path

import pytest
from bashu_testing import COARSE_SYMBOL, PASSWORDS, SYMBOL, Harness, eventually
from chromium import CHROMIUM, PATIENCE_SECONDS, READ_TERMINAL, Page, chromium
from rich.cells import cell_len
from web_site import origin, served_venue

from bashu_tui.i18n import load
from bashu_tui.web.site import SITE

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="CHROMIUM IS NOT INSTALLED: the browser tests did not run"
)
SIZE = (1400, 900)
AGAIN_SECONDS = 1.0
TEXTS = load("zh")


async def log_in(page: Page, address: str, user: str) -> None:
    await page.goto(f"{address}/terminal")
    await page.until("document.activeElement.id === 'user'")
    await page.write(user)
    await page.press("Tab")
    await page.write(PASSWORDS[user])
    await page.press("Enter")
    await page.until_terminal_shows(SYMBOL, "70.00", TEXTS["phase.continuous"])


async def place_an_order(page: Page, harness: Harness) -> None:
    """Buy at the price under the cursor, with keys alone."""
    await page.press("ArrowDown")
    await page.until_terminal_shows(">69.99<")
    await page.press("F2", "Enter")
    title = TEXTS["confirm.title"]
    await page.until_terminal_shows(title)
    for _ in range(int(PATIENCE_SECONDS / AGAIN_SECONDS)):
        if title not in await page.terminal_text():
            break
        # The card takes no key that comes too soon; where it has gone, this one sends nothing.
        await page.press("F4")
        with contextlib.suppress(AssertionError):
            await eventually(lambda: harness.venue.depth(SYMBOL)[0], AGAIN_SECONDS)
    await eventually(lambda: harness.venue.depth(SYMBOL)[0])


async def cell(page: Page, text: str) -> tuple[float, float]:
    """Return where on the page a text of the terminal's screen stands."""
    lines = (await page.terminal_text()).split("\n")
    row = next(number for number, line in enumerate(lines) if text in line)
    column = cell_len(lines[row][: lines[row].index(text)])
    width, height, left, top = await page.evaluate(
        "(() => { const size = caughtTerminal._core._renderService.dimensions.css.cell;"
        "const place = document.querySelector('.xterm-screen').getBoundingClientRect();"
        "return [size.width, size.height, place.left, place.top]; })()"
    )
    return left + (column + 0.5) * width, top + (row + 0.5) * height


async def test_log_in_trade_by_keys_and_see_it_fill(tmp_path: Path) -> None:
    async with (
        served_venue(tmp_path) as (browser, harness),
        chromium(tmp_path / "chromium", size=SIZE, language="zh-CN") as page,
    ):
        address = origin(browser)
        await log_in(page, address, "anna")
        await place_an_order(page, harness)
        await page.until_terminal_shows(TEXTS["status.new"])
        ((price, quantity, _orders),) = harness.venue.depth(SYMBOL)[0]
        assert price == 6_999
        async with harness.client("bo") as bo:
            await bo.place(SYMBOL, "sell", quantity, price)
            await page.until_terminal_shows(TEXTS["status.filled"])

        # Chinese takes two cells each here and in the program: the frames' right edges stand
        # under each other. A narrower window is filled anew.
        wide = await _frames_fill_the_window(page, 0)
        await page.resize(1000, 700)
        narrow = await _frames_fill_the_window(page, wide)
        await page.resize(*SIZE)
        assert await _frames_fill_the_window(page, narrow) == wide

        await page.click(*await cell(page, COARSE_SYMBOL))
        await page.until(f"{_FIRST_LINE}.includes({COARSE_SYMBOL!r})")

        await page.goto(f"{address}/board")
        await eventually(lambda: len(browser.app[SITE].terminals) == 0)
        _nothing_from_outside(page, address)


_FIRST_LINE = "caughtTerminal.buffer.active.getLine(0).translateToString(true)"


_INSIDE = """(() => {
  const place = document.querySelector(".xterm-screen").getBoundingClientRect();
  return place.right <= innerWidth && place.bottom <= innerHeight;
})()"""


async def test_the_bell_is_heard_seen_and_marked_in_the_title(tmp_path: Path) -> None:
    async with (
        served_venue(tmp_path) as (browser, _harness),
        chromium(tmp_path / "chromium", size=SIZE, language="zh-CN") as page,
    ):
        await log_in(page, origin(browser), "anna")
        await page.press("F12")
        await page.until_terminal_shows(TEXTS["mode.title"])
        await page.press("1")
        await page.until_terminal_shows(TEXTS["mode.view"])
        await page.evaluate(
            "window.seen = window.heard = 0;"
            "new MutationObserver(() => { seen += document.body.classList.contains('-bell'); })"
            ".observe(document.body, { attributes: true });"
            "const start = OscillatorNode.prototype.start;"
            "OscillatorNode.prototype.start = function () { heard += 1; start.call(this); };"
            "document.hasFocus = () => false;"
        )
        title = await page.evaluate("document.title")
        rang = "seen > 0 && heard > 0 && document.title.startsWith('(!) ')"
        # View-only: what would send an order rings. The first press may be before the prices.
        for _press in range(40):
            await page.press("F2")
            await asyncio.sleep(0.25)
            if await page.evaluate(rang):
                break
        await page.until(rang)
        await page.evaluate("window.dispatchEvent(new Event('focus'))")
        assert await page.evaluate("document.title") == title


async def _frames_fill_the_window(page: Page, before: int) -> int:
    """Wait for another width than before, with all frames drawn to it; return the width."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        columns, text = await page.evaluate(f"[caughtTerminal.cols, {READ_TERMINAL}]")
        widths = {cell_len(line) for line in text.split("\n") if "│" in line}
        if columns != before and widths == {columns}:
            assert await page.evaluate(_INSIDE), "the last rows are below the window's edge"
            return int(columns)
        assert time.monotonic() < deadline, f"{columns} columns\n{text}"
        await asyncio.sleep(0.05)


async def test_the_board_is_kept_current_without_an_account(tmp_path: Path) -> None:
    async with (
        served_venue(tmp_path) as (browser, harness),
        chromium(tmp_path / "chromium", size=SIZE) as page,
    ):
        address = origin(browser)
        await page.goto(f"{address}/board")
        await page.until(f"document.querySelector('#quotes').textContent.includes('{SYMBOL}')")
        async with harness.client("anna") as anna, harness.client("bo") as bo:
            await anna.place(SYMBOL, "buy", 100, 7_011)
            await bo.place(SYMBOL, "sell", 40, 7_011)
        await page.until("document.querySelector('td.up')")
        row = await page.evaluate("document.querySelector('td.up').parentElement.textContent")
        assert re.sub(r"\s+", " ", row).split() == [
            SYMBOL, "national", "allowance", "70.11", "+0.11", "up", "+0.16%", "70.11", "60", "–",
            "70.11", "70.11", "40", "–", "continuous", "trading",
        ]  # fmt: skip
        await harness.stop_venue()
        await page.until("document.querySelector('#quotes.down, #quotes.stale')")
        _nothing_from_outside(page, address)


async def test_a_wrong_password_stays_at_the_form_and_logging_out_comes_back_to_it(
    tmp_path: Path,
) -> None:
    async with (
        served_venue(tmp_path) as (browser, _harness),
        chromium(tmp_path / "chromium", size=SIZE, language="zh-CN") as page,
    ):
        address = origin(browser)
        await page.goto(f"{address}/login")
        await page.write("anna")
        await page.press("Tab")
        await page.write("wrong")
        await page.press("Enter")
        await page.until("document.querySelector('#problem')")
        await page.until("document.activeElement.id === 'password'")
        page.complaints.clear()  # the browser's own word for the refusal
        await page.write(PASSWORDS["anna"])
        await page.press("Enter")
        await page.until_terminal_shows(SYMBOL)
        await page.evaluate("document.querySelector('.who button').click()")
        await page.until("location.pathname === '/login'")
        assert len(browser.app[SITE].sessions) == 0
        await eventually(lambda: len(browser.app[SITE].terminals) == 0)
        _nothing_from_outside(page, address)


def _nothing_from_outside(page: Page, address: str) -> None:
    """No request beyond the host, and none that the page's own policy had to stop."""
    hosts = {re.sub(r"^(?:http|ws)://([^/]+).*$", r"\1", url) for url in page.requests}
    assert hosts == {address.removeprefix("http://")}
    # textual-serve's script says on a closed websocket that the keyboard has left.
    assert [text for text in page.complaints if "CLOSING or CLOSED" not in text] == []
