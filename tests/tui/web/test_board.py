"""The public board shows what the venue publishes, to people and to programs, and takes nothing."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
import pytest
from web_site import Browser

from bashu_protocol.messages import HaltInstrument, PublishNotice, VenueStatus
from bashu_tui.web.board_pages import _percent
from bashu_tui.web.board_state import STALE_SECONDS, Board, BoardState
from bashu_tui.web.site import SITE

OpenSite = Callable[..., AbstractAsyncContextManager[Browser]]
SYMBOL = "CEA25"
DEADLINE_SECONDS = 30.0


async def board(browser: Browser) -> Board:
    answer = await browser.get("/board.json")
    assert answer.headers["Content-Type"].startswith("application/json")
    return msgspec.json.decode(await answer.read(), type=Board)


async def until(browser: Browser, condition: Callable[[Board], object]) -> Board:
    deadline = asyncio.get_running_loop().time() + DEADLINE_SECONDS
    while True:
        shown = await board(browser)
        if condition(shown):
            return shown
        assert asyncio.get_running_loop().time() < deadline, shown
        await asyncio.sleep(0.02)


async def page(browser: Browser, language: str = "en") -> str:
    answer = await browser.get("/board", headers={"Accept-Language": language})
    assert answer.status == 200
    return await answer.text()


async def test_quotes_and_notices_come_from_the_venue(site: OpenSite, market: Any) -> None:
    async with site() as browser, market.client("alice") as alice, market.client("bob") as bob:
        await alice.place(SYMBOL, "buy", 300, 7_470)
        await bob.place(SYMBOL, "sell", 100, 7_470)
        await bob.place(SYMBOL, "sell", 50, 7_501)
        async with market.client("sup") as sup:
            await sup.command(PublishNotice("n1", "Surrender ends on 31 December", "See <rules>."))
            await sup.command(HaltInstrument("h1", "CCER", "a fault at the registry"))
        shown = await until(
            browser,
            lambda b: (
                len(b.notices) == 2
                and any(q.ask == 7_501 and q.volume == 100 for q in b.instruments)
                and any(q.phase == "halted" for q in b.instruments)
            ),
        )
        assert shown.venue.state == "live"
        assert [notice.kind for notice in shown.notices] == ["halt", "notice"]
        quotes = {quote.symbol: quote for quote in shown.instruments}
        cea = quotes[SYMBOL]
        assert (cea.last, cea.change, cea.volume, cea.turnover) == (7_470, 7, 100, 747_000)
        assert (cea.bid, cea.bid_qty, cea.ask, cea.ask_qty) == (7_470, 200, 7_501, 50)
        assert quotes["CCER"].phase == "halted"
        text = await page(browser)
        assert _row(text, SYMBOL) == [
            "CEA25 national allowance", "74.70", "+0.07 up", "+0.09%", "74.70", "200", "75.01",
            "50", "74.70", "74.70", "100", "–", "continuous trading",
        ]  # fmt: skip
        assert _row(text, "CCER")[-1] == "HALTED"
        assert "Notice: Surrender ends on 31 December" in text
        assert "See &lt;rules&gt;." in text
        assert "a fault at the registry" in text


def _row(text: str, symbol: str) -> list[str]:
    """Return the cells of an instrument's line, as a person without colours reads them."""
    found = re.search(
        rf'<tr>\s*<th scope="row"><span class="symbol">{symbol}<.*?</tr>', text, re.DOTALL
    )
    assert found is not None
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", found.group(0), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


async def test_the_colours_of_a_rise_follow_the_language(site: OpenSite) -> None:
    async with site() as browser:
        await until(browser, lambda b: b.instruments)
        english, chinese = await page(browser, "en"), await page(browser, "zh-CN")
        assert '<html lang="en" class="green-up">' in english
        assert '<html lang="zh-CN" class="red-up">' in chinese
        assert "连续交易" in chinese
        assert not re.search(r"[\u4e00-\u9fff]", english.replace("中文", ""))


async def test_the_board_needs_no_account_and_takes_nothing(site: OpenSite) -> None:
    async with site() as browser:
        assert (await browser.get("/", allow_redirects=False)).headers["Location"] == "/board"
        answer = await browser.get("/board")
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers
        for path in ("/board", "/board.json", "/board/live"):
            assert (await browser.post(path)).status == 405


