"""The modes of entry, amending, approving and order features, through the keys, at a real venue."""

from typing import Any

import pytest
from textual.widgets import Input, Static

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AddUser,
    HaltInstrument,
    MemberLimits,
    SetMemberLimits,
    SetPermissions,
)
from bashu_tui.screens.amend import AmendScreen
from bashu_tui.screens.approval import ApprovalScreen
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.screens.mode import ModeScreen
from bashu_tui.widgets.blotter import Blotter
from bashu_tui.widgets.choice_line import ChoiceLine
from bashu_tui.widgets.ladder import Ladder

SYMBOL = "CEA25"


def said(app: Any) -> str:
    return str(app.screen.query_one("#ticket-outcome", Static).content)


def working(market: Any) -> list[tuple[str, int, int]]:
    return [(r.side, r.order_qty, r.price) for r in market.venue.order_rows("alice-co")]


async def switch_on_one_click(pilot: Any, app: Any, wait: Any, key: str = "f12") -> None:
    await pilot.press(key)
    await wait(pilot, lambda: isinstance(app.screen, ModeScreen) and app.screen.is_mounted)
    await pilot.press("3")
    assert app.session.mode == "armed"  # its own confirmation first
    await pilot.press("enter")
    await wait(pilot, lambda: app.session.mode == "one_click")


@pytest.mark.acts("orders.mode")
@pytest.mark.parametrize("key", ["f12", "ctrl+e"])
async def test_one_click_sends_up_to_its_cap_and_ends_at_one_key(
    terminal: Any, market: Any, wait: Any, shown: Any, key: str
) -> None:
    async with terminal() as (app, pilot):
        await switch_on_one_click(pilot, app, wait, key)
        await wait(pilot, lambda: shown(app).count("ONE CLICK") >= 2)  # status bar and ticket
        await fill_ticket_without_trading(pilot, app, "2000", "74.50")
        await wait(pilot, lambda: app.texts("ticket.send") in shown(app))
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))  # above the cap
        await pilot.press("escape")
        await fill_ticket_without_trading(pilot, app, "100", "74.40")
        await wait(pilot, lambda: app.texts("ticket.send_at_once") in shown(app))
        await pilot.press("enter")
        await wait(pilot, lambda: working(market) == [("buy", 100, 7_440)])
        await pilot.press(key)
        await wait(pilot, lambda: app.session.mode == "armed")
        assert not isinstance(app.screen, ModeScreen)


async def fill_ticket_without_trading(pilot: Any, app: Any, qty: str, price: str) -> None:
    """In one-click mode F2 would send; so only the fields are filled."""
    app.screen.query_one("#ticket-qty", Input).value = qty
    field = app.screen.query_one("#ticket-price", Input)
    field.value = price
    field.focus()
    await pilot.pause()


