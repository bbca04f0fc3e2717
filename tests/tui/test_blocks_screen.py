"""Block trading from the screen, against a real venue with two members."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec import structs
from off_book_desk import Desk, agree, card_opened, desk_at, fill, type_into
from textual.pilot import Pilot

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AcceptBlock,
    BlockReport,
    BlockRow,
    CounterBlock,
    PostBlock,
    SetBlockSession,
    Side,
    WithdrawBlock,
)
from bashu_protocol.requests import CommandTimeout
from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language
from bashu_tui.screens import off_book
from bashu_tui.screens.blocks import BlocksScreen
from bashu_tui.screens.terms_card import TermsCard
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.block_form import BlockForm
from bashu_tui.widgets.block_list import BlockList
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.choice import Choice

SYMBOL = "CEA25"


class Bob:
    """The other member's program."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def post(self, side: Side, qty: int, price: int, to: str = "alice-co") -> int:
        command = PostBlock(self.client.new_cl_ord_id(), SYMBOL, side, qty, price, to)
        return (await self.client.request(command, BlockReport)).block_id

    async def counter(self, block_id: int, qty: int, price: int) -> int:
        command = CounterBlock(self.client.new_cl_ord_id(), block_id, qty, price)
        return (await self.client.request(command, BlockReport)).block_id

    async def accept(self, block_id: int, qty: int, price: int) -> None:
        command = AcceptBlock(self.client.new_cl_ord_id(), block_id, qty, price)
        await self.client.request(command, BlockReport)

    async def withdraw(self, block_id: int) -> None:
        command = WithdrawBlock(self.client.new_cl_ord_id(), block_id)
        await self.client.request(command, BlockReport)

    async def rows(self) -> list[BlockRow]:
        rows = (await self.client.query("blocks")).rows
        return [row for row in rows if isinstance(row, BlockRow)]


@pytest.fixture
async def registrar(market: Any) -> AsyncIterator[Client]:
    async with market.client("reg") as client:
        await client.command(SetBlockSession("open-1", True, SYMBOL))
        yield client


@pytest.fixture
async def bob(market: Any, registrar: Client) -> AsyncIterator[Bob]:
    async with market.client("bob") as client:
        yield Bob(client)


@pytest.fixture
def desk(terminal: Any, wait: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(BlocksScreen, "ask_seconds", 0.1)
    return desk_at("blocks", terminal, wait)


def lines(app: BashuApp) -> list[tuple[str, int, int]]:
    assert app.session is not None
    return [(n.kind, n.order_qty, n.price) for n in app.session.blocks.standing()]


async def fill_form(pilot: Pilot[None], app: BashuApp, qty: str, price: str) -> None:
    await fill(pilot, app.screen.query_one(BlockForm).fields, qty, price)


async def test_an_offer_to_all_is_posted_by_keyboard(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        await pilot.press("f2")
        form = app.screen.query_one(BlockForm)
        await wait(pilot, lambda: app.focused is form.fields[0].input)
        form.query_one("#block-side", Choice).focus()
        await pilot.press("right")
        await type_into(pilot, form.fields, "2000", "75.00")
        await wait(pilot, lambda: "Freezes 2,000 t CEA25 at once" in shown(app))
        assert "Value CNY 150,000.00   +0.49% from the last price" in shown(app)
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, TermsCard))
        await wait(pilot, lambda: "To all, without your name" in shown(app))
        assert "Sell 2,000 t CEA25 at 75.00" in shown(app)
        await agree(pilot, app, wait)
        await wait(pilot, lambda: "Posted as block 1" in shown(app))
        await wait(pilot, lambda: lines(app) == [("own_offer", 2_000, 7_500)])
        assert isinstance(app.focused, BlockList)
        assert form.terms() is None
        (row,) = await bob.rows()
        assert (row.side, row.order_qty, row.price, row.counterparty) == ("sell", 2_000, 7_500, "")
        assert app.session is not None
        await wait(pilot, lambda: app.session.accounts[SYMBOL].frozen == 2_000)


