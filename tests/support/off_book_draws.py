"""Random steps of one-way auctions and block negotiations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from random_setting import MEMBERS, REFERENCE, SYMBOLS, TRADERS, Drawn, member_of

from bashu_protocol.messages import (
    AcceptBlock,
    ApplyAuction,
    CancelAuction,
    CloseAuction,
    CounterBlock,
    OpenAuction,
    PlaceBid,
    PostBlock,
    ScheduleAuction,
    SetBlockSession,
    WithdrawBid,
    WithdrawBlock,
)
from bashu_protocol.topics import VENUE_USER

if TYPE_CHECKING:
    from random_market import RandomMarket


def auction(market: RandomMarket) -> Drawn:
    """Take an auction that is under way a step further, or begin another."""
    chance = market.chance
    name = market.id()
    alive = [
        row
        for row in market.venue.auction_rows("", officer=True)
        if row.state in {"applied", "scheduled", "open"}
    ]
    if alive and not chance.one_in(3):
        row = chance.of(alive)
        if chance.one_in(8):
            return VENUE_USER, CancelAuction(name, row.auction_id, "x")
        if row.state == "applied":
            return VENUE_USER, _scheduled(market, row.auction_id, row.member)
        if row.state == "scheduled":
            return VENUE_USER, OpenAuction(name, row.auction_id)
        if chance.one_in(2):
            return VENUE_USER, CloseAuction(name, row.auction_id)
    if chance.one_in(3):
        form, pricing = chance.of(("sell", "buy")), chance.of(("uniform", "pay_as_bid"))
        qty = chance.between(900, 5_000)
        return chance.of(TRADERS), ApplyAuction(name, chance.of(SYMBOLS), qty, form, pricing)
    return VENUE_USER, _scheduled(market, 0, chance.of(MEMBERS))


def _scheduled(market: RandomMarket, application: int, member: str) -> ScheduleAuction:
    chance = market.chance
    symbol = chance.of(SYMBOLS)
    form, pricing = chance.of(("sell", "buy")), chance.of(("uniform", "pay_as_bid"))
    limit = chance.of(("previous_close", "band"))
    for row in market.venue.auction_rows("", officer=True):
        if row.auction_id == application:
            symbol, form, pricing, limit = row.symbol, row.form, row.pricing, "previous_close"
    return ScheduleAuction(
        market.id(),
        member,
        symbol,
        chance.between(1_000, 5_000),
        form,
        pricing,
        limit,
        auction_id=application,
        reserve_price=chance.of((0, 0, market.price_near(symbol))),
        min_total_qty=chance.of((0, 0, 500)),
        paid_allocation=chance.one_in(6),
        bidder_limit_qty=chance.of((0, 0, 500)),
    )


def bid(market: RandomMarket) -> Drawn:
    chance = market.chance
    name, user = market.id(), chance.of(TRADERS)
    open_now = [row for row in market.venue.auction_rows("", officer=True) if row.state == "open"]
    if not open_now or chance.one_in(20):
        return user, PlaceBid(name, chance.below(100), 100, REFERENCE)
    row = chance.of(open_now)
    if chance.one_in(6):
        return user, WithdrawBid(name, row.auction_id)
    price = chance.between(row.floor, min(row.cap or row.floor + 500, row.floor + 500))
    return user, PlaceBid(name, row.auction_id, chance.between(1, 800), price)


def block(market: RandomMarket) -> Drawn:
    """Move in a block negotiation, mostly in one that awaits the member, or begin one."""
    chance = market.chance
    name, user, symbol = market.id(), chance.of(TRADERS), chance.of(("CEA25", "CCER"))
    if chance.one_in(10):
        is_open = not chance.one_in(4)
        return VENUE_USER, SetBlockSession(name, is_open, chance.of(("", *SYMBOLS)))
    qty, price = chance.between(990, 3_000), market.price_near(symbol, 300)
    rows = market.venue.block_rows(member_of(user))
    if not rows or chance.one_in(4):
        named = chance.of(("", "", *MEMBERS))
        return user, PostBlock(name, symbol, chance.of(("buy", "sell")), qty, price, named)
    row = chance.of(rows)
    if chance.one_in(6):
        return user, WithdrawBlock(name, row.block_id)
    if chance.one_in(12):
        return user, AcceptBlock(name, chance.of(market.known.blocks), qty, price)
    if row.your_turn and chance.one_in(3):
        return user, AcceptBlock(name, row.block_id, row.order_qty, row.price)
    return user, CounterBlock(name, row.block_id, qty, price)
