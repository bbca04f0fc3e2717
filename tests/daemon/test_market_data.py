import random
from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.market_data import INDICATIVE_INTERVAL_NS, MarketData
from bashu_protocol.messages import (
    BookDelta,
    BookSnapshot,
    CallAuctionRules,
    InstrumentStat,
    PublicTrade,
    RecentNotices,
    SetPhase,
)

SYMBOL = "CEA25"


def _apply(image: dict[str, dict[int, tuple[int, int]]], delta: BookDelta) -> None:
    for side, price, qty, orders in delta.changes:
        if qty:
            image[side][price] = (qty, orders)
        else:
            del image[side][price]


def _image(market: Any) -> dict[str, dict[int, tuple[int, int]]]:
    bids, asks = market.venue.depth(SYMBOL)
    return {
        "buy": {price: (qty, orders) for price, qty, orders in bids[:50]},
        "sell": {price: (qty, orders) for price, qty, orders in asks[:50]},
    }


def test_deltas_rebuild_the_book(market: Any) -> None:
    feed = MarketData(market.venue, epoch=3)
    image: dict[str, dict[int, tuple[int, int]]] = {"buy": {}, "sell": {}}
    chance = random.Random(5)
    last = 0
    for step in range(2_000):
        user = chance.choice(("anna", "bo"))
        side = chance.choice(("buy", "sell"))
        feed.note(market.order(user, side, chance.randint(1, 50), chance.randint(6_900, 7_100)))
        if step % 7 == 0:
            for _topic, message, _retain in feed.deltas(step):
                if isinstance(message, BookDelta):
                    assert message.md_seq == last + 1
                    last = message.md_seq
                    _apply(image, message)
    for _topic, message, _retain in feed.deltas(9):
        if isinstance(message, BookDelta):
            _apply(image, message)
    assert image == _image(market)
    assert image["buy"]


def test_nothing_new_is_said_when_nothing_changed(market: Any) -> None:
    feed = MarketData(market.venue, epoch=1)
    feed.note(market.order("anna", "buy", 5, 6_990))
    assert feed.deltas(1)
    assert feed.deltas(2) == []
    assert [topic for topic, _m, _r in feed.snapshots(3)] == [
        "bashu/v1/pub/recent",
        "bashu/v1/md/CEA25/book",
    ]
    assert feed.snapshots(4) == []


def test_the_queried_book_is_the_image_that_the_next_delta_continues(market: Any) -> None:
    feed = MarketData(market.venue, epoch=1)
    feed.note(market.order("anna", "buy", 5, 6_990))
    feed.deltas(1)
    feed.note(market.order("anna", "buy", 5, 6_991))
    row = feed.book_row(SYMBOL)
    assert (row.md_seq, row.bids) == (1, [(6_990, 5, 1)])
    (delta,) = [m for _t, m, _r in feed.deltas(2) if isinstance(m, BookDelta)]
    assert (delta.md_seq, delta.changes) == (2, [("buy", 6_991, 5, 1)])


def test_a_trade_is_public_once_and_moves_the_numbers_of_the_day(market: Any) -> None:
    feed = MarketData(market.venue, epoch=1)
    feed.note(market.order("anna", "buy", 5, 6_990))
    feed.deltas(1)
    published = feed.note(market.order("bo", "sell", 3, 6_980))
    assert [topic for topic, _m, _r in published] == ["bashu/v1/md/CEA25/trade"]
    (trade,) = [message for _t, message, _r in published]
    assert isinstance(trade, PublicTrade)
    assert (trade.price, trade.qty, trade.aggressor_side) == (6_990, 3, "sell")
    found = {type(message): (message, retain) for _t, message, retain in feed.deltas(2)}
    stat, retained = found[InstrumentStat]
    assert retained
    assert (stat.open, stat.last, stat.volume, stat.turnover) == (6_990, 6_990, 3, 20_970)


def test_a_restarted_broker_gets_everything_again(market: Any) -> None:
    feed = MarketData(market.venue, epoch=1)
    feed.note(market.order("anna", "buy", 5, 6_990))
    feed.deltas(1)
    feed.snapshots(1)
    feed.republish()
    kinds = {type(message) for _t, message, _r in feed.deltas(2) + feed.snapshots(2)}
    assert kinds == {InstrumentStat, BookSnapshot, RecentNotices}


def test_the_indicative_price_comes_with_the_interval_and_not_with_each_order(
    new_market: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = new_market(first_phase="call_auction", call_auction=CallAuctionRules())
    counted: list[str] = []
    stat = Venue.stat
    monkeypatch.setattr(Venue, "stat", lambda venue, s: counted.append(s) or stat(venue, s))
    feed = MarketData(market.venue, epoch=1)
    for number in range(20):
        feed.note(market.order("anna", "buy", 1, 7_000 + number))
        feed.note(market.order("bo", "sell", 1, 7_000 - number))
    assert counted == []
    stats = [m for _, m, _ in feed.deltas(1) if isinstance(m, InstrumentStat)]
    assert counted == [SYMBOL]
    assert [(s.indicative_price, s.indicative_qty, s.indicative_surplus) for s in stats] == [
        (7_000, 20, 0)
    ]
    feed.note(market.order("bo", "sell", 5, 7_000))
    assert not any(isinstance(m, InstrumentStat) for _, m, _ in feed.deltas(2))
    later = 1 + INDICATIVE_INTERVAL_NS
    assert feed.deltas(later - 1) == []
    (stat_message,) = (m for _, m, _ in feed.deltas(later))
    assert isinstance(stat_message, InstrumentStat)
    assert stat_message.indicative_surplus == -5
    assert feed.deltas(2 * later) == []


def test_the_uncross_is_published(new_market: Any) -> None:
    market = new_market(first_phase="call_auction", call_auction=CallAuctionRules())
    feed = MarketData(market.venue, epoch=1)
    market.order("anna", "buy", 3, 7_010)
    market.order("bo", "sell", 5, 6_990)
    feed.deltas(1)
    found = feed.note(market.registrar(SetPhase("end", "continuous")))
    (trade,) = (m for _, m, _ in found if isinstance(m, PublicTrade))
    assert (trade.price, trade.qty, trade.mode) == (6_990, 3, "call_auction")
    (stat,) = (m for _, m, _ in feed.deltas(2) if isinstance(m, InstrumentStat))
    assert (stat.phase, stat.indicative_price, stat.last) == ("continuous", 0, 6_990)