async def test_the_first_view_is_whole_and_needs_no_script(site: OpenSite) -> None:
    async with site() as browser:
        await until(browser, lambda b: b.instruments)
        text = await page(browser)
        assert '<noscript><meta http-equiv="refresh"' in text
        assert text.count('<th scope="col"') + text.count('<th scope="colgroup"') == 11
        assert set(re.findall(r'(?:src|href)="(?!/|\?)([^"]*)"', text)) == set()
        assert "style=" not in text


async def test_the_changing_part_is_sent_once_for_each_change(site: OpenSite, market: Any) -> None:
    async with site() as browser, market.client("alice") as alice:
        await until(browser, lambda b: len(b.instruments) == 2 and b.venue.state == "live")
        tag = (await browser.get("/board/live?lang=zh")).headers["ETag"]
        before = browser.app[SITE].board.revision
        again = await browser.get("/board/live?lang=zh", headers={"If-None-Match": tag})
        # Another change may have come meanwhile.
        assert again.status == 304 or browser.app[SITE].board.revision > before
        assert (
            await browser.get("/board/live?lang=en", headers={"If-None-Match": tag})
        ).status == 200
        await alice.place(SYMBOL, "buy", 1, 7_400)
        await until(browser, lambda b: any(quote.bid == 7_400 for quote in b.instruments))
        fresh = await browser.get("/board/live?lang=zh", headers={"If-None-Match": tag})
        assert fresh.status == 200
        assert "74.00" in await fresh.text()


async def test_another_run_of_the_server_knows_no_tag_of_the_one_before(
    site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = []
    for _ in range(2):
        async with site() as browser:
            monkeypatch.setattr(browser.app[SITE].board, "revision", 7)
            tags.append((await browser.get("/board/live")).headers["ETag"])
    assert tags[0] != tags[1]


async def test_a_board_that_lost_the_venue_says_so_and_comes_back(
    site: OpenSite, market: Any
) -> None:
    async with site() as browser:
        await until(browser, lambda b: b.venue.state == "live")
        market.hub.stop()
        await until(browser, lambda b: b.venue.state == "stale")
        assert "Not current: no word from the venue" in await page(browser)
        market.hub.start()
        await until(browser, lambda b: b.venue.state == "live")


async def test_without_a_password_there_is_no_board(site: OpenSite) -> None:
    async with site(public_password="") as browser:
        assert (await browser.get("/board")).status == 404
        assert (await browser.get("/board.json")).status == 404
        assert (await browser.get("/", allow_redirects=False)).headers["Location"] == "/terminal"


async def test_the_public_json_holds_no_private_field(site: OpenSite, market: Any) -> None:
    async with site() as browser, market.client("sup") as sup:
        await sup.command(PublishNotice("n1", "Something"))
        await until(browser, lambda b: b.notices)
        text = await (await browser.get("/board.json")).text()
        assert "author" not in json.loads(text)["notices"][0]
        assert '"sup"' not in text


def test_silence_makes_the_board_stale_and_counts_as_a_change() -> None:
    state = BoardState()
    state.accept(VenueStatus("up", 1, transact_time=5, trade_date=20261124), 100.0)
    assert state.board(100.0 + STALE_SECONDS).venue.state == "live"
    before = state.revision
    state.accept(VenueStatus("up", 1, transact_time=6, trade_date=20261124), 101.0)
    assert state.revision == before, "a heartbeat alone changes nothing that is shown"
    assert state.board(101.5 + STALE_SECONDS).venue.state == "stale"
    assert state.revision == before + 1
    state.accept(VenueStatus("down", 1), 110.0)
    assert state.board(110.0).venue.state == "down"


@pytest.mark.parametrize(
    ("change", "reference", "text"),
    [
        (7, 7_463, "0.09%"),
        (746, 7_463, "10.00%"),
        (1, 20_000, "0.01%"),
        (5, 0, "–"),
        (0, 5, "0.00%"),
    ],
)
def test_percents_are_exact_to_two_decimals(change: int, reference: int, text: str) -> None:
    assert _percent(change, reference) == text
