"""Simulated trading beside the order book: a dealer in blocks, and the registrar's auctions."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AcceptBlock,
    AccountRow,
    AnyMessage,
    AuctionRow,
    BlockReport,
    BlockRow,
    CloseAuction,
    Command,
    CommandReport,
    CounterBlock,
    InstrumentRow,
    OpenAuction,
    PlaceBid,
    PostBlock,
    ScheduleAuction,
    Side,
    WithdrawBlock,
)
from bashu_protocol.requests import CommandTimeout
from bashu_protocol.units import NS_PER_SECOND

LOOK_SECONDS: Final = 2.0
OFFER_SECONDS: Final = 45.0
"""How long the dealer leaves an offer that nobody takes."""
NEAR_BPS: Final = 150
"""The dealer accepts what is this near to its own price, in 1/10,000, and meets others half way."""
BLOCK_QTY: Final = 100_000


class AuctionPlan(Struct, frozen=True):
    """The registrar's auctions: each is announced, open for a while, and followed by a pause."""

    member: str
    symbol: str
    qty: int = 100_000
    announced_seconds: float = 15.0
    open_seconds: float = 45.0
    pause_seconds: float = 60.0


async def deal_blocks(client: Client, stop: asyncio.Event, chance: random.Random) -> None:
    """Offer blocks of what one holds, answer who comes, bid in auctions, until `stop`."""
    async with client:
        accounts = (await client.query("account")).rows
        held = {r.asset for r in accounts if isinstance(r, AccountRow) and r.available}
        rows = (await client.query("instruments")).rows
        listed = [row.rules for row in rows if isinstance(row, InstrumentRow)]
        symbols = [rules.symbol for rules in listed if rules.block and rules.symbol in held]
        dealer = _Dealer(client, symbols, chance)
        while not await _stops(stop, LOOK_SECONDS):
            try:
                await dealer.turn()
            except CommandTimeout:
                continue


async def hold_auctions(client: Client, plan: AuctionPlan, stop: asyncio.Event) -> None:
    """Schedule one auction after another as the registrar, until `stop`."""
    async with client:
        while not stop.is_set():
            try:
                await _hold_one(client, plan, stop)
            except CommandTimeout:
                continue
            await _stops(stop, plan.pause_seconds)


async def _hold_one(client: Client, plan: AuctionPlan, stop: asyncio.Event) -> None:
    """Announce an auction, open it, close it; what a closed day refuses is tried again later."""
    opens = time.time_ns() + int(plan.announced_seconds * NS_PER_SECOND)
    closes = opens + int(plan.open_seconds * NS_PER_SECOND)
    before = {row.auction_id for row in await _auctions(client)}
    name = client.new_cl_ord_id()
    announced = await client.command(
        ScheduleAuction(name, plan.member, plan.symbol, plan.qty, opens_at=opens, closes_at=closes)
    )
    if not announced.accepted:
        return
    made = [row.auction_id for row in await _auctions(client) if row.auction_id not in before]
    steps = ((plan.announced_seconds, OpenAuction), (plan.open_seconds, CloseAuction))
    for pause, command in steps:
        if await _stops(stop, pause):
            return
        for auction_id in made:
            await client.command(command(client.new_cl_ord_id(), auction_id))


class _Dealer:
    """One offer at a time; the negotiations on it are answered at the next look."""

    def __init__(self, client: Client, symbols: Sequence[str], chance: random.Random) -> None:
        self._client = client
        self._symbols = symbols
        self._chance = chance
        self._offered_at = float("-inf")
        self._own: BlockReport | None = None
        client.listen(self._hear)

    async def turn(self) -> None:
        """Answer, withdraw an old offer, or post a new one."""
        if self._client.link.state != "live":
            return
        rows = (await self._client.query("blocks")).rows
        commands: list[Command] = [
            self._answer(row)
            for row in rows
            if isinstance(row, BlockRow) and row.your_turn and row.kind == "negotiation"
        ]
        stats = self._client.feed.stats
        in_session = [s for s in self._symbols if s in stats and stats[s].block_session]
        now = asyncio.get_running_loop().time()
        if in_session and now - self._offered_at > OFFER_SECONDS:
            self._offered_at = now
            if self._own is not None:
                name = self._client.new_cl_ord_id()
                commands.append(WithdrawBlock(name, self._own.block_id))
            commands.append(self._offer(self._chance.choice(in_session)))
        commands += [
            self._bid(auction)
            for auction in await _auctions(self._client)
            if auction.state == "open" and auction.bid is None and not auction.member
        ]
        if commands:
            await self._client.send(commands)

    def _offer(self, symbol: str) -> PostBlock:
        side: Side = "buy" if self._chance.random() < 0.5 else "sell"
        away = self._chance.randrange(0, 80) * (1 if side == "sell" else -1)
        price = self._price(symbol) * (10_000 + away) // 10_000
        qty = BLOCK_QTY + 10_000 * self._chance.randrange(0, 6)
        return PostBlock(self._client.new_cl_ord_id(), symbol, side, qty, price)

    def _answer(self, row: BlockRow) -> AcceptBlock | CounterBlock:
        name, fair = self._client.new_cl_ord_id(), self._price(row.symbol)
        if abs(row.price - fair) * 10_000 <= NEAR_BPS * fair:
            return AcceptBlock(name, row.block_id, row.order_qty, row.price)
        return CounterBlock(name, row.block_id, row.order_qty, (row.price + fair) // 2)

    def _bid(self, row: AuctionRow) -> PlaceBid:
        price = row.floor + (row.cap - row.floor) * self._chance.randrange(40, 100) // 100
        qty = min(row.order_qty, 20_000 + 1_000 * self._chance.randrange(0, 40))
        return PlaceBid(self._client.new_cl_ord_id(), row.auction_id, qty, price)

    def _price(self, symbol: str) -> int:
        stat = self._client.feed.stats[symbol]
        return stat.last or stat.reference_price

    def _hear(self, message: AnyMessage) -> None:
        """Know the own offer by the venue's reports."""
        if isinstance(message, CommandReport) and message.command == "post_block":
            self._offered_at = float("-inf")  # refused: another one at the next look
        if not isinstance(message, BlockReport):
            return
        if message.event == "posted":
            self._own = message
        elif self._own is not None and message.block_id == self._own.block_id:
            self._own = None


async def _auctions(client: Client) -> list[AuctionRow]:
    rows = (await client.query("auctions")).rows
    return [row for row in rows if isinstance(row, AuctionRow)]


async def _stops(stop: asyncio.Event, seconds: float) -> bool:
    """Wait so long; True if the end came first."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
