"""The view model of block trading against a real venue, without a screen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bashu_protocol.client import Client
from bashu_protocol.feed import MarketFeed
from bashu_protocol.messages import (
    AcceptBlock,
    AnyMessage,
    BlockReport,
    BlockRow,
    CounterBlock,
    InstrumentStat,
    LogonAck,
    PostBlock,
    QueryResult,
    QueryWhat,
    SetBlockSession,
    Side,
    WithdrawBlock,
)
from bashu_tui.state.blocks import Blocks, BlockWindow

SYMBOL = "CEA25"
DEADLINE_SECONDS = 30.0


class Desk:
    """One member's client with the view model under test."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.blocks = Blocks()
        self.changed: set[str] = set()
        client.listen(self._hear)

    def _hear(self, message: AnyMessage) -> None:
        self.changed |= self.blocks.hear(message)

    async def ask(self, command: Any) -> BlockReport:
        return await self.client.request(command, BlockReport)

    async def post(self, side: Side, qty: int = 1_000, price: int = 7_400, to: str = "") -> int:
        name = self.client.new_cl_ord_id()
        report = await self.ask(PostBlock(name, SYMBOL, side, qty, price, to))
        return report.block_id

    async def counter(self, block_id: int, qty: int, price: int) -> int:
        name = self.client.new_cl_ord_id()
        return (await self.ask(CounterBlock(name, block_id, qty, price))).block_id

    async def accept(self, block_id: int, qty: int, price: int) -> None:
        await self.ask(AcceptBlock(self.client.new_cl_ord_id(), block_id, qty, price))

    async def withdraw(self, block_id: int) -> None:
        await self.ask(WithdrawBlock(self.client.new_cl_ord_id(), block_id))

    async def current(self) -> Blocks:
        await self.blocks.reload(self.client)
        return self.blocks


async def until(condition: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + DEADLINE_SECONDS
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)


@pytest.fixture
async def registrar(market: Any) -> AsyncIterator[Client]:
    async with market.client("reg") as client:
        await client.command(SetBlockSession("open-1", True, SYMBOL))
        yield client


@pytest.fixture
async def alice(market: Any, registrar: Client) -> AsyncIterator[Desk]:
    async with market.client("alice") as client:
        yield Desk(client)


@pytest.fixture
async def bob(market: Any, registrar: Client) -> AsyncIterator[Desk]:
    async with market.client("bob") as client:
        yield Desk(client)


async def test_an_offer_to_all_is_anonymous_and_names_ones_own_side(alice: Desk, bob: Desk) -> None:
    offer = await alice.post("sell")
    (own,) = (await alice.current()).standing()
    assert (own.kind, own.side, own.actions) == ("own_offer", "sell", {"withdraw"})
    assert not bob.blocks.is_old
    (seen,) = (await bob.current()).standing()
    assert (seen.block_id, seen.kind, seen.side, seen.counterparty) == (offer, "offer", "buy", "")
    assert seen.actions == {"accept", "counter"}
    assert seen.value == 7_400_000
    assert bob.blocks.my_turns() == []


async def test_an_offer_to_a_named_member_is_its_turn_at_once(alice: Desk, bob: Desk) -> None:
    offer = await alice.post("buy", to="bob-co")
    await until(lambda: "block turn" in bob.changed)
    assert bob.blocks.is_old
    (turn,) = (await bob.current()).my_turns()
    assert not bob.blocks.is_old
    assert (turn.block_id, turn.side, turn.counterparty) == (offer, "sell", "alice-co")
    assert [(t.event, t.by) for t in bob.blocks.terms_of(turn)] == [("offered", "other")]


async def test_a_negotiation_keeps_every_step_on_both_sides(alice: Desk, bob: Desk) -> None:
    offer = await alice.post("sell", 1_000, 7_400)
    await bob.current()
    talk = await bob.counter(offer, 2_000, 7_300)
    await until(lambda: alice.blocks.turns_begun == 1)
    (turn,) = (await alice.current()).my_turns()
    assert (turn.block_id, turn.offer_id, turn.kind) == (talk, offer, "negotiation")
    assert (turn.counterparty, turn.side) == ("bob-co", "sell")
    assert turn.actions == {"accept", "counter", "withdraw"}
    await alice.counter(talk, 2_000, 7_350)
    await until(lambda: bob.blocks.turns_begun == 1)
    (answer,) = (await bob.current()).my_turns()
    assert answer.counterparty == "alice-co"
    steps = [(t.by, t.order_qty, t.price) for t in bob.blocks.terms_of(answer)]
    assert steps == [("other", 1_000, 7_400), ("own", 2_000, 7_300), ("other", 2_000, 7_350)]
    (waiting,) = [n for n in (await alice.current()).standing() if n.kind == "negotiation"]
    assert waiting.actions == {"withdraw"}
    steps = [(t.by, t.order_qty, t.price) for t in alice.blocks.terms_of(waiting)]
    assert steps == [("own", 1_000, 7_400), ("other", 2_000, 7_300), ("own", 2_000, 7_350)]
    # The offer itself is answered in the negotiation.
    assert [line.your_turn for line in bob.blocks.standing() if line.kind == "offer"] == [False]