async def test_a_held_key_sends_one_order_in_one_click(
    terminal: Any, market: Any, wait: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("bashu_tui.state.modes.QUIET_SECONDS", 3_600.0)
    async with terminal() as (app, pilot):
        await switch_on_one_click(pilot, app, wait)
        app.screen.query_one(Ladder).focus()
        await pilot.press(*["f2"] * 20)
        await wait(pilot, lambda: working(market))
        await pilot.pause(0.3)
        assert len(working(market)) == 1


async def test_one_click_ends_with_a_halt_and_with_the_link(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot), market.client("sup") as supervisor:
        await switch_on_one_click(pilot, app, wait)
        await supervisor.command(HaltInstrument("h", "CCER", "news"))
        await wait(pilot, lambda: app.session.mode == "armed")
        await switch_on_one_click(pilot, app, wait)
        app.session.client._transport.drop()
        await wait(pilot, lambda: app.session.mode == "armed")


async def test_view_only_sends_nothing_but_withdraws(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 10, 7_400)
        await pilot.press("f12")
        await wait(pilot, lambda: isinstance(app.screen, ModeScreen) and app.screen.is_mounted)
        await pilot.press("1")
        await wait(pilot, lambda: app.session.mode == "view")
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await wait(pilot, lambda: "VIEW ONLY" in shown(app))
        await pilot.press("enter", "f2", "f2", "f6")
        await pilot.pause(0.3)
        assert not isinstance(app.screen, ConfirmScreen | AmendScreen)
        assert len(working(market)) == 1
        await pilot.press("f8")
        await wait(pilot, lambda: not working(market))


async def test_without_the_permission_the_mode_is_view_only(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with market.client("reg") as registrar:
        await registrar.command(SetPermissions("p", "alice", ("view",)))
    async with terminal() as (app, pilot):
        assert app.session.mode == "view"
        await wait(pilot, lambda: app.texts("locked.permission")[:20] in shown(app))
        await pilot.press("f12")
        await wait(pilot, lambda: isinstance(app.screen, ModeScreen) and app.screen.is_mounted)
        await pilot.press("2", "3", "enter")
        await pilot.pause(0.2)
        assert app.session.mode == "view"


async def test_who_may_not_view_trades_all_the_same(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, send: Any
) -> None:
    async with market.client("reg") as registrar:
        await registrar.command(SetPermissions("p", "alice", ("enter",)))
    async with terminal() as (app, pilot):
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await send(pilot, app)
        await wait(pilot, lambda: working(market) == [("buy", 10, 7_450)])


async def test_the_card_warns_shows_limits_and_follows_the_market(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, open_card: Any, shown: Any
) -> None:
    async with market.client("reg") as registrar:
        limits = MemberLimits(max_order_qty=200, approval_qty=90)
        await registrar.command(SetMemberLimits("l", "alice-co", limits))
    async with terminal() as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "sell", 60, 7_450)
        await wait(pilot, lambda: app.session.client.feed.book(SYMBOL).asks)
        await fill_ticket(pilot, app, "buy", "100", "74.50")
        await open_card(pilot, app)
        await wait(pilot, lambda: "60 of 100 t at once" in shown(app))
        assert "50.0%" in shown(app)  # of the member's largest order
        assert app.texts("caution.approval") in shown(app)
        assert app.texts("caution.crosses") in shown(app)
        await bob.place(SYMBOL, "sell", 10, 7_440)
        await wait(pilot, lambda: "The market moved" in shown(app))
        await pilot.press("escape")
        await wait(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        assert app.screen.query_one("#ticket-qty", Input).value == "100"
        assert app.screen.query_one("#ticket-price", Input).value == "74.50"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 42)])
async def test_the_cards_answers_are_always_in_sight(
    terminal: Any, market: Any, wait: Any, fill_ticket: Any, open_card: Any, shown: Any,
    size: tuple[int, int],
) -> None:  # fmt: skip
    async with market.client("reg") as registrar:
        limits = MemberLimits(max_order_qty=5, max_order_value=50_000, approval_qty=3)
        await registrar.command(SetMemberLimits("l", "alice-co", limits))
    async with terminal(size=size) as (app, pilot):
        await fill_ticket(pilot, app, "buy", "50000", "82.00")
        await open_card(pilot, app)
        answers = app.texts("confirm.send"), app.texts("confirm.back")
        await wait(pilot, lambda: all(answer in shown(app) for answer in answers))
        await wait(
            pilot,
            lambda: (
                app.texts("confirm.order", side="Buy", qty="50,000", symbol=SYMBOL, price="82.00")
                in shown(app)
            ),
        )
        if size[1] > 24:
            assert app.screen.query_one(".card").max_scroll_y == 0
            assert app.texts("caution.approval")[:40] in shown(app)


