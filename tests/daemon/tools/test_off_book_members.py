"""The demo's trading beside the book, at a real venue: blocks are dealt, auctions are held."""

import asyncio
import random
from typing import Any

import pytest
from bashu_testing import SYMBOL, Harness, eventually
from ear import Ear

from bashu_daemon.tools.participants import AuctionPlan, hold_auctions
from bashu_daemon.tools.participants.off_book import deal_blocks
from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AuctionRow,
    BlockReport,
    BlockRow,
    CounterBlock,
    SetBlockSession,
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bashu_daemon.tools.participants.off_book.LOOK_SECONDS", 0.02)


async def offers(client: Client) -> list[BlockRow]:
    rows = (await client.query("blocks", SYMBOL)).rows
    return [row for row in rows if isinstance(row, BlockRow) and row.kind == "offer"]


async def auctions(client: Client) -> list[AuctionRow]:
    rows = (await client.query("auctions", SYMBOL)).rows
    return [row for row in rows if isinstance(row, AuctionRow)]


async def until(asked: Any, condition: Any) -> Any:
    """Ask until the answer is right.

    Raises:
        TimeoutError: it never is.
    """
    async with asyncio.timeout(30):
        while not condition(answer := await asked()):  # noqa: ASYNC110  the venue is asked anew
            await asyncio.sleep(0.02)
        return answer


async def test_the_dealer_offers_in_the_session_and_accepts_a_near_price(harness: Harness) -> None:
    stop = asyncio.Event()
    async with harness.client("carl") as carl, harness.client("reg") as reg:
        ear = Ear(carl)
        await reg.command(SetBlockSession("on", True, SYMBOL))
        dealer = Client(harness.transport("anna"), "anna")
        dealing = asyncio.create_task(deal_blocks(dealer, stop, random.Random(1)))
        (offer,) = await until(lambda: offers(carl), lambda rows: rows)
        assert offer.order_qty >= 100_000
        await carl.send([CounterBlock("c1", offer.block_id, offer.order_qty, offer.price)])
        await eventually(lambda: "traded" in [r.event for r in ear.all_of(BlockReport)])
        stop.set()
        await dealing


async def test_the_registrar_holds_one_auction_after_another(harness: Harness) -> None:
    stop = asyncio.Event()
    plan = AuctionPlan(
        "m-anna", SYMBOL, qty=1_000, announced_seconds=0.05, open_seconds=0.3, pause_seconds=0.05
    )
    async with harness.client("carl") as carl:
        registrar = Client(harness.transport("reg"), "reg")
        holding = asyncio.create_task(hold_auctions(registrar, plan, stop))
        dealer = Client(harness.transport("bo"), "bo")
        dealing = asyncio.create_task(deal_blocks(dealer, stop, random.Random(1)))
        rows = await until(
            lambda: auctions(carl), lambda rows: sum(row.state == "completed" for row in rows) > 1
        )
        held = [row for row in rows if row.state == "completed"]
        assert {(row.bids, row.cum_qty) for row in held} == {(1, 1_000)}
        stop.set()
        await asyncio.gather(holding, dealing)
