"""`bashu-tui orders|fills|positions|instruments|notices|book|watch` against a real venue."""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest
from bashu_testing import eventually
from headless_twin import Outcome, run_twin
from rich.cells import cell_len

from bashu_protocol.messages import (
    AuctionEvent,
    BidEvent,
    BlockEventKind,
    CorrectionAction,
    ExecType,
    PartyReport,
    PublishNotice,
    TradeMode,
)
from bashu_tui.headless.parser import add_commands
from bashu_tui.headless.printing import table
from bashu_tui.i18n import Texts, load

Twin = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def twin(market: Any) -> Twin:
    """Run one command line as alice, or as another user."""

    async def run(line: str, user: str = "alice") -> Outcome:
        return await run_twin(market.hub, user, f"{user[0]}-secret", line)

    return run


def test_columns_line_up_in_cells() -> None:
    lines = table(
        [("代码", "left"), ("Tonnes", "right"), ("状态", "left"), ("n", "right")],
        [("CEA25", "1", "已报", "10"), ("国家核证", "1,000", "部分成交", "2")],
    )
    assert {cell_len(line) for line in lines} == {8 + 2 + 6 + 2 + 8 + 2 + 2}
    assert lines[0].startswith("代码")
    assert lines[1].endswith("已报      10")


async def test_nothing_is_said_in_words(twin: Twin) -> None:
    for line, says in (
        ("orders", "No working orders"),
        ("fills", "No fills today"),
        ("notices", "No notices"),
        ("orders --lang zh", "无未成交委托"),
    ):
        done = await twin(line)
        assert (done.code, done.out) == (0, says + "\n")
        assert (await twin(line + " --json")).out == ""


async def test_orders_are_listed(market: Any, twin: Twin) -> None:
    async with market.client("alice") as alice, market.client("bob") as bob:
        await alice.place("CEA25", "buy", 1_500, 7_450, cl_ord_id="big")
        await alice.place("CCER", "buy", 7, 6_800, cl_ord_id="small")
        await bob.place("CEA25", "sell", 500, 7_450)
    done = await twin("orders")
    head, *lines = done.out.splitlines()
    assert head.split() == [
        "Time", "Symbol", "Side", "Tonnes", "Price", "Filled", "Status", "Validity", "Number",
        "User", "Terms",
    ]  # fmt: skip
    assert len(lines) == 2
    assert lines[0].split()[1:] == [
        "CEA25", "Buy", "1,500", "74.50", "500", "partly", "filled", "day", "big", "alice",
    ]  # fmt: skip
    assert [line.split()[1] for line in (await twin("orders --symbol CCER")).out.splitlines()[1:]]
    found = (await twin("orders --symbol CCER --json")).objects
    assert [(o["type"], o["cl_ord_id"], o["price"]) for o in found] == [("order", "small", 6_800)]
    assert (await twin("--symbol CCER orders --json")).objects == found
    chinese = (await twin("orders --lang zh")).out.splitlines()
    assert len({cell_len(line.split("alice")[0]) for line in chinese[1:]}) == 1


async def test_fills_and_positions_are_listed(market: Any, twin: Twin) -> None:
    async with market.client("alice") as alice, market.client("bob") as bob:
        await alice.place("CEA25", "buy", 300, 7_450, cl_ord_id="mine")
        await bob.place("CEA25", "sell", 100, 7_450)
    (fill,) = (await twin("fills --json")).objects
    assert (fill["type"], fill["last_qty"], fill["last_px"]) == ("fill", 100, 7_450)
    (line,) = (await twin("fills")).out.splitlines()[1:]
    assert line.split()[1:] == ["CEA25", "Buy", "100", "74.50", "1", "mine", "alice"]
    cash, holding = (await twin("positions")).out.splitlines()[1:]
    # 10 million yuan less 300 t at 74.50, two thirds of which is frozen for what still works.
    assert cash.split()[-4:] == ["9,977,650.00", "14,900.00", "0.00", "9,992,550.00"]
    assert holding.split() == ["CEA25", "50,000", "0", "100", "50,100"]
    rows = (await twin("positions --json")).objects
    held = {r["asset"]: (r["available"], r["frozen"], r["bought_today"]) for r in rows}
    assert held["CNY"] == (997_765_000, 1_490_000, 0)
    assert held["CEA25"] == (50_000, 0, 100)