@pytest.mark.acts("blotter.amend")
@pytest.mark.parametrize(
    ("qty", "price", "place"), [("80", "74.50", "keeps its place"), ("100", "74.40", "to the end")]
)
async def test_the_chosen_order_is_amended(
    terminal: Any, market: Any, wait: Any, shown: Any, qty: str, price: str, place: str
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 100, 7_450)
        await wait(pilot, lambda: app.session.orders)
        await pilot.press("f6")
        await wait(pilot, lambda: isinstance(app.screen, AmendScreen) and app.screen.is_mounted)
        app.screen.query_one("#amend-qty", Input).value = qty
        app.screen.query_one("#amend-price", Input).value = price
        await wait(pilot, lambda: place in shown(app))
        await pilot.press("f4")
        expected = ("buy", int(qty), int(price.replace(".", "")))
        await wait(pilot, lambda: working(market) == [expected])
        await wait(pilot, lambda: said(app).startswith("Amended in"))


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("ctrl+d", marks=pytest.mark.acts("blotter.cancel")),
        pytest.param("f11", marks=pytest.mark.acts("blotter.cancel")),
        "delete",  # of the list itself
    ],
)
async def test_the_chosen_order_is_withdrawn_and_no_other(
    terminal: Any, market: Any, wait: Any, key: str
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place(SYMBOL, "buy", 100, 7_450)
        await app.session.client.place(SYMBOL, "buy", 200, 7_440)
        await wait(pilot, lambda: len(app.session.orders) == 2)
        await pilot.press("f7")
        await wait(pilot, lambda: isinstance(app.focused, Blotter))
        await pilot.press("down", key)
        await wait(pilot, lambda: working(market) == [("buy", 200, 7_440)])


@pytest.mark.acts("blotter.next")
async def test_the_blotters_tabs(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        refused = await app.session.client.place(SYMBOL, "sell", 60_000, 7_450)
        assert refused.reject_code
        await app.session.client.place(SYMBOL, "buy", 100, 7_450)
        await pilot.press("f7")
        await wait(pilot, lambda: isinstance(app.focused, Blotter))
        blotter = app.focused
        await wait(pilot, lambda: [line.kind for line in blotter.items()] == ["order", "reject"])
        seen = []
        for _tab in range(4):
            await pilot.press("f7")
            seen.append((blotter.tab, [line.kind for line in blotter.items()]))
        assert seen == [
            ("working", ["order"]), ("fills", []), ("rejects", ["reject"]),
            ("all", ["order", "reject"]),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "click", "kinds"),
    [("f4", "", [False]), ("f9", "", []), ("", "approve_now", [False]), ("", "decline", [])],
)
async def test_a_colleagues_order_is_approved_or_declined(
    terminal: Any, market: Any, wait: Any, monkeypatch: Any, key: str, click: str,
    kinds: list[bool],
) -> None:  # fmt: skip
    monkeypatch.setitem(market.hub.passwords, "ann", "ann-secret")
    role_of = market.hub.role_of
    monkeypatch.setattr(
        market.hub, "role_of", lambda user: "trader" if user == "ann" else role_of(user)
    )
    async with market.client("reg") as registrar:
        await registrar.command(AddUser("u", "ann", "alice-co", "trader"))
        await registrar.command(SetPermissions("p", "alice", ("view", "enter", "approve")))
        await registrar.command(SetMemberLimits("l", "alice-co", MemberLimits(approval_qty=50)))
    transport = market.hub.transport("ann", "ann-secret")
    async with Client(transport, "ann") as ann, terminal() as (app, pilot):
        held = await ann.place(SYMBOL, "buy", 100, 7_450)
        assert held.exec_type == "pending_new"
        await wait(pilot, lambda: held.order_id in app.session.orders)
        await pilot.press("f7")
        await wait(pilot, lambda: isinstance(app.focused, Blotter))
        await pilot.press("home", "enter")
        await wait(pilot, lambda: isinstance(app.screen, ApprovalScreen) and app.screen.is_mounted)
        if key:
            await pilot.press(key)
        else:
            answers = app.screen.query_one("#approval-keys", ChoiceLine)
            await wait(pilot, lambda: answers.spans)
            at = next(first for first, _last, name in answers.spans if name == click)
            await pilot.click(answers, offset=(at + 1, 0))
        await wait(
            pilot, lambda: [row.pending for row in market.venue.order_rows("alice-co")] == kinds
        )


async def test_the_ticket_says_at_once_that_the_book_is_whole_again(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        book = app.session.client.feed.book(SYMBOL)
        book.is_current = False
        app.session.changed.add("book")
        await wait(pilot, lambda: app.texts("locked.book") in shown(app))
        book.is_current = True
        app.session.changed.add("book")
        await wait(pilot, lambda: app.texts("locked.book") not in shown(app))