@pytest.mark.acts("blocks.offer", "blocks.send")
async def test_an_offer_goes_to_the_named_member(desk: Desk, bob: Bob, wait: Any) -> None:
    async with desk() as (app, pilot):
        await pilot.press("1")
        await wait(pilot, lambda: app.screen.has_class("-form"))
        await fill_form(pilot, app, "1000", "74")
        await pilot.press("down", "b", "o", "b", "minus", "c", "o", "f5")
        await agree(pilot, app, wait)
        await wait(pilot, lambda: lines(app) == [("own_offer", 1_000, 7_400)])
        (row,) = await bob.rows()
        assert (row.side, row.counterparty, row.your_turn) == ("buy", "alice-co", True)


@pytest.mark.acts("blocks.back")
async def test_what_cannot_be_read_is_not_sent(desk: Desk, bob: Bob, wait: Any, shown: Any) -> None:
    async with desk() as (app, pilot):
        await pilot.press("f2")
        await fill_form(pilot, app, "999", "98.00")
        await wait(pilot, lambda: "! at least 1,000 t" in shown(app))
        assert "! at most 97.02" in shown(app)
        await pilot.press("enter")
        await wait(pilot, lambda: "Tonnes: at least 1,000 t" in shown(app))
        assert isinstance(app.screen, BlocksScreen)
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.focused, BlockList))
        assert await bob.rows() == []


async def test_ones_turn_is_shown_everywhere_and_accepting_trades(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        bells: list[bool] = []
        app.bell = lambda: bells.append(True)
        app.open_screen("trading")
        offer = await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: "your turn: 1" in shown(app))
        assert bells
        app.open_screen("blocks")
        await wait(pilot, lambda: "> TO YOU       Sell  CEA25" in shown(app))
        assert "With bob-co" in shown(app)
        await pilot.press("enter")
        await wait(pilot, lambda: "Accept and trade?" in shown(app))
        assert "Value CNY 74,500.00" in shown(app)
        await agree(pilot, app, wait)
        await wait(pilot, lambda: f"Traded: block {offer}" in shown(app))
        await wait(pilot, lambda: "your turn" not in shown(app))
        session = app.session
        assert session is not None
        assert [(f.side, f.qty, f.price) for f in session.blocks.fills] == [("sell", 1_000, 7_450)]
        await wait(pilot, lambda: session.accounts[SYMBOL].available == 49_000)
        assert "traded" in shown(app)


