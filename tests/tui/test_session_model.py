"""The view model of a session against a real venue, without a screen."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bashu_protocol.client import Client, CommandTimeout
from bashu_protocol.messages import (
    AcceptBlock,
    Alert,
    BlockReport,
    ExecutionReport,
    HaltInstrument,
    OpenAuction,
    PlaceBid,
    PostBlock,
    PublishNotice,
    ReplaceOrder,
    ScheduleAuction,
    SetBlockSession,
    WithdrawBid,
)
from bashu_tui.state.session import Session

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


async def loaded(client: Client) -> Session:
    session = Session(client)
    await session.reload()
    return session


async def test_loads_what_the_venue_knows(alice: Client, bob: Client) -> None:
    await alice.place(SYMBOL, "sell", 300, 7_470)
    await bob.place(SYMBOL, "buy", 100, 7_470)
    await alice.place(SYMBOL, "buy", 200, 7_400)
    session = await loaded(alice)
    assert session.symbols == ["CCER", SYMBOL]
    working = [(o.side, o.price, o.leaves_qty, o.cum_qty) for o in session.orders.values()]
    assert sorted(working) == [("buy", 7_400, 200, 0), ("sell", 7_470, 200, 100)]
    assert [(fill.side, fill.quantity) for fill in session.fills.latest_first()] == [("sell", 100)]
    cash, tonnes = session.accounts["CNY"], session.accounts[SYMBOL]
    assert cash.frozen == 200 * 7_400
    assert cash.available == 1_000_000_000 - 200 * 7_400 + 100 * 7_470
    assert (tonnes.available, tonnes.frozen) == (50_000 - 300, 200)


async def test_follows_an_order_from_working_to_filled(alice: Client, bob: Client) -> None:
    session = await loaded(alice)
    report = await alice.place(SYMBOL, "buy", 100, 7_460)
    order = session.orders[report.order_id]
    assert (order.status, order.leaves_qty, order.own) == ("new", 100, True)
    await bob.place(SYMBOL, "sell", 40, 7_460)
    await until(lambda: session.orders[report.order_id].cum_qty == 40)
    assert session.orders[report.order_id].status == "partially_filled"
    await bob.place(SYMBOL, "sell", 60, 7_460)
    await until(lambda: report.order_id not in session.orders)
    assert [fill.quantity for fill in session.fills.latest_first()] == [60, 40]
    assert session.account_is_old


async def test_withdrawn_and_refused_orders_are_in_the_history(alice: Client) -> None:
    session = await loaded(alice)
    report = await alice.place(SYMBOL, "buy", 100, 7_460)
    await alice.cancel(report.cl_ord_id)
    refused = await alice.place(SYMBOL, "sell", 60_000, 7_460)
    assert refused.exec_type == "rejected"
    assert not session.orders
    assert [(line.kind, line.reject_code) for line in session.history.lines] == [
        ("status.rejected", "INSUFFICIENT_HOLDING"),
        ("status.canceled", ""),
    ]


async def test_an_amendment_keeps_one_line(alice: Client) -> None:
    session = await loaded(alice)
    report = await alice.place(SYMBOL, "buy", 100, 7_460)
    await alice.replace(report.cl_ord_id, 80, 7_455)
    (order,) = session.orders.values()
    assert (order.price, order.order_qty, order.leaves_qty) == (7_455, 80, 80)


async def test_every_change_names_what_to_paint(alice: Client, bob: Client) -> None:
    session = await loaded(alice)
    session.take_changes()
    await bob.place(SYMBOL, "buy", 10, 7_450)
    await until(lambda: "book" in session.changed)
    await alice.place(SYMBOL, "sell", 10, 7_450)
    await until(lambda: {"stat", "orders", "fills"} <= session.changed)
    assert session.take_changes()
    assert "orders" not in session.changed


async def test_market_is_open_only_in_continuous_trading(market: Any, alice: Client) -> None:
    session = await loaded(alice)
    await until(lambda: session.why_locked(SYMBOL) is None)
    assert session.why_locked("NONE") is not None
    async with market.client("sup") as supervisor:
        await supervisor.command(HaltInstrument("h", SYMBOL, "test"))
    await until(lambda: session.why_locked(SYMBOL) is not None)
    assert session.why_locked("CCER") is None


async def test_market_is_not_open_while_the_link_is_down(market: Any, alice: Client) -> None:
    session = await loaded(alice)
    await until(lambda: session.why_locked(SYMBOL) is None)
    market.hub.stop()
    await until(lambda: not session.is_live)
    assert session.why_locked(SYMBOL) is not None


async def test_a_new_logon_asks_for_the_truth_again(market: Any, alice: Client) -> None:
    session = await loaded(alice)
    await alice.place(SYMBOL, "buy", 100, 7_460)
    market.hub.stop()
    await until(lambda: not session.is_live)
    market.hub.start()
    await until(lambda: session.needs_reload)
    await session.reload()
    assert [order.leaves_qty for order in session.orders.values()] == [100]
    assert not session.needs_reload


async def test_supervisors_have_members_and_see_everybody(market: Any, alice: Client) -> None:
    async with market.client("sup") as client:
        session = await loaded(client)
        assert session.role == "supervisor"
        assert set(session.members) == {"alice-co", "bob-co", "reg-co", "sup-co"}
        await alice.place(SYMBOL, "buy", 100, 7_460)
        await until(lambda: session.audit)
        assert (session.audit[0].member, session.audit[0].event) == ("alice-co", "new")
        await client.command(PublishNotice("n", "Maintenance at noon"))
        await until(lambda: session.history.notices)


async def test_traders_get_no_audit_and_no_alerts(market: Any, alice: Client, bob: Client) -> None:
    session = await loaded(alice)
    await bob.place(SYMBOL, "buy", 100, 7_460)
    await until(lambda: alice.feed.book(SYMBOL).bids)
    assert not session.audit
    assert not session.alerts
    assert not session.members


def alert(update: int, count: int) -> Alert:
    return Alert(
        7, update, "self_trade", 1, "info", SYMBOL, "o", ["m"], 1, 2, 3, 4, count, 20, [1], [], {}
    )


async def test_only_a_higher_update_replaces_an_alert(alice: Client) -> None:
    session = await loaded(alice)
    for update, count in ((2, 5), (1, 3), (3, 9)):
        session.hear(alert(update, count))
    assert session.alerts[7].count == 9
    session.hear(alert(2, 5))
    assert session.alerts[7].count == 9


async def test_a_refused_command_about_an_unknown_order_is_not_an_order(alice: Client) -> None:
    session = await loaded(alice)
    report = await alice.cancel("never-sent")
    assert isinstance(report, ExecutionReport)
    assert report.exec_type == "rejected"
    assert not session.orders


async def test_independent_questions_are_asked_at_the_same_time(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer comes before all of a round are asked: one after another would wait for ever."""
    rounds = [
        {"instruments", "limits"},
        {"orders", "fills", "account", "notices", "blocks", "auctions"},
    ]
    asked: set[str] = set()
    complete = [asyncio.Event() for _round in rounds]
    query = alice.query

    async def held_back(what: Any, *rest: Any, **more: Any) -> Any:
        asked.add(what)
        for expected, event in zip(rounds, complete, strict=True):
            if expected <= asked:
                event.set()
            if what in expected:
                await asyncio.wait_for(event.wait(), DEADLINE_SECONDS / 10)
        return await query(what, *rest, **more)

    monkeypatch.setattr(alice, "query", held_back)
    session = await loaded(alice)
    assert session.symbols == ["CCER", SYMBOL]
    assert session.accounts
    assert asked == rounds[0] | rounds[1]


