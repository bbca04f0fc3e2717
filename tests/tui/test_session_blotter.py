"""The session blotter without a screen: what is sent, what is told, the link, in order."""

import asyncio
import csv
import io
import re
import typing
from collections.abc import Callable
from typing import Any

import pytest

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    ConfirmTradeCorrection,
    HaltInstrument,
    ProposeTradeCorrection,
    PublishNotice,
    Query,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_tui.i18n import Language, Texts, load
from bashu_tui.state import session_blotter
from bashu_tui.state.blotter_rows import chosen, details, remark, table, what
from bashu_tui.state.export import encode
from bashu_tui.state.session_blotter import KINDS, Entry, Filter, SessionBlotter

SYMBOL = "CEA25"
DEADLINE_SECONDS = 30.0


async def until(condition: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + DEADLINE_SECONDS
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)


@pytest.fixture
async def alice(market: Any) -> Any:
    async with market.client("alice") as client:
        yield client


@pytest.fixture
async def bob(market: Any) -> Any:
    async with market.client("bob") as client:
        yield client


def opened(client: Client) -> SessionBlotter:
    blotter = SessionBlotter(client)
    client.listen(blotter.hear)
    return blotter


def events(blotter: SessionBlotter) -> list[str]:
    return [entry.event for entry in blotter.entries]


async def test_an_orders_life_is_told_in_order(alice: Client, bob: Client) -> None:
    blotter = opened(alice)
    report = await alice.place(SYMBOL, "buy", 100, 7_460)
    await bob.place(SYMBOL, "sell", 40, 7_460)
    await until(lambda: "fill" in events(blotter))
    await alice.replace(report.cl_ord_id, 90, 7_455)
    await alice.mass_cancel()
    assert events(blotter) == [
        "logged_on", "sent.new_order", "accepted", "fill", "sent.replace_order", "amended",
        "sent.mass_cancel", "cancelled", "mass_cancelled",
    ]  # fmt: skip
    sent, accepted, fill = list(blotter.entries)[1:4]
    assert (sent.symbol, sent.side, sent.quantity, sent.price) == (SYMBOL, "buy", 100, 7_460)
    assert (accepted.order_id, accepted.cl_ord_id) == (report.order_id, sent.cl_ord_id)
    assert accepted.waited_us >= 0 > sent.waited_us
    assert (fill.kind, fill.quantity, fill.price, fill.waited_us) == ("fill", 40, 7_460, -1)
    assert fill.exec_id > 0
    withdrawn = blotter.entries[7]
    assert (withdrawn.quantity, withdrawn.price) == (50, 7_455)
    assert [entry.number for entry in blotter.entries] == list(range(1, 10))


async def test_queries_and_pings_are_no_commands(alice: Client) -> None:
    blotter = opened(alice)
    await alice.query("orders")
    await alice.send([Query("q", "account")])
    assert events(blotter) == ["logged_on"]


async def test_a_refusal_says_why_in_the_users_language(alice: Client) -> None:
    blotter = opened(alice)
    await alice.place(SYMBOL, "sell", 60_000, 7_460)
    refused = blotter.entries[-1]
    assert (refused.event, refused.reject_code) == ("refused", RejectCode.INSUFFICIENT_HOLDING)
    assert remark(refused, Texts("zh")) == load("zh")["reject.INSUFFICIENT_HOLDING"]


async def test_a_lost_connection_is_noted_and_what_was_missed_comes_after_it(
    market: Any, alice: Client, bob: Client
) -> None:
    async with market.client("sup") as supervisor:
        await supervisor.command(PublishNotice("old", "Before the session"))
        async with market.client("alice") as late:
            blotter = opened(late)
            await late.query("notices")
            await late.place(SYMBOL, "buy", 10, 7_460)
            market.hub.stop()
            await until(lambda: late.link.state == "reconnecting")
            market.hub.start()
            await until(lambda: late.link.state == "live" and bob.link.state == "live")
            await until(lambda: supervisor.link.state == "live")
            await bob.place(SYMBOL, "sell", 10, 7_460)
            await supervisor.command(HaltInstrument("h", SYMBOL, "test"))
            await until(lambda: "notice.halt" in events(blotter))
            await late.query("notices")
            told = events(blotter)
    assert "notice.notice" not in told
    assert told.count("notice.halt") == 1
    parts = ["accepted", "link.reconnecting", "link.live", "fill", "notice.halt"]
    assert [event for event in told if event in parts] == parts
    assert told.count("logged_on") == 2