@pytest.mark.acts("blocks.counter", "blocks.accept")
async def test_a_negotiation_goes_back_and_forth(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk(size=(140, 42)) as (app, pilot):
        offer = await bob.post("sell", 2_000, 7_500, to="")
        await wait(pilot, lambda: "open to all" in shown(app))
        assert "The other side is not named before it answers." in shown(app)
        await pilot.press("f3")
        await wait(pilot, lambda: f"Other terms for block {offer}" in shown(app))
        await fill_form(pilot, app, "1500", "74.00")
        await pilot.press("enter")
        await wait(pilot, lambda: "it will see your name" in shown(app))
        await agree(pilot, app, wait)
        await wait(pilot, lambda: "now it is their turn" in shown(app))
        (talk,) = [row.block_id for row in await bob.rows() if row.kind == "negotiation"]
        await bob.counter(talk, 1_500, 7_450)
        await wait(pilot, lambda: "> YOUR TURN" in shown(app))
        await wait(pilot, lambda: f"Block {talk} " in shown(app))
        steps = [line.split()[1:4] for line in shown(app).split("\n") if "proposed " in line]
        assert len(steps) == 2
        assert "With bob-co" in shown(app)
        await pilot.press("4")
        await agree(pilot, app, wait)
        await wait(pilot, lambda: f"Traded: block {talk}" in shown(app))
        assert [r.kind for r in await bob.rows()] == []


@pytest.mark.acts("blocks.withdraw")
async def test_withdrawing_is_one_key_and_no_card(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        offer = await bob.post("buy", 1_000, 7_450, to="")
        await wait(pilot, lambda: lines(app) == [("offer", 1_000, 7_450)])
        await pilot.press("f9")
        await wait(pilot, lambda: "nothing of yours to withdraw" in shown(app))
        await pilot.press("f3")
        await fill_form(pilot, app, "1000", "74.60")
        await pilot.press("enter")
        await agree(pilot, app, wait)
        screen = app.screen
        assert isinstance(screen, BlocksScreen)
        await wait(pilot, lambda: screen.chosen and screen.chosen.kind == "negotiation")
        await pilot.press("9")
        await wait(pilot, lambda: "Withdrawn: block" in shown(app))
        await wait(pilot, lambda: lines(app) == [("offer", 1_000, 7_450)])
        assert [row.block_id for row in await bob.rows()] == [offer]


async def test_what_is_gone_meanwhile_is_refused_in_the_users_language(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk(language="zh") as (app, pilot):
        offer = await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: "向您发出" in shown(app))
        await pilot.press("f4")
        await wait(pilot, lambda: isinstance(app.screen, TermsCard))
        await bob.withdraw(offer)
        await agree(pilot, app, wait)
        await wait(pilot, lambda: "被拒绝：没有这笔大宗协议" in shown(app))
        await wait(pilot, lambda: "已撤回" in shown(app))


async def test_everything_works_by_mouse(desk: Desk, bob: Bob, wait: Any, shown: Any) -> None:
    async with desk() as (app, pilot):
        await bob.post("buy", 1_000, 7_450, to="")
        offer = await bob.post("buy", 1_100, 7_460, to="")
        await wait(pilot, lambda: len(lines(app)) == 2)
        await pilot.click(BlockList, offset=(20, 3))
        await wait(pilot, lambda: f"Block {offer - 1} " in shown(app))
        await pilot.click(BlockList, offset=(20, 2))
        await wait(pilot, lambda: f"Block {offer} " in shown(app))
        row = app.screen.query_one("#block-actions", ActionRow)
        at = "".join(text for text, _style in row.lines(80, 1)[0]).index("Accept")
        await pilot.click(row, offset=(at, 0))
        await card_opened(pilot, app, wait)
        await pilot.click(CardKeys, offset=(2, 0))
        await wait(pilot, lambda: f"Traded: block {offer}" in shown(app))


async def test_a_card_can_be_left_and_nothing_is_sent(desk: Desk, bob: Bob, wait: Any) -> None:
    async with desk() as (app, pilot):
        offer = await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: len(lines(app)) == 1)
        await pilot.press("f4")
        await wait(pilot, lambda: isinstance(app.screen, TermsCard) and app.screen.is_mounted)
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, BlocksScreen))
        assert [row.block_id for row in await bob.rows()] == [offer]


async def test_a_held_key_opens_the_card_and_confirms_nothing(
    desk: Desk, bob: Bob, wait: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bashu_tui.state.modes.QUIET_SECONDS", 3_600.0)
    async with desk() as (app, pilot):
        offer = await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: len(lines(app)) == 1)
        await pilot.press(*["enter"] * 10)
        await wait(pilot, lambda: isinstance(app.screen, TermsCard) and app.screen.is_mounted)
        await pilot.press(*["enter"] * 10)
        await pilot.pause(0.2)
        assert isinstance(app.screen, TermsCard)
        assert [row.block_id for row in await bob.rows()] == [offer]


