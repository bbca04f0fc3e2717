"""The screen of notices against a real venue: what is unread, the whole text, filters, a file."""

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from bashu_protocol.messages import HaltInstrument, PublishNotice
from bashu_tui.screens.export import ExportScreen
from bashu_tui.screens.notices import NoticesScreen
from bashu_tui.widgets.notice_list import NoticeList
from bashu_tui.widgets.record import Record

SYMBOL = "CEA25"
BODY = "根据《碳排放权交易管理办法》，元旦期间暂停交易，请各会员单位合理安排交易与资金。" * 6


async def open_notices(app: Any, pilot: Any, wait: Any) -> NoticesScreen:
    app.open_screen("notices")
    await wait(pilot, lambda: isinstance(app.screen, NoticesScreen) and app.screen.is_mounted)
    await wait(pilot, lambda: app.focused is app.screen.query_one(NoticeList))
    return app.screen  # type: ignore[no-any-return]


async def test_unread_notices_are_counted_until_they_were_shown(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with market.client("sup") as supervisor:
        await supervisor.command(PublishNotice("n1", "Before the logon"))
        async with terminal() as (app, pilot):
            await wait(pilot, lambda: "1 unread" in shown(app))
            await supervisor.command(HaltInstrument("h", SYMBOL, "an inquiry"))
            await wait(pilot, lambda: "2 unread" in shown(app))
            await open_notices(app, pilot, wait)
            await wait(pilot, lambda: "Trading in CEA25 is halted" in shown(app))
            await wait(pilot, lambda: "2 shown, 1 unread" in shown(app))
            assert "an inquiry" in shown(app)
            await pilot.press("down")
            await wait(pilot, lambda: "2 shown, 0 unread" in shown(app))
        async with terminal() as (app, pilot):
            await wait(pilot, lambda: "alice" in shown(app))
            assert "unread" not in shown(app), "marks are remembered"


@pytest.mark.acts("notices.read_all")
async def test_all_are_marked_with_one_key(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        for number in range(3):
            await supervisor.command(PublishNotice(f"n{number}", f"Title {number}"))
        await open_notices(app, pilot, wait)
        await wait(pilot, lambda: "3 shown, 2 unread" in shown(app))
        await pilot.press("f7")
        await wait(pilot, lambda: "3 shown, 0 unread" in shown(app))


async def test_a_long_chinese_text_is_there_to_its_end(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    size = (80, 24)
    async with terminal(size=size, language="zh") as (app, pilot), market.client("sup") as sup:
        await sup.command(PublishNotice("n", "关于元旦休市的通知", BODY))
        screen = await open_notices(app, pilot, wait)
        await wait(pilot, lambda: "元旦休市" in shown(app))
        record = screen.query_one(Record)
        lines = ["".join(text for text, _ in line) for line in record._all_lines(
            record._fields(), record.size.width)]  # fmt: skip
        text = "".join(line.strip() for line in lines)
        assert BODY in text
        assert not [line for line in lines if line.lstrip().startswith(("，", "。", "》"))]
        await pilot.press("enter")
        await wait(pilot, lambda: app.focused is record)
        for _ in lines:
            await pilot.press("down")
        await wait(pilot, lambda: lines[-1].strip() in shown(app))


@pytest.mark.acts("notices.kind", "notices.symbol")
async def test_filters_by_kind_and_instrument(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        await supervisor.command(PublishNotice("n1", "For all"))
        await supervisor.command(PublishNotice("n2", "Of one", symbol="CCER"))
        await supervisor.command(HaltInstrument("h", SYMBOL, "an inquiry"))
        screen = await open_notices(app, pilot, wait)
        await wait(pilot, lambda: len(screen.notices()) == 3)
        await pilot.press("5")
        await wait(pilot, lambda: [n.title for n in screen.notices()] == ["Of one", "For all"])
        await pilot.press("f6")
        await wait(pilot, lambda: [n.title for n in screen.notices()] == ["Of one"])


@pytest.mark.acts("notices.export")
async def test_notices_are_written_to_a_file(
    terminal: Any, market: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        await supervisor.command(PublishNotice("n1", "=1+1"))
        screen = await open_notices(app, pilot, wait)
        await wait(pilot, screen.notices)
        await pilot.press("9")
        await wait(pilot, lambda: isinstance(app.screen, ExportScreen) and app.screen.is_mounted)
        app.screen.query_one(Input).value = str(tmp_path / "notices.csv")
        await pilot.press("enter")
        await wait(pilot, lambda: "Written: " in shown(app))
    assert b",'=1+1," in (tmp_path / "notices.csv").read_bytes()