async def test_instruments_are_listed(twin: Twin) -> None:
    done = await twin("instruments --lang zh")
    assert "全国碳配额25" in done.out
    assert "82.09" in done.out
    (row,) = (await twin("instruments --symbol CCER --json")).objects
    assert row["rules"]["symbol"] == "CCER"
    assert row["phase"] == "continuous"


async def test_the_book_has_asks_above_bids(market: Any, twin: Twin) -> None:
    assert "No orders in the book" in (await twin("book CEA25")).out
    async with market.client("bob") as bob:
        for side, price in (("buy", 7_440), ("buy", 7_430), ("sell", 7_450), ("sell", 7_460)):
            await bob.place("CEA25", side, 1_000, price)
        await bob.place("CEA25", "buy", 500, 7_440)
        # The book that is asked for is the one that was published last.
        await eventually(lambda: bob.feed.book("CEA25").bids[:1] == [(7_440, 1_500, 2)])
    done = await twin("book CEA25")
    assert [line.split() for line in done.out.splitlines()] == [
        ["CEA25:", "continuous", "trading"],
        ["Side", "Price", "Tonnes", "Orders"],
        ["Ask", "74.60", "1,000", "1"],
        ["Ask", "74.50", "1,000", "1"],
        ["Bid", "74.40", "1,500", "2"],
        ["Bid", "74.30", "1,000", "1"],
    ]
    (book,) = (await twin("book CEA25 --depth 1 --json")).objects
    assert (book["bids"], book["asks"]) == ([[7_440, 1_500, 2]], [[7_450, 1_000, 1]])


@pytest.mark.parametrize("line", ["book NOPE", "orders --symbol NOPE"])
async def test_an_unknown_instrument_is_refused(twin: Twin, line: str) -> None:
    done = await twin(line)
    assert done.code == 1
    assert "no such instrument" in done.err
    (reject,) = (await twin(line + " --json")).objects
    assert (reject["type"], reject["reject_code"]) == ("reject", "UNKNOWN_SYMBOL")


async def test_notices_are_listed(market: Any, twin: Twin) -> None:
    async with market.client("sup") as sup:
        await sup.command(PublishNotice("n", "Reminder", "of the deadline"))
    done = await twin("notices")
    assert done.out.endswith("Notice: Reminder: of the deadline\n")
    (notice,) = (await twin("notices --json")).objects
    assert (notice["type"], notice["title"]) == ("notice", "Reminder")


def test_everything_that_can_be_reported_has_a_sentence() -> None:
    """Texts whose keys are made of the protocol's words are there for all of them."""
    events = {*get_args(BidEvent), *get_args(AuctionEvent), *get_args(BlockEventKind)}
    wanted = {
        *(f"headless.exec.{name}" for name in get_args(ExecType)),
        *(f"headless.event.{name}" for name in events),
        *(f"headless.trade_{mode}" for mode in get_args(TradeMode) if mode != "listing"),
        *(f"headless.correction_{action}" for action in get_args(CorrectionAction)),
        *(f"headless.corrected_{action}" for action in get_args(CorrectionAction)),
        *(f"headless.kind.{r.__struct_config__.tag}" for r in get_args(PartyReport)),
        *(f"headless.help.{name}" for name in _commands()),
    }
    assert wanted <= load("en").keys()


def _commands() -> list[str]:
    parser = argparse.ArgumentParser()
    add_commands(parser, Texts("en"))
    (sub,) = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return list(sub.choices)