async def test_a_closed_session_is_said_and_refused(
    desk: Desk, bob: Bob, registrar: Client, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        await wait(pilot, lambda: "Block session of CEA25: open" in shown(app))
        await registrar.command(SetBlockSession("shut", False, SYMBOL))
        await wait(pilot, lambda: "Block session of CEA25: closed since" in shown(app))
        await pilot.press("f2")
        await fill_form(pilot, app, "1000", "74")
        await pilot.press("enter")
        await agree(pilot, app, wait)
        await wait(pilot, lambda: "Refused: the block session is not open" in shown(app))
        assert app.screen.has_class("-form")


async def test_who_may_not_trade_cannot_send_anything(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    offer = await bob.post("buy", 1_000, 7_450, to="")
    async with desk("sup") as (app, pilot):
        await wait(pilot, lambda: len(lines(app)) == 1)
        for key in ("f4", "enter"):
            await pilot.press(key)
            await wait(pilot, lambda: "LOCKED" in shown(app))
            assert isinstance(app.screen, BlocksScreen)
        await pilot.press("f2")
        await fill_form(pilot, app, "1000", "74")
        await pilot.press("f5")
        await pilot.pause()
        assert isinstance(app.screen, BlocksScreen)
        assert [row.block_id for row in await bob.rows()] == [offer]


async def test_cancel_all_withdraws_the_blocks_too(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        await pilot.press("f2")
        await fill_form(pilot, app, "1000", "74")
        await pilot.press("enter")
        await agree(pilot, app, wait)
        await wait(pilot, lambda: len(lines(app)) == 1)
        await pilot.press("ctrl+x")
        await wait(pilot, lambda: "Withdrawn: 1" in shown(app))
        assert await bob.rows() == []


async def test_view_only_sends_nothing_from_the_blocks(
    desk: Desk, bob: Bob, market: Any, wait: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = market.app

    def viewing(user: str, language: Language) -> BashuApp:
        app: BashuApp = make(user, language)
        app.settings = structs.replace(app.settings, entry_mode="view")
        return app

    monkeypatch.setattr(market, "app", viewing)
    async with desk() as (app, pilot):
        offer = await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: len(lines(app)) == 1)
        screen = app.screen
        assert isinstance(screen, BlocksScreen)
        for keys in (("f4",), ("f3", "f5"), ("escape", "f2", "f5")):
            screen.outcome.say("")
            await pilot.press(*keys)
            await wait(pilot, lambda: screen.outcome.key == "locked.view")
            assert app.screen is screen
        assert [row.block_id for row in await bob.rows()] == [offer]


async def test_a_broken_link_locks_and_the_truth_comes_back(
    desk: Desk, bob: Bob, market: Any, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        offer = await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: len(lines(app)) == 1)
        session = app.session
        assert session is not None
        market.hub.stop()
        await wait(pilot, lambda: not session.is_live)
        await pilot.press("f4")
        await wait(pilot, lambda: "LOCKED: the market is not live" in shown(app))
        assert isinstance(app.screen, BlocksScreen)
        market.hub.start()
        await wait(pilot, lambda: session.is_live and bob.client.link.state == "live")
        await bob.withdraw(offer)
        await wait(pilot, lambda: lines(app) == [])
        await wait(pilot, lambda: "withdrawn" in shown(app))


async def test_a_new_offer_does_not_begin_with_the_terms_of_something_else(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: len(lines(app)) == 1)
        await pilot.press("f3")
        form = app.screen.query_one(BlockForm)
        await wait(pilot, lambda: form.fields[0].text == "1000")
        await pilot.press("f2")
        await wait(pilot, lambda: "New offer" in shown(app))
        assert [field.text for field in form.fields] == ["", ""]


async def test_the_form_says_that_what_it_answers_is_over(
    desk: Desk, bob: Bob, wait: Any, shown: Any
) -> None:
    async with desk() as (app, pilot):
        offer = await bob.post("buy", 1_000, 7_450)
        await wait(pilot, lambda: len(lines(app)) == 1)
        await pilot.press("f3")
        await wait(pilot, lambda: "Freezes 1,000 t" in shown(app))
        await bob.withdraw(offer)
        await wait(pilot, lambda: "This block is over" in shown(app))


async def test_a_late_answer_does_not_free_the_next_command(
    desk: Desk, bob: Bob, wait: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(off_book, "LATE_SECONDS", 0.05)
    async with desk() as (app, pilot):
        screen = app.screen
        answers: dict[int, asyncio.Future[Any]] = {}
        really = app.session.client.request

        async def request(command: Any, *rest: Any) -> Any:
            if not isinstance(command, WithdrawBlock):
                return await really(command, *rest)
            answers[command.block_id] = asyncio.get_running_loop().create_future()
            return await answers[command.block_id]

        monkeypatch.setattr(app.session.client, "request", request)
        screen.send(WithdrawBlock("late", 1), screen._sent)
        await wait(pilot, lambda: "no answer" in shown(app).lower() and 1 in answers)
        monkeypatch.setattr(off_book, "LATE_SECONDS", 60.0)
        screen.send(WithdrawBlock("next", 2), screen._sent)
        await wait(pilot, lambda: 2 in answers)
        assert screen.outcome.key == "off_book.sending"
        answers[1].set_exception(CommandTimeout("late"))
        await wait(pilot, lambda: screen.outcome.key == "off_book.unknown")
        assert screen.refuse_locked(), "the next command is still on its way"
        answers[2].set_exception(CommandTimeout("next"))
        await wait(pilot, lambda: screen._sending is None)