async def test_a_trade_ends_the_negotiation_and_is_a_fill_of_both(alice: Desk, bob: Desk) -> None:
    offer = await alice.post("sell")
    talk = await bob.counter(offer, 2_000, 7_300)
    await alice.current()
    await alice.accept(talk, 2_000, 7_300)
    await until(lambda: bob.blocks.fills)
    for desk, side, other in ((alice, "sell", "bob-co"), (bob, "buy", "alice-co")):
        (fill,) = desk.blocks.fills
        assert (fill.side, fill.qty, fill.price, fill.counterparty) == (side, 2_000, 7_300, other)
        assert fill.exec_id == 1
        assert (await desk.current()).standing() == []
        (gone,) = desk.blocks.ended
        assert (gone.ended, gone.kind, gone.actions) == ("traded", "negotiation", frozenset())
        assert desk.blocks.find(talk) == gone
    assert [t.by for t in alice.blocks.terms_of(gone)] == ["own", "other", "own"]


async def test_why_a_negotiation_ended_is_kept(alice: Desk, bob: Desk) -> None:
    offer = await alice.post("sell")
    talk = await bob.counter(offer, 2_000, 7_300)
    await bob.current()
    await alice.withdraw(offer)
    await until(lambda: bob.blocks.ended)
    (gone,) = bob.blocks.ended
    assert (gone.block_id, gone.ended, gone.text) == (talk, "ended", "The offer was withdrawn.")
    assert bob.blocks.terms_of(gone)[-1].by == "venue"
    assert [line.ended for line in alice.blocks.ended] == ["ended", "withdrawn"]
    assert alice.blocks.ended[1].kind == "own_offer"


async def test_a_terminal_that_begins_later_has_the_present_terms(
    market: Any, alice: Desk, bob: Desk
) -> None:
    offer = await alice.post("sell")
    talk = await bob.counter(offer, 2_000, 7_300)
    async with market.client("alice") as late:
        desk = Desk(late)
        (turn,) = (await desk.current()).my_turns()
        steps = [(t.event, t.by, t.order_qty, t.price) for t in desk.blocks.terms_of(turn)]
        assert steps == [("posted", "own", 1_000, 7_400), ("countered", "other", 2_000, 7_300)]
        await desk.current()
        assert len(desk.blocks.terms_of(turn)) == 2
        assert turn.block_id == talk
    await alice.accept(talk, 2_000, 7_300)
    async with market.client("alice") as later:
        desk = Desk(later)
        await desk.current()
        (fill,) = (await desk.current()).fills
        assert (fill.block_id, fill.side, fill.qty, fill.price) == (talk, "sell", 2_000, 7_300)
        assert fill.exec_id == alice.blocks.fills[0].exec_id
        assert [(line.block_id, line.ended) for line in desk.blocks.past()] == [(talk, "traded")]


async def test_turns_stand_before_the_rest(alice: Desk, bob: Desk) -> None:
    to_all = await alice.post("sell", 1_000)
    own = await bob.post("buy", 1_500)
    named = await alice.post("sell", 1_200, to="bob-co")
    newest = await alice.post("sell", 1_300)
    listed = [line.block_id for line in (await bob.current()).standing()]
    assert listed == [named, own, newest, to_all]


async def test_the_sessions_end_expires_what_stands(
    alice: Desk, bob: Desk, registrar: Client
) -> None:
    offer = await alice.post("sell")
    while not alice.blocks.window(SYMBOL).is_open:  # the statistics may have come before
        await alice.current()
    await registrar.command(SetBlockSession("shut", False, SYMBOL))
    await until(lambda: not alice.blocks.window(SYMBOL).is_open)
    assert alice.blocks.window(SYMBOL).since > 0
    await until(lambda: alice.blocks.ended)
    (gone,) = (await alice.current()).ended
    assert (gone.block_id, gone.ended, gone.kind) == (offer, "expired", "own_offer")
    assert alice.blocks.standing() == []


def stat(transact_time: int, *, block_session: bool) -> InstrumentStat:
    return InstrumentStat(
        SYMBOL, 1, 1, transact_time, 20260101, "continuous", 7_400, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, block_session=block_session,
    )  # fmt: skip


def test_since_when_the_session_is_open_is_said_only_where_it_was_seen() -> None:
    blocks = Blocks()
    assert blocks.hear(stat(5, block_session=True)) == {"blocks"}
    assert blocks.window(SYMBOL) == BlockWindow(True, 0)
    assert blocks.hear(stat(6, block_session=True)) == set()
    assert not blocks.is_old
    blocks.hear(stat(7, block_session=False))
    assert blocks.window(SYMBOL) == BlockWindow(False, 7)
    assert blocks.is_old
    blocks.hear(LogonAck(1, "s", "alice", "alice-co", "trader", 20260101, 1, 1, 1, "msgpack"))
    blocks.hear(stat(9, block_session=True))
    assert blocks.window(SYMBOL) == BlockWindow(True, 0)
    assert blocks.window("CEA24") == BlockWindow(False, 0)


class LateAnswers:
    """A client whose queries are answered with what stood before."""

    feed = MarketFeed()

    def __init__(self, row: BlockRow) -> None:
        self.row = row

    async def query(self, what: QueryWhat) -> QueryResult:
        return QueryResult("q", what, 1, [self.row] if what == "blocks" else [])


async def test_an_answer_that_a_report_overtook_adds_no_step() -> None:
    blocks = Blocks()
    row = BlockRow(2, 1, "negotiation", SYMBOL, "buy", 7_400, 1_500, False, "", 10)
    late: Any = LateAnswers(row)
    await blocks.reload(late)
    blocks.hear(
        BlockReport(1, 2, 20, "", 2, SYMBOL, "buy", 7_450, 1_500, "countered", 1, "b", True)
    )
    await blocks.reload(late)
    late.row = BlockRow(2, 1, "negotiation", SYMBOL, "buy", 7_450, 1_500, True, "b", 20)
    await blocks.reload(late)
    assert [step.price for step in blocks.terms_of(blocks.lines[2])] == [7_400, 7_450]