@pytest.mark.parametrize(
    "failing", ["instruments", "limits", "notices", "orders", "fills", "account", "blocks"]
)
async def test_a_question_that_fails_is_told_and_everything_is_asked_again(
    alice: Client, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    session = await loaded(alice)
    await alice.place(SYMBOL, "buy", 100, 7_460)
    session.needs_reload = True
    query = alice.query

    async def query_or_fail(what: Any, *rest: Any, **more: Any) -> Any:
        if what == failing:
            raise CommandTimeout("no answer")
        return await query(what, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(alice, "query", query_or_fail)
        with pytest.raises(CommandTimeout):
            await session.reload()
    assert session.needs_reload
    assert session.link_face == "catching_up"
    await session.reload()
    assert not session.needs_reload
    assert [order.leaves_qty for order in session.orders.values()] == [100]


async def test_the_account_is_old_until_the_venue_has_told_it(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await loaded(alice)
    await alice.place(SYMBOL, "buy", 100, 7_460)
    assert session.account_is_old

    async def no_answer(*_question: Any, **_more: Any) -> Any:
        raise CommandTimeout("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(alice, "query", no_answer)
        with pytest.raises(CommandTimeout):
            await session.reload_account()
    assert session.account_is_old
    await session.reload_account()
    assert not session.account_is_old
    assert session.accounts["CNY"].frozen == 746_000


async def test_what_is_sent_about_a_number_names_its_instrument_and_side(
    market: Any, alice: Client, bob: Client
) -> None:
    async with market.client("reg") as registrar:
        for command in (
            SetBlockSession("s", True, SYMBOL),
            ScheduleAuction("a", "bob-co", SYMBOL, 5_000),
            OpenAuction("o", 1),
        ):
            await registrar.command(command)
    offer = PostBlock(bob.new_cl_ord_id(), SYMBOL, "buy", 1_000, 7_450, "alice-co")
    block = (await bob.request(offer, BlockReport)).block_id
    report = await alice.place(SYMBOL, "sell", 10, 7_500)
    session = await loaded(alice)
    new = alice.new_cl_ord_id
    for sent in (
        ReplaceOrder(new(), report.cl_ord_id, 20, 7_500),
        PlaceBid(new(), 1, 1_000, 7_500),
        WithdrawBid(new(), 1),
        AcceptBlock(new(), block, 1_000, 7_450),
        AcceptBlock(new(), 99, 1_000, 7_450),
    ):
        await alice.request(sent, object)
    entries = [e for e in session.session_blotter.entries if e.event.startswith("sent.")]
    assert [(e.event.removeprefix("sent."), e.symbol, e.side) for e in entries] == [
        ("replace_order", SYMBOL, "sell"),
        ("place_bid", SYMBOL, "buy"),
        ("withdraw_bid", SYMBOL, "buy"),
        ("accept_block", SYMBOL, "sell"),
        ("accept_block", "", ""),
    ]