async def test_corrections_by_supervisors_are_told(
    market: Any, alice: Client, bob: Client, second_supervisor: str
) -> None:
    blotter = opened(alice)
    await alice.place(SYMBOL, "buy", 10, 7_460)
    await bob.place(SYMBOL, "sell", 10, 7_460)
    await until(lambda: "fill" in events(blotter))
    exec_id = blotter.entries[-1].exec_id
    async with market.client("sup") as supervisor, market.client(second_supervisor) as second:
        proposed = ProposeTradeCorrection("p", exec_id, "adjust", "error", 7_455)
        assert (await supervisor.command(proposed)).accepted
        assert (await second.command(ConfirmTradeCorrection("c", 1))).accepted
    await until(lambda: "notice.correction" in events(blotter))
    repriced = next(entry for entry in blotter.entries if entry.event == "repriced")
    assert (repriced.kind, repriced.exec_id, repriced.price) == ("fill", exec_id, 7_455)
    assert repriced.text == "error"


async def test_it_keeps_so_many_and_says_how_many_it_lost(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_blotter, "LIMIT", 3)
    blotter = opened(alice)
    for _ in range(4):
        blotter.note_link("stale")
    assert (len(blotter.entries), blotter.count, blotter.forgotten) == (3, 5, 2)


# What the entries say

_ENTRY = Entry(
    7, 1_764_000_000_000_000_000, "order", "refused", SYMBOL, "buy", 1_000, 7_463, 0, 12, 0, "c-1",
    "NO_LIQUIDITY", "=HYPERLINK()",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_event_has_a_text(language: Language) -> None:
    keys = load(language)
    tags = [str(cls.__struct_config__.tag) for cls in typing.get_args(StateCommand)]
    assert tags
    wanted = [f"log.sent.{tag}" for tag in tags] + [f"log_kind.{kind}" for kind in KINDS]
    wanted += [f"log.{event}" for event in session_blotter._EXECUTIONS.values()]
    assert [key for key in wanted if key not in keys] == []


@pytest.mark.parametrize(
    ("wanted", "is_kept"),
    [
        (Filter(), True),
        (Filter(kind="order"), True),
        (Filter(kind="fill"), False),
        (Filter(symbol=SYMBOL), True),
        (Filter(symbol="CCER"), False),
        (Filter(text="buy 74.63"), True),
        (Filter(text="BUY"), True),
        (Filter(text="nobody"), True),
        (Filter(text="sell"), False),
        (Filter(text="c-1"), True),
    ],
)
def test_filters(wanted: Filter, is_kept: bool) -> None:
    assert bool(chosen([_ENTRY], wanted, Texts("en"))) is is_kept


def test_details_have_all_there_is_and_nothing_else() -> None:
    found = dict(details(_ENTRY, Texts("en")))
    assert found["Price CNY"] == "74.63"
    assert found["Own no."] == "c-1"
    assert "Trade no." not in found
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", found["Time"])
    assert what(_ENTRY, Texts("en")) == "refused"


def test_a_table_is_safe_and_has_a_cell_for_each_column() -> None:
    head, rows = table([_ENTRY], Texts("zh"))
    read = list(csv.reader(io.StringIO(encode(head, rows).decode("utf-8-sig"), newline="")))
    assert [len(row) for row in read] == [len(head)] * 2
    row = dict(zip(*read, strict=True))
    texts = load("zh")
    assert row[texts["log_column.price"]] == "74.63"
    assert row[texts["log_column.text"]] == "'=HYPERLINK()"
    assert row[texts["log_column.venue_time"]] == ""
